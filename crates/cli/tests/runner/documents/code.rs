//! Blocks of code: shell that bash reads, YAML and JSON that parse, keys that there are.

use std::io::Write as _;
use std::process::{Command, Stdio};

use config_model::{Declarations, Input, Section, Templates, UsedKeys};
use diagnostics::Source;
use testkit::{commands, documents, fixtures};
use yaml::{Limits, Node};

use super::{cluster, filled};

/// The languages of blocks that a test reads, and those that stand for themselves.
const SHELL: [&str; 2] = ["sh", "bash"];
const READ: [&str; 2] = ["yaml", "json"];
const OTHERS: [&str; 3] = ["text", "toml", "mermaid"];

/// Flags with which a body is handed to curl.
const BODIES: [&str; 5] = ["-d", "--data", "--data-raw", "--data-binary", "--json"];

/// What is wrong with the blocks of these languages, each with its place.
fn faults(languages: &[&str], least: usize, judge: impl Fn(&str) -> Vec<String>) {
    let cluster = cluster();
    let mut faults = Vec::new();
    let mut looked = 0;
    for document in documents() {
        for block in document.blocks(languages) {
            looked += 1;
            let text = filled(&block.text, &cluster);
            let place = format!("{}:{}", document.path, block.line);
            let found = judge(&text).into_iter();
            faults.extend(found.map(|fault| format!("{place}: {fault}")));
        }
    }
    assert!(looked >= least, "{looked} blocks");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_block_says_what_it_is() {
    let known: Vec<_> = SHELL.iter().chain(&READ).chain(&OTHERS).copied().collect();
    for document in documents() {
        let fences = document
            .text
            .lines()
            .filter(|line| line.trim_start().starts_with("```"));
        let blocks = document.blocks(&known).len();
        assert_eq!(
            fences.count(),
            blocks * 2,
            "{}: a block of none of {known:?}",
            document.path
        );
    }
}

#[test]
fn bash_reads_every_block_of_shell() {
    faults(&SHELL, 60, |text| {
        let mut bash = Command::new("bash")
            .args(["-n", "-s"])
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("there is a bash");
        let mut input = bash.stdin.take().expect("is piped");
        input.write_all(text.as_bytes()).expect("it reads");
        drop(input);
        let output = bash.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&output.stderr);
        let fine = output.status.success() && said.is_empty();
        (!fine)
            .then(|| said.trim().to_owned())
            .into_iter()
            .collect()
    });
}

#[test]
fn bodies_of_requests_are_json() {
    let is_json = |text: &str| {
        let read = serde_json::from_str::<serde_json::Value>(text);
        read.err().map(|error| format!("{error}: {text}"))
    };
    faults(&["json"], 0, |text| is_json(text).into_iter().collect());
    faults(&SHELL, 60, |text| {
        let mut faults = Vec::new();
        for words in commands(text) {
            for pair in words.windows(2) {
                let is_body = BODIES.contains(&pair[0].as_str()) && pair[1].starts_with(['{', '[']);
                faults.extend(is_json(&pair[1]).filter(|_| is_body));
            }
        }
        faults
    });
}

#[test]
fn every_block_of_yaml_is_read_and_has_keys_that_there_are() {
    faults(&["yaml"], 7, |text| {
        let source = Source::new("block.yaml", text);
        let parsed = yaml::parse(&source, &Limits::default());
        if parsed.diagnostics.has_errors() {
            let problems = parsed.diagnostics.iter();
            return problems.map(ToString::to_string).collect();
        }
        let roots = parsed.documents.iter();
        roots.flat_map(|root| judged(&source, root)).collect()
    });
}

/// What is wrong with a file of the configuration; nothing with any other.
fn judged(source: &Source, root: &Node) -> Vec<String> {
    let Some(map) = root.as_mapping() else {
        return Vec::new();
    };
    let keys: Vec<_> = map.iter().filter_map(|entry| entry.key.text()).collect();
    let is_known = |key: &&str| {
        Declarations::built_in()
            .get(Section::Cluster, key)
            .is_some()
    };
    let declares = ["cluster", "plugin", "silence"];
    if keys.iter().any(is_known) {
        return of_cluster(source, &keys);
    }
    if keys.iter().any(|key| declares.contains(key)) {
        let (_, problems) = config_model::declarations(Some(source));
        return problems.iter().map(ToString::to_string).collect();
    }
    let nodes = root.get("nodes").and_then(Node::as_sequence);
    nodes.unwrap_or_default().iter().flat_map(of_node).collect()
}

/// The keys of an extract of `cluster.yaml` and their values, each by itself.
fn of_cluster(source: &Source, keys: &[&str]) -> Vec<String> {
    let read = |name: &str| {
        let path = fixtures().join("public").join(name);
        Source::new(
            name,
            std::fs::read_to_string(path).expect("the fixture has it"),
        )
    };
    let named = keys.iter().map(|key| (Section::Cluster, (*key).to_owned()));
    let parsed = config_model::parse(&Input {
        cluster: source,
        nodes: &read("nodes.yaml"),
        variables: Some(&Source::new("templates/variables.yaml", "cluster: {}\n")),
        // Whatever the extract does not have is not looked at.
        templates: Templates::Own,
        used: Some(&UsedKeys::new(named)),
    });
    let problems = parsed
        .diagnostics
        .iter()
        .filter(|problem| problem.is_error());
    problems.map(ToString::to_string).collect()
}

fn of_node(node: &Node) -> Vec<String> {
    let map = node.as_mapping().into_iter().flat_map(yaml::Mapping::iter);
    let keys = map.filter_map(|entry| entry.key.text());
    keys.filter(|key| Declarations::built_in().get(Section::Nodes, key).is_none())
        .map(|key| format!("`{key}` is no key of a node"))
        .collect()
}
