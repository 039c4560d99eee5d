//! Kubeconfigs that are put into others.

use diagnostics::Source;

use super::{Merging, merged};

/// As Talos writes it.
fn kubeconfig(cluster: &str, authority: &str, key: &str) -> String {
    format!(
        "apiVersion: v1
kind: Config
clusters:
- name: {cluster}
  cluster:
    server: https://10.0.0.5:6443
    certificate-authority-data: {authority}
users:
- name: admin@{cluster}
  user:
    client-certificate-data: cert-{key}
    client-key-data: {key}
contexts:
- context:
    cluster: {cluster}
    namespace: default
    user: admin@{cluster}
  name: admin@{cluster}
current-context: admin@{cluster}
"
    )
}

/// What somebody has already, as kubectl writes it.
const OTHERS: &str = "apiVersion: v1
clusters:
# The work.
- cluster: {server: 'https://work'}
  name: work
contexts:
- context:
    cluster: work
    user: me
  name: work  # mine
current-context: work
kind: Config
preferences: {}
users:
- name: me
  user:
    token: t0ken
";

fn merge(existing: &str, new: &str, merging: Merging<'_>) -> (String, String) {
    let existing = Source::new("config", existing);
    let new = Source::new("kubeconfig", new);
    let merged = merged(&existing, &new, merging).unwrap_or_else(|problem| panic!("{problem}"));
    (merged.text.as_str().to_owned(), merged.context)
}

#[test]
fn another_cluster_is_added_and_the_rest_keeps_its_bytes() {
    let (text, context) = merge(OTHERS, &kubeconfig("home", "ca", "k1"), Merging::default());
    assert_eq!(context, "admin@home");
    let expected = OTHERS
        .replace(
            "  name: work\ncontexts:",
            "  name: work\n- name: home\n  cluster:\n    server: https://10.0.0.5:6443\n    certificate-authority-data: ca\ncontexts:",
        )
        .replace(
            "# mine\ncurrent-context: work",
            "# mine\n- context:\n    cluster: home\n    namespace: default\n    user: admin@home\n  name: admin@home\ncurrent-context: admin@home",
        )
        + "- name: admin@home\n  user:\n    client-certificate-data: cert-k1\n    client-key-data: k1\n";
    assert_eq!(text, expected);
    // The same again changes nothing.
    let (again, context) = merge(&text, &kubeconfig("home", "ca", "k1"), Merging::default());
    assert_eq!((again, context.as_str()), (text, "admin@home"));
}

#[test]
fn what_has_other_content_under_the_same_name_is_renamed_or_replaced() {
    let first = kubeconfig("home", "ca", "k1");
    // Another cluster: its name gets a number, and the others follow.
    let other = kubeconfig("home", "other", "k2");
    let (text, context) = merge(&first, &other, Merging::default());
    assert_eq!(context, "admin@home-1");
    assert!(text.contains("- name: home-1\n  cluster:"), "{text}");
    assert!(text.contains("    cluster: home-1\n    namespace: default\n    user: admin@home-1\n"));
    assert!(
        text.starts_with(&first[..first.find("users:").expect("there")]),
        "{text}"
    );
    assert!(text.ends_with("current-context: admin@home-1\n"));
    // A new certificate for the same cluster.
    let newer = kubeconfig("home", "ca", "k2");
    let (text, context) = merge(&first, &newer, Merging::default());
    assert_eq!(context, "admin@home-1");
    assert_eq!(text.matches("- name: home\n").count(), 1);
    assert!(!text.contains("home-1-1"));
    let (text, context) = merge(&text, &kubeconfig("home", "ca", "k3"), Merging::default());
    assert_eq!(context, "admin@home-2", "{text}");
    // With force there is one of each.
    let force = Merging {
        replace: true,
        context: None,
    };
    let (text, context) = merge(&first, &other, force);
    assert_eq!((text, context.as_str()), (other, "admin@home"));
    // A name of one's own.
    let named = Merging {
        replace: false,
        context: Some("mine"),
    };
    let (text, context) = merge(OTHERS, &newer, named);
    assert_eq!(context, "mine");
    assert!(
        text.contains("    user: admin@home\n  name: mine\n"),
        "{text}"
    );
}

#[test]
fn files_of_other_forms_are_filled_or_refused() {
    let new = kubeconfig("home", "ca", "k1");
    let empty = "apiVersion: v1\nclusters: null\ncontexts: []\nkind: Config\nusers: null\n";
    let (text, _) = merge(empty, &new, Merging::default());
    for part in ["clusters:", "contexts:", "users:"] {
        assert!(text.contains(&format!("\n{part} \n  - ")), "{text}");
    }
    assert!(text.starts_with("current-context: admin@home\napiVersion: v1\n"));
    let refused = |existing: &str| {
        let existing = Source::new("config", existing);
        let new = Source::new("kubeconfig", new.as_str());
        let problem = merged(&existing, &new, Merging::default()).map(drop);
        problem.expect_err("it is refused").rule.id()
    };
    for text in [
        "",
        "- a\n",
        "[",
        "clusters: [{name: a}]\n",
        "{clusters: []}\n",
        "clusters: 1\n",
    ] {
        assert_eq!(refused(text), "kubeconfig/unmergeable", "{text}");
    }
}
