//! Secrets bundles, the machine configs that they are taken from, and `talosconfig`: as text,
//! and as the DER of one certificate or key in a bundle that is whole otherwise.
#![no_main]

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diagnostics::{Diagnostics, Source};
use ichor_fuzz::said;
use libfuzzer_sys::fuzz_target;
use talos::bundle::{self, Bundle, SecretText};
use talos::talosconfig;

const LABELS: [&str; 6] = [
    "CERTIFICATE",
    "EC PRIVATE KEY",
    "ED25519 PRIVATE KEY",
    "PRIVATE KEY",
    "RSA PRIVATE KEY",
    "ANYTHING",
];

fuzz_target!(|bytes: &[u8]| {
    if let Some((&first @ 0..=31, der)) = bytes.split_first() {
        part(first, der);
        return;
    }
    let text = String::from_utf8_lossy(bytes);
    let source = Source::new("file.yaml", &*text);
    let read = bundle::read(&source);
    let checked = check(&source, bytes.len());
    match read {
        Ok(bundle) => again(&bundle),
        Err(problems) => {
            said(&problems);
            // Checking says all that reading says.
            assert!(
                problems
                    .iter()
                    .all(|one| checked.iter().any(|other| other == one))
            );
        }
    }
    match Bundle::from_machine_config(&source) {
        Ok(bundle) => again(&bundle),
        Err(problems) => said(&problems),
    }
    match talosconfig::read(&source) {
        (Some(config), problems) => {
            assert!(!problems.has_errors());
            let written = config.to_yaml();
            let (again, _) = talosconfig::read(&Source::new("again.yaml", written.as_str()));
            let again = again.expect("what was written can be read");
            assert!(again == config, "reads back as something else");
        }
        (None, problems) => said(&problems),
    }
});

/// DER under a label, in the place of a certificate or key.
fn part(first: u8, der: &[u8]) {
    let label = LABELS[usize::from(first % 8).min(5)];
    let mut pem = format!("-----BEGIN {label}-----\n");
    let digits = STANDARD.encode(der);
    for line in digits.as_bytes().chunks(64) {
        pem.push_str(std::str::from_utf8(line).expect("base64"));
        pem.push('\n');
    }
    pem.push_str(&format!("-----END {label}-----\n"));
    let text = SecretText::from(STANDARD.encode(&pem));
    let mut bundle = Bundle::placeholder();
    match first / 8 {
        0 => bundle.os.certificate = text,
        1 => bundle.os.key = text,
        2 => bundle.kubernetes.key = text,
        _ => bundle.service_account_key = text,
    }
    let yaml = bundle.to_yaml();
    let source = Source::new("talsecret.yaml", yaml.as_str());
    said(&check(&source, der.len()));
}

/// Whatever is read is written, and read again as the same; an alias or a note in the text is
/// no part of it.
fn again(bundle: &Bundle) {
    let written = bundle.to_yaml();
    let source = Source::new("again.yaml", written.as_str());
    match bundle::read(&source) {
        Ok(again) => assert!(again == *bundle, "reads back as something else"),
        Err(problems) => {
            let placeholder =
                |one: &diagnostics::Diagnostic| one.rule.id() == "talsecret/placeholder";
            assert!(problems.iter().all(placeholder), "refuses what it wrote");
        }
    }
}

/// At one of three times.
fn check(source: &Source, length: usize) -> Diagnostics {
    let years = [0, 56, 300][length % 3];
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(years * 31_557_600);
    bundle::check(source, now)
}
