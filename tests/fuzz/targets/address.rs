//! libFuzzer at the door `player::fuzz::address`.
#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| player::fuzz::address(bytes));
