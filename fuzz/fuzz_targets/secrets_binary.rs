//! Any bytes as a binary file of SOPS: read, decrypted, and encrypted.
#![no_main]

use libfuzzer_sys::fuzz_target;
use secrets::Format;

fuzz_target!(|bytes: &[u8]| ichor_fuzz::run(Format::Binary, bytes));
