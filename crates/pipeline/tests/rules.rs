//! The rules of all crates: well formed, on the page, and each with a case that raises it.

#![expect(
    clippy::disallowed_methods,
    reason = "a test that reads the sources and writes the page on demand"
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::Rule;
use pipeline::rules::tables;

/// What no test raises, and why.
const NOT_RAISED: &[(&str, &str)] = &[
    (
        "declare/unreadable",
        "what cannot be added to is told when it is read",
    ),
    ("file/exists", "two programs at once"),
    (
        "git/bad-settings",
        "the reader of git's index refuses such a repository first",
    ),
    ("init/no-random-numbers", "a system without random numbers"),
    ("keys/no-ssh-key", "a build with the feature `ssh`"),
    (
        "keys/ssh-not-built-in",
        "a build without the feature `ssh`, and such a key",
    ),
    ("plugin/answer", "64 MiB from a plugin"),
    ("plugin/withheld", "told under the rule that says why"),
    ("secrets/no-randomness", "a system without random numbers"),
    ("sops/alias", "sops writes aliases out when it encrypts"),
    ("sops/cannot-wrap", "a plugin of age that fails"),
    ("sops/not-proven", "a fault of ours"),
    ("talconfig/missing", "the program says it as wrong usage"),
    ("talsecret/not-made", "a system without random numbers"),
    (
        "template/failed",
        "no error of the engine is known that has no rule of its own",
    ),
    ("template/threads", "a system that starts no thread"),
];

fn rules() -> Vec<&'static Rule> {
    let mut rules = tables().concat();
    // Crates that use the network are not the pipeline's.
    rules.extend(cluster::rules::RULES.concat());
    rules.extend(kubernetes_client::rules::RULES.concat());
    rules.extend(talos_client::rules::RULES.concat());
    rules.sort();
    rules
}

fn root() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A heading and a paragraph for each rule.
fn page() -> String {
    let mut page = String::from(
        "# Rules\n\n\
         <!-- Generated from the tables in crates/*/src/rules: \
         `ICHOR_RECORD_RULES=1 cargo test -p pipeline --test rules` -->\n\n\
         Every problem names one of these rules. An error stops the work before anything is written; a warning does not, \
         and a note is only worth knowing. What is told of the way here from makejinja is put together in \
         [moving](moving.md#rules-you-may-meet).\n",
    );
    for rule in rules() {
        let relaxed = if rule.is_relaxed() {
            "; a warning where a repository has its own templates"
        } else {
            ""
        };
        let severity = rule.severity();
        let _ = write!(
            page,
            "\n## {rule}\n\n*{severity}{relaxed}*\n\n{}\n",
            rule.why()
        );
    }
    page
}

#[test]
fn ids_are_unique_and_well_formed_and_each_says_why() {
    let rules = rules();
    for pair in rules.windows(2) {
        assert_ne!(pair[0].id(), pair[1].id());
    }
    for rule in rules {
        let (topic, name) = rule.id().split_once('/').expect("topic/name");
        for part in [topic, name] {
            let fits =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            assert!(!part.is_empty() && part.bytes().all(fits), "{rule}");
        }
        assert!(rule.why().ends_with('.'), "{rule}");
    }
}

#[test]
fn the_page_is_what_the_tables_say() {
    let path = root().join("docs/rules.md");
    if std::env::var_os("ICHOR_RECORD_RULES").is_some() {
        fs::write(&path, page()).expect("it is written");
    }
    let written = fs::read_to_string(&path).expect("it is there");
    assert!(
        written == page(),
        "docs/rules.md differs: ICHOR_RECORD_RULES=1 cargo test -p pipeline --test rules",
    );
}

#[test]
fn each_rule_has_a_case_that_raises_it() {
    let mut cases = String::new();
    gather(&root().join("fixtures"), false, &mut cases);
    for krate in folder(&root().join("crates")) {
        gather(&krate.join("tests"), false, &mut cases);
        gather(&krate.join("src"), true, &mut cases);
    }
    let named: BTreeSet<&str> = cases
        .split(|one: char| !(one.is_ascii_alphanumeric() || "/-_".contains(one)))
        .collect();
    let constant = |rule: &Rule| rule.id().replace(['/', '-'], "_").to_uppercase();
    let without: Vec<_> = rules()
        .into_iter()
        .filter(|rule| !named.contains(rule.id()) && !named.contains(constant(rule).as_str()))
        .map(Rule::id)
        .collect();
    let known: Vec<_> = NOT_RAISED.iter().map(|(id, _)| *id).collect();
    assert_eq!(without, known, "rules that no test raises");
}

/// The text of all files; of sources only the tests in them.
fn gather(path: &Utf8Path, is_source: bool, cases: &mut String) {
    if path.is_dir() {
        for inner in folder(path) {
            gather(&inner, is_source, cases);
        }
        return;
    }
    // This test names those that have none.
    let Some(text) = fs::read_to_string(path)
        .ok()
        .filter(|_| !path.ends_with("pipeline/tests/rules.rs"))
    else {
        return;
    };
    let of_tests = match text.find("#[cfg(test)]\nmod") {
        _ if !is_source || path.as_str().contains("/tests") => 0,
        Some(start) => start,
        None => return,
    };
    cases.push_str(&text[of_tests..]);
    cases.push('\n');
}

fn folder(path: &Utf8Path) -> Vec<Utf8PathBuf> {
    let entries = path.read_dir_utf8().into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path().to_owned()).collect();
    paths.sort();
    paths
}
