//! libFuzzer at the door `vod_store::fuzz::line`.
#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vod_store::fuzz::line(bytes));
