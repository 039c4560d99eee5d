//! Certificates read.

use std::time::SystemTime;

use der::asn1::OctetString;
use der::{Decode as _, Encode as _};
use p256::ecdsa::signature::Verifier as _;
use x509_cert::TbsCertificate;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, SubjectKeyIdentifier};
use x509_cert::name::Name;
use x509_cert::time::Time;
use zeroize::Zeroizing;

use super::algorithm::Algorithm;
use super::pem::{self, PemFault};
use super::signed::Signed;

/// Why a text is not a certificate that Talos reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFault {
    /// Not even PEM.
    #[error("{0}")]
    Pem(PemFault),
    /// A key, say.
    #[error("is PEM labelled `{0}`, not `CERTIFICATE`")]
    NotACertificate(&'static str),
    /// An unknown label, which could be anything.
    #[error("is PEM with a label other than `CERTIFICATE`")]
    UnknownLabel,
    /// The label is right.
    #[error("is labelled `CERTIFICATE`, but what follows is not one, or is cut off")]
    Damaged,
}

/// What a certificate says, for those who show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The subject, such as `O=talos`.
    pub subject: String,
    /// The kind of its key.
    pub algorithm: Algorithm,
    /// Whether it may sign others.
    pub is_authority: bool,
    /// When it begins.
    pub not_before: SystemTime,
    /// When it ends.
    pub not_after: SystemTime,
}

impl Facts {
    /// Of a certificate in base64 of PEM.
    pub fn read(text: &str) -> Result<Self, CertificateFault> {
        let certificate = Certificate::read(text)?;
        Ok(Self {
            subject: certificate.subject().to_string(),
            algorithm: certificate.algorithm(),
            is_authority: certificate.is_authority(),
            not_before: certificate.not_before().to_system_time(),
            not_after: certificate.not_after().to_system_time(),
        })
    }
}

/// A certificate that somebody made.
pub(crate) struct Certificate {
    read: x509_cert::Certificate,
    /// As it was signed: written again, it need not have the same bytes.
    der: Zeroizing<Vec<u8>>,
}

impl Certificate {
    /// One in base64 of PEM.
    pub(crate) fn read(text: &str) -> Result<Self, CertificateFault> {
        Self::of(pem::decode(text).map_err(CertificateFault::Pem)?)
    }

    /// One in PEM.
    pub(crate) fn read_plain(text: &str) -> Result<Self, CertificateFault> {
        Self::of(pem::decode_plain(text).map_err(CertificateFault::Pem)?)
    }

    fn of(block: pem::Block) -> Result<Self, CertificateFault> {
        match block.label {
            Some(pem::CERTIFICATE) => {}
            Some(other) => return Err(CertificateFault::NotACertificate(other)),
            None => return Err(CertificateFault::UnknownLabel),
        }
        let read = x509_cert::Certificate::from_der(&block.der);
        Ok(Self {
            read: read.map_err(|_| CertificateFault::Damaged)?,
            der: block.der,
        })
    }

    /// Whom it is about.
    pub(super) fn subject(&self) -> &Name {
        self.body().subject()
    }

    /// The kind of its key.
    pub(crate) fn algorithm(&self) -> Algorithm {
        let algorithm = &self.body().subject_public_key_info().algorithm;
        let curve = algorithm.parameters.as_ref();
        let curve = curve.and_then(|curve| curve.decode_as().ok());
        Algorithm::of(algorithm.oid, curve)
    }

    /// DER of its key.
    pub(super) fn public_key(&self) -> Option<Vec<u8>> {
        self.body().subject_public_key_info().to_der().ok()
    }

    /// What certificates that it signed refer to it with.
    pub(super) fn key_identifier(&self) -> Option<OctetString> {
        let found = self.body().get_extension::<SubjectKeyIdentifier>();
        found.ok().flatten().map(|(_, identifier)| identifier.0)
    }

    /// Whether it may sign others: by its constraints, and by its key usage if it has one.
    pub(crate) fn is_authority(&self) -> bool {
        let constraints = self.body().get_extension::<BasicConstraints>();
        let usage = self.body().get_extension::<KeyUsage>();
        matches!(constraints, Ok(Some((_, constraints))) if constraints.ca)
            && match usage {
                Ok(Some((_, usage))) => usage.key_cert_sign(),
                Ok(None) => true,
                Err(_) => false,
            }
    }

    /// Whether the key of an authority signed it: Ed25519 and P-256 only.
    pub(super) fn is_signed_by(&self, authority: &Self) -> bool {
        let key = authority.body().subject_public_key_info();
        let key = key.subject_public_key.raw_bytes();
        let signed = Signed::from_der(&self.der);
        let Ok((message, signature)) =
            signed.and_then(|signed| Ok((signed.body.to_der()?, signed.signature)))
        else {
            return false;
        };
        let signature = signature.raw_bytes();
        match authority.algorithm() {
            Algorithm::Ed25519 => {
                let key = <[u8; 32]>::try_from(key)
                    .ok()
                    .and_then(|key| ed25519_dalek::VerifyingKey::from_bytes(&key).ok());
                let signature = ed25519_dalek::Signature::from_slice(signature);
                matches!((key, signature), (Some(key), Ok(signature)) if key.verify(&message, &signature).is_ok())
            }
            Algorithm::P256 => {
                let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(key);
                let signature = p256::ecdsa::Signature::from_der(signature);
                matches!((key, signature), (Ok(key), Ok(signature)) if key.verify(&message, &signature).is_ok())
            }
            _ => false,
        }
    }

    /// When it begins.
    pub(crate) fn not_before(&self) -> Time {
        self.body().validity().not_before
    }

    /// When it ends.
    pub(crate) fn not_after(&self) -> Time {
        self.body().validity().not_after
    }

    /// What was signed.
    fn body(&self) -> &TbsCertificate {
        self.read.tbs_certificate()
    }
}
