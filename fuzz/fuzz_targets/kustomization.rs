//! A repository of files, parted by form feeds: the kustomization, then what it may name. Always
//! objects or an error, never a panic, and what is written reads back.
#![no_main]

use flux::files::Memory;
use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 6] = [
    "kustomization.yaml",
    "a.yaml",
    "b.yaml",
    "a/kustomization.yaml",
    "b/kustomization.yaml",
    "a/c.yaml",
];

fuzz_target!(|bytes: &[u8]| {
    let mut files = Memory::default();
    for (name, part) in NAMES.into_iter().zip(bytes.split(|byte| *byte == b'\x0c')) {
        files.insert(name, part);
    }
    let built = flux::kustomize::build(&files, "");
    for problem in &built.problems {
        assert!(!problem.to_string().is_empty());
    }
    let written = flux::kustomize::to_yaml(&built.objects);
    let again = flux::kustomize::build(&files, "");
    assert_eq!(written, flux::kustomize::to_yaml(&again.objects));
});
