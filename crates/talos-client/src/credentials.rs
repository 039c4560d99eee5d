//! As whom nodes are called, and whom they must be: what a TLS handshake is made with.

mod verify;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diagnostics::Diagnostic;
use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::{
    CertificateDer, PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer,
};
use rustls::{ClientConfig, RootCertStore};
use sha2::{Digest as _, Sha256};
use talos::certificates::{Facts, KeyDer, certificates_der};
use talos::talosconfig::Context;

pub(crate) use verify::NotTaken;
use verify::{AnyOf, Cluster};

use crate::rules;

/// What handshakes are made with. Has no `Debug`: it holds a key.
#[derive(Clone)]
pub struct Credentials {
    pub(crate) tls: Arc<ClientConfig>,
    /// Whether machines are called that belong to no cluster yet.
    pub(crate) maintenance: bool,
}

/// The SHA-256 of the public key of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub(crate) [u8; 32]);

impl Fingerprint {
    /// Of a public key as it stands in a certificate (`SubjectPublicKeyInfo`, in DER).
    pub fn of(key: &[u8]) -> Self {
        Self(Sha256::digest(key).into())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&STANDARD.encode(self.0))
    }
}

/// In base64, as Talos shows it on the console.
impl FromStr for Fingerprint {
    type Err = Diagnostic;

    fn from_str(text: &str) -> Result<Self, Diagnostic> {
        let decoded = STANDARD.decode(text.trim()).ok();
        let bytes = decoded.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        bytes.map(Self).ok_or_else(|| {
            rules::TALOS_API_BAD_FINGERPRINT
                .report("this is no fingerprint of a certificate: it has 44 characters of base64")
                .hint("copy it from the console of the machine, with the `=` at its end")
        })
    }
}

impl Credentials {
    /// Those of a context of a talosconfig.
    ///
    /// # Errors
    ///
    /// `talos-api/no-credentials`; `talos-api/client-refused` for a certificate that does not
    /// count at this time.
    pub fn of_context(context: &Context, now: SystemTime) -> Result<Self, Diagnostic> {
        let lacks = |what: &str| {
            rules::TALOS_API_NO_CREDENTIALS
                .report(format!("the context has no {what}"))
                .hint("make a talosconfig with `ichor talos generate-config`")
        };
        let broken = |key: &str, fault: &dyn fmt::Display| {
            rules::TALOS_API_NO_CREDENTIALS.report(format!("`{key}` of the context {fault}"))
        };
        if context.proxy_url.is_some() {
            return Err(rules::TALOS_API_NO_CREDENTIALS
                .report("the context has a `proxy-url`, and proxies are not gone through here")
                .hint("call the nodes from a machine that reaches them, or with talosctl"));
        }
        let authority = context.authority.as_ref().ok_or_else(|| lacks("`ca`"))?;
        let certificate = context.certificate.as_ref().ok_or_else(|| lacks("`crt`"))?;
        let key = context.key.as_ref().ok_or_else(|| lacks("`key`"))?;
        let mut roots = RootCertStore::empty();
        let authorities =
            certificates_der(authority.expose()).map_err(|fault| broken("ca", &fault))?;
        for one in authorities {
            roots
                .add(CertificateDer::from(one))
                .map_err(|_| broken("ca", &"is no authority"))?;
        }
        let facts = Facts::read(certificate.expose()).map_err(|fault| broken("crt", &fault))?;
        if now >= facts.not_after || now < facts.not_before {
            let when = if now >= facts.not_after {
                "has ended"
            } else {
                "has not begun to count"
            };
            return Err(rules::TALOS_API_CLIENT_REFUSED
                .report(format!("the client certificate of the talosconfig {when}"))
                .hint("make a new one with `ichor talos generate-config`"));
        }
        let chain =
            certificates_der(certificate.expose()).map_err(|fault| broken("crt", &fault))?;
        let chain = chain.into_iter().map(CertificateDer::from).collect();
        let key = KeyDer::read(key.expose()).map_err(|fault| broken("key", &fault))?;
        let key: PrivateKeyDer<'static> = match key {
            KeyDer::Pkcs8(der) => PrivatePkcs8KeyDer::from(der.to_vec()).into(),
            KeyDer::Sec1(der) => PrivateSec1KeyDer::from(der.to_vec()).into(),
            KeyDer::Pkcs1(der) => PrivatePkcs1KeyDer::from(der.to_vec()).into(),
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let inner =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                .build()
                .map_err(|_| broken("ca", &"is no authority"))?;
        let mut tls = builder(&provider)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Cluster(inner)))
            .with_client_auth_cert(chain, key)
            .map_err(|_| {
                broken(
                    "key",
                    &"is not the key of `crt`, or of a kind that nodes do not take",
                )
            })?;
        tls.alpn_protocols = vec![b"h2".to_vec()];
        Ok(Self {
            tls: Arc::new(tls),
            maintenance: false,
        })
    }

    /// Nobody's, for machines in maintenance. Such a machine cannot prove who it is; with
    /// fingerprints it must be one of those.
    ///
    /// # Errors
    ///
    /// None that a caller can cause.
    pub fn maintenance(fingerprints: Vec<Fingerprint>) -> Result<Self, Diagnostic> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut tls = builder(&provider)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AnyOf {
                fingerprints,
                algorithms: provider.signature_verification_algorithms,
            }))
            .with_no_client_auth();
        tls.alpn_protocols = vec![b"h2".to_vec()];
        Ok(Self {
            tls: Arc::new(tls),
            maintenance: true,
        })
    }
}

/// Talos takes TLS 1.3 and nothing older.
fn builder(
    provider: &Arc<rustls::crypto::CryptoProvider>,
) -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, Diagnostic> {
    ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|error| rules::TALOS_API_NO_CREDENTIALS.report(format!("no TLS 1.3: {error}")))
}
