//! `talosconfig`: how clients reach the Talos API of clusters, and as whom.
//!
//! **Invariant:** what is read is written again: other contexts, fields that this crate has no
//! use for, and their order. No `Debug` and no message shows a key or a password.

mod merge;
mod read;
mod write;

use std::fmt;

use serde_json::{Map, Value};

pub use merge::Renamed;
pub use read::read;

use crate::certificates::KeyPair;
use crate::secret_text::SecretText;

/// The whole file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Talosconfig {
    /// The context that is used if none is named; empty if there is none.
    pub context: String,
    /// All contexts by name, in the order of the file.
    pub contexts: Vec<(String, Context)>,
    /// Keys that nobody knows, with what stands behind them.
    pub other: Other,
}

/// How to reach one cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// The old name of `endpoints`.
    pub target: Option<String>,
    /// What clients connect to.
    pub endpoints: Vec<String>,
    /// Which nodes commands are for, if none are named.
    pub nodes: Vec<String>,
    /// The authority of the Talos API.
    pub authority: Option<SecretText>,
    /// The certificate of the client.
    pub certificate: Option<SecretText>,
    /// Its key.
    pub key: Option<SecretText>,
    /// The name of the cluster, where one endpoint serves several.
    pub cluster: Option<String>,
    /// A proxy.
    pub proxy_url: Option<String>,
    /// `auth`, and keys that nobody knows.
    pub other: Other,
}

/// What is kept as it is; not shown, as it may be secret.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Other(Map<String, Value>);

impl Other {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What stands behind a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }
}

impl fmt::Debug for Other {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(diagnostics::MASK)
    }
}

impl Talosconfig {
    /// For one cluster, as talhelper and talosctl make it: `os` is the authority of the Talos
    /// API, `admin` what [`admin`](crate::certificates::admin) made of it.
    pub fn new(
        cluster: &str,
        endpoints: Vec<String>,
        nodes: Vec<String>,
        os: &KeyPair,
        admin: KeyPair,
    ) -> Self {
        let context = Context {
            endpoints,
            nodes,
            authority: Some(os.certificate.clone()),
            certificate: Some(admin.certificate),
            key: Some(admin.key),
            ..Context::default()
        };
        Self {
            context: cluster.to_owned(),
            contexts: vec![(cluster.to_owned(), context)],
            other: Other::default(),
        }
    }

    /// A context by name.
    pub fn get(&self, name: &str) -> Option<&Context> {
        let mut contexts = self.contexts.iter();
        let found = contexts.find(|(other, _)| other == name);
        found.map(|(_, context)| context)
    }

    /// The context that is used if none is named.
    pub fn current(&self) -> Option<&Context> {
        self.get(&self.context)
    }
}
