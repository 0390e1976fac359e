//! libFuzzer at the door `player::fuzz::head`.
#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| player::fuzz::head(bytes));
