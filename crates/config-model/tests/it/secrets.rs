//! No secret is ever in a problem, whatever the text looks like.

use config_model::{Declarations, Templates};
use proptest::prelude::*;

use crate::common;

/// Stands for every secret. Long enough that no message has it by chance.
const CANARY: &str = "canary-hunter2-canary";

/// `public` with a canary for each secret, one key a line.
fn with_canaries() -> (String, String) {
    let (cluster, nodes) = common::valid("public");
    let cluster = cluster
        .lines()
        .map(|line| {
            let key = line.split(':').next().unwrap_or_default();
            let secret = Declarations::built_in()
                .iter()
                .any(|declaration| declaration.secret && declaration.name == key);
            if secret {
                format!("{key}: \"{CANARY}\"\n")
            } else {
                format!("{line}\n")
            }
        })
        .collect();
    (cluster, nodes)
}

fn leaks(cluster: &str, nodes: &str, templates: Templates) -> Option<String> {
    let parsed = common::with(cluster, nodes, None, templates);
    let shown = common::shown(&parsed.diagnostics);
    (shown.contains(CANARY) || shown.contains("hunter2")).then_some(shown)
}

#[test]
fn each_secret_key_hides_its_value_whatever_is_wrong_with_it() {
    for declaration in Declarations::built_in().iter().filter(|key| key.secret) {
        let name = &declaration.name;
        for text in [
            format!("{name}: [{CANARY}]\n"),
            format!("{name}: {{ a: {CANARY} }}\n"),
            format!("{name}: \"{CANARY}\n"),
            format!("{name}: {CANARY} # {CANARY}\n{name}: {CANARY}\n"),
            format!("{name}: >-\n  {CANARY}\n  {CANARY}\n"),
            format!("{name}: &a {CANARY}\nother: *a\nnode_cidr: *a\n"),
            format!("{{ {name}: {CANARY}, node_cidr: }}\n"),
            format!("{name} {CANARY}\n"),
            format!("{name}s: {CANARY}\n"),
            format!("- {name}: {CANARY}\n"),
            format!("cluster:\n  {name}: {CANARY}\n"),
            format!("? {{ {name}: {CANARY} }}\n: {CANARY}\n"),
            format!("proxmox_csi_token_id: \"user@realm!id={CANARY}\"\n"),
            format!("repository_name: \"https://user:{CANARY}@github.com/o/r\"\n"),
            format!("node_cidr: {name} {CANARY}\n"),
            format!("node_cidr: 10.0.0.0/24 {name}: {CANARY}\n"),
        ] {
            for templates in [Templates::BuiltIn, Templates::Own] {
                assert_eq!(leaks(&text, "nodes: []\n", templates), None, "{text}");
                assert_eq!(leaks("a: 1\n", &text, templates), None, "{text}");
            }
        }
    }
}

#[test]
fn declared_secrets_are_hidden_like_built_in_ones() {
    let variables = "cluster:\n  wiki: { keys: { password: { type: integer, secret: true } } }\n  \
                     pin: { type: integer, secret: true }\n";
    let cluster = format!("wiki: {{ password: {CANARY} }}\npin: {CANARY}\n");
    let parsed = common::with(&cluster, "", Some(variables), Templates::BuiltIn);
    let shown = common::shown(&parsed.diagnostics);
    assert!(
        shown.contains("cluster.yaml:1:19: error[value/wrong-type]"),
        "{shown}"
    );
    assert!(
        shown.contains("cluster.yaml:2:6: error[value/wrong-type]"),
        "{shown}"
    );
    assert!(!shown.contains(CANARY), "{shown}");
}

#[test]
fn the_secrets_of_a_cluster_are_listed() {
    use secrecy::ExposeSecret as _;
    let (cluster, nodes) = with_canaries();
    let parsed = common::built_in(&cluster, &nodes);
    let secrets = parsed.cluster.expect("a valid cluster").secrets();
    let canaries = secrets
        .iter()
        .filter(|secret| secret.expose_secret() == CANARY);
    assert_eq!(canaries.count(), cluster.matches(CANARY).count());
}

/// A change of a text: at a place, in one of several ways.
fn mutate(text: &str, changes: &[(usize, u8, u8)]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for &(place, how, byte) in changes {
        if bytes.is_empty() {
            break;
        }
        let at = place % bytes.len();
        match how % 5 {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            2 => drop(bytes.remove(at)),
            3 => bytes.truncate(at),
            _ => {
                let end = (at + usize::from(byte)).min(bytes.len());
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_files_neither_panic_nor_leak(
        changes in prop::collection::vec((any::<usize>(), any::<u8>(), prop_oneof![
            prop::sample::select(b" \n:#\"'[]{}&*!|>-,?%@`~\t\r0a".to_vec()),
            any::<u8>(),
        ]), 1..4),
        nodes_too in any::<bool>(),
        own in any::<bool>(),
    ) {
        let (cluster, nodes) = with_canaries();
        let cluster = mutate(&cluster, &changes);
        let nodes = if nodes_too { mutate(&nodes, &changes) } else { nodes };
        let templates = if own { Templates::Own } else { Templates::BuiltIn };
        // A change inside a canary leaves less of it; that much is not looked for.
        let parsed = common::with(&cluster, &nodes, None, templates);
        let shown = common::shown(&parsed.diagnostics);
        prop_assert!(!shown.contains(CANARY), "{cluster}\n{shown}");
        prop_assert_eq!(parsed.cluster.is_some(), !parsed.diagnostics.has_errors());
    }

    #[test]
    fn any_text_at_all_is_read_or_refused(cluster in "\\PC{0,200}", nodes in "[ -~\n]{0,200}") {
        let parsed = common::built_in(&cluster, &nodes);
        prop_assert!(parsed.cluster.is_none());
        prop_assert!(parsed.diagnostics.has_errors());
    }
}
