//! SOPS files: reading, writing, and everything that is done to them.

mod document;
mod flatten;
mod go_regex;
mod mac;
mod metadata;
mod path;
mod selector;
mod shamir;
mod time;
mod token;
mod value;
mod edit;
mod inspect;
mod rekey;
mod pool;
mod groups;
mod encrypt;
mod rule;
mod keyring;
mod open;

pub use document::{Format, Indents};
pub use go_regex::{GoRegex, GoRegexError};
pub use path::{Path, PathError, Step};
pub use selector::Selector;
pub use time::Timestamp;
pub use open::File;
pub use rule::Rule;
pub use encrypt::{Change, Encrypted, Request, Update, encrypt};
pub use edit::{replace, set, unset};
pub use inspect::{Decrypted, Status, decrypt, decrypt_ignoring_mac, exposed, get, status, values};
pub use rekey::{rotate, update_keys};
pub use value::{Kind, Value};
