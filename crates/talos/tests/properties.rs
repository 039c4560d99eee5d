//! Whatever is read, nothing panics, and what is applied stays a config.

use diagnostics::Source;
use proptest::prelude::*;
use talos::patch::{Machinery, Patch, apply, documents, fill, undone};
use testkit::texts;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn nothing_panics(base in texts(), patch in texts()) {
        for machinery in [Machinery::V1_13, Machinery::Talhelper, Machinery::V1_14] {
            let (mut config, _) = documents(&Source::new("base", &*base));
            let (filled, _) = fill(&Source::new("patch", &*patch), &config);
            let (patch, _) = Patch::read(&filled, machinery);
            if let Some(patch) = patch {
                let before = config.clone();
                match apply(&mut config, &patch, machinery) {
                    Ok(applied) => prop_assert!(undone(&[("p", &applied)]).is_empty()),
                    Err(_) => prop_assert_eq!(config, before),
                }
            }
        }
    }
}
