//! The container images that objects name.

use std::fmt;

use crate::inventory::walk;
use crate::object::Object;
use crate::value::{Data, Value};

/// An image that an object names.
#[derive(Debug, Clone)]
pub struct Image<'a> {
    /// Registry and path; without a registry Docker's own is meant.
    pub repository: String,
    /// The tag; empty where there is none.
    pub tag: String,
    /// The digest; empty where there is none.
    pub digest: String,
    /// The value that says it, or the tag of it.
    pub value: &'a Value,
    /// Whether something else completes it where it has neither tag nor digest: a chart does.
    pub is_completed: bool,
}

impl fmt::Display for Image<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.repository)?;
        if !self.tag.is_empty() {
            write!(formatter, ":{}", self.tag)?;
        }
        if !self.digest.is_empty() {
            write!(formatter, "@{}", self.digest)?;
        }
        Ok(())
    }
}

impl Image<'_> {
    /// Tag and digest, as far as there are any.
    pub fn version(&self) -> String {
        match (self.tag.as_str(), self.digest.as_str()) {
            (tag, "") => tag.to_owned(),
            ("", digest) => digest.to_owned(),
            (tag, digest) => format!("{tag}@{digest}"),
        }
    }
}

/// Every image of an object: of containers wherever they stand in it, and of the values of a
/// HelmRelease where they have one of the usual shapes: `image: {repository, tag, digest}`, or
/// `image` as text.
pub fn of(object: &Object) -> Vec<Image<'_>> {
    let mut images = Vec::new();
    if object.kind() == "HelmRelease" {
        if let Some(values) = object.0.at(&["spec", "values"]) {
            in_values(values, &mut images);
        }
    } else if matches!(
        object.kind(),
        "ConfigMap" | "Secret" | "CustomResourceDefinition"
    ) {
        return images;
    } else {
        walk(&object.0, &mut |path, value| {
            let is_containers = matches!(
                path.last(),
                Some(&("containers" | "initContainers" | "ephemeralContainers"))
            );
            if is_containers {
                let containers = value.items().iter();
                let named = containers.filter_map(|one| one.get("image"));
                images.extend(named.filter_map(|image| text(image, false)));
            }
        });
    }
    images
}

/// The images that values of a chart name.
pub fn in_values<'a>(values: &'a Value, images: &mut Vec<Image<'a>>) {
    walk(values, &mut |path, value| {
        if path.last() != Some(&"image") {
            return;
        }
        match &value.data {
            Data::Text(_) => images.extend(text(value, true)),
            Data::Map(_) => images.extend(map(value)),
            _ => {}
        }
    });
}

fn text(value: &Value, is_completed: bool) -> Option<Image<'_>> {
    let whole = value.as_text()?;
    if whole.is_empty() || is_open(whole) || whole.contains(' ') {
        return None;
    }
    let (name, digest) = whole.split_once('@').unwrap_or((whole, ""));
    let (repository, tag) = match name.rsplit_once(':') {
        // What stands before a slash is the port of a registry.
        Some((repository, tag)) if !tag.contains('/') => (repository, tag),
        _ => (name, ""),
    };
    // A chart's `image: nginx` may as well be a name to which it adds a version itself.
    Some(Image {
        repository: repository.to_owned(),
        tag: tag.to_owned(),
        digest: digest.to_owned(),
        value,
        is_completed,
    })
}

fn map(value: &Value) -> Option<Image<'_>> {
    let part = |key| value.get(key).and_then(Value::as_text).unwrap_or_default();
    let repository = match (part("registry"), part("repository")) {
        (_, "") => return None,
        ("", repository) => repository.to_owned(),
        (registry, repository) => format!("{registry}/{repository}"),
    };
    let (tag, digest) = match part("tag").split_once('@') {
        Some(both) => both,
        None => (part("tag"), part("digest")),
    };
    let is_number = { value.get("tag") }.is_some_and(|tag| matches!(tag.data, Data::Number(_)));
    if [repository.as_str(), tag, digest].into_iter().any(is_open) {
        return None;
    }
    Some(Image {
        repository,
        tag: tag.to_owned(),
        digest: digest.to_owned(),
        value: value.get("tag").unwrap_or(value),
        is_completed: tag.is_empty() || is_number,
    })
}

/// Whether a text says nothing yet: a chart's template, a variable, what only the cluster knows.
fn is_open(text: &str) -> bool {
    text.contains("{{") || text.contains("${") || crate::unknown::is(text)
}
