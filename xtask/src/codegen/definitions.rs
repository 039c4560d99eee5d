//! Kinds that a `CustomResourceDefinition` defines.

use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use diagnostics::Source;
use serde_json::{Value, json};
use yaml::Dialect;

use super::packages::Package;
use super::slim;

/// A kind at a version.
pub(super) struct Kind {
    pub(super) group: String,
    pub(super) version: String,
    pub(super) kind: String,
    pub(super) namespaced: bool,
    /// The schema, as JSON.
    pub(super) schema: String,
}

/// Every kind that a package defines, at every version that its API serves.
pub(super) fn read(package: &Package) -> Result<Vec<Kind>> {
    let mut kinds = Vec::new();
    for (path, text) in package.texts()? {
        let source = Arc::new(Source::new(path.clone(), text));
        let (documents, problems) = flux::value::documents(&source, Dialect::Go);
        if let Some(problem) = problems.iter().next() {
            bail!("{problem}");
        }
        for document in documents {
            let document = document.to_json();
            if document.get("kind").and_then(Value::as_str) == Some("CustomResourceDefinition") {
                definition(&document, &mut kinds)
                    .with_context(|| format!("`{path}` is no definition that can be read"))?;
            }
        }
    }
    if kinds.is_empty() {
        bail!("{} defines no kind", package.module);
    }
    Ok(kinds)
}

fn definition(definition: &Value, kinds: &mut Vec<Kind>) -> Option<()> {
    let spec = definition.get("spec")?;
    let text = |pointer| Some(spec.pointer(pointer)?.as_str()?.to_owned());
    for version in spec.get("versions")?.as_array()? {
        if version.get("served") != Some(&Value::Bool(true)) {
            continue;
        }
        let mut schema = slim::schema(version.pointer("/schema/openAPIV3Schema")?);
        // Nobody writes it, and it is a third of everything.
        if let Some(status) = schema.pointer_mut("/properties/status") {
            *status = json!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true });
        }
        kinds.push(Kind {
            group: text("/group")?,
            version: version.get("name")?.as_str()?.to_owned(),
            kind: text("/names/kind")?,
            namespaced: text("/scope")? == "Namespaced",
            schema: schema.to_string(),
        });
    }
    Some(())
}
