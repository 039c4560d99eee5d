//! Who signs what: the authority of a made-up cluster, as Talos makes it.

use std::net::IpAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, PKCS_ED25519, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

use super::Guise;

/// The authority of a cluster.
pub struct Cluster {
    issuer: Issuer<'static, KeyPair>,
    certificate: rcgen::Certificate,
}

/// As whom a node answers.
pub(crate) struct Identity {
    pub(crate) tls: Arc<ServerConfig>,
    /// In base64.
    pub(super) key: String,
}

fn key() -> KeyPair {
    KeyPair::generate_for(&PKCS_ED25519).expect("the system has random numbers")
}

fn named(name: DnType, value: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(name, value);
    params
}

impl Default for Cluster {
    fn default() -> Self {
        Self::new()
    }
}

impl Cluster {
    /// A new one.
    pub fn new() -> Self {
        let mut params = named(DnType::OrganizationName, "talos");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = key();
        let certificate = params.self_signed(&key).expect("it can be signed");
        Self {
            issuer: Issuer::new(params, key),
            certificate,
        }
    }

    /// The certificate of its authority, as kubeconfigs and talosconfigs have it.
    pub fn authority(&self) -> String {
        STANDARD.encode(self.certificate.pem())
    }

    /// A talosconfig with one context, for an administrator.
    pub fn talosconfig(&self, endpoints: &[String], nodes: &[String]) -> String {
        self.talosconfig_until(endpoints, nodes, 2999)
    }

    /// The same, with a certificate that ends with that year.
    pub fn talosconfig_until(&self, endpoints: &[String], nodes: &[String], year: i32) -> String {
        let key = key();
        let mut params = named(DnType::OrganizationName, "os:admin");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.not_after = date_time_ymd(year, 12, 31);
        let client = params.signed_by(&key, &self.issuer).expect("it is signed");
        // Talos labels its keys with their kind.
        let key = key.serialize_pem().replace("PRIVATE", "ED25519 PRIVATE");
        let list = |items: &[String]| {
            let items: String = items
                .iter()
                .map(|item| format!("\n      - {item}"))
                .collect();
            if items.is_empty() {
                " []".to_owned()
            } else {
                items
            }
        };
        format!(
            "context: test\ncontexts:\n  test:\n    endpoints:{}\n    nodes:{}\n    ca: {}\n    crt: {}\n    key: {}\n",
            list(endpoints),
            list(nodes),
            self.authority(),
            STANDARD.encode(client.pem()),
            STANDARD.encode(key),
        )
    }

    /// A kubeconfig for an administrator, whose certificate is as the one of a talosconfig.
    #[cfg(feature = "kubernetes")]
    pub fn kubeconfig(&self, server: &str) -> String {
        let key = key();
        let mut params = named(DnType::OrganizationName, "system:masters");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let client = params.signed_by(&key, &self.issuer).expect("it is signed");
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: admin@test\n\
             clusters:\n- name: test\n  cluster:\n    server: {server}\n    certificate-authority-data: {}\n\
             contexts:\n- name: admin@test\n  context:\n    cluster: test\n    user: admin\n\
             users:\n- name: admin\n  user:\n    client-certificate-data: {}\n    client-key-data: {}\n",
            self.authority(),
            STANDARD.encode(client.pem()),
            STANDARD.encode(key.serialize_pem()),
        )
    }

    pub(crate) fn identity(&self, guise: Guise, host: IpAddr, protocol: &str) -> Identity {
        let key = key();
        let mut params = match guise {
            Guise::Maintenance => named(DnType::CommonName, "maintenance-service.talos.dev"),
            _ => named(DnType::OrganizationName, "talos"),
        };
        let name = match guise {
            Guise::Misnamed => "192.0.2.1".parse().expect("an address"),
            _ => host,
        };
        params.subject_alt_names = vec![rcgen::SanType::IpAddress(name)];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        if guise == Guise::Ended {
            params.not_before = date_time_ymd(2001, 1, 1);
            params.not_after = date_time_ymd(2002, 1, 1);
        }
        let certificate = match guise {
            Guise::Maintenance => params.self_signed(&key),
            _ => params.signed_by(&key, &self.issuer),
        };
        let certificate = certificate.expect("it can be signed");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("ring has TLS 1.3");
        let builder = match guise {
            Guise::Maintenance => builder.with_no_client_auth(),
            _ => {
                let mut roots = RootCertStore::empty();
                roots
                    .add(self.certificate.der().clone())
                    .expect("it is an authority");
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                builder.with_client_cert_verifier(verifier.build().expect("there is one"))
            }
        };
        let chain: Vec<CertificateDer<'static>> = vec![certificate.der().clone()];
        let public = rcgen::PublicKeyData::subject_public_key_info(&key);
        let private = PrivatePkcs8KeyDer::from(key.serialize_der());
        let mut tls = builder
            .with_single_cert(chain, private.into())
            .expect("the key is its key");
        tls.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        Identity {
            tls: Arc::new(tls),
            key: STANDARD.encode(public),
        }
    }
}
