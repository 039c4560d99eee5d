//! Variables of scripts and dashboards that substitution takes for its own.

use std::collections::BTreeSet;

use diagnostics::Diagnostics;

use super::at_place;
use super::context::Context;
use crate::assembled::Kustomization;
use crate::inventory::{Inventory, kinds};
use crate::rules;
use crate::value::Value;

/// What switches substitution off for an object.
const SUBSTITUTE: &str = "kustomize.toolkit.fluxcd.io/substitute";

pub(super) fn check(inventory: &Inventory<'_>, context: &Context<'_>, problems: &mut Diagnostics) {
    for entry in inventory.all(kinds::CONFIG_MAP) {
        let Some(owner) = inventory.owner(entry) else {
            continue;
        };
        let object = entry.object;
        let is_off =
            [object.annotation(SUBSTITUTE), object.label(SUBSTITUTE)].contains(&Some("disabled"));
        if is_off || !substitutes(inventory, owner) {
            continue;
        }
        let Some(known) = variables(inventory, owner) else {
            continue;
        };
        let data = object.0.get("data").and_then(Value::as_map);
        for (key, field) in data.into_iter().flatten() {
            let Some(text) = written(context, &field.value) else {
                continue;
            };
            let eaten: BTreeSet<&str> =
                names(&text).filter(|name| !known.contains(*name)).collect();
            if eaten.is_empty() {
                continue;
            }
            let shown: Vec<_> = eaten
                .iter()
                .take(3)
                .map(|name| format!("`${{{name}}}`"))
                .collect();
            let more = eaten.len().saturating_sub(3);
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            let message = format!(
                "substitution takes {}{more} in `{key}` of the ConfigMap `{}/{}` for its own",
                shown.join(", "),
                object.namespace(),
                object.name(),
            );
            problems.push(
                at_place(rules::FLUX_VARIABLE_EATEN.report(message), &field.value.place.or(&field.key))
                    .hint("leave the ConfigMap alone by the annotation `kustomize.toolkit.fluxcd.io/substitute: disabled`"),
            );
        }
    }
}

/// Whether the Kustomization substitutes at all: it does not before it has found a variable.
fn substitutes(inventory: &Inventory<'_>, owner: &Kustomization) -> bool {
    let build = owner.object.0.at(&["spec", "postBuild"]);
    build.is_some_and(|build| {
        build.get("substituteStrategy").and_then(Value::as_text) == Some("Always")
            || variables(inventory, owner).is_some_and(|known| !known.is_empty())
    })
}

/// The names that the Kustomization substitutes; none where they cannot be known.
fn variables<'a>(inventory: &Inventory<'a>, owner: &'a Kustomization) -> Option<BTreeSet<&'a str>> {
    let build = owner.object.0.at(&["spec", "postBuild"])?;
    let own = build.get("substitute").and_then(Value::as_map);
    let mut known: BTreeSet<&str> = own
        .into_iter()
        .flatten()
        .map(|(key, _)| key.as_str())
        .collect();
    for entry in build
        .get("substituteFrom")
        .map(Value::items)
        .unwrap_or_default()
    {
        let text = |key| entry.get(key).and_then(Value::as_text).unwrap_or_default();
        let kind = match text("kind") {
            "Secret" => kinds::SECRET,
            _ => kinds::CONFIG_MAP,
        };
        let object = inventory
            .find(kind, &owner.id.namespace, text("name"))?
            .object;
        for part in ["data", "stringData"] {
            let fields = object.0.get(part).and_then(Value::as_map);
            known.extend(fields.into_iter().flatten().map(|(key, _)| key.as_str()));
        }
    }
    Some(known)
}

/// A text as its file has it, before substitution.
fn written(context: &Context<'_>, value: &Value) -> Option<String> {
    let location = value.place.location()?;
    let range = location.range?;
    let own = value.place.source().filter(|source| !source.is_made());
    if let Some(source) = own {
        return source.text().get(range).map(str::to_owned);
    }
    let source = context.files?.text(&location.file).ok()??;
    source.text().get(range).map(str::to_owned)
}

/// The names of `${…}` in a text; `$$` is none.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let start = rest.find('$')?;
            let after = rest.get(start + 1..)?;
            if let Some(escaped) = after.strip_prefix('$') {
                rest = escaped;
                continue;
            }
            rest = after;
            let Some(inner) = after.strip_prefix('{') else {
                continue;
            };
            let is_name = |one: char| one == '_' || one.is_ascii_alphanumeric();
            let end = inner.find(|one| !is_name(one)).unwrap_or(inner.len());
            rest = inner.get(end..)?;
            let name = inner.get(..end)?;
            if !name.is_empty() && rest.contains('}') {
                return Some(name);
            }
        }
    })
}
