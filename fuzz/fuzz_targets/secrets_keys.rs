//! Identity files, recipients, and what stands in the `enc` field of a file: armor, or the age
//! header inside of it.
#![no_main]

use diagnostics::Source;
use ichor_fuzz::{identities, said};
use libfuzzer_sys::fuzz_target;
use secrets::{File, Recipient, decrypt, parse_identity_file, parse_identity_list};
use serde_json::json;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let source = Source::new("age.key", &*text);
    for parse in [parse_identity_file, parse_identity_list] {
        match parse(&source) {
            Ok(found) => {
                for identity in &found {
                    let file = identity.to_file("2026-01-02T03:04:05Z");
                    let again = parse(&Source::new("age.key", file.as_str())).expect("our own");
                    assert_eq!(again[0].recipient(), identity.recipient());
                }
            }
            Err(problems) => said(&problems),
        }
    }
    if let Ok(recipient) = text.parse::<Recipient>() {
        let again: Recipient = recipient.as_str().parse().expect("as it was");
        assert_eq!(again, recipient);
    }
    unwrap(&text);
    unwrap(&armored(bytes));
});

/// Nobody gets a data key from what was not encrypted to them.
fn unwrap(enc: &str) {
    let file = json!({"a": "b", "sops": {
        "age": [{"recipient": identities()[0].recipient(), "enc": enc}],
        "lastmodified": "2026-01-02T03:04:05Z",
        "mac": "ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]",
        "version": "3.13.3",
    }});
    let file = file.to_string();
    match decrypt(&File::new("a.json", file.as_bytes()), identities()) {
        Ok(_) => panic!("decrypted without its data key"),
        Err(problems) => said(&problems),
    }
}

fn armored(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::from("-----BEGIN AGE ENCRYPTED FILE-----\n");
    for line in bytes.chunks(48) {
        for part in line.chunks(3) {
            let number = part
                .iter()
                .fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte))
                << (8 * (3 - part.len()));
            for digit in 0..4 {
                let shown = digit <= part.len();
                let value = number >> (18 - 6 * digit) & 63;
                out.push(if shown {
                    char::from(DIGITS[value])
                } else {
                    '='
                });
            }
        }
        out.push('\n');
    }
    out.push_str("-----END AGE ENCRYPTED FILE-----\n");
    out
}
