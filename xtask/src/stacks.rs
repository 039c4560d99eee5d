//! What the clusters of the fixtures get, as Flux puts it together, and what can be said of it
//! without any other program: that what objects name of each other is there, that the realm is one, and
//! that a verdict of the real programs is recorded for each object as it is rendered now.

pub(crate) mod made;
pub(crate) mod names;
pub(crate) mod realms;
pub(crate) mod stand_ins;
pub(crate) mod verdicts;

use anyhow::{Context as _, Result, bail};
use camino::Utf8Path;
use pipeline::manifests::{self, Settings};
use rayon::prelude::*;
use repository::View;
use serde_json::Value;

use crate::charts::documents;
use crate::{files, golden};

pub use self::names::missing;
pub use self::realms::broken;
pub use self::verdicts::unproven;

/// Where what is recorded of the stacks lies.
pub(crate) const FOLDER: &str = "oracles/stacks";

/// What the cluster of a fixture gets.
#[derive(Debug)]
pub struct Cluster {
    /// The fixture.
    pub fixture: String,
    /// Every object, in the order in which they are applied: built, filled in, in the clear.
    pub objects: Vec<Value>,
    /// What `bootstrap` puts into the cluster before Flux runs there.
    pub before: Vec<Value>,
}

impl Cluster {
    /// Its objects of a kind.
    pub(crate) fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.objects
            .iter()
            .filter(move |one| text(one, "/kind") == kind)
    }
}

/// The clusters of all fixtures that render.
///
/// # Errors
///
/// Where one does not render or cannot be put together; the problems are the message.
pub fn clusters() -> Result<Vec<Cluster>> {
    let fixtures = golden::configurations()?;
    fixtures
        .par_iter()
        .map(|fixture| cluster(fixture))
        .collect()
}

fn cluster(fixture: &str) -> Result<Cluster> {
    cluster_of(fixture, &files::root().join("fixtures").join(fixture))
}

/// What the cluster of a fixture gets that lies in some folder.
pub(crate) fn cluster_of(fixture: &str, folder: &Utf8Path) -> Result<Cluster> {
    let rendered = golden::rendered(folder)?;
    let mut before = Vec::new();
    for (path, content) in &rendered {
        if path.starts_with("bootstrap/") && path.ends_with(".sops.yaml") {
            let text = String::from_utf8_lossy(content);
            before.extend(documents(&text).with_context(|| path.clone())?);
        }
    }
    let view: View<'_> = rendered.into_iter().collect();
    let assembled = manifests::assemble(&view, &Settings::default());
    let problems: Vec<String> = { assembled.problems.iter() }
        .filter(|problem| problem.is_error())
        .map(ToString::to_string)
        .collect();
    if !problems.is_empty() {
        bail!("{fixture} cannot be put together:\n{}", problems.join("\n"));
    }
    let objects = { assembled.kustomizations.iter() }
        .flat_map(|one| &one.objects)
        .map(|object| object.0.to_json())
        .collect();
    Ok(Cluster {
        fixture: fixture.to_owned(),
        objects,
        before,
    })
}

/// How messages and records name an object: `SecurityPolicy network/mcp`.
pub(crate) fn name(object: &Value) -> String {
    let name = text(object, "/metadata/name");
    match text(object, "/metadata/namespace") {
        "" => format!("{} {name}", text(object, "/kind")),
        namespace => format!("{} {namespace}/{name}", text(object, "/kind")),
    }
}

/// The text at a JSON pointer; empty where there is none.
pub(crate) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The items of the list at a JSON pointer; none where there is none.
pub(crate) fn items<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    let list = value.pointer(pointer).and_then(Value::as_array);
    list.map(Vec::as_slice).unwrap_or_default()
}

/// The API group of an object; empty for the core one.
pub(crate) fn group(object: &Value) -> &str {
    let version = text(object, "/apiVersion");
    version.split_once('/').map_or("", |(group, _)| group)
}
