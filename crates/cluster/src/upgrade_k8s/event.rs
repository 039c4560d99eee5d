//! What happens, and what is done.

use serde::Serialize;

/// What happens, for whoever watches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
pub enum Event {
    /// A node pulls an image.
    Pulling {
        /// Its name.
        node: String,
        /// Which.
        image: String,
    },
    /// A node gets its configuration with another image.
    Changing {
        /// Its name.
        node: String,
        /// Of what.
        component: &'static str,
        /// Which.
        image: String,
    },
    /// What runs on a node is ready in its new version.
    Changed {
        /// Its name.
        node: String,
        /// What.
        component: &'static str,
    },
    /// Nothing can be done but wait.
    Waiting {
        /// For which node; empty where it is the cluster.
        node: String,
        /// For what.
        until: String,
        /// For how long by now.
        seconds: u64,
    },
    /// A bootstrap manifest was applied and was not so before, or is none any more.
    Manifest(ManifestChange),
}

/// What was done with a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Applied {
    /// It was not there.
    Created,
    /// It was otherwise.
    Changed,
    /// It is gone.
    Pruned,
}

/// What is done, or would be, with a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ManifestChange {
    /// Its kind and name.
    pub object: String,
    /// What.
    pub done: Applied,
}
