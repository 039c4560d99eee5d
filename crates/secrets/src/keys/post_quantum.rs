//! The post-quantum hybrid of age 1.3: `age1pq1…` and `AGE-SECRET-KEY-PQ-1…`.
//!
//! The stanza `mlkem768x25519` holds the file key sealed by HPKE (RFC 9180, base mode,
//! HKDF-SHA256, ChaCha20-Poly1305) under the KEM MLKEM768-X25519, also called X-Wing
//! (draft-ietf-hpke-pq, draft-connolly-cfrg-xwing-kem). The `age` crate has the HPKE of its
//! own tagged recipients but not this KEM, so the KEM stands here, over `ml-kem` and
//! `x25519-dalek`.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use age::{DecryptError, EncryptError};
use age_core::format::{FILE_KEY_BYTES, FileKey, Stanza};
use age_core::primitives::{bech32_decode, bech32_encode, hpke_open, hpke_seal};
use age_core::secrecy::ExposeSecret;
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use bech32::Hrp;
use hpke::kem::SharedSecret;
use hpke::{Deserializable, HpkeError, Serializable};
use ml_kem::kem::{Decapsulate, Encapsulate};
use ml_kem::{EncodedSizeUser, KemCore, MlKem768};
use rand_core::{CryptoRng, OsRng, RngCore};
use sha3::digest::{ExtendableOutput, Update, XofReader};
use sha3::{Digest, Sha3_256, Shake256};
use typenum::{Sum, U32, U96, U1024, Unsigned};
use x25519_dalek::StaticSecret;
use zeroize::{Zeroize, Zeroizing};

/// The first argument of HPKE, `info`, and the name of the scheme.
const LABEL: &[u8] = b"age-encryption.org/mlkem768x25519";
/// The name of the stanza.
const STANZA: &str = "mlkem768x25519";
/// The label that keeps such stanzas apart from those a quantum computer could open.
const POST_QUANTUM: &str = "postquantum";
/// What the combiner ends with; draft-connolly-cfrg-xwing-kem, section 5.3.
const COMBINER: &[u8] = b"\\.//^\\";
const RECIPIENT_PREFIX: Hrp = Hrp::parse_unchecked("age1pq");
const IDENTITY_PREFIX: Hrp = Hrp::parse_unchecked("age-secret-key-pq-");
/// The authentication tag that ChaCha20-Poly1305 adds, in bytes.
const TAG: usize = 16;

type PostQuantumPublic = <MlKem768 as KemCore>::EncapsulationKey;
type PostQuantumSecret = <MlKem768 as KemCore>::DecapsulationKey;
/// Bytes of an ML-KEM-768 public key.
const POST_QUANTUM_PUBLIC: usize = 1184;
/// Bytes of an ML-KEM-768 ciphertext.
const POST_QUANTUM_CIPHERTEXT: usize = 1088;

/// A post-quantum identity: 32 bytes from which both private keys are derived.
#[derive(Clone)]
pub(crate) struct Identity(PrivateKey);

/// A post-quantum recipient.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Recipient(PublicKey);

impl Identity {
    /// A new one from the system's random numbers.
    pub(crate) fn generate() -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        OsRng.fill_bytes(seed.as_mut_slice());
        Self(PrivateKey::from_seed(&seed))
    }

    /// Its public half.
    pub(crate) fn to_public(&self) -> Recipient {
        Recipient(Kem::public(&self.0))
    }

    /// `AGE-SECRET-KEY-PQ-1…`
    pub(crate) fn expose(&self) -> Zeroizing<String> {
        let lower = Zeroizing::new(bech32_encode(IDENTITY_PREFIX, self.0.seed.as_slice()));
        Zeroizing::new(lower.to_ascii_uppercase())
    }
}

/// The text is not a key of this kind, or is damaged.
#[derive(Debug)]
pub(crate) struct Malformed;

impl FromStr for Identity {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        bech32_decode(
            text,
            |_| Malformed,
            |prefix| (prefix == IDENTITY_PREFIX).then_some(()).ok_or(Malformed),
            |_, bytes| {
                let bytes: Zeroizing<Vec<u8>> = Zeroizing::new(bytes.collect());
                let seed = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| Malformed)?;
                Ok(Self(PrivateKey::from_seed(&Zeroizing::new(seed))))
            },
        )
    }
}

impl FromStr for Recipient {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        bech32_decode(
            text,
            |_| Malformed,
            |prefix| (prefix == RECIPIENT_PREFIX).then_some(()).ok_or(Malformed),
            |_, bytes| {
                PublicKey::from_bytes(&bytes.collect::<Vec<u8>>())
                    .map(Self)
                    .map_err(|_| Malformed)
            },
        )
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&bech32_encode(RECIPIENT_PREFIX, &self.0.to_bytes()))
    }
}

impl age::Recipient for Recipient {
    fn wrap_file_key(
        &self,
        file_key: &FileKey,
    ) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        let (share, body) =
            hpke_seal::<Kem, _>(&self.0, LABEL, file_key.expose_secret(), &mut OsRng);
        let stanza = Stanza {
            tag: STANZA.to_owned(),
            args: vec![BASE64_STANDARD_NO_PAD.encode(share.to_bytes())],
            body,
        };
        Ok((vec![stanza], HashSet::from([POST_QUANTUM.to_owned()])))
    }
}

impl age::Identity for Identity {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        if stanza.tag != STANZA {
            return None;
        }
        let [share] = &stanza.args[..] else {
            return Some(Err(DecryptError::InvalidHeader));
        };
        let Some(share) = BASE64_STANDARD_NO_PAD
            .decode(share)
            .ok()
            .and_then(|bytes| EncappedKey::from_bytes(&bytes).ok())
        else {
            return Some(Err(DecryptError::InvalidHeader));
        };
        if stanza.body.len() != FILE_KEY_BYTES + TAG {
            return Some(Err(DecryptError::InvalidHeader));
        }
        match hpke_open::<Kem>(&share, &self.0, LABEL, &stanza.body) {
            Ok(mut key) => Some(Ok(FileKey::init_with_mut(|file_key| {
                file_key.copy_from_slice(&key);
                key.zeroize();
            }))),
            // The share itself is bad, whoever it is for: a point of low order.
            Err(HpkeError::DecapError) => Some(Err(DecryptError::InvalidHeader)),
            // ML-KEM rejects implicitly, so a stanza for somebody else shows only here.
            Err(_) => None,
        }
    }
}

/// MLKEM768-X25519.
struct Kem;

#[derive(Clone)]
struct PrivateKey {
    seed: Zeroizing<[u8; 32]>,
    post_quantum: PostQuantumSecret,
    classic: StaticSecret,
}

#[derive(Clone, PartialEq)]
struct PublicKey {
    post_quantum: PostQuantumPublic,
    classic: x25519_dalek::PublicKey,
}

#[derive(Clone)]
struct EncappedKey {
    post_quantum: [u8; POST_QUANTUM_CIPHERTEXT],
    classic: [u8; 32],
}

impl PrivateKey {
    /// Both halves from the seed: SHAKE-256 gives 64 bytes to ML-KEM, then 32 to X25519.
    fn from_seed(seed: &Zeroizing<[u8; 32]>) -> Self {
        let mut stream = Shake256::default().chain(seed.as_slice()).finalize_xof();
        let mut halves = Zeroizing::new([0; 96]);
        stream.read(halves.as_mut_slice());
        let part = |from: usize| {
            let mut bytes = [0; 32];
            bytes.copy_from_slice(&halves[from..from + 32]);
            bytes
        };
        let (mut first, mut second, mut classic) = (part(0), part(32), part(64));
        let (post_quantum, _) = MlKem768::generate_deterministic(&first.into(), &second.into());
        let key = Self {
            seed: seed.clone(),
            post_quantum,
            classic: StaticSecret::from(classic),
        };
        first.zeroize();
        second.zeroize();
        classic.zeroize();
        key
    }
}

impl Kem {
    fn public(secret: &PrivateKey) -> PublicKey {
        PublicKey {
            post_quantum: secret.post_quantum.encapsulation_key().clone(),
            classic: x25519_dalek::PublicKey::from(&secret.classic),
        }
    }

    fn combine(
        post_quantum: &[u8],
        classic: &[u8],
        share: &[u8; 32],
        public: &x25519_dalek::PublicKey,
    ) -> SharedSecret<Self> {
        let mut hash = Sha3_256::default();
        for part in [post_quantum, classic, share, public.as_bytes(), COMBINER] {
            Digest::update(&mut hash, part);
        }
        let mut secret = SharedSecret::default();
        secret.0.copy_from_slice(&hash.finalize());
        secret
    }
}

impl hpke::Kem for Kem {
    type PublicKey = PublicKey;
    type PrivateKey = PrivateKey;
    type EncappedKey = EncappedKey;
    type NSecret = U32;
    const KEM_ID: u16 = 0x647a;

    fn sk_to_pk(secret: &PrivateKey) -> PublicKey {
        Self::public(secret)
    }

    fn derive_keypair(material: &[u8]) -> (PrivateKey, PublicKey) {
        // Nothing of age calls it: identities are the seed itself.
        let mut seed = Zeroizing::new([0; 32]);
        Shake256::default()
            .chain(material)
            .finalize_xof()
            .read(seed.as_mut_slice());
        let secret = PrivateKey::from_seed(&seed);
        let public = Self::public(&secret);
        (secret, public)
    }

    fn decap(
        secret: &PrivateKey,
        sender: Option<&PublicKey>,
        share: &EncappedKey,
    ) -> Result<SharedSecret<Self>, HpkeError> {
        if sender.is_some() {
            return Err(HpkeError::ValidationError);
        }
        let mut post_quantum = secret
            .post_quantum
            .decapsulate(&share.post_quantum.into())
            .map_err(|()| HpkeError::DecapError)?;
        let classic = secret.classic.diffie_hellman(&share.classic.into());
        if !classic.was_contributory() {
            return Err(HpkeError::DecapError);
        }
        let public = x25519_dalek::PublicKey::from(&secret.classic);
        let shared = Self::combine(&post_quantum, classic.as_bytes(), &share.classic, &public);
        post_quantum.as_mut_slice().zeroize();
        Ok(shared)
    }

    fn encap<R: CryptoRng + RngCore>(
        public: &PublicKey,
        sender: Option<(&PrivateKey, &PublicKey)>,
        random: &mut R,
    ) -> Result<(SharedSecret<Self>, EncappedKey), HpkeError> {
        if sender.is_some() {
            return Err(HpkeError::ValidationError);
        }
        let (ciphertext, mut post_quantum) = public
            .post_quantum
            .encapsulate(random)
            .map_err(|()| HpkeError::EncapError)?;
        let ephemeral = StaticSecret::random_from_rng(random);
        let share = x25519_dalek::PublicKey::from(&ephemeral).to_bytes();
        let classic = ephemeral.diffie_hellman(&public.classic);
        let shared = Self::combine(&post_quantum, classic.as_bytes(), &share, &public.classic);
        post_quantum.as_mut_slice().zeroize();
        Ok((
            shared,
            EncappedKey {
                post_quantum: ciphertext.into(),
                classic: share,
            },
        ))
    }
}

impl PartialEq for PrivateKey {
    fn eq(&self, other: &Self) -> bool {
        self.seed == other.seed
    }
}

impl Eq for PrivateKey {}
impl Eq for PublicKey {}

/// Says nothing of the key: HPKE asks for `Debug`, nobody for its text.
impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PublicKey").finish_non_exhaustive()
    }
}

/// Cuts `bytes` in two where the first part has `first` bytes and the second 32.
fn halves(bytes: &[u8], first: usize) -> Result<(&[u8], [u8; 32]), HpkeError> {
    let wrong = || HpkeError::IncorrectInputLength(first + 32, bytes.len());
    if bytes.len() != first + 32 {
        return Err(wrong());
    }
    let (post_quantum, classic) = bytes.split_at(first);
    Ok((post_quantum, classic.try_into().map_err(|_| wrong())?))
}

impl Deserializable for PublicKey {
    fn from_bytes(bytes: &[u8]) -> Result<Self, HpkeError> {
        let (encoded, classic) = halves(bytes, POST_QUANTUM_PUBLIC)?;
        let array = encoded.try_into().map_err(|_| HpkeError::ValidationError)?;
        let post_quantum = PostQuantumPublic::from_bytes(&array);
        // FIPS 203, section 7.2: a key with a coefficient beyond the modulus is refused.
        // Decoding reduces it, so the encoding then differs.
        if post_quantum.as_bytes().as_slice() != encoded {
            return Err(HpkeError::ValidationError);
        }
        Ok(Self {
            post_quantum,
            classic: classic.into(),
        })
    }
}

impl Serializable for PublicKey {
    type OutputSize = Sum<U1024, Sum<U96, U96>>;

    fn write_exact(&self, out: &mut [u8]) {
        out[..POST_QUANTUM_PUBLIC].copy_from_slice(&self.post_quantum.as_bytes());
        out[POST_QUANTUM_PUBLIC..].copy_from_slice(self.classic.as_bytes());
    }
}

impl Deserializable for EncappedKey {
    fn from_bytes(bytes: &[u8]) -> Result<Self, HpkeError> {
        let (encoded, classic) = halves(bytes, POST_QUANTUM_CIPHERTEXT)?;
        let post_quantum = encoded.try_into().map_err(|_| HpkeError::ValidationError)?;
        Ok(Self {
            post_quantum,
            classic,
        })
    }
}

impl Serializable for EncappedKey {
    type OutputSize = Sum<U1024, U96>;

    fn write_exact(&self, out: &mut [u8]) {
        out[..POST_QUANTUM_CIPHERTEXT].copy_from_slice(&self.post_quantum);
        out[POST_QUANTUM_CIPHERTEXT..].copy_from_slice(&self.classic);
    }
}

impl Deserializable for PrivateKey {
    fn from_bytes(bytes: &[u8]) -> Result<Self, HpkeError> {
        let seed = <[u8; 32]>::try_from(bytes)
            .map_err(|_| HpkeError::IncorrectInputLength(U32::USIZE, bytes.len()))?;
        Ok(Self::from_seed(&Zeroizing::new(seed)))
    }
}

impl Serializable for PrivateKey {
    type OutputSize = U32;

    fn write_exact(&self, out: &mut [u8]) {
        out.copy_from_slice(self.seed.as_slice());
    }
}
