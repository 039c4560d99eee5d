//! The shape of the parts of a bundle.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use zeroize::Zeroizing;

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
