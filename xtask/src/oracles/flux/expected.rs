//! What has to arrive: the Secrets of a rendered tree in the clear.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::charts;
use crate::golden::Files;

/// Where secrets go that neither name a namespace nor lie in the folder of one.
const ELSEWHERE: &str = "flux-system";

/// The data of Secrets, by namespace and name.
pub(super) type Secrets = BTreeMap<(String, String), BTreeMap<String, Vec<u8>>>;

/// A Secret in the clear.
pub(super) struct Plain {
    /// The file that it stands in.
    pub(super) path: String,
    /// Its own namespace, or the one of its folder.
    pub(super) namespace: String,
    /// Whether the namespace is that of its folder.
    pub(super) is_implied: bool,
    name: String,
    /// Its values.
    pub(super) data: BTreeMap<String, Vec<u8>>,
}

/// All Secrets of a tree that Flux or the bootstrap would apply, and in words what is left out.
pub(super) fn secrets(tree: &Files) -> Result<(Vec<Plain>, String)> {
    let mut found = Vec::new();
    let mut others = Vec::new();
    for (path, content) in tree {
        if !is_applied(path) {
            continue;
        }
        let text = std::str::from_utf8(content).with_context(|| path.clone())?;
        let mut documents = charts::documents(text).with_context(|| path.clone())?;
        documents.retain(|document| !document.is_null());
        if documents
            .iter()
            .any(|document| document["kind"] != "Secret")
        {
            others.push(format!("`{path}`"));
            continue;
        }
        for document in documents {
            found.push(plain(path, &document).with_context(|| path.clone())?);
        }
    }
    let found = once_each(found)?;
    let left_out = if others.is_empty() {
        String::new()
    } else {
        format!(" (left out, since not only Secrets: {})", others.join(", "))
    };
    Ok((found, left_out))
}

/// One Secret of each name, Flux's first. What an application needs before Flux is there stands in
/// `bootstrap/` as well, and then both say the same.
fn once_each(mut found: Vec<Plain>) -> Result<Vec<Plain>> {
    let is_early = |secret: &Plain| secret.path.starts_with("bootstrap/");
    found.sort_by_key(is_early);
    let mut once: Vec<Plain> = Vec::with_capacity(found.len());
    for secret in found {
        let of_its_name =
            |one: &&Plain| (&one.namespace, &one.name) == (&secret.namespace, &secret.name);
        match once.iter().find(of_its_name) {
            None => once.push(secret),
            Some(one) if !is_early(one) && is_early(&secret) && one.data == secret.data => {}
            Some(one) => bail!("{} and {}: two Secrets of one name", one.path, secret.path),
        }
    }
    if once.is_empty() {
        bail!("no Secrets");
    }
    Ok(once)
}

fn is_applied(path: &str) -> bool {
    (path.starts_with("kubernetes/") || path.starts_with("bootstrap/"))
        && (path.ends_with(".sops.yaml") || path.ends_with(".sops.yml"))
}

fn plain(path: &str, document: &Value) -> Result<Plain> {
    let metadata = &document["metadata"];
    let name = metadata["name"]
        .as_str()
        .context("a Secret without a name")?;
    let own = metadata["namespace"].as_str();
    let folder = path
        .strip_prefix("kubernetes/apps/")
        .and_then(|rest| rest.split_once('/'))
        .map_or(ELSEWHERE, |(namespace, _)| namespace);
    let mut data = BTreeMap::new();
    for (key, value) in values(document)? {
        let value = if data.contains_key(key) {
            bail!("`{key}` stands in `data` and in `stringData`");
        } else if document["data"].get(key).is_some() {
            let decoded = BASE64_STANDARD.decode(value);
            decoded.with_context(|| format!("`{key}` is not base64"))?
        } else {
            value.as_bytes().to_vec()
        };
        data.insert(key.to_owned(), value);
    }
    Ok(Plain {
        path: path.to_owned(),
        namespace: own.unwrap_or(folder).to_owned(),
        is_implied: own.is_none(),
        name: name.to_owned(),
        data,
    })
}

/// Everything under `data` and `stringData`.
fn values(document: &Value) -> Result<Vec<(&str, &str)>> {
    let mut found = Vec::new();
    for field in ["data", "stringData"] {
        for (key, value) in document[field].as_object().into_iter().flatten() {
            let value = value.as_str();
            let value = value.with_context(|| format!("`{field}.{key}` is not a string"))?;
            found.push((key.as_str(), value));
        }
    }
    Ok(found)
}

/// Fails where a value is still in the clear: kustomize-controller would not mind.
pub(super) fn all_encrypted(files: &Files) -> Result<()> {
    for (path, content) in files {
        let text = std::str::from_utf8(content).with_context(|| path.clone())?;
        for document in charts::documents(text).with_context(|| path.clone())? {
            for (key, value) in values(&document).with_context(|| path.clone())? {
                if !value.starts_with("ENC[AES256_GCM,") && !value.is_empty() {
                    bail!("`{key}` in `{path}` is not encrypted");
                }
            }
        }
    }
    Ok(())
}

/// How what arrived differs. No line holds a value.
pub(super) fn differences(plain: &[Plain], arrived: &Secrets) -> Vec<String> {
    let mut found = Vec::new();
    for secret in plain {
        let shown = format!(
            "{}: Secret `{}/{}`",
            secret.path, secret.namespace, secret.name
        );
        let Some(data) = arrived.get(&(secret.namespace.clone(), secret.name.clone())) else {
            found.push(format!("{shown}: did not arrive"));
            continue;
        };
        let keys: BTreeSet<&String> = secret.data.keys().chain(data.keys()).collect();
        for key in keys {
            match (secret.data.get(key), data.get(key)) {
                (Some(sent), Some(came)) if sent == came => {}
                (Some(_), Some(_)) => found.push(format!("{shown}: `{key}` has another value")),
                (Some(_), None) => found.push(format!("{shown}: `{key}` is missing")),
                (None, _) => found.push(format!("{shown}: `{key}` should not be there")),
            }
        }
    }
    found
}
