//! Variables of scripts and dashboards that substitution takes for its own.

use std::collections::BTreeSet;

use diagnostics::{Diagnostic, Diagnostics};

use super::at;
use super::context::Context;
use crate::assembled::{Kustomization, Outcome};
use crate::inventory::{Entry, Inventory, kinds, walk};
use crate::object::Object;
use crate::rules;
use crate::substitute::Mode;
use crate::value::Value;

/// What switches substitution off for an object.
const SUBSTITUTE: &str = "kustomize.toolkit.fluxcd.io/substitute";

pub(super) fn check(inventory: &Inventory<'_>, context: &Context<'_>, problems: &mut Diagnostics) {
    let meant = meant(inventory);
    // Many objects may be made of one file.
    let mut told = BTreeSet::new();
    for &entry in &inventory.objects {
        let Some(owner) = inventory.owner(entry) else {
            continue;
        };
        let object = entry.object;
        let marks = [object.annotation(SUBSTITUTE), object.label(SUBSTITUTE)];
        if marks.contains(&Some("disabled")) || !substitutes(inventory, owner) {
            continue;
        }
        let known = variables(inventory, owner);
        for (path, value, is_script) in texts(entry) {
            let Some(text) = written(context, value) else {
                continue;
            };
            let eaten: BTreeSet<&str> = match &known {
                Some(known) => {
                    // Who takes a variable of Flux in the same text means Flux by the others, too.
                    let is_template = !is_script
                        && !text.trim_start().starts_with("#!")
                        && names(&text).any(|(name, _)| known.contains(name));
                    // Where the build fails, it says so of plain names itself; elsewhere than in
                    // a ConfigMap it does wherever one is not known, unless Flux is too old.
                    let is_told = owner.outcome == Outcome::Failed
                        || (is_script && owner.cluster.mode == Mode::Strict);
                    names(&text)
                        .filter(|(name, has_operator)| {
                            let is_meant =
                                meant.contains(name) || (is_template && has_default(&text, name));
                            let is_own = sets(&text, name);
                            !known.contains(name)
                                && (!is_meant || is_own)
                                && (!is_told || *has_operator)
                        })
                        .map(|(name, _)| name)
                        .collect()
                }
                // What a script sets itself is meant by no variable of Flux, whichever it has.
                None => { names(&text) }
                    .map(|(name, _)| name)
                    .filter(|name| sets(&text, name) || has_environment(&object.0, name))
                    .collect(),
            };
            if !eaten.is_empty() && place(value).is_none_or(|place| told.insert(place)) {
                problems.push(problem(object, &path, value, &eaten));
            }
        }
    }
}

/// The names that some Kustomization gives a value.
fn meant<'a>(inventory: &Inventory<'a>) -> BTreeSet<&'a str> {
    let kustomizations = inventory.assembled.kustomizations.iter();
    let own = kustomizations.filter_map(|one| {
        let build = one.object.0.at(&["spec", "postBuild", "substitute"])?;
        build.as_map()
    });
    own.flat_map(|map| map.keys()).map(String::as_str).collect()
}

/// Whether a text has a default beside a variable: `${NAME:=…}`, `${NAME:-…}`.
fn has_default(text: &str, name: &str) -> bool {
    [":=", ":-"]
        .iter()
        .any(|sign| text.contains(&format!("${{{name}{sign}")))
}

/// Where a value is written.
fn place(value: &Value) -> Option<(String, usize)> {
    let place = value.place.location()?;
    Some((place.file.clone(), place.range?.start))
}

/// Whether a script sets a variable: `NAME=…`, `for NAME in`, `read NAME`.
fn sets(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(start, _)| {
        let before = text.get(..start).unwrap_or_default();
        let after = text.get(start + name.len()..).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        let word = line
            .trim_end()
            .rsplit([' ', ';', '(', '\t'])
            .next()
            .unwrap_or_default();
        let starts = line.is_empty() || line.ends_with([' ', ';', '(', '\t']);
        let is_set = after.starts_with('=') && !after.starts_with("==");
        let is_named = !after.starts_with(|one: char| one == '_' || one.is_ascii_alphanumeric());
        starts && (is_set || (is_named && matches!(word, "for" | "read" | "-r")))
    })
}

/// Whether a container of the object has a variable in its environment.
fn has_environment(value: &Value, name: &str) -> bool {
    if let Some(map) = value.as_map() {
        let in_list = |env: &Value| {
            { env.items().iter() }.any(|one| one.get("name").and_then(Value::as_text) == Some(name))
        };
        return map.iter().any(|(key, field)| {
            (key == "env" && (in_list(&field.value) || field.value.get(name).is_some()))
                || has_environment(&field.value, name)
        });
    }
    value.items().iter().any(|item| has_environment(item, name))
}

/// The texts of an object that may have variables of their own, with their paths, and whether they
/// are scripts: everything in a `ConfigMap`, what containers run, and what begins as scripts do.
fn texts(entry: Entry<'_>) -> Vec<(String, &Value, bool)> {
    let mut found = Vec::new();
    if entry.is(kinds::CONFIG_MAP) {
        let data = entry.object.0.get("data").and_then(Value::as_map);
        let fields = data.into_iter().flatten();
        found.extend(fields.map(|(key, field)| (format!("data.{key}"), &field.value, false)));
        return found;
    }
    if matches!(
        entry.object.kind(),
        "Secret" | "Kustomization" | "CustomResourceDefinition"
    ) {
        return found;
    }
    walk(&entry.object.0, &mut |path, value| {
        let Some(text) = value.as_text() else { return };
        // Whether a variable was in it, only the file tells.
        let runs = path.iter().any(|key| matches!(*key, "command" | "args"));
        if runs || text.starts_with("#!") {
            found.push((path.join(".").replace(".[]", "[]"), value, true));
        }
    });
    found
}

fn problem(object: &Object, path: &str, value: &Value, eaten: &BTreeSet<&str>) -> Diagnostic {
    let shown: Vec<_> = { eaten.iter().take(3) }
        .map(|name| format!("`${{{name}}}`"))
        .collect();
    let more = match eaten.len().saturating_sub(3) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!(
        "substitution takes {}{more} in `{path}` of the {} `{}/{}` for its own",
        shown.join(", "),
        object.kind(),
        object.namespace(),
        object.name(),
    );
    at(rules::FLUX_VARIABLE_EATEN.report(message), value).hint(
        "leave the object alone by the annotation `kustomize.toolkit.fluxcd.io/substitute: disabled`, \
         or write `$${…}`",
    )
}

/// Whether the Kustomization substitutes at all: it does not before it has found a variable.
fn substitutes(inventory: &Inventory<'_>, owner: &Kustomization) -> bool {
    if owner.cluster.is_open {
        return true;
    }
    let build = owner.object.0.at(&["spec", "postBuild"]);
    build.is_some_and(|build| {
        build.get("substituteStrategy").and_then(Value::as_text) == Some("Always")
            || variables(inventory, owner).is_none_or(|known| !known.is_empty())
    })
}

/// The names that the Kustomization substitutes; none where they cannot be known.
fn variables<'a>(inventory: &Inventory<'a>, owner: &'a Kustomization) -> Option<BTreeSet<&'a str>> {
    if owner.cluster.is_open {
        return None;
    }
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

/// The names of `${…}` in a text, and whether an operator follows; `$$` is none.
fn names(text: &str) -> impl Iterator<Item = (&str, bool)> {
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
                return Some((name, !rest.starts_with('}')));
            }
        }
    })
}
