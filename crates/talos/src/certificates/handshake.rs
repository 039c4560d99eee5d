//! Certificates and keys in the clear, for whoever makes a TLS handshake with them.

use zeroize::Zeroizing;

use super::certificate::{Certificate, CertificateFault};
use super::pem;
use super::private_key::{KeyFault, ReadKey};

/// DER of a private key, by its form. Has no `Debug`.
pub enum KeyDer {
    /// PKCS#8, under whatever label: Talos calls an Ed25519 key `ED25519 PRIVATE KEY`, which TLS
    /// libraries do not know.
    Pkcs8(Zeroizing<Vec<u8>>),
    /// SEC1: an elliptic key.
    Sec1(Zeroizing<Vec<u8>>),
    /// PKCS#1: an RSA key.
    Pkcs1(Zeroizing<Vec<u8>>),
}

impl KeyDer {
    /// Of a key in base64 of PEM.
    pub fn read(text: &str) -> Result<Self, KeyFault> {
        ReadKey::read(text)?;
        let block = pem::decode(text).map_err(KeyFault::Pem)?;
        Ok(match block.label {
            Some(pem::EC_KEY) => Self::Sec1(block.der),
            Some(pem::RSA_KEY) => Self::Pkcs1(block.der),
            _ => Self::Pkcs8(block.der),
        })
    }
}

/// DER of every certificate in base64 of PEM: while an authority is replaced, there are two.
pub fn certificates_der(text: &str) -> Result<Vec<Vec<u8>>, CertificateFault> {
    Certificate::read(text)?;
    let blocks = pem::decode_all(text).map_err(CertificateFault::Pem)?;
    blocks
        .iter()
        .map(|block| match block.label {
            Some(pem::CERTIFICATE) => Ok(block.der.to_vec()),
            Some(other) => Err(CertificateFault::NotACertificate(other)),
            None => Err(CertificateFault::UnknownLabel),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use getrandom::SysRng;
    use getrandom::rand_core::UnwrapErr;

    use super::{KeyDer, certificates_der};
    use crate::bundle::Bundle;

    #[test]
    fn keys_and_all_certificates_are_read_whatever_their_labels() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_hours(498_864);
        let bundle = Bundle::generate(&mut UnwrapErr(SysRng), now).expect("one can be made");
        let forms =
            [&bundle.os.key, &bundle.etcd.key].map(|key| match KeyDer::read(key.expose()) {
                Ok(KeyDer::Pkcs8(_)) => "PKCS#8",
                Ok(KeyDer::Sec1(_)) => "SEC1",
                Ok(KeyDer::Pkcs1(_)) => "PKCS#1",
                Err(_) => "none",
            });
        assert_eq!(forms, ["PKCS#8", "SEC1"]);
        let one = |text: &str| STANDARD.decode(text).expect("base64");
        let os = bundle.os.certificate.expose();
        let both = STANDARD.encode([one(os), one(bundle.etcd.certificate.expose())].concat());
        assert_eq!(certificates_der(os).map(|all| all.len()), Ok(1));
        assert_eq!(certificates_der(&both).map(|all| all.len()), Ok(2));
        let cut = STANDARD.encode([one(os), b"-----BEGIN CERTIFICATE-----".to_vec()].concat());
        assert!(certificates_der(&cut).is_err());
        assert!(certificates_der(bundle.os.key.expose()).is_err());
        assert!(KeyDer::read(os).is_err());
    }
}
