//! `talosconfig` and the certificate in it, against those that talhelper made.

mod x509;

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20::ChaCha20Rng;
use der::asn1::BitString;
use der::{Decode as _, Encode as _};
use diagnostics::{Diagnostics, Source};
use randomness::SeedableRng as _;
use talos::bundle::{self, Bundle};
use talos::certificates::{Algorithm, ApiRole, DEFAULT_LIFETIME, Facts, KeyPair, admin};
use talos::talosconfig::{self, Talosconfig};

use self::x509::Certificate;

const TALHELPERS: &str = include_str!("vectors/talhelper-secrets/talosconfig");
const BUNDLE: &str = include_str!("vectors/talhelper-secrets/talsecret.yaml");
const MACHINE_CONFIG: &str = include_str!("vectors/talhelper-secrets/home-a.yaml");

fn read(text: &str) -> (Option<Talosconfig>, Diagnostics) {
    talosconfig::read(&Source::new("talosconfig", text))
}

fn whole(text: &str) -> Talosconfig {
    let (config, problems) = read(text);
    assert!(problems.is_empty(), "{problems:?}");
    config.expect("it can be read")
}

fn problems(text: &str) -> String {
    let (_, problems) = read(text);
    assert!(!format!("{problems:?}").contains("hunter2"));
    problems
        .iter()
        .map(|problem| format!("{problem}\n"))
        .collect()
}

fn bundle() -> Bundle {
    bundle::read(&Source::new("talsecret.yaml", BUNDLE)).expect("a bundle")
}

fn random() -> ChaCha20Rng {
    ChaCha20Rng::from_seed([5; 32])
}

fn certificate(text: &str) -> Certificate {
    let pem = STANDARD.decode(text).expect("base64");
    let (label, der) = der::pem::decode_vec(&pem).expect("PEM");
    assert_eq!(label, "CERTIFICATE");
    Certificate::from_der(&der).expect("a certificate")
}

/// A certificate without what no two have in common.
fn shape(mut certificate: Certificate) -> Vec<u8> {
    let none = || BitString::from_bytes(&[]).expect("no bits");
    certificate.signature = none();
    let tbs = &mut certificate.tbs_certificate;
    tbs.serial_number = 1_u8.into();
    tbs.subject_public_key_info.subject_public_key = none();
    certificate.to_der().expect("DER")
}

/// Our own for the bundle and the second that talhelper's began at.
fn ours(roles: &[ApiRole]) -> KeyPair {
    let theirs = whole(TALHELPERS);
    let theirs = theirs.current().and_then(|one| one.certificate.as_ref());
    let facts = Facts::read(theirs.expect("one").expose()).expect("a certificate");
    let now = facts.not_before;
    admin(&bundle().os, roles, DEFAULT_LIFETIME, &mut random(), now).expect("a certificate")
}

#[test]
fn talhelpers_bundle_round_trips_and_comes_out_of_its_config() {
    assert!(*bundle().to_yaml() == *BUNDLE);
    let source = Source::new("home-a.yaml", MACHINE_CONFIG);
    let imported = Bundle::from_machine_config(&source).expect("a bundle");
    assert!(*imported.to_yaml() == *BUNDLE);
}

#[test]
fn talhelpers_file_round_trips_and_is_made_from_its_parts() {
    let theirs = whole(TALHELPERS);
    assert!(*theirs.to_yaml() == *TALHELPERS);
    let context = theirs.current().expect("one").clone();
    let made = Talosconfig::new(
        "home",
        vec!["10.0.0.10".to_owned()],
        ["10.0.0.10", "10.0.0.11", "fd00::11"]
            .map(str::to_owned)
            .into(),
        &bundle().os,
        KeyPair {
            certificate: context.certificate.expect("one"),
            key: context.key.expect("one"),
        },
    );
    assert!(*made.to_yaml() == *TALHELPERS);
    let shown = format!("{made:?}");
    assert!(shown.contains("10.0.0.11") && !shown.contains("LS0t"));
}

#[test]
fn the_admin_certificate_has_the_shape_of_talhelpers() {
    let theirs = whole(TALHELPERS);
    let theirs = theirs.current().expect("one").clone();
    let ours = ours(&[ApiRole::Admin]);
    let theirs_certificate = certificate(theirs.certificate.expect("one").expose());
    assert_eq!(
        shape(certificate(ours.certificate.expose())),
        shape(theirs_certificate)
    );
    let theirs_key = theirs.key.expect("one");
    assert_eq!(ours.key.expose().len(), theirs_key.expose().len());
    assert_eq!(ours.key.expose()[..60], theirs_key.expose()[..60]);
    assert_ne!(ours.key, theirs_key);
}

#[test]
fn the_admin_certificate_is_signed_by_the_authority() {
    use ed25519_dalek::{Signature, VerifyingKey};
    let authority = certificate(bundle().os.certificate.expose()).tbs_certificate;
    let key = authority.subject_public_key_info.subject_public_key;
    let key = VerifyingKey::try_from(key.raw_bytes()).expect("a key");
    let ours = certificate(ours(&[ApiRole::Admin]).certificate.expose());
    let signed = ours.tbs_certificate.to_der().expect("DER");
    let signature = Signature::from_slice(ours.signature.raw_bytes()).expect("a signature");
    key.verify_strict(&signed, &signature)
        .expect("a right signature");
}

#[test]
fn roles_are_sorted_and_said_once() {
    let roles = [
        ApiRole::Reader,
        ApiRole::Admin,
        ApiRole::EtcdBackup,
        ApiRole::Admin,
    ];
    let facts = Facts::read(ours(&roles).certificate.expose()).expect("a certificate");
    insta::assert_snapshot!(facts.subject, @"O=os:admin+O=os:reader+O=os:etcd:backup");
    assert_eq!(facts.algorithm, Algorithm::Ed25519);
    assert!(!facts.is_authority);
}

#[test]
fn authorities_that_cannot_sign() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_hours(499_680);
    let mut said = String::new();
    let mut try_with = |pair: KeyPair| {
        let made = admin(
            &pair,
            &[ApiRole::Admin],
            DEFAULT_LIFETIME,
            &mut random(),
            now,
        );
        let words = match made {
            Ok(made) => Facts::read(made.certificate.expose())
                .expect("one")
                .algorithm
                .to_string(),
            Err(error) => error.to_string(),
        };
        said.push_str(&format!("{words}\n"));
    };
    let bundle = bundle();
    let with_key = |key: &str| KeyPair {
        key: key.into(),
        ..bundle.os.clone()
    };
    try_with(bundle.kubernetes.clone());
    try_with(with_key("******"));
    try_with(with_key("hunter2"));
    try_with(with_key(bundle.etcd.key.expose()));
    try_with(KeyPair {
        certificate: "hunter2".into(),
        ..bundle.os.clone()
    });
    try_with(KeyPair {
        certificate: STANDARD
            .encode(include_str!("vectors/foreign/rsa.crt"))
            .into(),
        key: STANDARD
            .encode(include_str!("vectors/foreign/rsa.key"))
            .into(),
    });
    insta::assert_snapshot!(said, @r#"
    ECDSA P-256
    the key of the authority was taken out of the bundle
    the authority cannot sign: its key is not base64, or is cut off
    the authority cannot sign: its key is that of another certificate
    the authority cannot sign: its certificate is not base64, or is cut off
    the authority cannot sign: its key is RSA, not Ed25519 or P-256
    "#);
}

const MANY: &str = "\
context: b
contexts:
    a-10:
        target: 10.0.0.1
        endpoints: []
        auth:
            basic:
                username: someone
                password: hunter2
        cluster: a
        proxy-url: http://127.0.0.1:3128
        future:
            - one
            - two: 2
    b:
        endpoints:
            - b.example.net
        auth:
            siderov1:
                identity: someone@example.net
future: true
";

#[test]
fn what_is_not_understood_is_kept() {
    let config = whole(MANY);
    assert_eq!(*config.to_yaml(), *MANY);
    assert!(!format!("{config:?}").contains("hunter2"));
    let context = config.get("a-10").expect("it");
    assert_eq!(context.proxy_url.as_deref(), Some("http://127.0.0.1:3128"));
    let empty = whole("");
    insta::assert_snapshot!(*empty.to_yaml(), @r#"
    context: ""
    contexts: {}
    "#);
}

#[test]
fn merging_keeps_both_and_replacing_keeps_one() {
    let mut config = whole(MANY);
    assert_eq!(config.merge(whole(TALHELPERS)), []);
    let renamed = config.merge(whole(TALHELPERS));
    assert_eq!(renamed[0].to, "home-1");
    assert_eq!(config.context, "home-1");
    let names = |config: &Talosconfig| -> Vec<String> {
        config
            .contexts
            .iter()
            .map(|(name, _)| name.clone())
            .collect()
    };
    assert_eq!(names(&config), ["a-10", "b", "home", "home-1"]);

    let mut config = whole(MANY);
    config.replace(whole(&TALHELPERS.replace("home", "b")));
    assert_eq!(
        (names(&config), config.context.as_str()),
        (vec!["a-10".into(), "b".into()], "b")
    );
    assert_eq!(config.current().expect("it").nodes.len(), 3);
    let mut none = Talosconfig::default();
    none.replace(whole(TALHELPERS));
    assert!(*none.to_yaml() == *TALHELPERS);
}

#[test]
fn what_is_wrong_with_a_file() {
    insta::assert_snapshot!(problems("- hunter2\n"), @"talosconfig:1:1: error[talosconfig/type]: the file is a list, not a map");
    insta::assert_snapshot!(problems("context: []\ncontexts:\n  a:\n    endpoints: hunter2\n    ca: {}\n  b: 1\n"), @r#"
    talosconfig:1:10: error[talosconfig/type]: `context` is a list, not text
    talosconfig:4:16: error[talosconfig/type]: `endpoints` is text, not a list
    talosconfig:5:9: error[talosconfig/type]: `ca` is a map, not text
    talosconfig:6:6: error[talosconfig/type]: a context is a whole number, not a map
    "#);
    insta::assert_snapshot!(problems("contexts:\n  a:\n    x:\n      [hunter2]: 1\n"), @"talosconfig:4:7: error[talosconfig/type]: a key is a list, not text");
    insta::assert_snapshot!(problems("context: hone\ncontexts:\n  home: {}\n"), @"talosconfig:1:10: warning[talosconfig/no-such-context]: the current `context` is none of the `contexts`");
    insta::assert_snapshot!(problems("contexts:\n  a: {ca: hunter2, crt: hunter2, key: hunter2}\n"), @r#"
    talosconfig:2:11: warning[talosconfig/broken]: `ca` is not base64, or is cut off
    talosconfig:2:25: warning[talosconfig/broken]: `crt` is not base64, or is cut off
    talosconfig:2:39: warning[talosconfig/broken]: `key` is not base64, or is cut off
    "#);
    let other = whole(TALHELPERS)
        .current()
        .and_then(|one| one.key.clone())
        .expect("one");
    let text = TALHELPERS.replace(other.expose(), bundle().os.key.expose());
    insta::assert_snapshot!(problems(&text), @"talosconfig:12:14: warning[talosconfig/wrong-key]: `key` is not the key of `crt`");
}
