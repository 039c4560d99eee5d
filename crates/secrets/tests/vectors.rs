//! Files that other programs wrote, with published keys: they decrypt, their MAC holds, and
//! encrypting their plaintext again leaves them byte for byte.

#![expect(clippy::disallowed_methods, reason = "the vectors are files")]

use std::path::{Path, PathBuf};

use diagnostics::Source;
use secrets::{
    Change, File, Identity, Recipient, Request, Rule, Timestamp, decrypt, encrypt,
    parse_identity_file, status,
};

/// The published test key of sops' own `age/keysource_test.go`.
const GOLDEN: &str = "AGE-SECRET-KEY-1G0Q5K9TV4REQ3ZSQRMTMG8NSWQGYT0T7TZ33RAZEE0GZYVZN0APSU24RK7";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/sops")
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn identities(names: &[&str]) -> Vec<Identity> {
    names
        .iter()
        .flat_map(|name| {
            let text = String::from_utf8(read(name)).expect("a key file");
            parse_identity_file(&Source::new(*name, text)).expect("identities")
        })
        .collect()
}

fn golden() -> Vec<Identity> {
    parse_identity_file(&Source::new("golden", GOLDEN)).expect("an identity")
}

fn plaintext(name: &str, identities: &[Identity]) -> String {
    let content = read(name);
    let clear = decrypt(&File::new(name, &content), identities)
        .unwrap_or_else(|problems| panic!("{name}: {problems:#?}"));
    assert!(clear.notes.is_empty(), "{name}: {:?}", clear.notes);
    String::from_utf8(clear.content.to_vec()).expect("text")
}

/// The rule that a file was encrypted under, as its metadata tells it.
fn rule_of(file: &File<'_>) -> Rule {
    let status = status(file).expect("readable").expect("encrypted");
    Rule {
        groups: status
            .groups
            .iter()
            .map(|group| {
                group
                    .iter()
                    .map(|name| name.parse::<Recipient>().expect("a recipient"))
                    .collect()
            })
            .collect(),
        threshold: status.threshold,
        selector: Some(status.selector),
        mac_only_encrypted: status.mac_only_encrypted,
        ..Rule::default()
    }
}

/// Encrypting what it decrypts to changes nothing; changing a value changes only that.
fn stays(name: &str, identities: &[Identity]) {
    let content = read(name);
    let previous = File::new(name, &content);
    let clear = decrypt(&previous, identities).expect("decrypts");
    let request = Request {
        plaintext: File::new(name, &clear.content),
        previous: Some(previous),
        rule: &rule_of(&previous),
        identities,
        now: Timestamp::from_unix_seconds(1_800_000_000),
    };
    let again = encrypt(&request).unwrap_or_else(|problems| panic!("{name}: {problems:#?}"));
    assert_eq!(again.change, Change::Unchanged, "{name}");
    assert!(again.content == content, "{name}");
}

#[test]
fn golden_vector_1_decrypts() {
    insta::assert_snapshot!(plaintext("g1.yaml", &golden()), @r#"
    # top comment
    apiVersion: v1
    kind: Secret
    metadata:
      name: demo
    stringData:
      # db
      user: admin
      empty: ""
      nothing: null
      port: '8080'
      password: hunter2 # rotate me
    type: Opaque
    "#);
}

#[test]
fn golden_vector_2_decrypts() {
    insta::assert_snapshot!(plaintext("g2.yaml", &golden()), @r#"
    # lead
    s: text
    i: 42
    f: 1.5
    b: true
    t: 2024-01-01T00:00:00Z
    e: ""
    z: null
    plain_unencrypted: 42
    list:
      - a
      - - deep
      - k: v
    x:y: colon
    ---
    second: doc
    "#);
}

#[test]
fn the_files_of_flux_decrypt() {
    let keys = identities(&[
        "flux/keys/age.txt",
        "flux/keys/age-pq.txt",
        "flux/keys/age-global.txt",
    ]);
    let mut all = String::new();
    for name in [
        "flux/algorithms/age.yaml",
        "flux/algorithms/age-pq.yaml",
        "flux/envs/env.env",
        "flux/component/env.env",
        "flux/remote/env.env",
        "flux/files/file.txt",
        "flux/patches/merge1.yaml",
        "flux/patches/merge2.yaml",
        "flux/global/secret.yaml",
    ] {
        all.push_str(&format!("== {name}\n{}", plaintext(name, &keys)));
        stays(name, &keys);
    }
    insta::assert_snapshot!(all, @r"
    == flux/algorithms/age.yaml
    apiVersion: v1
    kind: Secret
    metadata:
      name: age
    stringData:
      key: value
    == flux/algorithms/age-pq.yaml
    apiVersion: v1
    kind: Secret
    metadata:
      name: age-pq
    stringData:
      key: value
    == flux/envs/env.env
    key=value
    == flux/component/env.env
    key=value
    == flux/remote/env.env
    key=value
    == flux/files/file.txt
    value== flux/patches/merge1.yaml
    apiVersion: v1
    kind: Secret
    metadata:
      name: secret
    stringData:
      key: merge1
    == flux/patches/merge2.yaml
    apiVersion: v1
    kind: Secret
    metadata:
      name: secret
    stringData:
      merge2: merge2
    == flux/global/secret.yaml
    apiVersion: v1
    kind: Secret
    metadata:
      name: global-age-secret
      namespace: default
    type: Opaque
    stringData:
      key: global-value
    ");
}

#[test]
fn the_files_of_talhelper_decrypt() {
    let keys = identities(&["talhelper/key.txt"]);
    for extension in ["yaml", "json", "env"] {
        let clear = plaintext(&format!("talhelper/encrypted.{extension}"), &keys);
        let twin =
            String::from_utf8(read(&format!("talhelper/unencrypted.{extension}"))).expect("text");
        let squeezed = |text: &str| text.split_whitespace().collect::<String>().replace('"', "");
        assert_eq!(squeezed(&clear), squeezed(&twin), "{extension}");
    }
    for name in [
        "talhelper/encrypted.yaml",
        "talhelper/encrypted.json",
        "talhelper/encrypted.env",
        "talhelper/pkg-generate-testdata-encrypted-manifest.sops.yaml",
        "talhelper/pkg-patcher-testdata-encrypted.sops.yaml",
        "talhelper/pkg-substitute-testdata-encrypted-manifest.sops.yaml",
        "talhelper/pkg-substitute-testdata-file3.sops.yaml",
    ] {
        plaintext(name, &keys);
        stays(name, &keys);
    }
}

#[test]
fn golden_vectors_stay_as_they_are() {
    for name in ["g1.yaml", "g2.yaml"] {
        stays(name, &golden());
    }
}

#[test]
fn what_the_real_sops_wrote_decrypts_and_stays() {
    let folder = folder().join("live");
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .expect("the folder")
        .map(|entry| {
            entry
                .expect("readable")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .filter(|name| !name.ends_with(".plain"))
        .collect();
    names.sort();
    assert!(names.len() > 50);
    let ids = golden();
    for name in &names {
        let name = format!("live/{name}");
        let (content, plain) = (read(&name), read(&format!("{name}.plain")));
        let previous = File::new(&name, &content);
        let request = Request {
            plaintext: File::new(&name, &plain),
            previous: Some(previous),
            rule: &rule_of(&previous),
            identities: &ids,
            now: Timestamp::from_unix_seconds(1_800_000_000),
        };
        let again = encrypt(&request).unwrap_or_else(|problems| panic!("{name}: {problems:#?}"));
        assert_eq!(again.change, Change::Unchanged, "{name}");
        assert!(again.content == content, "{name}");
        stays(&name, &ids);
    }
}

/// Which values a comment behind a flow collection selects, asked of sops 3.13.3: it wrote the
/// file of the same name in block style.
#[test]
fn comments_at_flow_collections_select_what_sops_selects() {
    const SOURCE: &str = "\
list: [a, b] # sops:enc
map: {x: a, y: b} # sops:enc
nested: [[a, b], [c]] # sops:enc
deep: {x: {z: a}, y: b} # sops:enc
inner: [a, # sops:enc
  b]
above:
  # sops:enc
  - [a, b]
  - c
first: [
  # sops:enc
  a, b]
last: z
";
    let sealed = |content: &[u8]| {
        let text = String::from_utf8(content.to_vec()).expect("text");
        let source = Source::new("a.yaml", text);
        let parsed = yaml::parse(&source, &yaml::Limits::default());
        let mut found = Vec::new();
        collect(
            parsed.root().expect("a document"),
            String::new(),
            &mut found,
        );
        found
    };
    let theirs = read("live/flow-comments.yaml");
    let rule = rule_of(&File::new("a.yaml", &theirs));
    let request = Request {
        plaintext: File::new("a.yaml", SOURCE.as_bytes()),
        previous: None,
        rule: &rule,
        identities: &[],
        now: Timestamp::from_unix_seconds(1_800_000_000),
    };
    let ours = encrypt(&request).unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert_eq!(sealed(&ours.content), sealed(&theirs));
    assert_eq!(sealed(&theirs).len(), 9);
}

/// The paths of all tokens, metadata left out.
fn collect(node: &yaml::Node, path: String, found: &mut Vec<String>) {
    if let Some(items) = node.as_sequence() {
        for (number, item) in items.iter().enumerate() {
            collect(item, format!("{path}/{number}"), found);
        }
    } else if let Some(mapping) = node.as_mapping() {
        for entry in mapping {
            let key = entry.key.text().unwrap_or_default();
            if key != "sops" {
                collect(&entry.value, format!("{path}/{key}"), found);
            }
        }
    } else if node.text().is_some_and(|text| text.starts_with("ENC[")) {
        found.push(path);
    }
}

/// Of a single group sops 3.13.3 writes whatever threshold its rule names, and asks for none.
#[test]
fn a_threshold_of_a_single_group_stays_and_means_nothing() {
    let content = read("live/one-group.yaml");
    let file = File::new("one-group.yaml", &content);
    let status = status(&file).expect("readable").expect("encrypted");
    assert_eq!((status.groups.len(), status.threshold), (1, Some(2)));
    let now = Timestamp::from_unix_seconds(1_800_000_000);
    let rotated = secrets::rotate(&file, &golden(), now).expect("rotated");
    let text = String::from_utf8(rotated.content).expect("text");
    assert!(text.contains("    shamir_threshold: 2\n"), "{text}");
    assert!(decrypt(&File::new("one-group.yaml", text.as_bytes()), &golden()).is_ok());
}

/// sops 3.13.3 wrote it to an age recipient and an SSH key, which this build may know nothing of.
#[test]
fn a_recipient_of_another_kind_stops_nothing_that_needs_none() {
    let content = read("live/ssh-recipient.yaml");
    let file = File::new("a.yaml", &content);
    let rule = rule_of(&file);
    let now = Timestamp::from_unix_seconds(1_800_000_000);
    let path = secrets::Path::parse(r#"["password"]"#).expect("a path");
    let set = secrets::set(&file, &path, &"new".into(), Some(&rule), &golden(), now);
    let set = set.expect("the data key stays");
    assert!(String::from_utf8_lossy(&set.content).contains("recipient: ssh-ed25519 AAAA"));
    let known = golden()[0].recipient().parse().expect("its own");
    let less = secrets::update_keys(&file, &Rule::for_recipients([known]), &golden());
    assert!(!String::from_utf8_lossy(&less.expect("updated").content).contains("ssh-"));
    #[cfg(not(feature = "ssh"))]
    {
        let refused = secrets::rotate(&file, &golden(), now).expect_err("a new data key");
        insta::assert_snapshot!(refused.iter().map(ToString::to_string).collect::<String>(), @"a.yaml: error[keys/recipient-not-built-in]: nothing can be encrypted to `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHA3/OFpGnz+T9KROfX2nBDtZqcwpqYBjPTbvJLyOB3I`: it needs SSH keys, which this build leaves out");
    }
}
