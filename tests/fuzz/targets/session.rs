//! libFuzzer at the door `ingest::fuzz::session`.
#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ingest::fuzz::session(bytes));
