//! What can be done with a file that somebody else wrote.

use diagnostics::Diagnostics;
use secrets::{
    Decrypted, File, Format, decrypt, decrypt_ignoring_mac, exposed, redact, status, values,
};

use crate::{identities, name, rules, said};

/// Everything that needs no key.
pub fn read(format: Format, bytes: &[u8]) {
    let file = File::new(name(format), bytes);
    let status = status(&file);
    match &status {
        Ok(_) => {}
        Err(problems) => said(problems),
    }
    match redact(&file) {
        Ok(shown) => {
            if let Ok(None) = status {
                assert_eq!(shown, bytes, "what is in the clear is shown as it is");
            }
        }
        Err(problems) => said(&problems),
    }
    match exposed(&file, &rules()[0]) {
        Ok(found) => assert!(status.is_ok(), "{found:?} in what cannot be read"),
        Err(problems) => said(&problems),
    }
    match decrypt(&file, &[]) {
        Ok(_) => panic!("decrypted without a key"),
        Err(problems) => said(&problems),
    }
}

/// What needs one.
pub(crate) fn open(format: Format, bytes: &[u8]) {
    let file = File::new(name(format), bytes);
    let checked = content(decrypt(&file, identities()));
    let unchecked = content(decrypt_ignoring_mac(&file, identities()));
    if let Some(checked) = &checked {
        assert_eq!(Some(checked), unchecked.as_ref(), "the MAC only allows");
    }
    match values(&file, identities()) {
        Ok(_) => {}
        Err(problems) => {
            said(&problems);
            assert!(checked.is_none());
        }
    }
}

fn content(outcome: Result<Decrypted, Diagnostics>) -> Option<Vec<u8>> {
    match outcome {
        Ok(clear) => Some(clear.content.to_vec()),
        Err(problems) => {
            said(&problems);
            None
        }
    }
}
