//! What people met in public with sops and its relatives: nothing stays in the clear without a
//! word, nothing is lost, and every way that a hint names works.

use secrets::{File, Identity, Request, Rule, Selector, Timestamp};
use testkit::Sandbox;

use super::git::git;
use crate::{empty, fixture, identity};

/// A repository with an identity and these rules, in which `ME` is its recipient.
fn with_rules(rules: &str) -> Sandbox {
    let (sandbox, key) = (empty(), Identity::generate());
    sandbox.write("age.key", key.to_file("2026-01-02T03:04:05Z").as_str());
    sandbox.write(".gitignore", "/age.key\n");
    let rules = rules.replace("ME", &key.recipient());
    sandbox.write(".sops.yaml", format!("creation_rules:\n{rules}"));
    sandbox
}

const ANY: &str = "  - age: ME\n";

fn widen(sandbox: &Sandbox, old: &str, new: &str) {
    let rules = sandbox.read(".sops.yaml");
    sandbox.write(".sops.yaml", rules.replace(old, new));
}

#[test]
fn a_selector_that_matches_nothing_encrypts_nothing_and_says_so() {
    let sandbox = with_rules(
        "  - path_regex: \\.env$\n    age: ME\n    encrypted_regex: ^data$\n  - age: ME\n    encrypted_regex: ^(data | stringData)$\n",
    );
    sandbox.write("a.sops.env", "A=hush\n");
    let secret = "kind: Secret\nstringData:\n  password: hush\n";
    sandbox.write("b.sops.yaml", secret);
    for arguments in [
        &["secrets", "encrypt"][..],
        &["secrets", "encrypt", "-i", "a.sops.env", "b.sops.yaml"],
    ] {
        let output = sandbox.run(arguments.iter().copied()).exits(1);
        for name in ["a.sops.env", "b.sops.yaml"] {
            let told =
                format!("error[secrets/nothing-selected]: all of `{name}` would stay in the clear");
            assert!(output.stderr.contains(&told), "{output}");
        }
        assert!(!output.stderr.contains("  encrypted"), "{output}");
    }
    assert_eq!(sandbox.read("b.sops.yaml"), secret);
    drop(sandbox.run(["secrets", "check"]).exits(1));

    // sops writes such a file, with its block, in the clear.
    let mut rule = Rule::for_recipients([identity(&sandbox).recipient().parse().expect("its own")]);
    rule.selector = Selector::new("encrypted_regex", "^(data | stringData)$").expect("a pattern");
    let made = secrets::encrypt(&Request {
        plaintext: File::new("b.sops.yaml", secret.as_bytes()),
        previous: None,
        rule: &rule,
        identities: &[],
        now: Timestamp::from_unix_seconds(1_767_323_045),
    });
    sandbox.write("b.sops.yaml", made.expect("as sops has it").content);
    let output = sandbox.run(["secrets", "check", "b.sops.yaml"]).exits(1);
    assert!(
        output.stderr.contains("error[secrets/nothing-selected]"),
        "{output}"
    );
    let output = sandbox.run(["secrets", "status", "b.sops.yaml"]).success();
    assert_eq!(output.stdout, "not encrypted  b.sops.yaml\n");
    widen(&sandbox, "^(data | stringData)$", "^(data|stringData)$");
    drop(
        sandbox
            .run(["secrets", "encrypt", "-i", "b.sops.yaml"])
            .success(),
    );
    assert!(!sandbox.read("b.sops.yaml").contains("hush"));
    drop(sandbox.run(["secrets", "check", "b.sops.yaml"]).success());
}

#[test]
fn a_key_under_a_rule_that_was_widened_is_encrypted() {
    let sandbox = with_rules("  - age: ME\n    encrypted_regex: ^(old)$\n");
    let file = "a.sops.yaml";
    sandbox.write(file, "old: a\nx: 1\n");
    drop(sandbox.run(["secrets", "encrypt", "-i", file]).success());
    // What was in the file when the rule was widened is told, and encrypted on demand.
    widen(&sandbox, "(old)", "(old|x)");
    let output = sandbox.run(["secrets", "check"]).exits(1);
    assert!(
        output
            .stderr
            .contains("error[sops/narrow-selector]: `x` is in the clear"),
        "{output}"
    );
    let output = sandbox.run(["secrets", "status"]).success();
    assert!(output.stdout.starts_with("partly clear "), "{output}");
    drop(sandbox.run(["secrets", "encrypt"]).success());
    assert!(sandbox.read(file).contains("x: ENC["));
    drop(sandbox.run(["secrets", "check"]).success());
    // What is added later is encrypted at once.
    widen(&sandbox, "(old|x)", "(old|x|new)");
    let output = sandbox
        .run(["secrets", "set", file, r#"["new"]"#, "\"hush\""])
        .success();
    assert!(
        output.stderr.contains("warning[sops/selector-widened]"),
        "{output}"
    );
    assert!(sandbox.read(file).contains("new: ENC["));
    drop(sandbox.run(["secrets", "check"]).success());
    let clear = sandbox.run(["secrets", "decrypt", file]).success();
    assert_eq!(clear.stdout, "old: a\nx: 1\nnew: hush\n");
}

#[test]
fn a_line_in_the_clear_can_be_dealt_with_in_every_way_that_is_named() {
    let sandbox = with_rules(ANY);
    let file = "a.sops.yaml";
    sandbox.write(file, "x: 1\n");
    drop(sandbox.run(["secrets", "encrypt", "-i", file]).success());
    let added = format!("new: clear\n{}", sandbox.read(file));
    let whole = "new: clear\nx: 1\n";
    let ways: [&[&[&str]]; 3] = [
        &[&["encrypt", "-i", file]],
        &[&["encrypt"]],
        &[
            &["decrypt", "-i", "--ignore-mac", file],
            &["encrypt", "-i", file],
        ],
    ];
    for way in ways {
        sandbox.write(file, &added);
        let status = sandbox.run(["secrets", "status"]).success();
        assert!(status.stdout.starts_with("partly clear "), "{status}");
        for command in way {
            let words = ["secrets"].iter().chain(*command).copied();
            drop(sandbox.run(words).success());
        }
        assert!(!sandbox.read(file).contains("clear"));
        let clear = sandbox.run(["secrets", "decrypt", file]).success();
        assert_eq!(clear.stdout, whole);
    }
    // To look at it takes no more than to say so.
    sandbox.write(file, &added);
    let seen = sandbox
        .run(["secrets", "decrypt", "--ignore-mac", file])
        .success();
    assert_eq!(seen.stdout, whole);
    assert!(seen.stderr.contains("warning[sops/clear-text]"), "{seen}");
    let refused = sandbox.run(["secrets", "decrypt", file]).exits(1);
    assert!(
        refused
            .stderr
            .contains("`ichor secrets encrypt --in-place a.sops.yaml`"),
        "{refused}"
    );
}

#[test]
fn a_line_that_is_gone_is_taken_for_meant_where_the_hint_is_followed() {
    let sandbox = with_rules(ANY);
    let file = "a.sops.yaml";
    sandbox.write(file, "x: 1\ny: 2\n");
    drop(sandbox.run(["secrets", "encrypt", "-i", file]).success());
    let text = sandbox.read(file);
    sandbox.write(file, text.split_once('\n').expect("lines").1);
    let refused = sandbox.run(["secrets", "decrypt", file]).exits(1);
    for command in ["decrypt --in-place --ignore-mac", "encrypt --in-place"] {
        let named = format!("`ichor secrets {command} {file}`");
        assert!(refused.stderr.contains(&named), "{refused}");
        let words = ["secrets"]
            .into_iter()
            .chain(command.split(' '))
            .chain([file]);
        drop(sandbox.run(words).success());
    }
    let clear = sandbox.run(["secrets", "decrypt", file]).success();
    assert_eq!(clear.stdout, "y: 2\n");
}

#[test]
fn a_damaged_value_is_replaced_as_the_hint_says() {
    let sandbox = with_rules(ANY);
    let file = "a.sops.yaml";
    sandbox.write(file, "x: 1\ny: 2\n");
    drop(sandbox.run(["secrets", "encrypt", "-i", file]).success());
    let text = sandbox.read(file);
    let (first, rest) = text.split_once('\n').expect("lines");
    sandbox.write(file, format!("z{}\n{rest}", &first[1..]));
    let refused = sandbox.run(["secrets", "decrypt", file]).exits(1);
    let hint =
        "write the value in its place in the clear, and run `ichor secrets encrypt --in-place";
    assert!(refused.stderr.contains(hint), "{refused}");
    sandbox.write(file, format!("z: new\n{rest}"));
    drop(
        sandbox
            .run(["secrets", "encrypt", "--in-place", file])
            .success(),
    );
    let clear = sandbox.run(["secrets", "decrypt", file]).success();
    assert_eq!(clear.stdout, "z: new\ny: 2\n");
}

#[test]
fn a_file_that_is_named_as_encrypted_names_its_way_there() {
    let sandbox = with_rules(ANY);
    sandbox.write("a.sops.yaml", "x: ''\n");
    for command in ["check", "decrypt"] {
        let output = sandbox.run(["secrets", command, "a.sops.yaml"]).exits(1);
        let way = "`ichor secrets encrypt --in-place a.sops.yaml`";
        assert!(output.stderr.contains(way), "{output}");
    }
    drop(
        sandbox
            .run(["secrets", "encrypt", "--in-place", "a.sops.yaml"])
            .success(),
    );
    drop(sandbox.run(["secrets", "check"]).success());
}

#[test]
fn a_merge_with_markers_in_it_is_finished_as_the_hint_says() {
    let sandbox = with_rules(ANY);
    let Some(git) = git(&sandbox) else { return };
    git.init();
    let file = "a.sops.yaml";
    sandbox.write(file, "a: 1\nb: x\nc: y\n");
    let set = |path: &str, value: &str| {
        drop(sandbox.run(["secrets", "set", file, path, value]).success());
    };
    drop(sandbox.run(["secrets", "encrypt", "-i", file]).success());
    git.run(&["add", ".sops.yaml", ".gitignore", file]);
    git.run(&["commit", "--quiet", "--message", "one"]);
    git.run(&["switch", "--quiet", "--create", "other"]);
    set(r#"["b"]"#, "\"theirs\"");
    git.run(&["commit", "--quiet", "--all", "--message", "two"]);
    git.run(&["switch", "--quiet", "main"]);
    set(r#"["c"]"#, "\"ours\"");
    git.run(&["commit", "--quiet", "--all", "--message", "three"]);
    assert!(!git.output(&["merge", "other"]).status.success());
    for command in ["decrypt", "status"] {
        let output = sandbox.run(["secrets", command, file]).exits(1);
        assert!(output.stderr.contains("sops/merge-conflict"), "{output}");
        assert!(
            output.stderr.contains("`git checkout --merge a.sops.yaml`"),
            "{output}"
        );
    }
    drop(git.ichor(["init", "--hooks"]).success());
    git.run(&["checkout", "--merge", file]);
    let clear = git.ichor(["secrets", "decrypt", file]).success();
    assert_eq!(clear.stdout, "a: 1\nb: theirs\nc: ours\n");
    // The other way that is named.
    git.run(&["checkout", "--ours", file]);
    let clear = git.ichor(["secrets", "decrypt", file]).success();
    assert_eq!(clear.stdout, "a: 1\nb: x\nc: ours\n");
}

#[test]
fn numbers_that_change_on_the_way_are_told() {
    let sandbox = with_rules(ANY);
    sandbox.write("a.sops.yaml", "id: 12345678901234567890123\n");
    sandbox.write("a.sops.json", "{\"id\": 9007199254740993}\n");
    let output = sandbox.run(["secrets", "encrypt"]).success();
    assert!(
        output.stderr.contains("warning[sops/digits-lost]"),
        "{output}"
    );
    assert!(output.stderr.contains("a.sops.yaml:1:5"), "{output}");
    assert!(!output.to_string().contains("1234567890"), "{output}");
    let clear = sandbox.run(["secrets", "decrypt", "a.sops.json"]).success();
    assert_eq!(clear.stdout, "{\"id\": 9007199254740993}\n");
    let output = sandbox
        .run([
            "secrets",
            "set",
            "a.sops.json",
            r#"["n"]"#,
            "[1, 12345678901234567890123]",
        ])
        .success();
    assert!(
        output
            .stderr
            .contains("warning[sops/digits-lost]: the number of `value[1]`"),
        "{output}"
    );
}

#[test]
fn what_a_conversion_leaves_out_is_told() {
    let sandbox = with_rules(ANY);
    sandbox.write("a.sops.yaml", "# one\na: b # two\n---\nc: d\n");
    drop(sandbox.run(["secrets", "encrypt"]).success());
    let output = sandbox
        .run(["secrets", "decrypt", "--output-type", "json", "a.sops.yaml"])
        .success();
    assert_eq!(output.stdout, "{\n\t\"a\": \"b\"\n}\n");
    for told in [
        "the 2 comments of the file are left out",
        "of its 2 documents only the first",
    ] {
        assert!(output.stderr.contains(told), "{output}");
    }
    let output = sandbox
        .run(["secrets", "decrypt", "--output-type", "yaml", "a.sops.yaml"])
        .success();
    assert_eq!(output.stderr, "");
}

#[test]
fn key_files_of_every_editor_are_read_or_named() {
    let sandbox = with_rules(ANY);
    sandbox.write("a.sops.yaml", "a: b\n");
    drop(sandbox.run(["secrets", "encrypt"]).success());
    let key = sandbox.read("age.key");
    let decrypt = || sandbox.run(["secrets", "decrypt", "a.sops.yaml"]);
    for good in [key.replace('\n', "\r\n"), format!("\u{feff}{key}")] {
        sandbox.write("age.key", good);
        drop(decrypt().success());
    }
    let wide: Vec<u8> = std::iter::once(0xfeff)
        .chain(key.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    sandbox.write("age.key", wide);
    let output = decrypt().exits(1);
    assert!(output.stderr.contains("UTF-16"), "{output}");
    sandbox.write(
        "age.key",
        "-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----\n",
    );
    let output = decrypt().exits(1);
    assert!(output.stderr.contains("itself encrypted"), "{output}");
}

#[test]
fn a_byte_order_mark_is_no_part_of_any_key() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure", "--quiet"]).success());
    let mut marked = 0;
    for name in [
        "age.key",
        "cloudflare-tunnel.json",
        "github-deploy.key",
        "github-push-token.txt",
    ] {
        if sandbox.exists(name) {
            let text = sandbox.read(name);
            sandbox.write(name, format!("\u{feff}{text}"));
            marked += 1;
        }
    }
    assert!(marked > 2);
    // It would exit with 3 if any output were another.
    drop(sandbox.run(["configure", "--check"]).success());
}

/// Made for tests; it opens nothing.
const SSH: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHA3/OFpGnz+T9KROfX2nBDtZqcwpqYBjPTbvJLyOB3I";

#[test]
fn an_ssh_recipient_stops_only_what_needs_it() {
    let sandbox = with_rules(&format!(
        "  - path_regex: ssh/\n    age: >-\n      {SSH},\n      ME\n  - age: ME\n"
    ));
    sandbox.write("b.sops.yaml", "a: b\n");
    drop(
        sandbox
            .run(["secrets", "encrypt", "-i", "b.sops.yaml"])
            .success(),
    );
    drop(sandbox.run(["secrets", "check"]).success());
    drop(sandbox.run(["secrets", "status"]).success());
    if cfg!(feature = "ssh") {
        return;
    }
    sandbox.write("ssh/a.sops.yaml", "a: hush\n");
    let output = sandbox.run(["secrets", "encrypt"]).exits(1);
    assert!(
        output.stderr.contains("keys/recipient-not-built-in"),
        "{output}"
    );
    assert_eq!(sandbox.read("ssh/a.sops.yaml"), "a: hush\n");
}

#[test]
fn a_recipient_of_two_thousand_characters_is_not_printed_whole() {
    let (sandbox, key) = (empty(), Identity::generate_post_quantum());
    let rules = |name: &str| format!("creation_rules:\n  - age: {name}\n");
    sandbox.write(".sops.yaml", rules(&key.recipient()));
    sandbox.write("a.sops.yaml", "a: b\n");
    drop(sandbox.run(["secrets", "encrypt"]).success());
    let output = sandbox.run(["secrets", "decrypt", "a.sops.yaml"]).exits(1);
    assert!(output.stderr.contains("encrypted to `age1pq1"), "{output}");
    assert!(output.stderr.len() < 400, "{output}");
    sandbox.write(".sops.yaml", rules(&Identity::generate().recipient()));
    let output = sandbox.run(["secrets", "updatekeys"]).exits(4);
    assert!(output.stderr.contains("  - age1pq1"), "{output}");
    assert!(output.stderr.len() < 600, "{output}");
}

#[test]
fn a_list_of_names_holds_no_secret() {
    let sandbox = with_rules(ANY);
    let Some(git) = git(&sandbox) else { return };
    git.init();
    sandbox.write(
        "talos/clusterconfig/.gitignore",
        "home-one.yaml\ntalosconfig\n",
    );
    git.run(&["add", "."]);
    drop(sandbox.run(["secrets", "check"]).success());
    sandbox.write("talos/clusterconfig/home-one.yaml", "machine: {}\n");
    git.run(&["add", "--force", "."]);
    drop(sandbox.run(["secrets", "check"]).exits(1));
}

#[test]
fn a_rule_for_a_folder_leaves_its_configuration_alone() {
    let sandbox = with_rules(
        "  - path_regex: talos/.*$\n    age: ME\n  - path_regex: kubernetes/.*\\.ya?ml$\n    encrypted_regex: ^(data|stringData)$\n    age: ME\n",
    );
    let secret = |value: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: x}}\nstringData: {{a: \"{value}\"}}\n"
        )
    };
    for (path, text) in [
        ("talos/talconfig.yaml", "clusterName: x\n"),
        ("talos/patches/global/dns.yaml", "machine:\n  network: {}\n"),
        ("talos/README.md", "# Talos\n"),
        ("kubernetes/a.yaml", &*secret("${SECRET_A}")),
    ] {
        sandbox.write(path, text);
    }
    drop(sandbox.run(["secrets", "check"]).success());
    let output = sandbox.run(["secrets", "encrypt"]).success();
    assert!(
        output.stderr.contains("No file to do this with."),
        "{output}"
    );
    // What holds a secret is still found.
    sandbox.write("talos/talsecret.yaml", "cluster: {id: hush}\n");
    sandbox.write("kubernetes/b.yaml", secret("hush"));
    let output = sandbox.run(["secrets", "check"]).exits(1);
    for path in ["talos/talsecret.yaml", "kubernetes/b.yaml"] {
        assert!(output.stderr.contains(path), "{output}");
    }
    let output = sandbox.run(["secrets", "encrypt"]).success();
    assert!(output.stderr.contains("Done: 2 files."), "{output}");
    // Who names a file means it.
    drop(
        sandbox
            .run(["secrets", "encrypt", "-i", "talos/talconfig.yaml"])
            .success(),
    );
    assert!(sandbox.read("talos/talconfig.yaml").contains("ENC["));
}

#[test]
fn a_partial_clone_is_one_note() {
    let sandbox = with_rules(ANY);
    let Some(git) = git(&sandbox) else { return };
    sandbox.write("origin/age.txt", "1\n");
    for number in 0..5 {
        sandbox.write(
            &format!("origin/deep/{number}.yaml"),
            format!("a: {number}\n"),
        );
    }
    sandbox.write("origin/top.yaml", "a: b\n");
    git.run(&["init", "--quiet", "--initial-branch=main", "origin"]);
    for (name, value) in [
        ("user.name", "t"),
        ("user.email", "t@example.com"),
        ("uploadpack.allowFilter", "true"),
    ] {
        git.run(&["-C", "origin", "config", name, value]);
    }
    git.run(&["-C", "origin", "add", "."]);
    git.run(&["-C", "origin", "commit", "--quiet", "--message", "one"]);
    let url = format!("file://{}/origin", sandbox.root());
    git.run(&[
        "clone",
        "--quiet",
        "--filter=blob:none",
        "--sparse",
        &url,
        "clone",
    ]);
    let check = || sandbox.run(["-C", "clone", "secrets", "check"]);
    let output = check().success();
    insta::assert_snapshot!(output, @r"
    ------- stderr -------
    warning[git/partial-clone]: 5 files were not looked at: this is a partial clone, and git has not fetched their content
     |
    hint: run `git fetch --refetch --no-filter` to have all of it, and check again

    1 warning
    No secret in the clear: 2 files, 0 secrets among them.
    ");
    git.run(&[
        "-C",
        "clone",
        "fetch",
        "--quiet",
        "--refetch",
        "--no-filter",
    ]);
    let output = check().success();
    insta::assert_snapshot!(output, @r"
    ------- stderr -------
    No secret in the clear: 7 files, 0 secrets among them.
    ");
}
