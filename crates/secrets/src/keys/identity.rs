//! age identities: the private keys, as key files hold them.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::{classic, post_quantum};

/// A private key that decrypts what was encrypted to its recipient.
#[derive(Clone)]
pub struct Identity {
    kind: Kind,
    recipient: Arc<str>,
}

#[derive(Clone)]
enum Kind {
    X25519(classic::Identity),
    PostQuantum(Arc<post_quantum::Identity>),
    #[cfg(feature = "ssh")]
    Ssh(Arc<age::ssh::Identity>),
    #[cfg(feature = "plugin")]
    Plugin(age::plugin::Identity),
}

impl Identity {
    /// A new X25519 identity from the system's random numbers.
    pub fn generate() -> Self {
        Self::classic(classic::Identity::generate())
    }

    /// A new post-quantum identity (ML-KEM-768 with X25519) from the system's random numbers.
    /// What is encrypted to it needs age 1.3, sops 3.12 or Flux 2.9 to be read.
    pub fn generate_post_quantum() -> Self {
        Self::hybrid(post_quantum::Identity::generate())
    }

    /// The public key that others encrypt to: `age1…`, `age1pq1…`, an SSH public key. For a
    /// plugin's identity, which does not tell, the name of the plugin.
    pub fn recipient(&self) -> String {
        self.recipient.to_string()
    }

    /// Whether it withstands a quantum computer.
    pub fn is_post_quantum(&self) -> bool {
        matches!(self.kind, Kind::PostQuantum(_))
    }

    /// The private key as one line of text, `AGE-SECRET-KEY-1…` or `AGE-SECRET-KEY-PQ-1…`;
    /// empty for one that is kept elsewhere (an SSH key, a plugin's).
    pub fn expose(&self) -> Zeroizing<String> {
        match &self.kind {
            Kind::X25519(identity) => identity.expose(),
            Kind::PostQuantum(identity) => identity.expose(),
            #[cfg(feature = "ssh")]
            Kind::Ssh(_) => Zeroizing::default(),
            #[cfg(feature = "plugin")]
            Kind::Plugin(_) => Zeroizing::default(),
        }
    }

    /// The text of a key file as `age-keygen` writes it: creation time and public key as
    /// comments, then the private key. `created` is an RFC 3339 time.
    pub fn to_file(&self, created: &str) -> Zeroizing<String> {
        Zeroizing::new(format!(
            "# created: {created}\n# public key: {}\n{}\n",
            self.recipient(),
            self.expose().as_str(),
        ))
    }

    pub(super) fn classic(identity: classic::Identity) -> Self {
        Self {
            recipient: identity.recipient().into(),
            kind: Kind::X25519(identity),
        }
    }

    pub(super) fn hybrid(identity: post_quantum::Identity) -> Self {
        Self {
            recipient: identity.to_public().to_string().into(),
            kind: Kind::PostQuantum(Arc::new(identity)),
        }
    }

    #[cfg(feature = "ssh")]
    pub(super) fn ssh(identity: age::ssh::Identity) -> Self {
        let recipient = age::ssh::Recipient::try_from(identity.clone()).map_or_else(
            |_| "an SSH key".to_owned(),
            |recipient| recipient.to_string(),
        );
        Self {
            recipient: recipient.into(),
            kind: Kind::Ssh(Arc::new(identity)),
        }
    }

    #[cfg(feature = "plugin")]
    pub(super) fn plugin(identity: age::plugin::Identity) -> Self {
        Self {
            recipient: identity.plugin().into(),
            kind: Kind::Plugin(identity),
        }
    }

    /// Lets `age` use it.
    pub(super) fn with_age<T>(&self, work: impl FnOnce(&dyn age::Identity) -> T) -> Option<T> {
        match &self.kind {
            Kind::X25519(identity) => Some(work(identity)),
            Kind::PostQuantum(identity) => Some(work(identity.as_ref())),
            #[cfg(feature = "ssh")]
            Kind::Ssh(identity) => Some(work(identity.as_ref())),
            #[cfg(feature = "plugin")]
            Kind::Plugin(identity) => {
                let plugin = age::plugin::IdentityPluginV1::new(
                    identity.plugin(),
                    std::slice::from_ref(identity),
                    age::NoCallbacks,
                )
                .ok()?;
                Some(work(&plugin))
            }
        }
    }
}

/// Shows the public key only.
impl fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Identity")
            .field(&self.recipient)
            .finish()
    }
}
