//! What is written reads back, whatever it is.

use diagnostics::Source;
use documents::substitute::{Variables, substitute};
use proptest::prelude::*;
use testkit::texts;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn what_is_written_reads_back(key in any::<String>(), text in prop_oneof![any::<String>(), texts(), "[ \t\r\n'\":#\u{85}\u{2028}\u{feff}a0-]{0,8}"]) {
        for indent in [2, 4] {
            let value = serde_json::json!({"a": {&*key: [[text, [{"b": text}]]]}, "c": text});
            let source = Source::new("t", documents::emit::document(&value, indent));
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
