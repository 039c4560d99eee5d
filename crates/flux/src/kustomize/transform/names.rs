//! Prefixes, suffixes and hashes of names.

use diagnostics::Diagnostic;

use crate::value::{Data, Place, Value};

use super::super::field::{FieldSpec, Make};
use super::super::hash;
use super::super::resource::{Resource, scalar_text};
use super::super::set::Set;
use super::failed;

/// Puts a text before every name.
///
/// # Errors
///
/// A name is no text.
pub(in super::super) fn prefix(
    set: &mut Set,
    prefix: &Value,
    specs: &[FieldSpec],
) -> Result<(), Box<Diagnostic>> {
    let text = prefix.as_text().unwrap_or_default();
    rename(
        set,
        specs,
        &prefix.place,
        |resource| resource.prefixes.push(text.to_owned()),
        |name| format!("{text}{name}"),
    )
}

/// Puts a text behind every name.
///
/// # Errors
///
/// A name is no text.
pub(in super::super) fn suffix(
    set: &mut Set,
    suffix: &Value,
    specs: &[FieldSpec],
) -> Result<(), Box<Diagnostic>> {
    let text = suffix.as_text().unwrap_or_default();
    rename(
        set,
        specs,
        &suffix.place,
        |resource| resource.suffixes.push(text.to_owned()),
        |name| format!("{name}{text}"),
    )
}

fn rename(
    set: &mut Set,
    specs: &[FieldSpec],
    place: &Place,
    note: impl Fn(&mut Resource),
    renamed: impl Fn(&str) -> String,
) -> Result<(), Box<Diagnostic>> {
    for resource in set.change() {
        let (kind, ..) = resource.original();
        let group = resource.group_version().0;
        let fixed = matches!(kind, "CustomResourceDefinition" | "Namespace")
            || kind == "APIService" && group == "apiregistration.k8s.io";
        if fixed {
            continue;
        }
        let kind = kind.to_owned();
        for spec in specs {
            let (group, version) = resource.group_version();
            if !spec.selects_kind(group, version, &kind) {
                continue;
            }
            if spec.path == "metadata/name" {
                note(resource);
                resource.remember();
            }
            if !spec.selects(resource) {
                continue;
            }
            let outcome = spec.visit(&mut resource.value, Make::Nothing, &mut |value| {
                let text =
                    scalar_text(value).ok_or_else(|| format!("`{}` is no text", spec.path))?;
                value.data = Data::Text(renamed(&text));
                Ok(())
            });
            outcome.map_err(|message| failed(&message, resource, place))?;
        }
    }
    Ok(())
}

/// Puts the hash behind the names of generated objects.
pub(in super::super) fn hashes(set: &mut Set) {
    for resource in set.change() {
        if resource.hashed && !resource.is_deleted() {
            let name = format!("{}-{}", resource.name(), hash::suffix(resource));
            resource.remember();
            let place = resource.place();
            resource.set_metadata("name", &name, &place);
        }
    }
}
