//! Labels and annotations of all objects.

use diagnostics::Diagnostic;

use crate::value::Value;

use super::super::config::{Config, merge, specs};
use super::super::field::{FieldSpec, Make};
use super::super::resource::{is_plain_key, put};
use super::super::set::Set;
use super::failed;

/// An entry of `labels`.
///
/// # Errors
///
/// A field on the way to the labels is no map, or the entry's fields contradict kustomize's own.
pub(in super::super) fn labels(
    set: &mut Set,
    entry: &Value,
    config: &Config,
) -> Result<(), Box<Diagnostic>> {
    let is_on = |key: &str| entry.get(key).and_then(Value::as_bool) == Some(true);
    let mut fields = specs(entry.get("fields"));
    let mut parts: Vec<&[FieldSpec]> = vec![&config.labels];
    let own = [FieldSpec {
        path: "metadata/labels".to_owned(),
        create: true,
        ..FieldSpec::default()
    }];
    if is_on("includeSelectors") {
        parts.push(&config.common_labels);
    } else {
        if is_on("includeTemplates") {
            parts.push(&config.template_labels);
        }
        if is_on("includeVolumeClaimTemplates") {
            parts.push(&config.claim_labels);
        }
        parts.push(&own);
    }
    for part in parts {
        merge(&mut fields, part).map_err(|message| {
            let problem = crate::rules::KUSTOMIZE_FAILED_TRANSFORMATION.report(message);
            Box::new(super::super::context::placed(problem, &entry.place))
        })?;
    }
    match entry.get("pairs") {
        Some(pairs) => write(set, pairs, &fields),
        None => Ok(()),
    }
}

/// `commonAnnotations`, or `commonLabels` with the fields for them.
///
/// # Errors
///
/// A field on the way to them is no map.
pub(in super::super) fn annotations(
    set: &mut Set,
    pairs: &Value,
    fields: &[FieldSpec],
) -> Result<(), Box<Diagnostic>> {
    write(set, pairs, fields)
}

fn write(set: &mut Set, pairs: &Value, fields: &[FieldSpec]) -> Result<(), Box<Diagnostic>> {
    let Some(pairs) = pairs.as_map().filter(|pairs| !pairs.is_empty()) else {
        return Ok(());
    };
    for resource in set.change() {
        if resource.is_deleted() {
            continue;
        }
        for spec in fields {
            if !spec.selects(resource) {
                continue;
            }
            let outcome = spec.visit(&mut resource.value, Make::Map, &mut |value| {
                if value.is_null() {
                    return Ok(());
                }
                let map = value
                    .as_map_mut()
                    .ok_or_else(|| format!("`{}` is no map", spec.path))?;
                for (key, field) in pairs {
                    if !map.contains_key(key) && !is_plain_key(key) {
                        return Err(format!("the key `{key}` would not be text any more"));
                    }
                    put(map, key, field.value.clone());
                }
                Ok(())
            });
            if let Err(message) = outcome {
                let place = pairs.values().next().map(|field| field.key.clone());
                return Err(failed(&message, resource, &place.unwrap_or_default()));
            }
        }
    }
    Ok(())
}
