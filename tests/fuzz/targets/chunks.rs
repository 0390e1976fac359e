//! libFuzzer at the door `ingest::fuzz::chunks`.
#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ingest::fuzz::chunks(bytes));
