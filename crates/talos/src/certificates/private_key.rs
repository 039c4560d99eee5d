//! Private keys, made and read.

use der::asn1::{Any, AnyRef, BitString, ObjectIdentifier, OctetStringRef};
use der::oid::db::rfc5280;
use der::{Decode as _, Encode as _};
use ed25519_dalek::Signer as _;
use p256::elliptic_curve::sec1::ToSec1Point as _;
use randomness::CryptoRng;
use rsa::pkcs8::PrivateKeyInfoRef;
use sec1::{EcParameters, EcPrivateKey};
use x509_cert::spki::{
    AlgorithmIdentifierOwned, AlgorithmIdentifierRef, SubjectPublicKeyInfoOwned,
};
use zeroize::Zeroizing;

use super::algorithm::{self, Algorithm};
use super::certificate::Certificate;
use super::error::IssueError;
use super::pem::{self, PemFault};
use super::rsa_key::ReadRsa;
use crate::secret_text::SecretText;

/// Servers.
pub(super) const SERVER_AUTH: ObjectIdentifier = rfc5280::ID_KP_SERVER_AUTH;
/// Clients.
pub(super) const CLIENT_AUTH: ObjectIdentifier = rfc5280::ID_KP_CLIENT_AUTH;

/// Why a text is not a private key that Talos reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// Not even PEM.
    #[error("{0}")]
    Pem(PemFault),
    /// A certificate, say.
    #[error("is PEM labelled `{0}`, which is not a private key")]
    NotAKey(&'static str),
    /// An unknown label, which could be anything.
    #[error("is PEM with a label that is not one of a private key")]
    UnknownLabel,
    /// It needs a passphrase, for which there is no place.
    #[error("is encrypted with a passphrase, which Talos cannot read")]
    Encrypted,
    /// What the label says is not what follows.
    #[error("is labelled `{0}`, but what follows is cut off, or no such key that Talos knows")]
    Mismatch(&'static str),
}

/// A key that can sign.
pub(super) enum PrivateKey {
    /// ECDSA on P-256.
    P256(p256::SecretKey),
    /// Ed25519.
    Ed25519(ed25519_dalek::SigningKey),
}

impl PrivateKey {
    /// A new one: Ed25519 if that is asked for, else P-256.
    pub(super) fn generate(
        algorithm: Algorithm,
        random: &mut impl CryptoRng,
    ) -> Result<Self, IssueError> {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        // Nearly all numbers of 256 bits are keys of P-256; what is not is drawn again.
        for _ in 0..128 {
            random.fill_bytes(&mut *bytes);
            if algorithm == Algorithm::Ed25519 {
                return Ok(Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(&bytes)));
            }
            if let Ok(key) = p256::SecretKey::from_slice(&*bytes) {
                return Ok(Self::P256(key));
            }
        }
        Err(IssueError::Randomness)
    }

    /// The public key as it stands in a certificate.
    pub(super) fn public(&self) -> der::Result<SubjectPublicKeyInfoOwned> {
        match self {
            Self::P256(key) => {
                let point = key.public_key().to_sec1_point(false);
                elliptic(algorithm::P256, point.as_bytes())
            }
            Self::Ed25519(key) => public(
                algorithm::ED25519,
                None,
                key.verifying_key().as_bytes().as_slice(),
            ),
        }
    }

    /// What its signatures are called.
    pub(super) fn signature_algorithm(&self) -> AlgorithmIdentifierOwned {
        AlgorithmIdentifierOwned {
            oid: match self {
                Self::P256(_) => algorithm::ECDSA_SHA256,
                Self::Ed25519(_) => algorithm::ED25519,
            },
            parameters: None,
        }
    }

    /// A signature, as it stands in a certificate.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, IssueError> {
        match self {
            Self::P256(key) => {
                let key = p256::ecdsa::SigningKey::from(key);
                let signature: p256::ecdsa::DerSignature =
                    key.try_sign(message).map_err(|_| IssueError::Randomness)?;
                Ok(signature.as_bytes().to_vec())
            }
            Self::Ed25519(key) => Ok(key.sign(message).to_bytes().to_vec()),
        }
    }

    /// Base64 of PEM: SEC1 for P-256, and PKCS#8 without the public key for Ed25519.
    pub(super) fn to_text(&self) -> der::Result<SecretText> {
        match self {
            Self::P256(key) => {
                let bytes = Zeroizing::new(key.to_bytes());
                let point = key.public_key().to_sec1_point(false);
                let der = EcPrivateKey {
                    private_key: &bytes,
                    parameters: Some(EcParameters::NamedCurve(algorithm::P256)),
                    public_key: Some(point.as_bytes()),
                };
                let der = Zeroizing::new(der.to_der()?);
                pem::encode(pem::EC_KEY, &der)
            }
            Self::Ed25519(key) => {
                let bytes = Zeroizing::new(key.to_bytes());
                let inner = Zeroizing::new(OctetStringRef::new(bytes.as_slice())?.to_der()?);
                let algorithm = AlgorithmIdentifierRef {
                    oid: algorithm::ED25519,
                    parameters: None,
                };
                let inner = OctetStringRef::new(&inner)?;
                let der = Zeroizing::new(PrivateKeyInfoRef::new(algorithm, inner).to_der()?);
                pem::encode(pem::ED25519_KEY, &der)
            }
        }
    }
}

/// A key that somebody made.
pub(crate) struct ReadKey {
    algorithm: Algorithm,
    /// Its size, if it is RSA.
    bits: usize,
    /// DER of the public key, if it can be told from the private one.
    public: Option<Vec<u8>>,
    /// Of the kinds that sign here.
    signer: Option<PrivateKey>,
}

impl ReadKey {
    /// A key in base64 of PEM, under any label that Talos reads.
    pub(crate) fn read(text: &str) -> Result<Self, KeyFault> {
        Self::of(&pem::decode(text).map_err(KeyFault::Pem)?)
    }

    /// A key in PEM, under any label that Talos reads.
    pub(crate) fn read_plain(text: &str) -> Result<Self, KeyFault> {
        Self::of(&pem::decode_plain(text).map_err(KeyFault::Pem)?)
    }

    fn of(block: &pem::Block) -> Result<Self, KeyFault> {
        let label = block.label.ok_or(KeyFault::UnknownLabel)?;
        let key = match label {
            pem::RSA_KEY => Self::rsa(&block.der),
            pem::EC_KEY => Self::sec1(&block.der, None),
            pem::ED25519_KEY => {
                Self::pkcs8(&block.der).filter(|key| key.algorithm == Algorithm::Ed25519)
            }
            pem::ANY_KEY => Self::pkcs8(&block.der),
            "ENCRYPTED PRIVATE KEY" => return Err(KeyFault::Encrypted),
            other => return Err(KeyFault::NotAKey(other)),
        };
        key.ok_or(KeyFault::Mismatch(label))
    }

    /// Its kind.
    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Its size, if it is RSA.
    pub(crate) fn bits(&self) -> usize {
        self.bits
    }

    /// The key, if it can sign here.
    pub(super) fn signer(&self) -> Option<&PrivateKey> {
        self.signer.as_ref()
    }

    /// Whether a certificate is for this key; yes where that cannot be told.
    pub(crate) fn belongs_to(&self, certificate: &Certificate) -> bool {
        match &self.public {
            Some(public) => Some(public) == certificate.public_key().as_ref(),
            None => self.algorithm == certificate.algorithm(),
        }
    }

    /// PKCS#8 of any kind.
    fn pkcs8(der: &[u8]) -> Option<Self> {
        let info = PrivateKeyInfoRef::try_from(der).ok()?;
        let key = info.private_key.as_bytes();
        match info.algorithm.oid {
            algorithm::ED25519 => {
                let inner = <&OctetStringRef>::from_der(key).ok()?;
                let bytes = Zeroizing::new(<[u8; 32]>::try_from(inner.as_bytes()).ok()?);
                let key = ed25519_dalek::SigningKey::from_bytes(&bytes);
                Self::signing(Algorithm::Ed25519, PrivateKey::Ed25519(key))
            }
            algorithm::EC => {
                let curve = info.algorithm.parameters_oid().ok()?;
                Self::sec1(key, Some(curve))
            }
            algorithm::RSA => Self::rsa(key),
            _ => None,
        }
    }

    /// SEC1, whose curve stands in it or around it.
    fn sec1(der: &[u8], curve: Option<ObjectIdentifier>) -> Option<Self> {
        let read = EcPrivateKey::try_from(der).ok()?;
        let within = read.parameters.and_then(EcParameters::named_curve);
        let curve = curve.or(within)?;
        let algorithm = Algorithm::of_curve(curve);
        match algorithm {
            Algorithm::P256 => {
                let key = p256::SecretKey::from_slice(read.private_key).ok()?;
                Self::signing(algorithm, PrivateKey::P256(key))
            }
            Algorithm::P384 | Algorithm::P521 => {
                let public = read.public_key.map(|point| elliptic(curve, point));
                Some(Self {
                    algorithm,
                    bits: 0,
                    public: public.and_then(|public| public.ok()?.to_der().ok()),
                    signer: None,
                })
            }
            _ => None,
        }
    }

    /// PKCS#1.
    fn rsa(der: &[u8]) -> Option<Self> {
        let key = ReadRsa::read(der)?;
        let null = Any::from(AnyRef::NULL);
        let public = public(algorithm::RSA, Some(null), &key.public).ok()?;
        Some(Self {
            algorithm: Algorithm::Rsa,
            bits: key.bits,
            public: Some(public.to_der().ok()?),
            signer: None,
        })
    }

    /// A kind that signs here.
    fn signing(algorithm: Algorithm, key: PrivateKey) -> Option<Self> {
        Some(Self {
            algorithm,
            bits: 0,
            public: Some(key.public().ok()?.to_der().ok()?),
            signer: Some(key),
        })
    }
}

/// A public key on a curve.
fn elliptic(curve: ObjectIdentifier, point: &[u8]) -> der::Result<SubjectPublicKeyInfoOwned> {
    public(algorithm::EC, Some(Any::encode_from(&curve)?), point)
}

/// A public key.
fn public(
    oid: ObjectIdentifier,
    parameters: Option<Any>,
    bits: &[u8],
) -> der::Result<SubjectPublicKeyInfoOwned> {
    Ok(SubjectPublicKeyInfoOwned {
        algorithm: AlgorithmIdentifierOwned { oid, parameters },
        subject_public_key: BitString::from_bytes(bits)?,
    })
}
