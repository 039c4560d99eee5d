//! Whatever is read, nothing panics, and what is applied stays a config.

use diagnostics::Source;
use proptest::prelude::*;
use talos::patch::{Machinery, Patch, apply, documents, fill, undone};
use talos::substitute::{Variables, dotenv, substitute};
use talos::talconfig::Talconfig;

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
        let (variables, _) = dotenv(&Source::new("env", &*base));
        let (config, _) = Talconfig::read(&Source::new("talconfig", &*patch), &variables);
        if let Some(config) = config {
            drop(config.nodes());
        }
    }

    #[test]
    fn what_is_written_reads_back(key in any::<String>(), text in prop_oneof![any::<String>(), texts(), "[ \t\r\n'\":#\u{85}\u{2028}\u{feff}a0-]{0,8}"]) {
        for indent in [2, 4] {
            let value = serde_json::json!({"a": {&*key: [[text, [{"b": text}]]]}, "c": text});
            let source = Source::new("t", talos::emit::document(&value, indent));
            let parsed = yaml::parse(&source, &yaml::Limits::default());
            prop_assert!(parsed.diagnostics.is_empty(), "{:?}", source.text());
            let root = parsed.root().expect("a document");
            prop_assert_eq!(root.get("c").and_then(yaml::Node::text), Some(&*text));
            let list = root.get("a").and_then(|map| map.get(&key)).expect("the key");
            let row = list.as_sequence().and_then(|list| list[0].as_sequence()).expect("a list");
            prop_assert_eq!(row[0].text(), Some(&*text));
            let inner = row[1].as_sequence().and_then(|list| list[0].get("b"));
            prop_assert_eq!(inner.and_then(yaml::Node::text), Some(&*text));
            for node in [root.get("c"), inner].into_iter().flatten() {
                let read = node.as_scalar().expect("a scalar").read(yaml::Dialect::Go);
                prop_assert!(matches!(read, yaml::Resolved::Text(_)), "{:?}", source.text());
            }
        }
    }

    #[test]
    fn a_text_without_dollars_stays(text in "[^$]{0,60}") {
        let (filled, problems) = substitute(&Source::new("t", &*text), &[], &Variables::new());
        prop_assert_eq!(filled.text(), text);
        prop_assert!(problems.is_empty());
    }
}
