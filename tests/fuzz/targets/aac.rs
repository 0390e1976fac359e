//! libFuzzer at the door `ingest::fuzz::aac`.
#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ingest::fuzz::aac(bytes));
