//! New bundles: the shape of every certificate and key is that of talhelper's, byte for byte
//! but for what must differ.

mod x509;

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20::ChaCha20Rng;
use der::asn1::{BitString, OctetString};
use der::{Decode as _, Encode as _};
use diagnostics::Source;
use randomness::SeedableRng as _;
use talos::bundle::{self, Bundle};
use talos::certificates::{Algorithm, Facts, KeyPair};

use self::x509::Certificate;

const TALHELPERS: &str = include_str!("vectors/talsecret.yaml");

/// 2026-11-25T12:00:00Z and a half.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_795_608_000_500)
}

fn generate() -> Bundle {
    let mut random = ChaCha20Rng::from_seed([1; 32]);
    Bundle::generate(&mut random, now()).expect("a bundle")
}

/// One for all tests: RSA keys are not found in no time.
fn ours() -> &'static Bundle {
    static BUNDLE: OnceLock<Bundle> = OnceLock::new();
    BUNDLE.get_or_init(generate)
}

fn talhelpers() -> Bundle {
    bundle::read(&Source::new("talsecret.yaml", TALHELPERS)).expect("a whole bundle")
}

fn authorities(bundle: &Bundle) -> [&KeyPair; 4] {
    [
        &bundle.etcd,
        &bundle.kubernetes,
        &bundle.aggregator,
        &bundle.os,
    ]
}

fn pem(text: &str) -> (String, Vec<u8>) {
    let pem = STANDARD.decode(text).expect("base64");
    let (label, der) = der::pem::decode_vec(&pem).expect("PEM");
    (label.to_owned(), der)
}

/// A certificate without what no two have in common.
fn shape(pair: &KeyPair) -> Vec<u8> {
    let (label, der) = pem(pair.certificate.expose());
    assert_eq!(label, "CERTIFICATE");
    let mut certificate = Certificate::from_der(&der).expect("a certificate");
    let none = || BitString::from_bytes(&[]).expect("no bits");
    certificate.signature = none();
    let tbs = &mut certificate.tbs_certificate;
    assert!(tbs.serial_number.as_bytes().len() >= 8);
    tbs.serial_number = 1_u8.into();
    tbs.subject_public_key_info.subject_public_key = none();
    let lifetime = |time: x509_cert::time::Time| time.to_unix_duration();
    let validity = tbs.validity;
    assert_eq!(
        lifetime(validity.not_after),
        lifetime(validity.not_before) + Duration::from_hours(87_600)
    );
    let identifier = tbs.extensions.last_mut().expect("an identifier");
    let length = identifier.extn_value.as_bytes().len();
    assert_eq!(length, 22);
    identifier.extn_value = OctetString::new([0; 22]).expect("an identifier");
    let same = x509_cert::time::Time::try_from(SystemTime::UNIX_EPOCH).expect("a time");
    tbs.validity.not_before = same;
    tbs.validity.not_after = same;
    certificate.to_der().expect("DER")
}

#[test]
fn certificates_have_the_shape_of_talhelpers() {
    let theirs = talhelpers();
    for (ours, theirs) in authorities(ours()).into_iter().zip(authorities(&theirs)) {
        assert_eq!(shape(ours), shape(theirs));
    }
}

#[test]
fn keys_have_the_labels_and_lengths_of_talhelpers() {
    let theirs = talhelpers();
    for (ours, theirs) in authorities(ours()).into_iter().zip(authorities(&theirs)) {
        let (ours, theirs) = (pem(ours.key.expose()), pem(theirs.key.expose()));
        assert_eq!((&ours.0, ours.1.len()), (&theirs.0, theirs.1.len()));
        // Everything before the key itself: version, octet string, and for Ed25519 the kind.
        let before = if ours.0 == "EC PRIVATE KEY" { 7 } else { 16 };
        assert_eq!(ours.1[..before], theirs.1[..before]);
    }
    let (label, key) = pem(ours().service_account_key.expose());
    assert_eq!(label, "RSA PRIVATE KEY");
    // Two primes of 2048 bits, whose product has 4096.
    assert!((2340..=2352).contains(&key.len()), "{}", key.len());
    assert_eq!(key[4..12], [2, 1, 0, 2, 0x82, 2, 1, 0]);
    assert!(key[12] >= 0x80);
}

#[test]
fn what_a_new_bundle_says() {
    let facts =
        authorities(ours()).map(|pair| Facts::read(pair.certificate.expose()).expect("one"));
    let subjects = facts.each_ref().map(|facts| facts.subject.as_str());
    assert_eq!(subjects, ["O=etcd", "O=kubernetes", "", "O=talos"]);
    for facts in &facts {
        assert!(facts.is_authority);
        // In whole seconds.
        let from = SystemTime::UNIX_EPOCH + Duration::from_hours(498_780);
        assert_eq!(facts.not_before, from);
        assert_eq!(facts.not_after, from + Duration::from_hours(87_600));
    }
    let kinds = facts.map(|facts| facts.algorithm);
    let [p256, ed25519] = [Algorithm::P256, Algorithm::Ed25519];
    assert_eq!(kinds, [p256, p256, p256, ed25519]);
    assert!(ours().aescbc_secret.is_none() && ours().secretbox_secret.is_some());
    assert!(ours().cluster_id.expose().len() == 44);
}

#[test]
fn a_new_bundle_is_read_again_and_no_two_are_alike() {
    let text = ours().to_yaml();
    let again = bundle::read(&Source::new("talsecret.yaml", text.as_str())).expect("a bundle");
    assert!(again == *ours());
    assert!(*again.to_yaml() == *text);
    // The randomness decides everything, so the same gives the same.
    assert!(generate() == *ours());
    let mut random = ChaCha20Rng::from_seed([2; 32]);
    let other = Bundle::generate(&mut random, now()).expect("a bundle");
    let other = other.to_yaml();
    let values = |text: &str| -> Vec<String> {
        let lines = text.lines().filter_map(|line| line.split_once(": "));
        lines.map(|(_, value)| value.to_owned()).collect()
    };
    let (ours, other) = (values(&text), values(&other));
    assert_eq!(ours.len(), 14);
    assert!(ours.iter().all(|value| !other.contains(value)));
}

#[test]
fn no_certificate_begins_before_1970_or_ends_after_9999() {
    let mut random = ChaCha20Rng::from_seed([3; 32]);
    let before = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
    let after = SystemTime::UNIX_EPOCH + Duration::from_secs(253_402_300_799 - 86_400);
    for time in [before, after] {
        let error = Bundle::generate(&mut random, time).expect_err("out of range");
        insta::allow_duplicates! {
            insta::assert_snapshot!(error, @"the certificate would begin or end outside of the years 1970 to 9999");
        }
    }
}
