//! The shape of the parts of a bundle.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use der::Decode as _;
use der::asn1::AnyRef;
use der::pem::decode_vec;
use zeroize::Zeroizing;

/// What stands for a key that was taken out on purpose.
const REDACTED: &str = "******";

/// 32 bytes in standard or URL-safe base64.
pub(super) fn is_random_32(text: &str) -> bool {
    let fits = |bytes: Vec<u8>| Zeroizing::new(bytes).len() == 32;
    STANDARD.decode(text).is_ok_and(fits) || URL_SAFE.decode(text).is_ok_and(fits)
}

/// Six and sixteen lower-case letters and digits.
pub(super) fn is_token(text: &str) -> bool {
    let word = |part: &str, length: usize| {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        part.len() == length && part.bytes().all(fits)
    };
    text.split_once('.')
        .is_some_and(|(id, secret)| word(id, 6) && word(secret, 16))
}

/// Base64 of a private key in PEM, or the sign for one that was taken out.
pub(super) fn key(text: &str) -> Result<(), &'static str> {
    let expected = |label: &str| label == "PRIVATE KEY" || label.ends_with(" PRIVATE KEY");
    if text == REDACTED || is_pem(text, expected) {
        return Ok(());
    }
    Err("is not a private key in base64 of PEM, or is cut off")
}

/// Base64 of a certificate in PEM.
pub(super) fn authority(text: &str) -> Result<(), &'static str> {
    if is_pem(text, |label| label == "CERTIFICATE") {
        return Ok(());
    }
    Err("is not a certificate in base64 of PEM, or is cut off")
}

/// Base64 of PEM with a label, whose content is one whole DER sequence.
fn is_pem(text: &str, expected: impl Fn(&str) -> bool) -> bool {
    let Ok(pem) = STANDARD.decode(text).map(Zeroizing::new) else {
        return false;
    };
    let Ok((label, content)) = decode_vec(&pem) else {
        return false;
    };
    let content = Zeroizing::new(content);
    expected(label) && AnyRef::from_der(&content).is_ok()
}
