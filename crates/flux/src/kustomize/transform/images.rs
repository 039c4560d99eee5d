//! Names, tags and digests of images.

use diagnostics::Diagnostic;
use documents::regex::GoRegex;

use crate::value::{Data, Value};

use super::super::field::{FieldSpec, Make};
use super::super::resource::scalar_text;
use super::super::set::Set;
use super::failed;

/// An entry of `images`.
///
/// # Errors
///
/// An image is no text.
pub(in super::super) fn images(
    set: &mut Set,
    entry: &Value,
    specs: &[FieldSpec],
) -> Result<(), Box<Diagnostic>> {
    let text = |key: &str| entry.get(key).and_then(Value::as_text).unwrap_or_default();
    let name = text("name");
    // The name is a pattern to kustomize; one that is none matches nothing.
    let pattern = format!(
        "^{name}(:[a-zA-Z0-9_.{{}}-]*)?(@[a-zA-Z0-9]+([.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{{}}-]*)?$"
    );
    let Ok(pattern) = GoRegex::new(&pattern) else {
        return Ok(());
    };
    let change = Change {
        pattern,
        name: text("newName"),
        tag: text("newTag"),
        digest: text("digest"),
        suffix: text("tagSuffix"),
        entry,
    };
    for resource in set.change() {
        if resource.kind() == "CustomResourceDefinition" || resource.is_deleted() {
            continue;
        }
        everywhere(&mut resource.value, &change);
        for spec in specs {
            if !spec.selects(resource) {
                continue;
            }
            let outcome = spec.visit(&mut resource.value, Make::Nothing, &mut |value| {
                if scalar_text(value).is_none() {
                    return Err(format!("`{}` is no text", spec.path));
                }
                change.apply(value);
                Ok(())
            });
            outcome.map_err(|message| failed(&message, resource, &entry.place))?;
        }
    }
    Ok(())
}

/// In whatever holds containers.
fn everywhere(value: &mut Value, change: &Change<'_>) {
    match &mut value.data {
        Data::List(items) => items.iter_mut().for_each(|item| everywhere(item, change)),
        Data::Map(map) => {
            for (key, field) in map {
                everywhere(&mut field.value, change);
                if matches!(key.as_str(), "containers" | "initContainers")
                    && let Data::List(items) = &mut field.value.data
                {
                    items
                        .iter_mut()
                        .filter_map(|item| item.get_mut("image"))
                        .for_each(|image| {
                            change.apply(image);
                        });
                }
            }
        }
        _ => {}
    }
}

struct Change<'a> {
    pattern: GoRegex,
    name: &'a str,
    tag: &'a str,
    digest: &'a str,
    suffix: &'a str,
    entry: &'a Value,
}

impl Change<'_> {
    fn apply(&self, image: &mut Value) {
        let Some(text) = scalar_text(image) else {
            return;
        };
        if image.is_null() || !self.pattern.is_match(text.as_bytes()) {
            return;
        }
        let (name, tag, digest) = split(&text);
        let mut changed = if self.name.is_empty() {
            name
        } else {
            self.name
        }
        .to_owned();
        let tag = match (self.tag, self.digest, self.suffix) {
            ("", "", "") => tag.to_owned(),
            ("", "", suffix) => format!("{tag}{suffix}"),
            ("", _, _) => String::new(),
            (own, _, _) => own.to_owned(),
        };
        let digest = match (self.tag, self.digest, self.suffix) {
            ("", "", "") => digest,
            (_, own, _) => own,
        };
        for (sign, part) in [(':', &*tag), ('@', digest)] {
            if !part.is_empty() {
                changed.push(sign);
                changed.push_str(part);
            }
        }
        if changed != text {
            let mut by = ["newTag", "digest", "newName", "tagSuffix"].into_iter();
            let by = by.find_map(|key| self.entry.get(key));
            let place = by.map_or(&self.entry.place, |by| &by.place).clone();
            *image = Value::new(Data::Text(changed), place);
        }
    }
}

/// Name, tag and digest of an image.
fn split(image: &str) -> (&str, &str, &str) {
    // A colon before the first slash is that of a port.
    let from = image.find('/').filter(|at| *at > 0).unwrap_or(0);
    let rest = image.get(from..).unwrap_or_default();
    let at = rest.find('@').map(|at| at + from);
    let colon = rest.find(':').map(|at| at + from);
    let part = |from: usize, to: usize| image.get(from..to).unwrap_or_default();
    let end = image.len();
    match (colon, at) {
        (None, None) => (image, "", ""),
        (Some(colon), Some(at)) if colon < at => {
            (part(0, colon), part(colon + 1, at), part(at + 1, end))
        }
        (_, Some(at)) => (part(0, at), "", part(at + 1, end)),
        (Some(colon), None) => (part(0, colon), part(colon + 1, end), ""),
    }
}
