//! What Helm has written down of releases: a Secret for each revision.

use std::collections::BTreeMap;

use kubernetes_client::{Client, Fault, Listing};
use serde::Deserialize;

/// How the status of one begins that somebody works on.
const PENDING: &str = "pending-";

/// A revision of a release, as the labels of its Secret say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) namespace: String,
    pub(crate) release: String,
    pub(crate) revision: u64,
    /// Such as `deployed` or `pending-install`.
    pub(crate) status: String,
    /// The name of the Secret, and what no other Secret has.
    pub(crate) secret: (String, String),
}

impl Record {
    /// Whether somebody works on the release, or was killed while they did.
    pub(crate) fn is_pending(&self) -> bool {
        self.status.starts_with(PENDING)
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Raw {
    metadata: Metadata,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata {
    namespace: String,
    name: String,
    uid: String,
    labels: Labels,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Labels {
    name: String,
    version: String,
    status: String,
}

impl From<Raw> for Record {
    fn from(raw: Raw) -> Self {
        let Metadata {
            namespace,
            name,
            uid,
            labels,
        } = raw.metadata;
        Self {
            namespace,
            release: labels.name,
            revision: labels.version.parse().unwrap_or(0),
            status: labels.status,
            secret: (name, uid),
        }
    }
}

/// The newest of each release of a namespace or of all, or of one release only. What is in it is
/// not asked for.
pub(crate) fn newest(
    client: &Client,
    namespace: Option<&str>,
    release: Option<&str>,
) -> Result<Vec<Record>, Fault> {
    let labels = match release {
        Some(release) => format!("owner=helm,name={release}"),
        None => "owner=helm".to_owned(),
    };
    let listing = Listing {
        namespace,
        labels: Some(&labels),
        ..Listing::all("v1", "secrets")
    };
    let all = client.metadata::<Raw>(&listing)?.items.into_iter();
    Ok(newest_of(all.map(Record::from)))
}

/// The newest of each release.
pub(crate) fn newest_of(all: impl Iterator<Item = Record>) -> Vec<Record> {
    let mut newest: BTreeMap<(String, String), Record> = BTreeMap::new();
    for record in all {
        let key = (record.namespace.clone(), record.release.clone());
        let known = newest.get(&key);
        if known.is_none_or(|known| known.revision <= record.revision) {
            newest.insert(key, record);
        }
    }
    newest.into_values().collect()
}
