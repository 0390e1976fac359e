//! libFuzzer at the door `cmaf::fuzz::movie`.
#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| cmaf::fuzz::movie(bytes));
