//! Every mistake in a bundle, with what is said about it.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diagnostics::{Diagnostics, Source};
use talos::bundle::{self, Bundle};

const BUNDLE: &str = include_str!("vectors/talsecret.yaml");

macro_rules! foreign {
    ($name:literal) => {
        STANDARD.encode(include_str!(concat!("vectors/foreign/", $name)))
    };
}

/// 2027-01-02T00:00:00Z and some years.
fn after(years: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_hours(499_680 + years * 8766)
}

fn now() -> SystemTime {
    after(0)
}

/// The value at a key of the bundle, the n-th of its name.
fn value(key: &str, number: usize) -> &'static str {
    let prefix = format!("{key}: ");
    let lines = BUNDLE.lines().map(str::trim_start);
    let mut found = lines.filter_map(|line| line.strip_prefix(&prefix));
    found.nth(number).expect("a value")
}

/// The bundle with values replaced.
fn with(changes: &[(&str, &str)]) -> String {
    let mut text = BUNDLE.to_owned();
    for (old, new) in changes {
        assert!(text.contains(old));
        text = text.replacen(old, new, 1);
    }
    text
}

/// In the order of the file.
const ETCD: usize = 0;
const K8S: usize = 1;
const AGGREGATOR: usize = 2;
const OS: usize = 3;

fn certificate(number: usize) -> &'static str {
    value("crt", number)
}

/// The service account's stands between.
fn key(number: usize) -> &'static str {
    value("key", if number == OS { 4 } else { number })
}

fn said(problems: &Diagnostics, text: &str) -> String {
    // Nothing that stands behind a key is ever in a message.
    let secrets: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split_once(": ").map(|(_, value)| value))
        .filter(|value| value.len() > 7)
        .collect();
    let mut out = String::new();
    for problem in problems {
        out.push_str(&format!("{problem}\n"));
        if let Some(hint) = &problem.hint {
            out.push_str(&format!("  hint: {hint}\n"));
        }
        for related in &problem.related {
            out.push_str(&format!("  {}: {}\n", related.location, related.message));
        }
        let whole = format!("{problem:?}");
        assert!(secrets.iter().all(|secret| !whole.contains(secret)));
    }
    out
}

/// What is said of a bundle, now.
fn check(changes: &[(&str, &str)]) -> String {
    let text = with(changes);
    let source = Source::new("talsecret.yaml", text.as_str());
    let problems = bundle::check(&source, now());
    // Shape is what reading refuses, and checking says it too.
    if let Err(shape) = bundle::read(&source) {
        assert!(
            shape
                .iter()
                .all(|one| problems.iter().any(|other| one == other))
        );
    }
    said(&problems, &text)
}

fn check_at(time: SystemTime) -> String {
    said(
        &bundle::check(&Source::new("talsecret.yaml", BUNDLE), time),
        BUNDLE,
    )
}

/// A pair of others in the place of one.
fn foreign(number: usize, crt: &str, foreign_key: &str) -> String {
    check(&[(certificate(number), crt), (key(number), foreign_key)])
}

#[test]
fn a_whole_bundle_is_fine() {
    assert_eq!(check(&[]), "");
}

#[test]
fn authorities_begin_and_end() {
    insta::assert_snapshot!(check_at(SystemTime::UNIX_EPOCH), @r#"
    talsecret.yaml:11:10: warning[talsecret/not-yet-valid]: `certs.etcd.crt` is not valid before 2026-11-23T02:29:05Z
      hint: check the clock of this machine, and of the one that made the bundle
    talsecret.yaml:14:10: warning[talsecret/not-yet-valid]: `certs.k8s.crt` is not valid before 2026-11-23T02:29:05Z
      hint: check the clock of this machine, and of the one that made the bundle
    talsecret.yaml:17:10: warning[talsecret/not-yet-valid]: `certs.k8saggregator.crt` is not valid before 2026-11-23T02:29:05Z
      hint: check the clock of this machine, and of the one that made the bundle
    talsecret.yaml:22:10: warning[talsecret/not-yet-valid]: `certs.os.crt` is not valid before 2026-11-23T02:29:06Z
      hint: check the clock of this machine, and of the one that made the bundle
    "#);
    let last_days = SystemTime::UNIX_EPOCH + Duration::from_hours(585_000);
    insta::assert_snapshot!(check_at(last_days), @r#"
    talsecret.yaml:11:10: warning[talsecret/expires-soon]: `certs.etcd.crt` expires at 2036-11-20T02:29:05Z
      hint: nodes refuse what it signs; `talosctl rotate-ca` replaces those of Talos and Kubernetes
    talsecret.yaml:14:10: warning[talsecret/expires-soon]: `certs.k8s.crt` expires at 2036-11-20T02:29:05Z
      hint: nodes refuse what it signs; `talosctl rotate-ca` replaces those of Talos and Kubernetes
    talsecret.yaml:17:10: warning[talsecret/expires-soon]: `certs.k8saggregator.crt` expires at 2036-11-20T02:29:05Z
      hint: nodes refuse what it signs; `talosctl rotate-ca` replaces those of Talos and Kubernetes
    talsecret.yaml:22:10: warning[talsecret/expires-soon]: `certs.os.crt` expires at 2036-11-20T02:29:06Z
      hint: nodes refuse what it signs; `talosctl rotate-ca` replaces those of Talos and Kubernetes
    "#);
    insta::assert_snapshot!(check_at(after(10)), @r#"
    talsecret.yaml:11:10: error[talsecret/expired]: `certs.etcd.crt` expired at 2036-11-20T02:29:05Z
      hint: nodes refuse what it signs; `talosctl rotate-ca` replaces those of Talos and Kubernetes
    talsecret.yaml:14:10: error[talsecret/expired]: `certs.k8s.crt` expired at 2036-11-20T02:29:05Z
      hint: nodes refuse what it signs; `talosctl rotate-ca` replaces those of Talos and Kubernetes
    talsecret.yaml:17:10: error[talsecret/expired]: `certs.k8saggregator.crt` expired at 2036-11-20T02:29:05Z
      hint: nodes refuse what it signs; `talosctl rotate-ca` replaces those of Talos and Kubernetes
    talsecret.yaml:22:10: error[talsecret/expired]: `certs.os.crt` expired at 2036-11-20T02:29:06Z
      hint: nodes refuse what it signs; `talosctl rotate-ca` replaces those of Talos and Kubernetes
    "#);
}

#[test]
fn certificates_that_are_none() {
    let cut = &certificate(K8S)[..400];
    insta::assert_snapshot!(check(&[(certificate(K8S), cut)]), @r#"
    talsecret.yaml:14:10: error[talsecret/broken]: `certs.k8s.crt` is cut off: its PEM has no `END` line
      hint: restore the file from version control or a backup: a new secret is another cluster
    "#);
    // Cut off inside of the PEM, in the middle of a group of base64.
    insta::assert_snapshot!(check(&[(certificate(K8S), &cut[..398])]), @r#"
    talsecret.yaml:14:10: error[talsecret/broken]: `certs.k8s.crt` is not base64, or is cut off
      hint: restore the file from version control or a backup: a new secret is another cluster
    "#);
    let pem = STANDARD.decode(certificate(OS)).expect("base64");
    let pem = String::from_utf8(pem).expect("text");
    let encode = |pem: String| STANDARD.encode(pem);
    // A line is gone: the DER ends too soon.
    let line = pem.lines().nth(3).expect("a line").to_owned() + "\n";
    let short = encode(pem.replace(&line, ""));
    insta::assert_snapshot!(check(&[(certificate(OS), &short)]), @r#"
    talsecret.yaml:22:10: error[talsecret/broken]: `certs.os.crt` is labelled `CERTIFICATE`, but what follows is not one, or is cut off
      hint: restore the file from version control or a backup: a new secret is another cluster
    "#);
    let odd = encode(pem.replace("MII", "M!I"));
    insta::assert_snapshot!(check(&[(certificate(OS), &odd)]), @r#"
    talsecret.yaml:22:10: error[talsecret/broken]: `certs.os.crt` holds PEM that is damaged between its `BEGIN` and `END` lines
      hint: restore the file from version control or a backup: a new secret is another cluster
    "#);
    let other = encode(pem.replace("CERTIFICATE", "hunter2 hunter2"));
    insta::assert_snapshot!(check(&[(certificate(OS), &other)]), @r#"
    talsecret.yaml:22:10: error[talsecret/broken]: `certs.os.crt` is PEM with a label other than `CERTIFICATE`
      hint: restore the file from version control or a backup: a new secret is another cluster
    "#);
    let text = encode("hunter2".to_owned());
    insta::assert_snapshot!(check(&[(certificate(OS), &text)]), @r#"
    talsecret.yaml:22:10: error[talsecret/broken]: `certs.os.crt` is base64, but not of PEM
      hint: restore the file from version control or a backup: a new secret is another cluster
    "#);
    insta::assert_snapshot!(check(&[(certificate(OS), &foreign!("request.csr"))]), @r#"
    talsecret.yaml:22:10: error[talsecret/broken]: `certs.os.crt` is PEM labelled `CERTIFICATE REQUEST`, not `CERTIFICATE`
      hint: restore the file from version control or a backup: a new secret is another cluster
    "#);
    insta::assert_snapshot!(check(&[(certificate(ETCD), key(K8S))]), @r#"
    talsecret.yaml:11:10: error[talsecret/broken]: `certs.etcd.crt` is PEM labelled `EC PRIVATE KEY`, not `CERTIFICATE`
      hint: restore the file from version control or a backup: a new secret is another cluster
    "#);
}

#[test]
fn keys_that_are_none() {
    insta::assert_snapshot!(check(&[(key(K8S), certificate(ETCD))]), @r#"
    talsecret.yaml:15:10: error[talsecret/broken]: `certs.k8s.key` is PEM labelled `CERTIFICATE`, which is not a private key
      hint: restore the file from version control or a backup: a new secret is another cluster
    "#);
    insta::assert_snapshot!(check(&[(key(K8S), &foreign!("encrypted.key"))]), @r#"
    talsecret.yaml:15:10: error[talsecret/broken]: `certs.k8s.key` is encrypted with a passphrase, which Talos cannot read
      hint: restore the file from version control or a backup: a new secret is another cluster
    "#);
    insta::assert_snapshot!(check(&[(key(K8S), &foreign!("secp256k1.key"))]), @r#"
    talsecret.yaml:15:10: error[talsecret/broken]: `certs.k8s.key` is labelled `PRIVATE KEY`, but what follows is cut off, or no such key that Talos knows
      hint: restore the file from version control or a backup: a new secret is another cluster
    "#);
    let pem = String::from_utf8(STANDARD.decode(key(OS)).expect("base64")).expect("text");
    // What Talos's label promises is not there.
    let label = STANDARD.encode(pem.replace("ED25519", "EC"));
    insta::assert_snapshot!(check(&[(key(OS), &label)]), @r#"
    talsecret.yaml:23:10: error[talsecret/broken]: `certs.os.key` is labelled `EC PRIVATE KEY`, but what follows is cut off, or no such key that Talos knows
      hint: restore the file from version control or a backup: a new secret is another cluster
    "#);
    let label = STANDARD.encode(pem.replace("ED25519", "hunter2"));
    insta::assert_snapshot!(check(&[(key(OS), &label)]), @r#"
    talsecret.yaml:23:10: error[talsecret/broken]: `certs.os.key` is PEM with a label that is not one of a private key
      hint: restore the file from version control or a backup: a new secret is another cluster
    "#);
    let pkcs8 = String::from_utf8(STANDARD.decode(foreign!("p256.key")).expect("base64"));
    let label = STANDARD.encode(pkcs8.expect("text").replace("PRIVATE", "ED25519 PRIVATE"));
    insta::assert_snapshot!(check(&[(key(OS), &label)]), @r#"
    talsecret.yaml:23:10: error[talsecret/broken]: `certs.os.key` is labelled `ED25519 PRIVATE KEY`, but what follows is cut off, or no such key that Talos knows
      hint: restore the file from version control or a backup: a new secret is another cluster
    "#);
    insta::assert_snapshot!(check(&[(value("key", 3), "hunter2")]), @r#"
    talsecret.yaml:20:10: error[talsecret/broken]: `certs.k8sserviceaccount.key` is not base64, or is cut off
      hint: restore the file from version control or a backup: a new secret is another cluster
    "#);
}

#[test]
fn keys_of_other_certificates() {
    insta::assert_snapshot!(check(&[(key(K8S), key(ETCD))]), @r#"
    talsecret.yaml:15:10: error[talsecret/wrong-key]: `certs.k8s.key` is not the key of `certs.k8s.crt`
      hint: restore both from one backup
      talsecret.yaml:14:10: the certificate
    "#);
    let file = String::from_utf8(STANDARD.decode(key(OS)).expect("base64")).expect("text");
    // The same key under the label that everybody else uses is the same key.
    let label = STANDARD.encode(file.replace("ED25519 ", ""));
    assert_eq!(check(&[(key(OS), &label)]), "");
    insta::assert_snapshot!(check(&[(key(OS), &foreign!("ed25519.key"))]), @r#"
    talsecret.yaml:23:10: error[talsecret/wrong-key]: `certs.os.key` is not the key of `certs.os.crt`
      hint: restore both from one backup
      talsecret.yaml:22:10: the certificate
    "#);
    insta::assert_snapshot!(check(&[(key(AGGREGATOR), &foreign!("rsa.key"))]), @r#"
    talsecret.yaml:18:10: error[talsecret/wrong-key]: `certs.k8saggregator.key` is not the key of `certs.k8saggregator.crt`
      hint: restore both from one backup
      talsecret.yaml:17:10: the certificate
    "#);
}

#[test]
fn keys_that_were_taken_out() {
    let changes = [(key(OS), "'******'"), (value("key", 3), "'******'")];
    insta::assert_snapshot!(check(&changes), @r#"
    talsecret.yaml:20:10: error[talsecret/redacted]: `certs.k8sserviceaccount.key` was taken out (`******`): no control plane can be configured without it
      hint: use the bundle itself, not what `talosctl` shows of it
    talsecret.yaml:23:10: error[talsecret/redacted]: `certs.os.key` was taken out (`******`): no control plane can be configured without it
      hint: use the bundle itself, not what `talosctl` shows of it
    "#);
}

#[test]
fn kinds_that_talos_does_not_make() {
    insta::assert_snapshot!(foreign(K8S, &foreign!("rsa.crt"), &foreign!("rsa-pkcs1.key")), @"talsecret.yaml:14:10: warning[talsecret/algorithm]: `certs.k8s.crt` has a key of the kind RSA, where Talos makes ECDSA P-256");
    insta::assert_snapshot!(foreign(ETCD, &foreign!("p384.crt"), &foreign!("p384-sec1.key")), @"talsecret.yaml:11:10: warning[talsecret/algorithm]: `certs.etcd.crt` has a key of the kind ECDSA P-384, where Talos makes ECDSA P-256");
    insta::assert_snapshot!(foreign(ETCD, &foreign!("p384.crt"), &foreign!("p384.key")), @"talsecret.yaml:11:10: warning[talsecret/algorithm]: `certs.etcd.crt` has a key of the kind ECDSA P-384, where Talos makes ECDSA P-256");
    insta::assert_snapshot!(foreign(AGGREGATOR, &foreign!("ed25519.crt"), &foreign!("ed25519.key")), @"talsecret.yaml:17:10: warning[talsecret/algorithm]: `certs.k8saggregator.crt` has a key of the kind Ed25519, where Talos makes ECDSA P-256");
    assert_eq!(
        foreign(AGGREGATOR, &foreign!("p256.crt"), &foreign!("p256.key")),
        ""
    );
    assert_eq!(
        foreign(OS, &foreign!("ed25519.crt"), &foreign!("ed25519.key")),
        ""
    );
    insta::assert_snapshot!(foreign(OS, &foreign!("p256.crt"), &foreign!("p256.key")), @"talsecret.yaml:22:10: error[talsecret/algorithm]: `certs.os.crt` has a key of the kind ECDSA P-256: workers can only join with Ed25519");
    insta::assert_snapshot!(foreign(OS, &foreign!("secp256k1.crt"), key(OS)), @r#"
    talsecret.yaml:22:10: error[talsecret/algorithm]: `certs.os.crt` has a key of a kind that neither Talos nor Kubernetes knows
    talsecret.yaml:23:10: error[talsecret/wrong-key]: `certs.os.key` is not the key of `certs.os.crt`
      hint: restore both from one backup
      talsecret.yaml:22:10: the certificate
    "#);
    insta::assert_snapshot!(foreign(K8S, &foreign!("leaf.crt"), &foreign!("p256.key")), @r#"
    talsecret.yaml:14:10: error[talsecret/not-an-authority]: `certs.k8s.crt` is not an authority: it may sign nothing
      hint: an authority has `basicConstraints` with `CA:TRUE`, and `keyCertSign` among its key usages
    "#);
    let account = |key: &str| check(&[(value("key", 3), key)]);
    assert_eq!(account(&foreign!("rsa.key")), "");
    assert_eq!(account(&foreign!("p384.key")), "");
    insta::assert_snapshot!(account(&foreign!("rsa-1024.key")), @"talsecret.yaml:20:10: warning[talsecret/weak-key]: `certs.k8sserviceaccount.key` is an RSA key of 1024 bits, where Talos makes 4096");
    insta::assert_snapshot!(account(&foreign!("ed25519.key")), @"talsecret.yaml:20:10: error[talsecret/algorithm]: `certs.k8sserviceaccount.key` is a key of the kind Ed25519: Kubernetes signs tokens with RSA or ECDSA only");
}

#[test]
fn encryption_secrets() {
    let secret = value("secretboxencryptionsecret", 0);
    let line = format!("  secretboxencryptionsecret: {secret}\n");
    let both = format!("{line}  aescbcencryptionsecret: {secret}\n");
    insta::assert_snapshot!(check(&[(&line, &both)]), @r#"
    talsecret.yaml:7:27: warning[talsecret/two-encryption-secrets]: the bundle has two secrets to encrypt etcd with, which talosctl refuses
      hint: keep both as long as etcd holds data from before Talos 1.3, then take `secrets.aescbcencryptionsecret` out
      talsecret.yaml:6:30: the one that new data is encrypted with
    "#);
    insta::assert_snapshot!(check(&[(&line, "")]), @r#"
    talsecret.yaml:5:3: error[talsecret/missing]: the bundle lacks `secrets.secretboxencryptionsecret`
      hint: restore the file from version control or a backup: a new secret is another cluster
    "#);
    // Clusters from before Talos 1.3.
    let old = line.replace("secretbox", "aescbc");
    assert_eq!(check(&[(&line, &old)]), "");
}

#[test]
fn keys_of_the_file() {
    insta::assert_snapshot!(check(&[("  id: ", "  identity: ")]), @r#"
    talsecret.yaml:2:3: error[talsecret/missing]: the bundle lacks `cluster.id`
      hint: restore the file from version control or a backup: a new secret is another cluster
    talsecret.yaml:2:3: error[talsecret/unknown-key]: the bundle has no key `identity`
    "#);
    insta::assert_snapshot!(check(&[("  token: ", "  token: a\n  token: ")]), @r#"
    talsecret.yaml:9:3: error[yaml/duplicate-key]: the key `token` is set twice
      hint: remove one of the two
      talsecret.yaml:8:3: first set here
    "#);
    insta::assert_snapshot!(check(&[("cluster:\n", "sops: {}\nhunter2.hunter2hunter2hu: 1\ncluster:\n")]), @r#"
    talsecret.yaml:1:1: error[talsecret/unknown-key]: the bundle has no key `sops`
      hint: decrypt the file first
    talsecret.yaml:2:1: error[talsecret/unknown-key]: the bundle has no such key
    "#);
    insta::assert_snapshot!(check(&[(value("secret", 0), "aHVudGVyMg==")]), @r#"
    talsecret.yaml:3:11: error[talsecret/broken]: `cluster.secret` is not 32 bytes in base64
      hint: restore the file from version control or a backup: a new secret is another cluster
    "#);
    insta::assert_snapshot!(check(&[(value("bootstraptoken", 0), "QUONI7.dfak4o5ylwuouzmd")]), @r#"
    talsecret.yaml:5:19: error[talsecret/broken]: `secrets.bootstraptoken` is not a token of 6 and 16 letters and digits
      hint: restore the file from version control or a backup: a new secret is another cluster
    "#);
    let empty = bundle::check(&Source::new("talsecret.yaml", "[]"), now());
    insta::assert_snapshot!(said(&empty, ""), @r#"
    talsecret.yaml: error[talsecret/empty]: the file holds no secrets bundle
      hint: make one with `ichor talos gensecret`
    "#);
}

#[test]
fn the_placeholder_is_whole_and_never_a_clusters() {
    let placeholder = Bundle::placeholder();
    assert!(placeholder.is_placeholder());
    let text = placeholder.to_yaml();
    let source = Source::new("talsecret.yaml", text.as_str());
    insta::assert_snapshot!(said(&bundle::check(&source, now()), &text), @r#"
    talsecret.yaml: error[talsecret/placeholder]: the file holds the placeholder that is built into ichor, whose keys everybody knows
      hint: make secrets of your own with `ichor talos gensecret`
    "#);
    insta::assert_snapshot!(said(&bundle::read(&source).expect_err("refused"), &text), @r#"
    talsecret.yaml: error[talsecret/placeholder]: the file holds the placeholder that is built into ichor, whose keys everybody knows
      hint: make secrets of your own with `ichor talos gensecret`
    "#);
    // One of its keys is enough.
    let mut bundle = bundle::read(&Source::new("talsecret.yaml", BUNDLE)).expect("a bundle");
    assert!(!bundle.is_placeholder());
    bundle.aggregator = placeholder.aggregator;
    assert!(bundle.is_placeholder());
}

#[test]
fn base64_and_pem_may_be_laid_out_differently() {
    let pem = STANDARD.decode(certificate(ETCD)).expect("base64");
    let pem = String::from_utf8(pem).expect("text");
    // Words around the block, line breaks of Windows, a second block behind it.
    let around = format!("subject=O = etcd\n{pem}\n{pem}").replace('\n', "\r\n");
    assert_eq!(check(&[(certificate(ETCD), &STANDARD.encode(around))]), "");
    // Base64 on lines of its own.
    let (one, two) = certificate(ETCD).split_at(100);
    let block = format!("|-\n      {one}\n      {two}");
    assert_eq!(check(&[(certificate(ETCD), &block)]), "");
}
