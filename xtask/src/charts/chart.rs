//! One chart from a folder: what it says of its values, in defaults, schema and templates.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

use super::text;

/// Where a chart of some name and version lies.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) version: String,
    pub(super) folder: Utf8PathBuf,
}

/// Finds the charts below `folder` by name. A chart's own folder is not searched for more, so
/// dependencies do not count; several versions of one are in the order of their paths.
pub(super) fn find(folder: &Utf8Path) -> Result<BTreeMap<String, Vec<Found>>> {
    let mut charts: BTreeMap<String, Vec<Found>> = BTreeMap::new();
    let mut folders: Vec<Utf8PathBuf> = Vec::new();
    for path in text::files(folder, |path| path.file_name() == Some("Chart.yaml"))? {
        let folder = path.parent().unwrap_or(folder).to_owned();
        folders.push(folder);
    }
    for folder in &folders {
        if folders
            .iter()
            .any(|other| other != folder && folder.starts_with(other))
        {
            continue;
        }
        let head = head(folder)?;
        let name = head["name"].as_str().unwrap_or_default().to_owned();
        let version = version(&head);
        charts.entry(name).or_default().push(Found {
            version,
            folder: folder.clone(),
        });
    }
    Ok(charts)
}

/// A chart, read.
#[derive(Debug)]
pub(super) struct Chart {
    /// The defaults, null where the chart has none.
    pub(super) values: Value,
    /// The path of its schema among `schemas`, if it has one.
    pub(super) schema: Option<Utf8PathBuf>,
    /// Every JSON document of the chart, as schemas refer to one another.
    pub(super) schemas: BTreeMap<Utf8PathBuf, Value>,
    /// The text of all its templates.
    pub(super) templates: String,
    /// Its dependencies by the key of the values that reaches them, read where they are there.
    pub(super) dependencies: BTreeMap<String, Option<Chart>>,
}

impl Chart {
    /// Reads the chart in `folder`, with the dependencies that lie unpacked in it.
    pub(super) fn load(folder: &Utf8Path) -> Result<Self> {
        let head = head(folder)?;
        let mut dependencies = BTreeMap::new();
        for dependency in head["dependencies"].as_array().into_iter().flatten() {
            let name = dependency["name"].as_str().unwrap_or_default();
            let key = dependency["alias"].as_str().unwrap_or(name);
            let folder = folder.join("charts").join(name);
            let chart = folder
                .join("Chart.yaml")
                .exists()
                .then(|| Self::load(&folder));
            dependencies.insert(key.to_owned(), chart.transpose()?);
        }

        let values = folder.join("values.yaml");
        let values = if values.exists() {
            let documents = text::documents(&text::read(&values)?);
            let documents = documents.with_context(|| values.to_string())?;
            documents.into_iter().next().unwrap_or(Value::Null)
        } else {
            Value::Null
        };

        let mut schemas = BTreeMap::new();
        for path in text::files(folder, |path| path.extension() == Some("json"))? {
            // Dashboards and the like may be JSON only by name, so what is not JSON is no schema.
            if let Ok(schema) = serde_json::from_str(&text::read(&path)?) {
                schemas.insert(path, schema);
            }
        }
        let schema = folder.join("values.schema.json");
        let schema = schemas.contains_key(&schema).then_some(schema);

        let mut templates = String::new();
        let folder = folder.join("templates");
        if folder.exists() {
            for path in text::files(&folder, |_| true)? {
                templates.push_str(&text::read(&path)?);
                templates.push('\n');
            }
        }
        Ok(Self {
            values,
            schema,
            schemas,
            templates,
            dependencies,
        })
    }
}

fn head(folder: &Utf8Path) -> Result<Value> {
    let path = folder.join("Chart.yaml");
    let documents = text::documents(&text::read(&path)?).with_context(|| path.to_string())?;
    Ok(documents.into_iter().next().unwrap_or(Value::Null))
}

fn version(head: &Value) -> String {
    match &head["version"] {
        Value::String(version) => version.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
