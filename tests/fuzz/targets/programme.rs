//! libFuzzer at the door `vod_store::fuzz::programme`.
#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vod_store::fuzz::programme(bytes));
