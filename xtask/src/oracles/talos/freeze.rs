//! A selection of the random patches, with what the machinery made of them, as a fixture that
//! `cargo test -p talos` reads without Go.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde_json::{Value, json};

use super::machinery::Machinery;
use super::patches;
use super::table::Table;
use crate::files;

/// How many of them.
const KEPT: usize = 60;

/// The fixture: configs, and for each case its patches and either `refused` or the places that
/// they change, with the values behind.
const FIXTURE: &str = "crates/talos/tests/vectors/random-patches.json";

/// Records the fixture with the newest release whose configurations are one document.
pub(super) fn record(machineries: &[Machinery]) -> Result<()> {
    let machinery = Machinery::of(machineries, 13)?;
    let table = Table::read(machinery.minor)?;
    let cases = patches::cases(machinery, &table)?;
    let questions: Vec<_> = cases.iter().map(patches::Case::question).collect();
    let answers = machinery.ask(&questions)?;
    let mut bases: Vec<&str> = Vec::new();
    let mut kept = Vec::new();
    let mut seen = BTreeSet::new();
    for (case, answer) in cases.iter().zip(&answers) {
        // JSON patches are read again only by ichor.
        if kept.len() == KEPT
            || case
                .patches
                .iter()
                .any(|patch| patch.contains("\"path\"") || patch.contains("path:"))
        {
            continue;
        }
        let known = bases.iter().position(|base| *base == case.base);
        if known.is_none() && bases.len() == 4 {
            continue;
        }
        let outcome = match &answer.error {
            Some(error) if error.starts_with("panic") => continue,
            Some(_) => json!({ "refused": true }),
            None => {
                let (before, after) = (leaves(&case.base)?, leaves(&answer.text)?);
                let ours = match patches::ours(case, machinery.minor) {
                    Ok(ours) => leaves(&ours)?,
                    Err(_) => continue,
                };
                // What is told apart only by the types of fields stays with the oracle.
                if ours != after {
                    continue;
                }
                json!({ "changes": changes(&before, &after) })
            }
        };
        // One of each: cases that change the same places prove the same.
        let places: Vec<_> = outcome["changes"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(place, _)| place.clone())
            .collect();
        let refusal = answer.error.as_deref().unwrap_or_default();
        if !seen.insert((places, refusal.chars().take(60).collect::<String>())) {
            continue;
        }
        let base = known.unwrap_or_else(|| {
            bases.push(&case.base);
            bases.len() - 1
        });
        let mut entry = json!({ "base": base, "patches": case.patches });
        if let (Some(entry), Some(outcome)) = (entry.as_object_mut(), outcome.as_object()) {
            entry.extend(outcome.clone());
        }
        kept.push(entry);
    }
    let cases: Vec<_> = kept.iter().map(|case| format!("    {case}")).collect();
    let bases: Vec<_> = bases
        .iter()
        .map(|base| format!("    {}", json!(base)))
        .collect();
    let text = format!(
        "{{\n  \"bases\": [\n{}\n  ],\n  \"cases\": [\n{}\n  ]\n}}\n",
        bases.join(",\n"),
        cases.join(",\n"),
    );
    files::write(&files::root().join(FIXTURE), text)
}

type Leaves = BTreeMap<String, Value>;

/// Every scalar that is not empty by its place.
fn leaves(text: &str) -> Result<Leaves> {
    let mut found = Leaves::new();
    let documents: Vec<Value> = serde_saphyr::from_multiple(text)?;
    for document in documents {
        let name = talos::fields::document_name(&document);
        collect(&document, name, &mut found);
    }
    Ok(found)
}

fn collect(value: &Value, place: String, found: &mut Leaves) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                collect(value, format!("{place}/{key}"), found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                collect(value, format!("{place}/{index}"), found);
            }
        }
        Value::Null => {}
        Value::String(text) if text.is_empty() => {}
        scalar => {
            found.insert(place, scalar.clone());
        }
    }
}

/// Places that are new or different, and null for those that are gone.
fn changes(before: &Leaves, after: &Leaves) -> Value {
    let gone = before
        .keys()
        .filter(|place| !after.contains_key(*place))
        .map(|place| (place.clone(), Value::Null));
    let set = after
        .iter()
        .filter(|(place, value)| before.get(*place) != Some(value))
        .map(|(place, value)| (place.clone(), value.clone()));
    gone.chain(set).collect::<serde_json::Map<_, _>>().into()
}
