//! Against the real `openssl`: what it reads in our certificates and in talhelper's, whether it
//! trusts them, and whether it shakes hands with them. Runs where `ICHOR_OPENSSL` names the
//! program, as `cargo xtask oracles tls` does it; else it says that it was skipped.
//!
//! `tests/vectors/openssl` holds what it said, for the tests that run without it;
//! `ICHOR_OPENSSL_RECORD` writes that anew.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "it starts openssl on its files"
)]
#![expect(
    clippy::print_stdout,
    reason = "it says what was done, or that it was skipped"
)]

mod frozen;
mod handshake;
mod openssl;

use std::time::{Duration, SystemTime};

use chacha20::ChaCha20Rng;
use diagnostics::Source;
use randomness::SeedableRng as _;
use talos::bundle::{self, Bundle};
use talos::certificates::{ApiRole, DEFAULT_LIFETIME, KeyPair, admin};
use talos::talosconfig;

use openssl::Openssl;

const TALHELPERS: &str = include_str!("../vectors/talhelper-secrets/talsecret.yaml");
const TALHELPERS_CONFIG: &str = include_str!("../vectors/talhelper-secrets/talosconfig");

/// A bundle and its administrator, always the same for the same time.
struct Made {
    bundle: Bundle,
    admin: KeyPair,
}

impl Made {
    fn new(now: SystemTime) -> Self {
        let mut random = ChaCha20Rng::from_seed([11; 32]);
        let bundle = Bundle::generate(&mut random, now).expect("a bundle");
        let roles = [ApiRole::Admin];
        let admin = admin(&bundle.os, &roles, DEFAULT_LIFETIME, &mut random, now);
        Self {
            admin: admin.expect("a certificate"),
            bundle,
        }
    }

    /// What is frozen began at 2026-11-25T12:00:00Z.
    fn frozen() -> Self {
        Self::new(SystemTime::UNIX_EPOCH + Duration::from_hours(498_780))
    }

    fn talhelpers() -> Self {
        let bundle = bundle::read(&Source::new("talsecret.yaml", TALHELPERS));
        let (config, _) = talosconfig::read(&Source::new("talosconfig", TALHELPERS_CONFIG));
        let config = config.expect("it can be read");
        let context = config.current().expect("it").clone();
        Self {
            bundle: bundle.expect("a bundle"),
            admin: KeyPair {
                certificate: context.certificate.expect("one"),
                key: context.key.expect("one"),
            },
        }
    }

    /// All certificates with their keys.
    fn pairs(&self) -> [(&'static str, &KeyPair); 5] {
        [
            ("etcd", &self.bundle.etcd),
            ("kubernetes", &self.bundle.kubernetes),
            ("aggregator", &self.bundle.aggregator),
            ("os", &self.bundle.os),
            ("admin", &self.admin),
        ]
    }
}

#[test]
fn openssl_reads_and_trusts_them() {
    let Some(openssl) = Openssl::find() else {
        return;
    };
    let (ours, theirs) = (Made::frozen(), Made::talhelpers());
    for ((name, ours), (_, theirs)) in ours.pairs().into_iter().zip(theirs.pairs()) {
        let certificate = openssl.certificate(&format!("ours-{name}"), ours);
        let text = openssl.words(&certificate);
        let talhelpers = openssl.certificate(&format!("theirs-{name}"), theirs);
        assert_eq!(text, openssl.words(&talhelpers), "{name}");
        frozen::compare_or_record(name, ours, &text);
        openssl.run(&["pkey", "-check", "-noout", "-in", &openssl.key(name, ours)]);
    }
    let account = &ours.bundle.service_account_key;
    let account = openssl.file("account.key", &openssl::pem(account.expose()));
    let size = openssl.run(&["rsa", "-check", "-noout", "-text", "-in", &account]);
    assert!(size.contains("Private-Key: (4096 bit, 2 primes)"), "{size}");

    // Some hours after they began: everything is fine but an administrator as a server.
    let time = (498_780 * 3600 + 7200).to_string();
    let at = ["verify", "-attime", &time, "-CAfile"];
    for name in ["etcd", "kubernetes", "aggregator", "os"] {
        let file = openssl.path(&format!("ours-{name}.crt"));
        openssl.run(&[&at[..], &[&file, &file]].concat());
    }
    let (os, admin) = (openssl.path("ours-os.crt"), openssl.path("ours-admin.crt"));
    let client = ["-purpose", "sslclient", &admin];
    openssl.run(&[&at[..], &[&os], &client[..]].concat());
    openssl.fails(&[&at[..], &[&os, "-purpose", "sslserver", &admin]].concat());
    let etcd = openssl.path("ours-etcd.crt");
    openssl.fails(&[&at[..], &[&etcd], &client[..]].concat());
    println!("5 certificates as talhelper's; 6 keys; 7 chains");
}

#[test]
fn what_openssl_saw_is_what_is_made() {
    for (name, pair) in Made::frozen().pairs() {
        frozen::is_the_same(name, pair);
    }
}
