//! Client certificates of the Talos API.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use randomness::CryptoRng;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, ExtendedKeyUsage, KeyUsage, KeyUsages};

use super::algorithm::Algorithm;
use super::certificate::Certificate;
use super::error::IssueError;
use super::issue::{Issuer, Request, extension, issue, usage};
use super::pair::KeyPair;
use super::private_key::{CLIENT_AUTH, PrivateKey, ReadKey};

/// A year of 365 days, as talosctl and talhelper have it.
pub const DEFAULT_LIFETIME: Duration = Duration::from_hours(8760);

/// What a client of the Talos API may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApiRole {
    /// Everything.
    Admin,
    /// Everything that reads, and reboots, but no change of a configuration.
    Operator,
    /// Everything that reads, but no secrets.
    Reader,
    /// Snapshots of etcd.
    EtcdBackup,
    /// Checks of images.
    ImageVerifier,
    /// Writes into the META partition.
    MetaWriter,
    /// Acting with the roles of another caller: between nodes only.
    Impersonator,
}

impl ApiRole {
    /// As it stands in a certificate.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "os:admin",
            Self::Operator => "os:operator",
            Self::Reader => "os:reader",
            Self::EtcdBackup => "os:etcd:backup",
            Self::ImageVerifier => "os:image:verifier",
            Self::MetaWriter => "os:meta:writer",
            Self::Impersonator => "os:impersonator",
        }
    }
}

/// Whether an authority, given by its certificate, signed the certificate of a client, and its key belongs to it. What
/// cannot be read serves nobody.
pub fn serves(client: &KeyPair, authority: &str) -> bool {
    let certificates = Certificate::read(client.certificate.expose())
        .and_then(|client| Ok((client, Certificate::read(authority)?)));
    let (Ok((certificate, authority)), Ok(key)) =
        (certificates, ReadKey::read(client.key.expose()))
    else {
        return false;
    };
    key.belongs_to(&certificate) && certificate.is_signed_by(&authority)
}

/// A new client certificate with its key, signed by the authority of the Talos API.
///
/// The kind of the key follows the authority's.
pub fn admin(
    authority: &KeyPair,
    roles: &[ApiRole],
    lifetime: Duration,
    random: &mut impl CryptoRng,
    now: SystemTime,
) -> Result<KeyPair, IssueError> {
    let broken = |what: &str, fault: &dyn std::fmt::Display| {
        IssueError::Authority(format!("{what} {fault}"))
    };
    if authority.key.expose() == super::REDACTED {
        return Err(IssueError::Redacted);
    }
    let certificate = Certificate::read(authority.certificate.expose())
        .map_err(|fault| broken("certificate", &fault))?;
    let read = ReadKey::read(authority.key.expose()).map_err(|fault| broken("key", &fault))?;
    if !read.belongs_to(&certificate) {
        return Err(broken("key", &"is that of another certificate"));
    }
    let algorithm = read.algorithm();
    let signer = read
        .signer()
        .filter(|_| matches!(algorithm, Algorithm::Ed25519 | Algorithm::P256))
        .ok_or_else(|| broken("key", &format_args!("is {algorithm}, not Ed25519 or P-256")))?;

    let mut extensions = usage(
        KeyUsage(KeyUsages::DigitalSignature.into()),
        // Nothing more: apid refuses clients that may be servers too.
        ExtendedKeyUsage(vec![CLIENT_AUTH]),
        None,
    )?;
    if let Some(identifier) = certificate.key_identifier() {
        let identifier = AuthorityKeyIdentifier {
            key_identifier: Some(identifier),
            authority_cert_issuer: None,
            authority_cert_serial_number: None,
        };
        extensions.push(extension(false, &identifier)?);
    }
    let organizations: BTreeSet<&str> = roles.iter().map(|role| role.as_str()).collect();
    let organizations: Vec<&str> = organizations.into_iter().collect();
    let request = Request {
        organizations: &organizations,
        from: now,
        lifetime,
        extensions,
    };
    let issuer = Issuer {
        name: Some(certificate.subject().as_ref().clone()),
        key: signer,
    };
    let key = PrivateKey::generate(algorithm, random)?;
    Ok(KeyPair {
        certificate: issue(request, &issuer, &key, random)?,
        key: key.to_text()?,
    })
}
