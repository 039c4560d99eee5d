//! What Helm has written down of a release in the cluster.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diagnostics::Diagnostic;
use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::Value;

use super::{Apps, Release, Tell, secrets, text};
use crate::record::{self, Record};

/// So many bytes of what a release is made of are read.
const LARGEST: u64 = 64 << 20;

/// The newest record of a release.
pub(super) struct Stored {
    /// What its labels say.
    pub(super) record: Record,
    /// What was installed, where that can be read.
    content: Option<Content>,
}

/// A record, as far as it is read here.
#[derive(Deserialize)]
struct Content {
    chart: Chart,
    #[serde(default)]
    config: Value,
}

#[derive(Deserialize)]
struct Chart {
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    version: String,
}

impl Stored {
    /// Whether it is what is wanted, from a chart of a version.
    pub(super) fn is(&self, release: &Release, version: Option<&str>) -> bool {
        let (Some(content), Some(version)) = (&self.content, version) else {
            return false;
        };
        let bare = |version: &str| version.trim_start_matches('v').to_owned();
        let nothing = Value::Object(serde_json::Map::new());
        let values = |value: &Value| match value {
            Value::Null => nothing.clone(),
            value => value.clone(),
        };
        bare(&content.chart.metadata.version) == bare(version)
            && values(&content.config) == values(&release.values)
    }
}

impl Apps<'_> {
    /// The newest record of a release, if there is one.
    pub(super) fn stored(
        &self,
        release: &Release,
        tell: &Tell<'_>,
    ) -> Result<Option<Stored>, Diagnostic> {
        let namespace = release.namespace.as_str();
        let found = self.ask(tell, |client| {
            record::newest(client, Some(namespace), Some(&release.name))
        })?;
        let Some(record) = found.into_iter().next() else {
            return Ok(None);
        };
        let content = if record.status == "deployed" {
            let (name, _) = &record.secret;
            let whole = self.ask(tell, |client| client.get(&secrets(), namespace, name))?;
            whole.and_then(|secret| content(text(&secret, "/data/release")))
        } else {
            None
        };
        Ok(Some(Stored { record, content }))
    }

    /// Deletes the record of an installation that was cut off.
    pub(super) fn forget(
        &self,
        release: &Release,
        stored: &Stored,
        tell: &Tell<'_>,
    ) -> Result<(), Diagnostic> {
        let (name, uid) = &stored.record.secret;
        let deleted = self.ask(tell, |client| {
            client.delete_object(&secrets(), &release.namespace, name, uid)
        });
        deleted.map(drop)
    }
}

/// What is in the data of a Secret: Helm encodes it once, and Kubernetes once more.
fn content(data: &str) -> Option<Content> {
    let once = STANDARD.decode(data).ok()?;
    let packed = STANDARD.decode(once).ok()?;
    let mut bytes = Vec::new();
    let unpacked = GzDecoder::new(packed.as_slice()).take(LARGEST);
    { unpacked }.read_to_end(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}
