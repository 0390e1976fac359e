//! libFuzzer at the door `ingest::fuzz::avc`.
#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ingest::fuzz::avc(bytes));
