//! What Helm has written down of a release in the cluster.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diagnostics::Diagnostic;
use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::Value;

use super::{Apps, Release, Tell, known, text};

/// So many bytes of what a release is made of are read.
const LARGEST: u64 = 64 << 20;

/// The newest record of a release.
pub(super) struct Stored {
    /// The name of the Secret that it is in, and what no other Secret has.
    pub(super) secret: (String, String),
    /// Such as `deployed` or `pending-install`.
    pub(super) status: String,
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
    /// Whether it is what is wanted.
    pub(super) fn is(&self, release: &Release) -> bool {
        let Some(content) = &self.content else {
            return false;
        };
        let bare = |version: &str| version.trim_start_matches('v').to_owned();
        let nothing = Value::Object(serde_json::Map::new());
        let values = |value: &Value| match value {
            Value::Null => nothing.clone(),
            value => value.clone(),
        };
        bare(&content.chart.metadata.version) == bare(&release.version)
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
        let secrets = known("v1", "Secret", "secrets", true);
        let labels = format!("owner=helm,name={}", release.name);
        let namespace = release.namespace.as_str();
        let all = self.ask(tell, |client| {
            client.labelled(&secrets, Some(namespace), &labels)
        })?;
        let revision = |one: &Value| text(one, "/metadata/labels/version").parse::<u64>().ok();
        let Some(newest) = all.into_iter().max_by_key(revision) else {
            return Ok(None);
        };
        let name = text(&newest, "/metadata/name").to_owned();
        let status = text(&newest, "/metadata/labels/status").to_owned();
        let uid = text(&newest, "/metadata/uid").to_owned();
        let content = if status == "deployed" {
            let whole = self.ask(tell, |client| client.get(&secrets, namespace, &name))?;
            whole.and_then(|secret| content(text(&secret, "/data/release")))
        } else {
            None
        };
        Ok(Some(Stored {
            secret: (name, uid),
            status,
            content,
        }))
    }

    /// Deletes the record of an installation that was cut off.
    pub(super) fn forget(
        &self,
        release: &Release,
        stored: &Stored,
        tell: &Tell<'_>,
    ) -> Result<(), Diagnostic> {
        let secrets = known("v1", "Secret", "secrets", true);
        let (name, uid) = &stored.secret;
        {
            self.ask(tell, |client| {
                client.delete_object(&secrets, &release.namespace, name, uid)
            })
        }
        .map(drop)
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
