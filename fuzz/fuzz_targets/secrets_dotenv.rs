//! Any bytes as a dotenv file of SOPS: read, decrypted, and encrypted.
#![no_main]

use libfuzzer_sys::fuzz_target;
use secrets::Format;

fuzz_target!(|bytes: &[u8]| ichor_fuzz::run(Format::Dotenv, bytes));
