//! What the parts of a bundle say: whether Talos and Kubernetes could work with it.

use std::fmt::Display;
use std::time::{Duration, SystemTime};

use diagnostics::{Diagnostic, Diagnostics, Rule, Severity};

use super::parts::{Parts, Placed, PlacedPair};
use crate::certificates::{Algorithm, Certificate, ReadKey};
use crate::rules;

/// When to say that an authority will expire: to replace one takes planning.
const SOON: Duration = Duration::from_hours(90 * 24);
/// How far clocks may differ.
const SKEW: Duration = Duration::from_mins(5);
/// The smallest size of RSA that is not called weak.
const RSA_BITS: usize = 2048;

/// Who uses an authority.
#[derive(Clone, Copy, PartialEq, Eq)]
enum User {
    /// The Talos API: nodes ask for certificates of Ed25519 keys and of nothing else.
    Talos,
    /// etcd and Kubernetes, which take what kubeadm makes too.
    Kubernetes,
}

/// Everything that is wrong with what was read.
pub(super) fn parts(parts: &Parts, now: SystemTime, problems: &mut Diagnostics) {
    if let (Some((_, aescbc)), Some((_, secretbox))) =
        (&parts.aescbc_secret, &parts.secretbox_secret)
    {
        problems.push(
            rules::TALSECRET_TWO_ENCRYPTION_SECRETS
                .report("the bundle has two secrets to encrypt etcd with, which talosctl refuses")
                .at(aescbc.clone())
                .related(secretbox.clone(), "the one that new data is encrypted with")
                .hint(
                    "keep both as long as etcd holds data from before Talos 1.3, then take \
                 `secrets.aescbcencryptionsecret` out",
                ),
        );
    }
    for (pair, user) in [
        (&parts.etcd, User::Kubernetes),
        (&parts.kubernetes, User::Kubernetes),
        (&parts.aggregator, User::Kubernetes),
        (&parts.os, User::Talos),
    ] {
        authority(pair, user, now, problems);
    }
    if let Some(key) = &parts.service_account_key {
        service_account_key(key, problems);
    }
}

/// Every key that was taken out.
pub(super) fn redacted_keys(parts: &Parts, problems: &mut Diagnostics) {
    let pairs = [&parts.etcd, &parts.kubernetes, &parts.aggregator, &parts.os];
    let keys = pairs.into_iter().filter_map(|pair| pair.key.as_ref());
    for key in keys.chain(&parts.service_account_key) {
        redacted(key, problems);
    }
}

/// An authority and its key.
fn authority(pair: &PlacedPair, user: User, now: SystemTime, problems: &mut Diagnostics) {
    if let Some(certificate) = &pair.certificate
        && let Some(read) = &certificate.read
    {
        validity(certificate, read, now, problems);
        if !read.is_authority() {
            problems.push(
                at(certificate, &rules::TALSECRET_NOT_AN_AUTHORITY, "is not an authority: it may sign nothing")
                    .hint("an authority has `basicConstraints` with `CA:TRUE`, and `keyCertSign` among its key usages"),
            );
        }
        kind(certificate, read.algorithm(), user, problems);
    }
    let Some(key) = &pair.key else { return };
    redacted(key, problems);
    if let (Some(read), Some(certificate)) = (&key.read, &pair.certificate)
        && let Some(theirs) = &certificate.read
        && !read.belongs_to(theirs)
    {
        let message = format!("is not the key of `{}`", certificate.path.join("."));
        problems.push(
            at(key, &rules::TALSECRET_WRONG_KEY, message)
                .related(certificate.location.clone(), "the certificate")
                .hint("restore both from one backup"),
        );
    }
}

/// When the certificate begins and ends.
fn validity(
    certificate: &Placed<Certificate>,
    read: &Certificate,
    now: SystemTime,
    problems: &mut Diagnostics,
) {
    let hint =
        "nodes refuse what it signs; `talosctl rotate-ca` replaces those of Talos and Kubernetes";
    let (begin, end) = (read.not_before(), read.not_after());
    if begin.to_system_time() > now + SKEW {
        let message = format!("is not valid before {}", begin.to_date_time());
        problems.push(
            at(certificate, &rules::TALSECRET_NOT_YET_VALID, message)
                .hint("check the clock of this machine, and of the one that made the bundle"),
        );
    }
    if end.to_system_time() < now {
        let message = format!("expired at {}", end.to_date_time());
        problems.push(at(certificate, &rules::TALSECRET_EXPIRED, message).hint(hint));
    } else if end.to_system_time() < now + SOON {
        let message = format!("expires at {}", end.to_date_time());
        problems.push(at(certificate, &rules::TALSECRET_EXPIRES_SOON, message).hint(hint));
    }
}

/// Whether the authority's user can do with its kind.
fn kind(
    certificate: &Placed<Certificate>,
    algorithm: Algorithm,
    user: User,
    problems: &mut Diagnostics,
) {
    let (severity, message) = match (user, algorithm) {
        (User::Talos, Algorithm::Ed25519) => return,
        (User::Kubernetes, Algorithm::P256) => return,
        (_, Algorithm::Other) => (
            Severity::Error,
            "has a key of a kind that neither Talos nor Kubernetes knows".to_owned(),
        ),
        (User::Talos, _) => (
            Severity::Error,
            format!("has a key of the kind {algorithm}: workers can only join with Ed25519"),
        ),
        (User::Kubernetes, _) => (
            Severity::Warning,
            format!("has a key of the kind {algorithm}, where Talos makes ECDSA P-256"),
        ),
    };
    problems.push(at_as(
        certificate,
        &rules::TALSECRET_ALGORITHM,
        severity,
        message,
    ));
}

/// The key that signs tokens.
fn service_account_key(key: &Placed<ReadKey>, problems: &mut Diagnostics) {
    redacted(key, problems);
    let Some(read) = &key.read else { return };
    match read.algorithm() {
        Algorithm::Ed25519 | Algorithm::Other => {
            let message = format!(
                "is a key of the kind {}: Kubernetes signs tokens with RSA or ECDSA only",
                read.algorithm()
            );
            problems.push(at(key, &rules::TALSECRET_ALGORITHM, message));
        }
        Algorithm::Rsa if read.bits() < RSA_BITS => {
            let message = format!(
                "is an RSA key of {} bits, where Talos makes 4096",
                read.bits()
            );
            problems.push(at(key, &rules::TALSECRET_WEAK_KEY, message));
        }
        _ => {}
    }
}

/// A key that was taken out.
fn redacted(key: &Placed<ReadKey>, problems: &mut Diagnostics) {
    if key.read.is_none() {
        problems.push(
            at(
                key,
                &rules::TALSECRET_REDACTED,
                "was taken out (`******`): no control plane can be configured without it",
            )
            .hint("use the bundle itself, not what `talosctl` shows of it"),
        );
    }
}

/// A problem of one part, at its place.
fn at<T>(part: &Placed<T>, rule: &'static Rule, message: impl Display) -> Diagnostic {
    at_as(part, rule, rule.severity(), message)
}

/// The same, where it matters less than it usually does.
fn at_as<T>(
    part: &Placed<T>,
    rule: &'static Rule,
    severity: Severity,
    message: impl Display,
) -> Diagnostic {
    rule.report_as(severity, format!("`{}` {message}", part.path.join(".")))
        .at(part.location.clone())
}
