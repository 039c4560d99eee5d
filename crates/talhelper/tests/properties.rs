//! Whatever is read, nothing panics.

use diagnostics::Source;
use documents::substitute::dotenv;
use proptest::prelude::*;
use talhelper::talconfig::Talconfig;

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
        let (variables, _) = dotenv(&Source::new("env", &*base));
        let (read, problems) = Talconfig::read(&Source::new("talconfig", &*patch), &variables);
        prop_assert_eq!(problems.has_errors(), read.valid().is_none());
    }
}
