//! libFuzzer at the door `ingest::fuzz::amf`.
#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ingest::fuzz::amf(bytes));
