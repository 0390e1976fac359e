//! libFuzzer at the door `ingest::fuzz::wire`.
#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ingest::fuzz::wire(bytes));
