//! Any text as YAML: problems, never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yaml::Limits;

fuzz_target!(|bytes: &[u8]| {
    let Ok(source) = yaml::decode("any.yaml", bytes, &Limits::default()) else {
        return;
    };
    let parsed = yaml::parse(&source, &Limits::default());
    for problem in &parsed.diagnostics {
        assert!(!problem.to_string().is_empty());
    }
});
