//! age recipients: the public keys that data keys are encrypted to.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use diagnostics::Diagnostic;

use super::post_quantum;

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
}

/// Why a text is no recipient that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecipientError {
    /// It is a private key, which nobody should ever have put there.
    IsPrivate,
    /// It looks like a recipient, but its checksum or its content is wrong.
    Damaged,
    /// It is a recipient of a kind that this build leaves out.
    NotBuiltIn(&'static str),
    /// It is nothing of the kind.
    Unknown,
}

impl RecipientError {
    /// The problem of a text that is no recipient; a private key is not repeated.
    pub(crate) fn diagnostic(self, text: &str) -> Diagnostic {
        let shown: String = text.chars().take(80).collect();
        match self {
            Self::IsPrivate => Diagnostic::error(
                "keys/private-as-recipient",
                "a private key stands where a recipient belongs",
            )
            .hint("put the public key there, and replace this private key: it may have been seen"),
            Self::Damaged => Diagnostic::error(
                "keys/damaged-recipient",
                format!("the recipient `{shown}` is damaged: its checksum or its length is wrong"),
            )
            .hint("copy the whole public key again"),
            Self::NotBuiltIn(kind) => Diagnostic::error(
                "keys/recipient-not-built-in",
                format!("the recipient `{shown}` needs {kind}, which this build leaves out"),
            ),
            Self::Unknown => Diagnostic::error(
                "keys/no-recipient",
                format!("`{shown}` is not an age recipient"),
            )
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
fn ssh(_: &str) -> Result<Kind, RecipientError> {
    Err(RecipientError::NotBuiltIn("SSH keys"))
}

#[cfg(feature = "plugin")]
fn plugin(text: &str) -> Result<Kind, RecipientError> {
    text.parse()
        .map(Kind::Plugin)
        .map_err(|_| RecipientError::Damaged)
}

#[cfg(not(feature = "plugin"))]
fn plugin(_: &str) -> Result<Kind, RecipientError> {
    Err(RecipientError::NotBuiltIn("age plugins"))
}
