//! Whether a machine is the one that is meant, and if not, what it is instead.

use std::sync::Arc;

use der::{Decode as _, Encode as _};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};
use x509_cert::Certificate;

use crate::credentials::Fingerprint;
use crate::fault::Kind;

/// What the certificates of machines in maintenance are for.
const MAINTENANCE: &str = "CN=maintenance-service.talos.dev";

/// Why a machine was not taken for the one that is meant, through the errors of libraries.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{words}")]
pub(crate) struct NotTaken {
    pub(crate) kind: Kind,
    pub(crate) words: String,
}

impl NotTaken {
    pub(crate) fn new(kind: Kind, words: impl Into<String>) -> Self {
        let words = words.into();
        Self { kind, words }
    }

    fn error(kind: Kind, words: impl Into<String>) -> Error {
        Error::Other(OtherError(Arc::new(Self::new(kind, words))))
    }
}

/// Takes what the authority of a cluster has signed.
#[derive(Debug)]
pub(crate) struct Cluster(pub(crate) Arc<WebPkiServerVerifier>);

impl ServerCertVerifier for Cluster {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        stapled: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self.0.verify_server_cert(leaf, others, name, stapled, now);
        verified.map_err(|error| not_taken(&error, leaf))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, leaf, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, leaf, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

fn not_taken(error: &Error, leaf: &CertificateDer<'_>) -> Error {
    let subject = subject(leaf);
    if subject.as_deref() == Some(MAINTENANCE) {
        return NotTaken::error(Kind::InMaintenance, "");
    }
    let Error::InvalidCertificate(fault) = error else {
        return NotTaken::error(Kind::Untrusted, error.to_string());
    };
    match fault {
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => {
            NotTaken::error(Kind::NotValidNow, fault.to_string())
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            NotTaken::error(Kind::WrongName, fault.to_string())
        }
        CertificateError::BadEncoding => NotTaken::error(Kind::NotTalos, fault.to_string()),
        _ => NotTaken::error(
            Kind::Untrusted,
            match subject {
                Some(subject) => format!("it is for `{subject}`"),
                None => String::new(),
            },
        ),
    }
}

fn subject(leaf: &CertificateDer<'_>) -> Option<String> {
    let certificate = Certificate::from_der(leaf).ok()?;
    Some(certificate.tbs_certificate().subject().to_string())
}

/// Takes a machine in maintenance: any, or one of those with these fingerprints.
#[derive(Debug)]
pub(crate) struct AnyOf {
    pub(crate) fingerprints: Vec<Fingerprint>,
    pub(crate) algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for AnyOf {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.fingerprints.is_empty() {
            return Ok(ServerCertVerified::assertion());
        }
        let key = Certificate::from_der(leaf)
            .and_then(|leaf| leaf.tbs_certificate().subject_public_key_info().to_der());
        let Ok(key) = key else {
            return Err(NotTaken::error(
                Kind::NotTalos,
                "its certificate cannot be read",
            ));
        };
        let found = Fingerprint::of(&key);
        if self.fingerprints.contains(&found) {
            return Ok(ServerCertVerified::assertion());
        }
        Err(NotTaken::error(
            Kind::WrongFingerprint,
            format!("`{found}`"),
        ))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, leaf, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, leaf, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
