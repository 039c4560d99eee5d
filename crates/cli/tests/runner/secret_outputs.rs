//! Secret outputs of `configure`: encrypted, quiet, and never lost.

use insta::assert_snapshot;
use secrets::{File, Identity, Request, Rule, Timestamp, encrypt};
use testkit::{copy_folder, files_below, fixtures};

use crate::{fixture, identity, plaintext};

/// The secret of the DNS application, whose token comes from `cluster.yaml`.
const DNS: &str = "kubernetes/apps/network/cloudflare-dns/app/secret.sops.yaml";

/// The secret outputs that a fixture expects, with their text in the clear.
fn expected(case: &str) -> Vec<(String, String)> {
    let folder = fixtures().join(case).join("expected");
    let paths = files_below(&folder).into_iter();
    paths
        .filter(|path| path.as_str().contains(".sops.") && *path != ".sops.yaml")
        .map(|path| {
            let text = std::fs::read_to_string(folder.join(&path)).expect("a text file");
            (path.into_string(), text)
        })
        .collect()
}

#[test]
fn every_secret_output_is_encrypted_and_holds_what_was_rendered() {
    for case in ["public", "private"] {
        let sandbox = fixture(case);
        drop(sandbox.run(["configure"]).success());
        let identity = identity(&sandbox);
        let expected = expected(case);
        assert!(expected.len() >= 6, "{case}");
        for (path, text) in expected {
            let content = sandbox.read(&path);
            assert!(content.contains("ENC[AES256_GCM,"), "{path}");
            // By meaning: a value that was a token stands without its quotes.
            let again = sealed_with(&path, &text, &identity);
            let identities = std::slice::from_ref(&identity);
            let values = |content: &[u8]| {
                secrets::values(&File::new(&path, content), identities).expect("ours")
            };
            assert!(values(content.as_bytes()) == values(&again), "{path}");
        }
    }
}

#[test]
fn one_changed_value_changes_its_token_and_the_mac_and_nothing_else() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure"]).success());
    let before = sandbox.snapshot();
    let old = sandbox.read(DNS);
    let changed = sandbox
        .read("cluster.yaml")
        .replace("fixture-token", "another-token");
    sandbox.write("cluster.yaml", changed);
    drop(sandbox.run(["configure"]).success());
    let changed: Vec<_> = sandbox
        .snapshot()
        .changed_since(&before)
        .into_iter()
        .filter(|path| path.as_str().contains(".sops."))
        .map(camino::Utf8PathBuf::into_string)
        .collect();
    assert_snapshot!(changed.join("\n"), @r"
    kubernetes/apps/cert-manager/cert-manager/issuers/secret.sops.yaml
    kubernetes/apps/network/cloudflare-dns/app/secret.sops.yaml
    ");
    let new = sandbox.read(DNS);
    let differing: Vec<_> = old
        .lines()
        .zip(new.lines())
        .filter(|(old, new)| old != new)
        .map(|(old, _)| old.split(':').next().unwrap_or_default().trim())
        // Both runs may fall into one second.
        .filter(|key| *key != "lastmodified")
        .collect();
    assert_eq!(old.lines().count(), new.lines().count());
    assert_snapshot!(differing.join("\n"), @r"
    api-token
    mac
    ");
}

/// The files below `tests/sops-repository/outputs` were written by sops 3.13.3 from what the
/// templates beside them render to with the fixture `minimal`.
#[test]
fn what_the_real_sops_wrote_stays_byte_for_byte() {
    let sandbox = fixture("minimal");
    let recorded = camino::Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sops-repository");
    copy_folder(
        &recorded.join("templates"),
        &sandbox.root().join("templates"),
    );
    copy_folder(&recorded.join("outputs"), &sandbox.root());
    let before = sandbox.snapshot();
    drop(sandbox.run(["configure"]).success());
    let files = files_below(&recorded.join("outputs"));
    assert_eq!(files.len(), 4);
    let changed = sandbox.snapshot().changed_since(&before);
    for path in &files {
        assert!(!changed.contains(path), "`{path}` changed");
    }
    assert_snapshot!(sandbox.run(["configure"]).success(), @r#"
    ------- stderr -------
    warning[key/unused]: no template uses `node_cidr`, `cluster_api_addr`, `cluster_dns_gateway_addr`, `cluster_gateway_addr`, `cloudflare_gateway_addr`, `repository_name`, `cloudflare_domains`, `name`, `address`, `controller`, `disk`, `mac_addr` and 1 more
     --> cluster.yaml:3:1
      |
    3 | node_cidr: "10.10.10.0/24"
      | ^^^^^^^^^
      |
    hint: remove what is not needed; a key may belong to an application that is not in these templates

    Nothing to do: 5 unchanged.
    "#);

    // A hand edit with sops that changes no value is none; here, that is a file as it was.
    let renamed = sandbox
        .read("templates/config/kubernetes/app/secret.sops.yaml.j2")
        .replace("user: admin", "user: owner");
    sandbox.write(
        "templates/config/kubernetes/app/secret.sops.yaml.j2",
        renamed,
    );
    let old = sandbox.read("kubernetes/app/secret.sops.yaml");
    drop(sandbox.run(["configure"]).success());
    let new = sandbox.read("kubernetes/app/secret.sops.yaml");
    let differing: Vec<_> = old
        .lines()
        .zip(new.lines())
        .filter(|(old, new)| old != new)
        .map(|(old, _)| old.split(':').next().unwrap_or_default().trim())
        .collect();
    // Both documents bear the same `sops` block.
    assert_snapshot!(differing.join("\n"), @r"
    user
    lastmodified
    mac
    lastmodified
    mac
    ");
}

#[test]
fn without_an_identity_files_stay_and_are_listed_and_new_ones_are_made() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure"]).success());
    let key = sandbox.read("age.key");
    let own = identity(&sandbox);
    let old = sandbox.read("bootstrap/sops-age.sops.yaml");
    std::fs::remove_file(sandbox.root().join("age.key")).expect("it was there");
    std::fs::remove_file(sandbox.root().join(DNS)).expect("it was there");

    let before = sandbox.snapshot();
    assert_snapshot!(sandbox.run(["configure", "--check"]).exits(3), @r"
    ------- stderr -------
    warning: 5 secret files cannot be compared, since no identity here decrypts them; they stay as they are:
      bootstrap/sops-age.sops.yaml
      kubernetes/apps/cert-manager/cert-manager/issuers/secret.sops.yaml
      kubernetes/apps/flux-system/flux-instance/app/secret.sops.yaml
      kubernetes/apps/network/cloudflare-tunnel/app/secret.sops.yaml
      kubernetes/components/sops/cluster-secrets.sops.yaml
    hint: put `age.key` beside `cluster.yaml`, or name it in `SOPS_AGE_KEY_FILE`
      create    kubernetes/apps/network/cloudflare-dns/app/secret.sops.yaml
    Nothing was written; would be: 1 created, 96 unchanged.
    [exit code: 3]
    ");
    assert!(sandbox.snapshot().changed_since(&before).is_empty());

    drop(sandbox.run(["configure"]).success());
    assert!(sandbox.read(DNS).contains("ENC["));
    let clear = plaintext(DNS, sandbox.read(DNS).as_bytes(), &own);
    assert!(String::from_utf8_lossy(&clear).contains("fixture-token"));
    assert_eq!(sandbox.read("bootstrap/sops-age.sops.yaml"), old);
    // Equality is not proven, so a check does not say that it is.
    drop(sandbox.run(["configure", "--check"]).exits(3));
    drop(sandbox.run(["diff"]).exits(3));

    // The file that holds the key itself cannot be made without it.
    std::fs::remove_file(sandbox.root().join("bootstrap/sops-age.sops.yaml")).expect("there");
    assert_snapshot!(sandbox.run(["configure"]).exits(1), @r"
    ------- stderr -------
    error[secret/needs-age-key]: `bootstrap/sops-age.sops.yaml` holds the age key itself, which is not here
    --> built-in:bootstrap/sops-age.sops.yaml.j2
     |
    hint: put `age.key` beside `cluster.yaml`; without it only files that exist can be kept

    1 error
    [exit code: 1]
    ");

    sandbox.write("age.key", key);
    drop(sandbox.run(["configure"]).success());
    drop(sandbox.run(["configure", "--check"]).success());
}

#[test]
fn the_configuration_may_be_committed_encrypted() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure"]).success());
    let identity = identity(&sandbox);
    for name in ["cluster", "nodes"] {
        let clear = sandbox.read(&format!("{name}.yaml"));
        let sealed = format!("{name}.sops.yaml");
        sandbox.write(&sealed, sealed_with(&sealed, &clear, &identity));
    }
    for name in ["cluster.yaml", "nodes.yaml"] {
        std::fs::remove_file(sandbox.root().join(name)).expect("it was there");
    }
    let before = sandbox.snapshot();
    drop(sandbox.run(["configure"]).success());
    assert!(sandbox.snapshot().changed_since(&before).is_empty());

    // Problems point into the file that is there.
    let text = std::fs::read_to_string(fixtures().join("minimal/cluster.yaml")).expect("there");
    let wrong = text.replace("node_cidr:", "node_cird:");
    sandbox.write(
        "cluster.sops.yaml",
        sealed_with("cluster.sops.yaml", &wrong, &identity),
    );
    let output = sandbox.run(["configure"]).exits(1);
    assert!(output.stderr.contains("--> cluster.sops.yaml:"), "{output}");

    std::fs::remove_file(sandbox.root().join("age.key")).expect("it was there");
    assert_snapshot!(sandbox.run(["configure"]).exits(1), @r"
    ------- stderr -------
    error[sops/no-identity]: no identity is at hand; the file is encrypted to `age1tdrr54qnawhvp4tp2s3qn0393h8av666ujn0mwwrnf8knxpvmfns66t99t`
    --> cluster.sops.yaml
     |
    hint: use the `age.key` that belongs to one of these recipients

    error[sops/no-identity]: no identity is at hand; the file is encrypted to `age1tdrr54qnawhvp4tp2s3qn0393h8av666ujn0mwwrnf8knxpvmfns66t99t`
    --> nodes.sops.yaml
     |
    hint: use the `age.key` that belongs to one of these recipients

    2 errors
    [exit code: 1]
    ");
}

#[test]
fn the_clear_configuration_wins_and_the_hint_makes_the_encrypted_one() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure"]).success());
    sandbox.write("nodes.sops.yaml", "something: older\n");
    let output = sandbox.run(["configure", "--check"]).success();
    assert!(
        output.stderr.contains("file/two-configurations"),
        "{output}"
    );
    let hint = "ichor secrets encrypt --output nodes.sops.yaml nodes.yaml";
    assert!(output.stderr.contains(hint), "{output}");
    drop(sandbox.run(["validate", "--strict"]).exits(1));

    drop(sandbox.run(hint.split(' ').skip(1)).success());
    assert!(!sandbox.read("nodes.sops.yaml").contains("10.10.10.100"));
    std::fs::remove_file(sandbox.root().join("nodes.yaml")).expect("it was there");
    drop(sandbox.run(["configure", "--check"]).success());
}

#[test]
fn whoever_rotates_a_file_has_not_edited_it() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure"]).success());
    drop(sandbox.run(["secrets", "rotate", "-i", DNS]).success());
    drop(sandbox.run(["configure", "--check"]).success());
    let changed = sandbox
        .read("cluster.yaml")
        .replace("fixture-token", "another-token");
    sandbox.write("cluster.yaml", changed);
    drop(sandbox.run(["configure"]).success());

    // Who sets a value has.
    let arguments = [
        "secrets",
        "set",
        DNS,
        r#"["stringData"]["api-token"]"#,
        "\"x\"",
    ];
    drop(sandbox.run(arguments).success());
    drop(sandbox.run(["secrets", "rotate", "-i", DNS]).success());
    drop(sandbox.run(["configure"]).exits(4));
}

#[test]
fn no_line_of_a_broken_secret_output_is_shown() {
    let sandbox = fixture("minimal");
    for text in [
        "stringData:\n  a: hunter2-in-the-clear\n  a: hunter2-again\n",
        "stringData:\n  a: \"hunter2-in-the-clear\n",
        "stringData:\n  a: hunter2: in-the-clear\n",
        "stringData: {a: hunter2}\nsops: {mac: 'ENC[hunter2]'}\n",
        "stringData:\n  a: 9223372036854775808 # hunter2\n",
        "stringData:\n  a: !hunter2\n",
        "stringData:\n  a: &hunter2\n",
    ] {
        for name in ["extra.sops.yaml.j2", "extra.sops.json.j2"] {
            let path = format!("templates/overrides/kubernetes/apps/default/{name}");
            sandbox.write(&path, text);
            for arguments in [&["configure"][..], &["--output", "json", "validate"]] {
                let output = sandbox.run(arguments.iter().copied()).exits(1);
                assert!(!output.to_string().contains("hunter2"), "{text}: {output}");
            }
            std::fs::remove_file(sandbox.root().join(path)).expect("it was there");
        }
    }
}

#[test]
fn gates_stop_what_encryption_would_hide() {
    let sandbox = fixture("minimal");
    sandbox.write(
        "templates/overrides/kubernetes/apps/default/extra.sops.yaml.j2",
        "kind: Secret\nstringData:\n  port: 5432\n  empty: \"\"\n  missing: #{ none }#\n  \
         token: replace-with-your-cloudflare-api-token\ndata:\n  raw: not base64!\n",
    );
    sandbox.write(
        "templates/overrides/kubernetes/apps/default/nothing.sops.yaml.j2",
        "kind: ConfigMap\nvalues:\n  a: b\n",
    );
    sandbox.write(
        "templates/overrides/kubernetes/apps/default/clear.yaml.j2",
        "password: #{ cloudflare_token }#\n",
    );
    sandbox.write("templates/overrides/elsewhere/a.sops.yaml.j2", "a: b\n");
    assert_snapshot!(sandbox.run(["configure"]).exits(1), @r"
    ------- stderr -------
    error[sops/no-rule]: no rule of `.sops.yaml` is for `elsewhere/a.sops.yaml`, so it cannot be encrypted
    --> templates/overrides/elsewhere/a.sops.yaml.j2
     |
    hint: add a creation rule whose `path_regex` matches it, or rename the template

    warning[secret/rendered-in-clear]: `kubernetes/apps/default/clear.yaml` would hold a secret in the clear
    --> templates/overrides/kubernetes/apps/default/clear.yaml.j2:1:11
     |
    hint: move it into a `*.sops.yaml` file, which is encrypted

    error[secret/not-a-string]: in `kubernetes/apps/default/extra.sops.yaml`, the value of `stringData.port` is a number, and a Secret holds text only
    --> templates/overrides/kubernetes/apps/default/extra.sops.yaml.j2:3:9
     |
    hint: quote it in the template, or pass it through `string | tojson`

    warning[secret/blank]: in `kubernetes/apps/default/extra.sops.yaml`, the value of `stringData.empty` is blank
    --> templates/overrides/kubernetes/apps/default/extra.sops.yaml.j2:4:10
     |
    hint: set the key that it comes from, or leave the entry out; where it is meant, write `silence: [secret/blank]` into `templates/variables.yaml`

    warning[secret/placeholder]: in `kubernetes/apps/default/extra.sops.yaml`, the value of `stringData.missing` is still a placeholder
    --> templates/overrides/kubernetes/apps/default/extra.sops.yaml.j2:5:12
     |
    hint: set the key that it comes from

    warning[secret/placeholder]: in `kubernetes/apps/default/extra.sops.yaml`, the value of `stringData.token` is still a placeholder
    --> templates/overrides/kubernetes/apps/default/extra.sops.yaml.j2:6:10
     |
    hint: set the key that it comes from

    error[secret/not-base64]: in `kubernetes/apps/default/extra.sops.yaml`, the value of `data.raw` is not base64, as `data` wants it
    --> templates/overrides/kubernetes/apps/default/extra.sops.yaml.j2:8:8
     |
    hint: move it to `stringData`, or encode it

    warning[secret/nothing-encrypted]: in `kubernetes/apps/default/nothing.sops.yaml`, the rule for `kubernetes/apps/default/nothing.sops.yaml` selects nothing in it (`encrypted_regex: ^(data|stringData)$`), so it would stay in the clear
    --> templates/overrides/kubernetes/apps/default/nothing.sops.yaml.j2:1:1
     |
    hint: drop `.sops` from its name if it holds no secret, or change the rule in `.sops.yaml`

    3 errors, 5 warnings
    [exit code: 1]
    ");
    assert!(!sandbox.exists("kubernetes"));
}

#[test]
fn the_clusters_own_key_must_be_among_the_recipients_and_others_may_be() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure"]).success());
    let old = sandbox.read(DNS);
    let admin = Identity::generate();
    let rules = |recipients: &str| {
        format!(
            "creation_rules:\n  - path_regex: \\.sops\\.yaml$\n    encrypted_regex: ^(data|stringData)$\n    mac_only_encrypted: true\n    age: {recipients}\nstores:\n  yaml:\n    indent: 2\n"
        )
    };
    let both = rules(&format!(
        "\"#{{ age_key('public') }}#,{}\"",
        admin.recipient()
    ));
    sandbox.write("templates/overrides/.sops.yaml.j2", &both);
    let output = sandbox.run(["configure"]).success();
    assert!(
        output.stderr.contains("note[sops/other-recipients]"),
        "{output}"
    );
    assert!(
        output.stderr.contains("note[sops/rule-changed]"),
        "{output}"
    );
    // Only the keys are new: values, MAC and time are those of before.
    let new = sandbox.read(DNS);
    for line in old
        .lines()
        .filter(|line| line.contains("ENC[") || line.contains("lastmodified"))
    {
        assert!(new.contains(line), "{line}");
    }
    drop(plaintext(DNS, new.as_bytes(), &admin));
    drop(plaintext(DNS, new.as_bytes(), &identity(&sandbox)));
    let before = sandbox.snapshot();
    drop(sandbox.run(["configure", "--quiet"]).success());
    assert!(sandbox.snapshot().changed_since(&before).is_empty());

    sandbox.write(
        "templates/overrides/.sops.yaml.j2",
        rules(&admin.recipient()),
    );
    let output = sandbox.run(["configure"]).exits(1);
    assert!(
        output.stderr.contains("error[sops/own-key-missing]"),
        "{output}"
    );
    assert!(sandbox.snapshot().changed_since(&before).len() <= 1);
}

#[test]
fn a_file_that_cannot_be_decrypted_stops_everything_until_it_is_given_up() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure"]).success());
    let foreign = Identity::generate();
    let text = "kind: Secret\nstringData:\n  a: b\n";
    sandbox.write(DNS, sealed_with(DNS, text, &foreign));
    let before = sandbox.snapshot();
    let output = sandbox.run(["configure"]).exits(1);
    assert!(
        output.stderr.contains("error[sops/no-identity]"),
        "{output}"
    );
    assert!(
        output.stderr.contains(&format!("--force {DNS}")),
        "{output}"
    );
    assert!(sandbox.snapshot().changed_since(&before).is_empty());
    drop(sandbox.run(["configure", "--force", DNS]).success());
    drop(plaintext(
        DNS,
        sandbox.read(DNS).as_bytes(),
        &identity(&sandbox),
    ));
}

fn sealed_with(name: &str, clear: &str, identity: &Identity) -> Vec<u8> {
    let rule = Rule::for_recipients([identity.recipient().parse().expect("its own")]);
    let request = Request {
        plaintext: File::new(name, clear.as_bytes()),
        previous: None,
        rule: &rule,
        identities: &[],
        now: Timestamp::from_unix_seconds(1_767_323_045),
    };
    encrypt(&request).map_or_else(
        |_| panic!("`{name}` can be encrypted"),
        |sealed| sealed.content,
    )
}
