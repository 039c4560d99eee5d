//! SOPS files: reading, writing, and everything that is done to them.

mod complete;
mod document;
mod edit;
mod encrypt;
mod flatten;
mod groups;
mod inspect;
mod keyring;
mod lint;
mod lossy;
mod mac;
mod merge;
mod metadata;
mod open;
mod path;
mod pool;
mod redact;
mod rekey;
mod rule;
mod rules;
mod seal;
mod selector;
mod shamir;
mod time;
mod token;
mod value;
mod widen;

#[cfg(test)]
mod tests;

pub use complete::complete;
pub use document::{Format, Indents};
pub use documents::regex::{GoRegex, GoRegexError};
pub use edit::{replace, set, unset};
pub use encrypt::{Change, Encrypted, Request, Update, encrypt};
pub use inspect::{
    Decrypted, EncryptedFile, Status, decrypt, decrypt_ignoring_mac, exposed, get, only_references,
    status, values,
};
pub use lint::{Finding, lint};
pub use lossy::{comments, lossy};
pub use merge::merge;
pub use open::File;
pub use path::{Path, PathError, Step};
pub use redact::redact;
pub use rekey::{rotate, update_keys};
pub use rule::Rule;
pub use rules::{CreationRule, Rules};
pub use selector::Selector;
pub use time::Timestamp;
pub use value::{Kind, Value};
pub use widen::selects_nothing;
