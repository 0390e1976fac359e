//! libFuzzer at the door `cmaf::fuzz::init`.
#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| cmaf::fuzz::init(bytes));
