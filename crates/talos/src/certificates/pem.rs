//! DER in PEM in base64, which is how bundles, machine configs and `talosconfig` hold it; and in
//! PEM alone, as documents of Talos 1.14 do.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use der::pem::{LineEnding, decode_vec, encode_string};
use zeroize::{Zeroize as _, Zeroizing};

use crate::secret_text::SecretText;

/// The label of a certificate.
pub(super) const CERTIFICATE: &str = "CERTIFICATE";
/// The label of an elliptic key in SEC1.
pub(super) const EC_KEY: &str = "EC PRIVATE KEY";
/// The label that Talos gives an Ed25519 key in PKCS#8.
pub(super) const ED25519_KEY: &str = "ED25519 PRIVATE KEY";
/// The label of any key in PKCS#8.
pub(super) const ANY_KEY: &str = "PRIVATE KEY";
/// The label of an RSA key in PKCS#1.
pub(super) const RSA_KEY: &str = "RSA PRIVATE KEY";

/// How a block begins.
const BEGIN: &[u8] = b"-----BEGIN ";

/// Labels that a message may name: others could be anything, even a secret.
const KNOWN: [&str; 13] = [
    CERTIFICATE,
    EC_KEY,
    ED25519_KEY,
    ANY_KEY,
    RSA_KEY,
    "CERTIFICATE REQUEST",
    "EC PARAMETERS",
    "EC PUBLIC KEY",
    "ED25519 PUBLIC KEY",
    "ENCRYPTED PRIVATE KEY",
    "OPENSSH PRIVATE KEY",
    "PUBLIC KEY",
    "RSA PUBLIC KEY",
];

/// Why a text is not base64 of PEM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PemFault {
    /// Not base64.
    #[error("is not base64, or is cut off")]
    Base64,
    /// Base64 of something else.
    #[error("is base64, but not of PEM")]
    NotPem,
    /// Without base64 around it, something else.
    #[error("is not PEM")]
    Plain,
    /// There is a beginning, but no end.
    #[error("is cut off: its PEM has no `END` line")]
    CutOff,
    /// What stands between beginning and end is not as it should be.
    #[error("holds PEM that is damaged between its `BEGIN` and `END` lines")]
    Damaged,
}

/// One block of PEM.
pub(super) struct Block {
    /// The label, if it is one of those that a message may name.
    pub(super) label: Option<&'static str>,
    /// What it holds.
    pub(super) der: Zeroizing<Vec<u8>>,
}

/// The first block of base64 of PEM. What stands before and behind it is ignored, as Go does.
pub(super) fn decode(text: &str) -> Result<Block, PemFault> {
    Ok(first(&bytes(text)?)?.0)
}

/// The first block of PEM that has no base64 around it, as documents of Talos 1.14 hold it.
pub(super) fn decode_plain(text: &str) -> Result<Block, PemFault> {
    match first(text.as_bytes()) {
        Ok((block, _)) => Ok(block),
        Err(PemFault::NotPem) => Err(PemFault::Plain),
        Err(fault) => Err(fault),
    }
}

/// Every block of base64 of PEM: there is one at least.
pub(super) fn decode_all(text: &str) -> Result<Vec<Block>, PemFault> {
    let pem = bytes(text)?;
    blocks(&pem)
}

/// The label of every block of PEM without base64 around it, one at least; none where a message
/// must not name it.
pub(crate) fn labels(text: &str) -> Result<Vec<Option<&'static str>>, PemFault> {
    match blocks(text.as_bytes()) {
        Ok(blocks) => Ok(blocks.into_iter().map(|block| block.label).collect()),
        Err(PemFault::NotPem) => Err(PemFault::Plain),
        Err(fault) => Err(fault),
    }
}

/// Every block.
fn blocks(pem: &[u8]) -> Result<Vec<Block>, PemFault> {
    let (block, mut behind) = first(pem)?;
    let mut blocks = vec![block];
    while let Some(rest) = pem
        .get(behind..)
        .filter(|rest| find(rest, BEGIN, 0).is_some())
    {
        let (block, length) = first(rest)?;
        blocks.push(block);
        behind += length;
    }
    Ok(blocks)
}

/// What the base64 is of.
fn bytes(text: &str) -> Result<Zeroizing<Vec<u8>>, PemFault> {
    // Base64 may stand on several lines.
    let joined: Zeroizing<String> = Zeroizing::new(text.split(['\r', '\n']).collect());
    let decoded = STANDARD.decode(&*joined).map(Zeroizing::new);
    decoded.map_err(|_| PemFault::Base64)
}

/// The first block, and where it ends.
fn first(pem: &[u8]) -> Result<(Block, usize), PemFault> {
    let begin = find(pem, BEGIN, 0).ok_or(PemFault::NotPem)?;
    let end = find(pem, b"-----END ", begin).ok_or(PemFault::CutOff)?;
    let behind = find(pem, b"-----", end + 9).ok_or(PemFault::CutOff)? + 5;
    let block = pem.get(begin..behind).ok_or(PemFault::CutOff)?;
    let (label, der) = decode_vec(block).map_err(|_| PemFault::Damaged)?;
    let block = Block {
        label: KNOWN.into_iter().find(|known| *known == label),
        der: Zeroizing::new(der),
    };
    Ok((block, behind))
}

/// Base64 of PEM of DER.
pub(super) fn encode(label: &str, der: &[u8]) -> der::Result<SecretText> {
    let mut pem = encode_string(label, LineEnding::LF, der)?;
    let text = STANDARD.encode(&pem);
    pem.zeroize();
    Ok(text.into())
}

/// Where a part begins, at or behind an offset.
fn find(bytes: &[u8], part: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let at = rest.windows(part.len()).position(|window| window == part)?;
    Some(from + at)
}
