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
