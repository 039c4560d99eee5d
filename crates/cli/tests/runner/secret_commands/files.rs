//! Files and trees: encrypted, decrypted, changed value by value.

use insta::assert_snapshot;

use super::{CLEAR, FILE, PASSWORD, repository, rules_only};

#[test]
fn a_tree_is_encrypted_once_and_stays() {
    let sandbox = rules_only();
    sandbox.write(FILE, CLEAR);
    sandbox.write("talos/talsecret.sops.yaml", "secret: value\n");
    sandbox.write(
        "kubernetes/apps/demo/config.yaml",
        "kind: ConfigMap\ndata:\n  a: b\n",
    );
    sandbox.write("templates/secret.sops.yaml.j2", CLEAR);
    assert_snapshot!(sandbox.run(["secrets", "encrypt"]).success(), @r"
    ------- stderr -------
      encrypted    kubernetes/apps/demo/secret.sops.yaml
      encrypted    talos/talsecret.sops.yaml
    Done: 2 files.
    ");
    assert!(!sandbox.read(FILE).contains("hunter2"));
    assert_eq!(sandbox.read("templates/secret.sops.yaml.j2"), CLEAR);
    let before = sandbox.snapshot();
    assert_snapshot!(sandbox.run(["secrets", "encrypt"]).success(), @r"
    ------- stderr -------
    Nothing to do: 2 files unchanged.
    ");
    assert!(sandbox.snapshot().changed_since(&before).is_empty());
    assert_snapshot!(sandbox.run(["secrets", "status", "--verify"]).success(), @r"
    encrypted      kubernetes/apps/demo/secret.sops.yaml
    encrypted      talos/talsecret.sops.yaml
    ------- stderr -------
    2 secret files.
    ");
}

#[test]
fn a_file_is_printed_whole_or_in_part() {
    let sandbox = repository();
    let out = |arguments: &[&str]| {
        let all = ["secrets"].iter().chain(arguments).copied();
        sandbox.run(all).success().stdout
    };
    assert_eq!(out(&["decrypt", FILE]), CLEAR);
    assert_eq!(out(&["get", FILE, PASSWORD]), "hunter2-in-the-clear");
    assert_eq!(
        out(&[
            "decrypt",
            "--extract",
            r#"["metadata"]"#,
            "--output-type",
            "json",
            FILE
        ]),
        "{\n\t\"name\": \"demo\"\n}\n"
    );
    drop(
        sandbox
            .run(["secrets", "decrypt", "--output", "./plain.yaml", FILE])
            .success(),
    );
    assert_eq!(sandbox.read("plain.yaml"), CLEAR);
    drop(sandbox.run(["secrets", "decrypt", "kubernetes"]).exits(2));
    drop(
        sandbox
            .run(["secrets", "decrypt", "-i", "kubernetes"])
            .success(),
    );
    assert_eq!(sandbox.read(FILE), CLEAR);
    drop(sandbox.run(["configure", "--output", "./x.yaml"]).exits(2));
}

#[test]
fn one_value_is_set_and_nothing_else_changes() {
    let sandbox = repository();
    let before = sandbox.read(FILE);
    sandbox.write("value.json", "\"hunter3-in-the-clear\"");
    let set = [
        "secrets",
        "set",
        "--value-file",
        FILE,
        PASSWORD,
        "value.json",
    ];
    assert_snapshot!(sandbox.run(set).success(), @r"
    ------- stderr -------
    Set `stringData.password` in `kubernetes/apps/demo/secret.sops.yaml`.
    ");
    let after = sandbox.read(FILE);
    let changed: Vec<_> = before
        .lines()
        .zip(after.lines())
        .filter(|(old, new)| old != new)
        .map(|(_, new)| new.trim_start().split(':').next().unwrap_or_default())
        .collect();
    // The time differs only where a second has passed.
    assert!(
        changed == ["password", "mac"] || changed == ["password", "lastmodified", "mac"],
        "{changed:?}"
    );
    assert_snapshot!(sandbox.run(set).success(), @r"
    ------- stderr -------
    Nothing to do: `stringData.password` has this value.
    ");
    assert_eq!(sandbox.read(FILE), after);
    let unset = ["secrets", "unset", FILE, PASSWORD];
    drop(sandbox.run(unset).success());
    assert!(!sandbox.read(FILE).contains("password"));
    assert_snapshot!(sandbox.run(unset).success(), @r"
    ------- stderr -------
    Nothing to do: there is nothing at `stringData.password`.
    ");
    let bad = sandbox
        .run(["secrets", "set", FILE, PASSWORD, "hunter4"])
        .exits(2);
    assert!(!bad.stderr.contains("hunter4"), "{bad}");
    assert_snapshot!(bad, @r#"
    ------- stderr -------
    error: the value is not JSON
    hint: put text in double quotes: `'"text"'`, or add `--text`
    [exit code: 2]
    "#);
}

#[test]
fn results_for_programs_name_no_value() {
    let sandbox = repository();
    sandbox.write("new.json", "\"other-in-the-clear\"");
    for arguments in [
        vec!["set", "--value-file", FILE, PASSWORD, "new.json"],
        vec!["rotate", "-i", FILE],
        vec!["status", "--verify"],
        vec!["updatekeys"],
        vec!["check"],
        vec!["encrypt"],
    ] {
        let all = ["secrets", "--output", "json"].into_iter().chain(arguments);
        let output = sandbox.run(all).success();
        assert!(output.stdout.starts_with('{'), "{output}");
        assert!(!output.to_string().contains("in-the-clear"), "{output}");
    }
}

#[test]
fn recipients_follow_the_rules_after_a_question() {
    let sandbox = repository();
    let other = "age1lzd99uklcjnc0e7d860axevet2cz99ce9pq6tzuzd05l5nr28ams36nvun";
    let rules = sandbox
        .read(".sops.yaml")
        .replace("age: age1", &format!("age: {other},age1"));
    sandbox.write(".sops.yaml", rules);
    assert_snapshot!(sandbox.run(["secrets", "status"]).success(), @r"
    other keys     kubernetes/apps/demo/secret.sops.yaml
    ------- stderr -------
    1 secret file.
    hint: `ichor secrets updatekeys` gives files the recipients of their rules
    ");
    let before = sandbox.read(FILE);
    assert_snapshot!(sandbox.run(["secrets", "updatekeys"]).exits(4), @r"
    ------- stderr -------
    `kubernetes/apps/demo/secret.sops.yaml`:
      + age1lzd99uklcjnc0e7d860axevet2cz99ce9pq6tzuzd05l5nr28ams36nvun
    error: the recipients of 1 file would change
    hint: add `--yes` to change them
    [exit code: 4]
    ");
    assert_eq!(sandbox.read(FILE), before);
    drop(sandbox.run(["secrets", "updatekeys", "--yes"]).success());
    let after = sandbox.read(FILE);
    assert!(after.contains(other));
    let armor = |text: &str| {
        let start = text.find("-----BEGIN").expect("armor");
        text[start..start + 300].to_owned()
    };
    assert!(
        after.contains(&armor(&before)),
        "the old stanza stays as it is"
    );
    drop(sandbox.run(["secrets", "updatekeys"]).success());
    assert_eq!(sandbox.read(FILE), after);
}

#[test]
fn without_git_and_rules_recipients_can_be_named() {
    let sandbox = crate::empty();
    sandbox.write("a.yaml", "a: 1\n");
    let recipient = "age1lzd99uklcjnc0e7d860axevet2cz99ce9pq6tzuzd05l5nr28ams36nvun";
    assert_snapshot!(sandbox.run(["secrets", "encrypt", "a.yaml"]).exits(1), @r"
    ------- stderr -------
    error[secrets/no-rule]: no creation rule of `.sops.yaml` is for `a.yaml`
    --> a.yaml
     |
    hint: add a rule whose `path_regex` matches it, or name recipients with `--age`

    1 error
    [exit code: 1]
    ");
    let output = sandbox
        .run(["secrets", "encrypt", "--age", recipient, "a.yaml"])
        .success();
    assert!(output.stdout.starts_with("a: ENC["), "{output}");
    assert_eq!(sandbox.read("a.yaml"), "a: 1\n");
}

#[test]
fn who_sets_a_value_loses_none_that_others_set_at_the_same_time() {
    let sandbox = repository();
    let running: Vec<_> = (0..8)
        .map(|number| {
            let path = format!(r#"["stringData"]["key-{number}"]"#);
            let arguments = ["-q", "secrets", "set", "--text", FILE, &path, "some-text"];
            let mut command = sandbox.command(arguments);
            command.spawn().expect("the program can be started")
        })
        .collect();
    for mut program in running {
        assert!(program.wait().expect("it ends").success());
    }
    let clear = sandbox.run(["secrets", "decrypt", FILE]).success().stdout;
    assert_eq!(clear.matches("some-text").count(), 8, "{clear}");
}

#[test]
fn rules_for_everything_encrypt_neither_the_key_nor_themselves() {
    for pattern in [".*", ".+", "\\.(yaml|key)$", ".*[a-z]"] {
        let sandbox = repository();
        let rules = sandbox.read(".sops.yaml");
        let key = sandbox.read("age.key");
        let recipient = rules.rsplit("age: ").next().expect("a recipient").trim();
        let rules = format!("{rules}  - path_regex: '{pattern}'\n    age: {recipient}\n");
        sandbox.write(".sops.yaml", &rules);
        sandbox.write(".gitignore", "/age.key\n");
        sandbox.write("kubernetes/other.sops.yaml", CLEAR);
        let output = sandbox.run(["secrets", "encrypt"]).success();
        assert!(sandbox.read("kubernetes/other.sops.yaml").contains("ENC["));
        assert_eq!(sandbox.read(".sops.yaml"), rules, "{output}");
        assert_eq!(sandbox.read("age.key"), key, "{output}");
        assert_eq!(sandbox.read(".gitignore"), "/age.key\n", "{output}");
        assert!(!sandbox.read("cluster.yaml").contains("ENC["), "{output}");
        assert!(!sandbox.read("nodes.yaml").contains("ENC["), "{output}");
    }
}
