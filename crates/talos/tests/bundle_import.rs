//! Bundles out of machine configs, and what is missing in those.

use diagnostics::Source;
use talos::bundle::{self, Bundle};

const BUNDLE: &str = include_str!("vectors/talsecret.yaml");

macro_rules! config {
    ($name:literal) => {
        include_str!(concat!("vectors/generate/", $name, ".yaml"))
    };
}

fn import(text: &str) -> Result<Bundle, String> {
    let source = Source::new("node.yaml", text);
    Bundle::from_machine_config(&source).map_err(|problems| {
        let secrets: Vec<&str> = text
            .lines()
            .filter_map(|line| line.split_once(": "))
            .filter(|(key, _)| ["id", "secret", "token", "crt", "key"].contains(&key.trim()))
            .map(|(_, value)| value)
            .filter(|value| value.len() > 7)
            .collect();
        let whole = format!("{problems:?}");
        assert!(secrets.iter().all(|secret| !whole.contains(secret)));
        problems
            .iter()
            .map(|problem| format!("{problem}\n"))
            .collect()
    })
}

fn problems(text: &str) -> String {
    import(text).expect_err("refused")
}

#[test]
fn every_contract_gives_the_bundle_back_byte_for_byte() {
    for config in [
        config!("v1.9.5-cp"),
        config!("v1.10.7-cp"),
        config!("v1.11.5-cp"),
        config!("v1.12.5-cp"),
        config!("v1.13.9-cp"),
        config!("v1.14.0-cp"),
    ] {
        let bundle = import(config).expect("a bundle");
        assert!(*bundle.to_yaml() == *BUNDLE);
    }
}

#[test]
fn the_order_of_documents_does_not_matter() {
    let mut documents: Vec<&str> = config!("v1.14.0-cp").trim_end().split("\n---\n").collect();
    documents.reverse();
    let bundle = import(&documents.join("\n---\n")).expect("a bundle");
    assert!(*bundle.to_yaml() == *BUNDLE);
}

#[test]
fn both_encryption_secrets_are_kept() {
    let bundle = bundle::read(&Source::new("talsecret.yaml", BUNDLE)).expect("a bundle");
    let secret = bundle.secretbox_secret.as_ref().expect("one").expose();
    let old = format!("cluster:\n    aescbcEncryptionSecret: {secret}\n");
    let config = config!("v1.11.5-cp").replacen("cluster:\n", &old, 1);
    let imported = import(&config).expect("a bundle");
    assert_eq!(imported.aescbc_secret, imported.secretbox_secret);
}

#[test]
fn a_worker_has_no_keys() {
    insta::assert_snapshot!(problems(config!("v1.11.5-worker")), @"node.yaml:5:11: error[talsecret/worker-config]: the machine config is that of a worker, which has no keys of the cluster");
    insta::assert_snapshot!(problems(config!("v1.14.0-worker")), @"node.yaml:5:11: error[talsecret/worker-config]: the machine config is that of a worker, which has no keys of the cluster");
}

#[test]
fn everything_that_is_missing_is_told_at_once() {
    insta::assert_snapshot!(problems("version: v1alpha1\nmachine:\n  type: controlplane\n"), @r#"
    node.yaml:1:1: error[talsecret/missing]: the machine config lacks `cluster.aggregatorCA.crt`
    node.yaml:1:1: error[talsecret/missing]: the machine config lacks `cluster.aggregatorCA.key`
    node.yaml:1:1: error[talsecret/missing]: the machine config lacks `cluster.ca.crt`
    node.yaml:1:1: error[talsecret/missing]: the machine config lacks `cluster.ca.key`
    node.yaml:1:1: error[talsecret/missing]: the machine config lacks `cluster.etcd.ca.crt`
    node.yaml:1:1: error[talsecret/missing]: the machine config lacks `cluster.etcd.ca.key`
    node.yaml:1:1: error[talsecret/missing]: the machine config lacks `cluster.id`
    node.yaml:1:1: error[talsecret/missing]: the machine config lacks `cluster.secret`
    node.yaml:1:1: error[talsecret/missing]: the machine config lacks `cluster.secretboxEncryptionSecret`
    node.yaml:1:1: error[talsecret/missing]: the machine config lacks `cluster.serviceAccount.key`
    node.yaml:1:1: error[talsecret/missing]: the machine config lacks `cluster.token`
    node.yaml:3:3: error[talsecret/missing]: the machine config lacks `machine.ca.crt`
    node.yaml:3:3: error[talsecret/missing]: the machine config lacks `machine.ca.key`
    node.yaml:3:3: error[talsecret/missing]: the machine config lacks `machine.token`
    "#);
    insta::assert_snapshot!(problems("machine: {}\ncluster: {}\n"), @r#"
    node.yaml:1:10: error[talsecret/missing]: the machine config lacks `machine.ca.crt`
    node.yaml:1:10: error[talsecret/missing]: the machine config lacks `machine.ca.key`
    node.yaml:1:10: error[talsecret/missing]: the machine config lacks `machine.token`
    node.yaml:2:10: error[talsecret/missing]: the machine config lacks `cluster.aggregatorCA.crt`
    node.yaml:2:10: error[talsecret/missing]: the machine config lacks `cluster.aggregatorCA.key`
    node.yaml:2:10: error[talsecret/missing]: the machine config lacks `cluster.ca.crt`
    node.yaml:2:10: error[talsecret/missing]: the machine config lacks `cluster.ca.key`
    node.yaml:2:10: error[talsecret/missing]: the machine config lacks `cluster.etcd.ca.crt`
    node.yaml:2:10: error[talsecret/missing]: the machine config lacks `cluster.etcd.ca.key`
    node.yaml:2:10: error[talsecret/missing]: the machine config lacks `cluster.id`
    node.yaml:2:10: error[talsecret/missing]: the machine config lacks `cluster.secret`
    node.yaml:2:10: error[talsecret/missing]: the machine config lacks `cluster.secretboxEncryptionSecret`
    node.yaml:2:10: error[talsecret/missing]: the machine config lacks `cluster.serviceAccount.key`
    node.yaml:2:10: error[talsecret/missing]: the machine config lacks `cluster.token`
    "#);
    let (main, _) = config!("v1.14.0-cp")
        .split_once("---\n")
        .expect("documents");
    insta::assert_snapshot!(problems(main), @r#"
    node.yaml:16:5: error[talsecret/missing]: the machine config lacks `cluster.aggregatorCA.crt`
    node.yaml:16:5: error[talsecret/missing]: the machine config lacks `cluster.aggregatorCA.key`
    node.yaml:16:5: error[talsecret/missing]: the machine config lacks `cluster.ca.crt`
    node.yaml:16:5: error[talsecret/missing]: the machine config lacks `cluster.ca.key`
    node.yaml:16:5: error[talsecret/missing]: the machine config lacks `cluster.id`
    node.yaml:16:5: error[talsecret/missing]: the machine config lacks `cluster.secret`
    node.yaml:16:5: error[talsecret/missing]: the machine config lacks `cluster.secretboxEncryptionSecret`
    node.yaml:16:5: error[talsecret/missing]: the machine config lacks `cluster.serviceAccount.key`
    "#);
}

#[test]
fn what_is_no_machine_config() {
    insta::assert_snapshot!(problems(""), @"node.yaml: error[talsecret/no-machine-config]: the file holds no machine config");
    insta::assert_snapshot!(problems("hunter2: [hunter2\n"), @"node.yaml:1:10: error[yaml/syntax]: the bracket `[` is never closed");
    insta::assert_snapshot!(problems(BUNDLE), @"node.yaml: error[talsecret/no-machine-config]: the file holds no machine config");
    insta::assert_snapshot!(problems("apiVersion: v1alpha1\nkind: HostnameConfig\nauto: stable\n"), @"node.yaml: error[talsecret/no-machine-config]: the file holds no machine config");
}

#[test]
fn what_talosctl_shows_to_readers_has_no_keys() {
    let mut config = String::new();
    for line in config!("v1.11.5-cp").lines() {
        let key = line
            .split_once("key: ")
            .map(|(start, _)| format!("{start}key: '******'"));
        config.push_str(key.as_deref().unwrap_or(line));
        config.push('\n');
    }
    insta::assert_snapshot!(problems(&config), @r#"
    node.yaml:9:14: error[talsecret/redacted]: `machine.ca.key` was taken out (`******`): no control plane can be configured without it
    node.yaml:50:14: error[talsecret/redacted]: `cluster.ca.key` was taken out (`******`): no control plane can be configured without it
    node.yaml:53:14: error[talsecret/redacted]: `cluster.aggregatorCA.key` was taken out (`******`): no control plane can be configured without it
    node.yaml:55:14: error[talsecret/redacted]: `cluster.serviceAccount.key` was taken out (`******`): no control plane can be configured without it
    node.yaml:100:18: error[talsecret/redacted]: `cluster.etcd.ca.key` was taken out (`******`): no control plane can be configured without it
    "#);
    let cut = config!("v1.11.5-cp").replacen("LS0tLS1CRUdJTiBFR", "LS0tLS1CRUdJTiBFX", 1);
    insta::assert_snapshot!(problems(&cut), @"node.yaml:9:14: error[talsecret/broken]: `machine.ca.key` holds PEM that is damaged between its `BEGIN` and `END` lines");
}
