//! libFuzzer at the door `cmaf::fuzz::chunk`.
#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| cmaf::fuzz::chunk(bytes));
