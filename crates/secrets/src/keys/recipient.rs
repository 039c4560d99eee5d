//! age recipients: the public keys that data keys are encrypted to.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

#[cfg(not(feature = "ssh"))]
use base64::{Engine as _, engine::general_purpose::STANDARD};
use diagnostics::Diagnostic;

use super::post_quantum;

use crate::rules;

/// A public key, as `.sops.yaml` and the metadata of SOPS files name it.
#[derive(Clone)]
pub struct Recipient {
    text: Arc<str>,
    kind: Arc<Kind>,
}

enum Kind {
    X25519(age::x25519::Recipient),
    PostQuantum(post_quantum::Recipient),
    Tag(age::tag::Recipient),
    PostQuantumTag(age::tagpq::Recipient),
    #[cfg(feature = "ssh")]
    Ssh(age::ssh::Recipient),
    #[cfg(feature = "plugin")]
    Plugin(age::plugin::Recipient),
    /// Of a kind that this build leaves out. A rule may name it, and files may be encrypted to
    /// it: only encrypting to it is what nobody can do here.
    #[cfg(not(all(feature = "ssh", feature = "plugin")))]
    Absent(&'static str),
}

/// Why a text is no recipient that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecipientError {
    /// It is a private key, which nobody should ever have put there.
    IsPrivate,
    /// It looks like a recipient, but its checksum or its content is wrong.
    Damaged,
    /// It is nothing of the kind.
    Unknown,
}

impl RecipientError {
    /// The problem of a text that is no recipient; a private key is not repeated.
    pub(crate) fn diagnostic(self, text: &str) -> Diagnostic {
        let shown: String = text.chars().take(80).collect();
        match self {
            Self::IsPrivate => rules::KEYS_PRIVATE_AS_RECIPIENT
                .report("a private key stands where a recipient belongs")
                .hint(
                    "put the public key there, and replace this private key: it may have been seen",
                ),
            Self::Damaged => rules::KEYS_DAMAGED_RECIPIENT
                .report(format!(
                    "the recipient `{shown}` is damaged: its checksum or its length is wrong"
                ))
                .hint("copy the whole public key again"),
            Self::Unknown => rules::KEYS_NO_RECIPIENT
                .report(format!("`{shown}` is not an age recipient"))
                .hint("a recipient starts with `age1`"),
        }
    }
}

impl FromStr for Recipient {
    type Err = RecipientError;

    fn from_str(text: &str) -> Result<Self, RecipientError> {
        let text = text.trim();
        let kind = parse(text)?;
        Ok(Self {
            text: text.into(),
            kind: Arc::new(kind),
        })
    }
}

impl Recipient {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether what is encrypted to it withstands a quantum computer.
    pub fn is_post_quantum(&self) -> bool {
        matches!(*self.kind, Kind::PostQuantum(_) | Kind::PostQuantumTag(_))
    }

    /// As messages name it: short enough to be read, long enough to be told from others.
    pub(crate) fn shown(&self) -> String {
        shown(&self.text)
    }

    /// What nothing can be encrypted to it without, if this build leaves that out.
    pub fn lacks(&self) -> Option<&'static str> {
        match *self.kind {
            #[cfg(not(all(feature = "ssh", feature = "plugin")))]
            Kind::Absent(kind) => Some(kind),
            _ => None,
        }
    }

    /// Lets `age` use it.
    pub(super) fn with_age<T>(&self, work: impl FnOnce(&dyn age::Recipient) -> T) -> Option<T> {
        Some(match self.kind.as_ref() {
            Kind::X25519(recipient) => work(recipient),
            Kind::PostQuantum(recipient) => work(recipient),
            Kind::Tag(recipient) => work(recipient),
            Kind::PostQuantumTag(recipient) => work(recipient),
            #[cfg(feature = "ssh")]
            Kind::Ssh(recipient) => work(recipient),
            #[cfg(feature = "plugin")]
            Kind::Plugin(recipient) => {
                let plugin = age::plugin::RecipientPluginV1::new(
                    recipient.plugin(),
                    std::slice::from_ref(recipient),
                    &[],
                    age::NoCallbacks,
                )
                .ok()?;
                work(&plugin)
            }
            #[cfg(not(all(feature = "ssh", feature = "plugin")))]
            Kind::Absent(_) => return None,
        })
    }
}

impl PartialEq for Recipient {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Recipient {}

impl fmt::Display for Recipient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Recipient")
            .field(&self.text)
            .finish()
    }
}

fn parse(text: &str) -> Result<Kind, RecipientError> {
    let damaged = |_| RecipientError::Damaged;
    if text.to_ascii_uppercase().starts_with("AGE-SECRET-KEY-")
        || text.to_ascii_uppercase().starts_with("AGE-PLUGIN-")
    {
        return Err(RecipientError::IsPrivate);
    }
    if text.starts_with("ssh-") {
        return ssh(text);
    }
    if text.starts_with("age1pq1") {
        return text
            .parse()
            .map(Kind::PostQuantum)
            .map_err(|post_quantum::Malformed| RecipientError::Damaged);
    }
    if text.starts_with("age1tag1") {
        return text.parse().map(Kind::Tag).map_err(damaged);
    }
    if text.starts_with("age1tagpq1") {
        return text.parse().map(Kind::PostQuantumTag).map_err(damaged);
    }
    let Some(rest) = text.strip_prefix("age1") else {
        return Err(RecipientError::Unknown);
    };
    match text.parse() {
        Ok(recipient) => Ok(Kind::X25519(recipient)),
        // The data part of Bech32 has no `1`, so a second one ends a plugin's name.
        Err(_) if rest.contains('1') => plugin(text),
        Err(_) => Err(RecipientError::Damaged),
    }
}

#[cfg(feature = "ssh")]
fn ssh(text: &str) -> Result<Kind, RecipientError> {
    text.parse()
        .map(Kind::Ssh)
        .map_err(|_| RecipientError::Damaged)
}

#[cfg(not(feature = "ssh"))]
fn ssh(text: &str) -> Result<Kind, RecipientError> {
    let mut words = text.split_ascii_whitespace();
    let known = matches!(words.next(), Some("ssh-ed25519" | "ssh-rsa"));
    let key = words.next().and_then(|key| STANDARD.decode(key).ok());
    if known && key.is_some_and(|key| !key.is_empty()) {
        Ok(Kind::Absent("SSH keys"))
    } else {
        Err(RecipientError::Damaged)
    }
}

#[cfg(feature = "plugin")]
fn plugin(text: &str) -> Result<Kind, RecipientError> {
    text.parse()
        .map(Kind::Plugin)
        .map_err(|_| RecipientError::Damaged)
}

#[cfg(not(feature = "plugin"))]
fn plugin(_: &str) -> Result<Kind, RecipientError> {
    Ok(Kind::Absent("age plugins"))
}

/// A public key as messages show it. Post-quantum ones and those of RSA are far too long to be
/// read, and their ends tell them apart.
pub fn shown(name: &str) -> String {
    const LONGEST: usize = 100;
    const START: usize = 40;
    const END: usize = 12;
    let count = name.chars().count();
    if count <= LONGEST {
        return name.to_owned();
    }
    let start: String = name.chars().take(START).collect();
    let end: String = name.chars().skip(count - END).collect();
    format!("{start}…{end}")
}
