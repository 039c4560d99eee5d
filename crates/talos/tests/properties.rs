//! Whatever is read, nothing panics, and what is applied stays a config.

use diagnostics::Source;
use proptest::prelude::*;
use talos::patch::{Machinery, Patch, apply, documents, fill, undone};

/// Texts made of the words that readers care about.
fn texts() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "machine",
        "cluster",
        "network",
        "interfaces",
        "sysctls",
        "certSANs",
        "kind",
        "apiVersion",
        "v1alpha1",
        "UserVolumeConfig",
        "HostnameConfig",
        "name",
        "nodes",
        "hostname",
        "ipAddress",
        "vip",
        "ip",
        "$patch",
        "delete",
        ": ",
        ":\n  ",
        ":\n    ",
        "- ",
        "\n",
        "\n  ",
        "\n    ",
        "{",
        "}",
        "[",
        "]",
        ", ",
        "---\n",
        "null",
        "\"\"",
        "10.0.0.1/24",
        "1",
        "true",
        "&a ",
        "*a",
        "$",
        "${",
        "{{",
        "}}",
        "op",
        "add",
        "remove",
        "path",
        "/machine/-",
        "value",
        "é",
        "#",
        "extraConfig",
        "kubelet",
    ]);
    prop::collection::vec(words, 0..40).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn nothing_panics(base in texts(), patch in texts()) {
        for machinery in [Machinery::V1_13, Machinery::V1_14] {
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
