//! Bad input: an error that names file, path and remedy, nothing written, no value shown.

use super::{CLEAR, FILE, repository, rules_only};

/// Runs a command that must fail, name the file and what is asked for, and change nothing.
#[track_caller]
fn refused(sandbox: &testkit::Sandbox, arguments: &[&str], wanted: &[&str]) {
    let before = sandbox.snapshot();
    let all = ["secrets"].iter().chain(arguments).copied();
    let output = sandbox.run(all).exits(1);
    for part in wanted {
        assert!(output.stderr.contains(part), "expected `{part}`:\n{output}");
    }
    assert!(!output.to_string().contains("in-the-clear"), "{output}");
    assert!(output.stderr.len() < 20_000);
    assert!(sandbox.snapshot().changed_since(&before).is_empty());
}

#[test]
fn the_key_of_somebody_else() {
    let sandbox = repository();
    sandbox.write(
        "age.key",
        "AGE-SECRET-KEY-1G0Q5K9TV4REQ3ZSQRMTMG8NSWQGYT0T7TZ33RAZEE0GZYVZN0APSU24RK7\n",
    );
    let wanted = [
        FILE,
        "sops/no-identity",
        "it is encrypted to `age1",
        "hint:",
    ];
    refused(&sandbox, &["decrypt", FILE], &wanted);
    refused(&sandbox, &["rotate", "-i", "kubernetes"], &wanted);
    refused(&sandbox, &["edit", FILE], &wanted);
    // What is wrong with other sources is told now, and only now.
    std::fs::remove_file(sandbox.root().join("age.key")).expect("there");
    let keys = sandbox.home().join(".config/sops/age");
    std::fs::create_dir_all(&keys).expect("writable");
    std::fs::write(keys.join("keys.txt"), "no key\n").expect("writable");
    refused(
        &sandbox,
        &["decrypt", FILE],
        &["sops/no-identity", "keys.txt:1:1"],
    );
    drop(sandbox.run(["secrets", "status"]).success());
}

#[test]
fn keys_of_other_kinds_only() {
    let sandbox = repository();
    let text = sandbox.read(FILE);
    let (start, end) = (
        text.find("  age:\n").expect("keys"),
        text.find("  encrypted_regex").expect("a selector"),
    );
    let kms = "  kms:\n    - arn: arn:aws:kms:eu-1:1:key/a\n      created_at: \"2026-01-02T03:04:05Z\"\n      enc: AQ==\n";
    sandbox.write(FILE, format!("{}{kms}{}", &text[..start], &text[end..]));
    refused(
        &sandbox,
        &["decrypt", FILE],
        &[FILE, "sops/no-age-key", "`kms` keys only", "hint:"],
    );
}

#[test]
fn keys_twice_and_keys_that_are_no_text() {
    let sandbox = rules_only();
    for (text, rule) in [
        (
            "stringData:\n  a: x-in-the-clear\n  a: y-in-the-clear\n",
            "yaml/duplicate-key",
        ),
        ("stringData:\n  1: x-in-the-clear\n", "sops/"),
        ("stringData:\n  ? [a]\n  : x-in-the-clear\n", "sops/"),
        ("stringData: {a: 'x-in-the-clear\n", "yaml/syntax"),
        ("- x-in-the-clear\n", "sops/not-a-map"),
        (
            "%YAML 1.2\n---\nstringData:\n  a: x-in-the-clear\n",
            "sops/",
        ),
    ] {
        sandbox.write(FILE, text);
        refused(&sandbox, &["encrypt", "-i", FILE], &[FILE, rule]);
        refused(&sandbox, &["encrypt"], &[FILE, rule]);
    }
}

#[test]
fn values_in_the_clear_among_encrypted_ones() {
    let sandbox = repository();
    let text = sandbox.read(FILE).replace(
        "stringData:\n",
        "stringData:\n  added: by-hand-in-the-clear\n",
    );
    sandbox.write(FILE, text);
    let wanted = [
        "kubernetes/apps/demo/secret.sops.yaml:6:10",
        "sops/clear-text",
        "`stringData.added`",
        "hint:",
    ];
    refused(&sandbox, &["decrypt", FILE], &wanted);
    refused(&sandbox, &["check", FILE], &wanted);
}

#[test]
fn files_that_are_too_large_and_files_that_are_large() {
    let sandbox = rules_only();
    sandbox.write(FILE, format!("{CLEAR}  big: {}\n", "x".repeat(5 << 20)));
    drop(sandbox.run(["secrets", "encrypt"]).success());
    let output = sandbox.run(["secrets", "decrypt", FILE]).success();
    assert!(output.stdout.len() > 5 << 20);
    sandbox.write(FILE, format!("{CLEAR}  big: {}\n", "x".repeat(17 << 20)));
    refused(
        &sandbox,
        &["encrypt"],
        &[FILE, "file/too-large", "hint: Flux takes 5 MiB"],
    );
}

#[test]
fn rules_that_are_wrong() {
    let sandbox = rules_only();
    sandbox.write(FILE, CLEAR);
    for (name, wrong) in [
        ("encrypted_regex", "encrypted_regex: ^(data|stringData$"),
        ("path_regex", "path_regex: '(?<a>'"),
    ] {
        sandbox.write(
            ".sops.yaml",
            format!("creation_rules:\n  - age: age1\n    {wrong}\n"),
        );
        let wanted = [".sops.yaml:3", "sops/bad-regex", name];
        refused(&sandbox, &["encrypt"], &wanted);
        refused(&sandbox, &["check"], &wanted);
    }
    refused(
        &sandbox,
        &["encrypt", "--config", "other.yaml"],
        &["other.yaml", "file/missing"],
    );
}

#[test]
fn one_bad_file_keeps_no_other_from_being_done() {
    let sandbox = rules_only();
    sandbox.write(FILE, CLEAR);
    sandbox.write("kubernetes/bad.sops.yaml", "a: [\n");
    let output = sandbox.run(["secrets", "encrypt"]).exits(1);
    assert!(
        output.stderr.contains("kubernetes/bad.sops.yaml"),
        "{output}"
    );
    assert!(
        output.stderr.contains(&format!("encrypted    {FILE}")),
        "{output}"
    );
    assert!(sandbox.read(FILE).contains("ENC["));
    assert_eq!(sandbox.read("kubernetes/bad.sops.yaml"), "a: [\n");
}

#[test]
fn a_single_changed_byte_is_noticed() {
    let sandbox = repository();
    let text = sandbox.read(FILE);
    let at = text
        .find("password: ENC[AES256_GCM,data:")
        .expect("a token")
        + 30;
    let other = if &text[at..=at] == "A" { "B" } else { "A" };
    sandbox.write(FILE, format!("{}{other}{}", &text[..at], &text[at + 1..]));
    refused(
        &sandbox,
        &["decrypt", FILE],
        &[
            "secret.sops.yaml:8:",
            "sops/damaged-value",
            "`stringData.password`",
            "hint:",
        ],
    );
}
