//! libFuzzer at the door `ingest::fuzz::stream_id`.
#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ingest::fuzz::stream_id(bytes));
