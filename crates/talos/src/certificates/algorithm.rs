//! The kinds of keys that Talos and Kubernetes know.

use std::fmt;

use der::asn1::ObjectIdentifier;

/// NIST P-256.
pub(super) const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
/// NIST P-384.
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
/// NIST P-521.
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");
/// An elliptic key, whose curve is the parameter.
pub(super) const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// Ed25519: both the key and the signature.
pub(super) const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
/// RSA.
pub(super) const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// ECDSA over SHA-256.
pub(super) const ECDSA_SHA256: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");

/// The kind of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// An elliptic key on P-256: etcd and Kubernetes.
    P256,
    /// An elliptic key on P-384.
    P384,
    /// An elliptic key on P-521.
    P521,
    /// The Talos API.
    Ed25519,
    /// Service accounts; also what kubeadm makes for everything.
    Rsa,
    /// Anything else.
    Other,
}

impl Algorithm {
    /// Of a key's algorithm and its curve.
    pub(super) fn of(algorithm: ObjectIdentifier, curve: Option<ObjectIdentifier>) -> Self {
        match (algorithm, curve) {
            (EC, Some(curve)) => Self::of_curve(curve),
            (ED25519, _) => Self::Ed25519,
            (RSA, _) => Self::Rsa,
            _ => Self::Other,
        }
    }

    /// Of a curve.
    pub(super) fn of_curve(curve: ObjectIdentifier) -> Self {
        match curve {
            P256 => Self::P256,
            P384 => Self::P384,
            P521 => Self::P521,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::P256 => "ECDSA P-256",
            Self::P384 => "ECDSA P-384",
            Self::P521 => "ECDSA P-521",
            Self::Ed25519 => "Ed25519",
            Self::Rsa => "RSA",
            Self::Other => "unknown",
        })
    }
}
