//! age identities and SOPS files, quiet when nothing changed.
//!
//! A SOPS file holds values as `ENC[…]` tokens under a data key, which age recipients unwrap.
//! This crate reads what sops 3.9 to 3.13 wrote and writes what they and Flux accept: YAML of
//! one or several documents with its comments, JSON, dotenv, ini and anything else as binary,
//! all six selectors, key groups with Shamir's secret sharing, post-quantum recipients.
//!
//! Files are changed by byte range. [`encrypt`] takes the new plaintext *and* the file as it
//! is: equal values keep their tokens, and where everything is equal the file stays byte for
//! byte. No nonce is ever derived or used again; a token is kept, or it is new.
//!
//! **Invariant:** this crate reads no file, no environment variable and no clock, starts no
//! program (but for age plugins, behind the feature `plugin`), and knows nothing of clusters or
//! templates. Text comes in, text and values come out. Every problem is a
//! [`diagnostics::Diagnostic`]; no `Debug` and no message shows a secret, and what was decrypted
//! is wiped from memory when it is dropped.
//!
//! ```
//! use secrets::{Change, File, Identity, Request, Rule, Timestamp, decrypt, encrypt};
//!
//! let identity = Identity::generate();
//! let rule = Rule::for_recipients([identity.recipient().parse().expect("its own")]);
//! let plain = b"user: admin\npassword: hunter2\n";
//! let mut request = Request {
//!     plaintext: File::new("secret.sops.yaml", plain),
//!     previous: None,
//!     rule: &rule,
//!     identities: std::slice::from_ref(&identity),
//!     now: Timestamp::from_unix_seconds(1_767_323_045),
//! };
//! let first = encrypt(&request).expect("the plaintext can be encrypted");
//! let file = File::new("secret.sops.yaml", &first.content);
//! assert_eq!(*decrypt(&file, request.identities).expect("its own").content, plain);
//!
//! request.previous = Some(file);
//! let second = encrypt(&request).expect("it can be decrypted");
//! assert_eq!(second.change, Change::Unchanged);
//! assert_eq!(second.content, first.content);
//! ```

mod keys;
pub mod rules;
mod sops;

#[cfg(feature = "ssh")]
pub use keys::parse_ssh_identity;
pub use keys::{
    Identity, Recipient, RecipientError, parse_identity_file, parse_identity_list,
    shown as shown_recipient,
};
pub use sops::{
    Change, CreationRule, Decrypted, Encrypted, EncryptedFile, File, Finding, Format, GoRegex,
    GoRegexError, Indents, Kind, Path, PathError, Request, Rule, Rules, Selector, Status, Step,
    Timestamp, Update, Value, comments, complete, decrypt, decrypt_ignoring_mac, encrypt, exposed,
    get, lint, lossy, merge, only_references, redact, replace, rotate, selects_nothing, set,
    status, unset, update_keys, values,
};
