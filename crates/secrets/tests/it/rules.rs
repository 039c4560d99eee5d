//! `.sops.yaml`.

use secrets::Rules;

use super::*;

const CLASSIC: &str = "age1lzd99uklcjnc0e7d860axevet2cz99ce9pq6tzuzd05l5nr28ams36nvun";

fn parsed(text: &str) -> Result<Rules, Diagnostics> {
    Rules::parse(&Source::new(".sops.yaml", text))
}

#[test]
fn the_first_rule_that_matches_counts() {
    let second = Identity::generate().recipient();
    let text = format!(
        "stores:\n  yaml:\n    indent: 2\ncreation_rules:\n  - path_regex: talos/.*\\.sops\\.ya?ml\n    mac_only_encrypted: true\n    age: &key {CLASSIC}\n  - path_regex: (bootstrap|kubernetes)/.*\n    encrypted_regex: \"^(data|stringData)$\"\n    age:\n      - *key\n      - {second}\n  - age: '{CLASSIC}, {second},'\n"
    );
    let rules = parsed(&text).expect("rules");
    assert!(rules.notes().is_empty());
    let of = |path: &str| rules.rule_for(path).expect("the last one matches all");
    let talos = &of("talos/talsecret.sops.yaml").rule;
    assert!(talos.mac_only_encrypted && talos.selector.is_none() && talos.indents.yaml == Some(2));
    assert_eq!(
        of("deep/talos/x.sops.yml").location.to_string(),
        ".sops.yaml:5:5",
        "patterns match anywhere"
    );
    let kubernetes = of("kubernetes/apps/x/secret.sops.yaml");
    assert_eq!(kubernetes.rule.recipients().count(), 2);
    assert_eq!(
        kubernetes
            .rule
            .selector
            .as_ref()
            .expect("a selector")
            .to_string(),
        "encrypted_regex: ^(data|stringData)$"
    );
    assert_eq!(of("x.env").rule.groups[0].len(), 2);
    assert!(
        parsed("creation_rules:\n  - path_regex: ^x$\n")
            .expect("rules")
            .rule_for("y")
            .is_none()
    );
    assert!(parsed("").expect("no rules").rule_for("y").is_none());
}

#[test]
fn key_groups_merge_and_drop_repetitions() {
    let text = format!(
        "creation_rules:\n- shamir_threshold: 2\n  age: ignored\n  key_groups:\n  - age: [{CLASSIC}, {CLASSIC}]\n  - merge:\n    - age: [{CLASSIC}]\n    pgp: [ABC]\n    kms:\n    - arn: arn:aws:kms:x\n"
    );
    let rules = parsed(&text).expect("rules");
    let rule = &rules.rule_for("x").expect("a rule").rule;
    assert_eq!(rule.groups.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1]);
    assert_eq!(rule.foreign[1], ["pgp: ABC", "kms: arn:aws:kms:x"]);
    assert_eq!(rule.threshold, Some(2));
    let problems = sealed("a.yaml", "a: b\n", None, rule).expect_err("only age here");
    insta::assert_snapshot!(lines(&problems), @"a.yaml: error[sops/unsupported-key-kind]: nothing can be encrypted to `pgp: ABC` here: only age recipients can be used");
}

#[test]
fn every_problem_is_named_with_its_place() {
    let text = format!(
        "creation_rules:\n- path_regex: '('\n  age: {CLASSIC}x\n  encrypted_regex: a\n  encrypted_suffix: b\n  mac_only: true\n- age: [{KEY}, {{}}, yubikey]\n  unencrypted_regex: '\\1'\n  mac_only_encrypted: maybe\n  shamir_threshold: x\n- text\ndestination_rules: []\n"
    );
    let problems = parsed(&text).expect_err("wrong on purpose");
    insta::assert_snapshot!(lines(&problems), @r"
    .sops.yaml:2:15: error[sops/bad-regex]: `path_regex` is not a regular expression of Go: unclosed group
    .sops.yaml:4:20: error[sops/several-selectors]: `encrypted_regex` stands beside `encrypted_suffix`, and a rule may have only one of them
    .sops.yaml:3:8: error[keys/damaged-recipient]: the recipient `age1lzd99uklcjnc0e7d860axevet2cz99ce9pq6tzuzd05l5nr28ams36nvunx` is damaged: its checksum or its length is wrong
    .sops.yaml:8:22: error[sops/bad-regex]: `unencrypted_regex` is not a regular expression of Go: `\1` would refer back to a group, which RE2 cannot
    .sops.yaml:9:23: error[sops/wrong-type]: this is text, where sops wants true or false
    .sops.yaml:10:21: error[sops/wrong-type]: this is text, where sops wants a small whole number
    .sops.yaml:7:85: error[sops/wrong-type]: this is a map, where sops wants text
    .sops.yaml:7:9: error[keys/private-as-recipient]: a private key stands where a recipient belongs
    .sops.yaml:7:89: error[keys/no-recipient]: `yubikey` is not an age recipient
    .sops.yaml:11:3: error[sops/wrong-type]: this is text, where sops wants a map
    ");
    assert!(!format!("{problems:?}").contains("AGE-SECRET-KEY"));
    let rules = parsed(&format!(
        "creation_rules:\n- age: {CLASSIC}\n  mac_only: true\n"
    ))
    .expect("rules");
    insta::assert_snapshot!(lines(rules.notes()), @".sops.yaml:3:3: warning[sops/unknown-field]: sops knows no field `mac_only` here and ignores it");
}
