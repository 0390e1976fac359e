//! libFuzzer at the door `ingest::fuzz::flv`.
#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ingest::fuzz::flv(bytes));
