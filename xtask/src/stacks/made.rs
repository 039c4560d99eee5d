//! What others make that rendered objects name: charts, operators, controllers. Nothing rendered shows
//! it, so that it is written down, by who makes it; but for the Secrets of certificates, whose names
//! the certificates say.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::{Cluster, FOLDER, name};
use crate::charts::documents;
use crate::files;

/// Who is there in every cluster: the user, who says so there.
const ALWAYS: &str = "cluster.yaml";

/// Something that is made by another object.
pub(crate) struct Made {
    /// The object that makes it, as messages name it.
    pub(crate) maker: String,
    /// What it makes, as far as others name it.
    pub(crate) object: Value,
}

/// All that is written down.
///
/// # Errors
///
/// Where the file cannot be read.
pub(crate) fn read() -> Result<Vec<Made>> {
    let path = files::root().join(FOLDER).join("made.yaml");
    let documents = documents(&files::text(&path)?).with_context(|| path.to_string())?;
    let makers = documents.first().and_then(Value::as_object);
    let makers = makers.with_context(|| format!("{path} is no map of makers"))?;
    let made = makers.iter().flat_map(|(maker, made)| {
        made.as_array().into_iter().flatten().map(|object| Made {
            maker: maker.clone(),
            object: object.clone(),
        })
    });
    Ok(made.collect())
}

/// What is made in a cluster, since its maker is there.
pub(crate) fn of<'a>(cluster: &Cluster, all: &'a [Made]) -> Vec<&'a Value> {
    let is_there = |maker: &str| cluster.objects.iter().any(|one| name(one) == maker);
    let has = |maker: &str| maker == ALWAYS || is_there(maker);
    let made = all.iter().filter(|made| has(&made.maker));
    made.map(|made| &made.object).collect()
}

/// The Secrets that cert-manager makes.
pub(crate) fn of_certificates(cluster: &Cluster) -> Vec<Value> {
    let certificates = cluster.of_kind("Certificate");
    let secrets = certificates.map(|certificate| {
        json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {
                "namespace": certificate["metadata"]["namespace"],
                "name": certificate["spec"]["secretName"],
            },
            "data": { "tls.crt": "", "tls.key": "" },
        })
    });
    secrets.collect()
}
