//! Authorities that sign themselves.

use std::time::{Duration, SystemTime};

use der::asn1::OctetString;
use randomness::CryptoRng;
use x509_cert::ext::pkix::{
    BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages, SubjectKeyIdentifier,
};

use super::algorithm::Algorithm;
use super::error::IssueError;
use super::issue::{Issuer, Request, extension, issue, usage};
use super::pair::KeyPair;
use super::private_key::{CLIENT_AUTH, PrivateKey, SERVER_AUTH};

/// Ten years of 365 days.
const LIFETIME: Duration = Duration::from_hours(87_600);

/// A new authority; `organization` is its subject, which may be empty.
pub(crate) fn authority(
    organization: Option<&str>,
    algorithm: Algorithm,
    random: &mut impl CryptoRng,
    now: SystemTime,
) -> Result<KeyPair, IssueError> {
    let key = PrivateKey::generate(algorithm, random)?;
    let mut extensions = usage(
        KeyUsage(KeyUsages::DigitalSignature | KeyUsages::KeyCertSign),
        ExtendedKeyUsage(vec![SERVER_AUTH, CLIENT_AUTH]),
        Some(&BasicConstraints {
            ca: true,
            path_len_constraint: None,
        }),
    )?;
    // Random, not a hash of the key: clients match it, they do not compute it.
    let mut identifier = [0_u8; 20];
    random.fill_bytes(&mut identifier);
    let identifier = SubjectKeyIdentifier(OctetString::new(identifier)?);
    extensions.push(extension(false, &identifier)?);
    let request = Request {
        organizations: organization.as_slice(),
        from: now,
        lifetime: LIFETIME,
        extensions,
    };
    let issuer = Issuer {
        name: None,
        key: &key,
    };
    Ok(KeyPair {
        certificate: issue(request, &issuer, &key, random)?,
        key: key.to_text()?,
    })
}
