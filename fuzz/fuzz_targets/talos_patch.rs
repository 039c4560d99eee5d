//! A patch, for a configuration of one document, for one of several, and for one of documents only.
#![no_main]

use std::sync::LazyLock;

use diagnostics::Source;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use documents::emit;
use talos::patch::{Machinery, Patch, apply, documents, fill, undone};

/// A configuration of one document, one of several, and one of contract 1.14.
static BASES: LazyLock<[Vec<Value>; 3]> = LazyLock::new(|| {
    [
        include_str!("../../crates/talos/tests/vectors/patch-semantics/base-single.yaml"),
        include_str!("../../crates/talos/tests/vectors/patch-semantics/base.yaml"),
        include_str!("../../crates/talos/tests/vectors/v1.14/generate/01-base-1.14-cp.yaml"),
    ]
    .map(|text| documents(&Source::new("base.yaml", text)).0)
});

fuzz_target!(|text: &str| {
    for base in &*BASES {
        let (source, problems) = fill(&Source::new("patch.yaml", text), base);
        ichor_fuzz::shown(&problems);
        for machinery in [Machinery::V1_13, Machinery::Talhelper, Machinery::V1_14] {
            let (patch, problems) = Patch::read(&source, machinery);
            ichor_fuzz::shown(&problems);
            assert_eq!(patch.is_none(), problems.has_errors());
            let Some(patch) = patch else {
                continue;
            };
            let mut config = base.clone();
            let Ok(applied) = apply(&mut config, &patch, machinery) else {
                assert!(config == *base);
                continue;
            };
            ichor_fuzz::shown(&applied.findings);
            assert!(undone(&[("patch.yaml", &applied)]).is_empty());
            assert_eq!(applied.changes.is_empty(), config == *base, "{applied:?}");
            // What comes of it is a configuration still.
            let written = emit::documents(&config, 2);
            let (read, problems) = documents(&Source::new("config.yaml", &*written));
            assert!(!problems.has_errors(), "{written}\n{problems:?}");
            assert!(read == config, "{written}\n{read:?}\n{config:?}");
        }
    }
});
