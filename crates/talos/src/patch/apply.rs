//! A patch applied to a config.

use std::ops::Range;

use diagnostics::{Diagnostic, Diagnostics, Severity, Source};
use serde_json::Value;

use super::delete::NotThere;
use super::load::{Body, Part, Patch};
use super::machinery::Machinery;
use super::merge::{Mismatch, Place, merge, put_back, touched};
use super::trace::differing;
use crate::fields::{Kind, Schema, Spec, document_name, is_named, kind_of_value};
use documents::change::Change;
use documents::json_patch::{Operation, strategic};

use crate::rules;

/// What a patch did.
#[derive(Debug, Clone, Default)]
pub struct Applied {
    /// Every path that it set or removed.
    pub changes: Vec<Change>,
    /// What looks wrong about it: it does nothing, or deletes what is not there.
    pub findings: Diagnostics,
}

/// Applies a patch. If it fails the config is as before.
pub fn apply(
    config: &mut Vec<Value>,
    patch: &Patch,
    machinery: Machinery,
) -> Result<Applied, Diagnostic> {
    if matches!(patch.body, Body::Nothing) {
        return Ok(Applied::default());
    }
    let (changes, mut findings) = match merging(config, patch) {
        Some(parts) => merged(config, &parts, patch, machinery)?,
        None => {
            let mut after = config.clone();
            let findings = apply_in_place(&mut after, patch, machinery)?;
            let changes = differing(config, &after);
            *config = after;
            (changes, findings)
        }
    };
    let told = { findings.iter() }.any(|found| found.severity != Severity::Note);
    if changes.is_empty() && !told {
        findings.push(
            rules::PATCH_NO_EFFECT
                .report("the patch changes nothing")
                .at(patch.source.whole())
                .hint("take it out of the list"),
        );
    }
    Ok(Applied { changes, findings })
}

/// A document that a patch merges.
struct Merging<'a> {
    name: &'a str,
    value: &'a Value,
    /// Its type; none if there is no such document yet.
    spec: Option<&'static Spec>,
}

/// What a patch merges, if it does nothing else: then most of a config cannot change.
fn merging<'a>(config: &[Value], patch: &'a Patch) -> Option<Vec<Merging<'a>>> {
    let Body::Strategic(parts) = &patch.body else {
        return None;
    };
    let mut out: Vec<Merging<'a>> = Vec::with_capacity(parts.len());
    for part in parts {
        let name = part.name.as_str();
        if !part.deletions.is_empty() || out.iter().any(|other| other.name == name) {
            return None;
        }
        let Some(value) = &part.value else {
            continue;
        };
        let spec = match named(config, name) {
            Some(_) => Some(Schema::get().document(&part.kind)?),
            None => None,
        };
        out.push(Merging { name, value, spec });
    }
    Some(out)
}

/// Merges, and compares what that may change.
fn merged(
    config: &mut Vec<Value>,
    parts: &[Merging<'_>],
    patch: &Patch,
    machinery: Machinery,
) -> Result<(Vec<Change>, Diagnostics), Diagnostic> {
    let documents = config.len();
    let seen = |config: &[Value]| -> Vec<Value> {
        let seen = parts.iter().filter_map(|part| {
            let document = config.get(named(config, part.name)?)?;
            Some(match part.spec {
                Some(spec) => touched(document, part.value, spec),
                None => document.clone(),
            })
        });
        seen.collect()
    };
    let before = seen(config);
    match apply_in_place(config, patch, machinery) {
        Ok(findings) => Ok((differing(&before, &seen(config)), findings)),
        Err(problem) => {
            config.truncate(documents);
            let there = { parts.iter() }.filter_map(|part| Some((part, part.spec?)));
            for ((part, spec), before) in there.zip(before) {
                let index = named(config, part.name);
                if let Some(document) = index.and_then(|index| config.get_mut(index)) {
                    put_back(document, before, part.value, spec);
                }
            }
            Err(problem)
        }
    }
}

/// Where the document of a name stands.
fn named(config: &[Value], name: &str) -> Option<usize> {
    config.iter().position(|document| is_named(document, name))
}

/// Applies a patch without telling what it changed. If it fails, part of it may be done.
pub fn apply_in_place(
    config: &mut Vec<Value>,
    patch: &Patch,
    machinery: Machinery,
) -> Result<Diagnostics, Diagnostic> {
    let mut findings = Diagnostics::new();
    match &patch.body {
        Body::Nothing => {}
        Body::Strategic(parts) => {
            // Deletes come before the rest of the same document.
            for part in parts {
                deletions(config, part, patch, machinery, &mut findings)?;
                merge_part(config, part, patch, machinery)?;
            }
        }
        Body::Json(operations) => {
            findings.extend(json(config, operations, patch)?);
            *config = decoded(config, patch)?;
        }
    }
    Ok(findings)
}

/// Merges documents into a config, as a patch that holds them would.
pub fn merge_documents(config: &mut Vec<Value>, more: &[Value]) -> Result<(), Diagnostic> {
    for document in more {
        merge_document(
            config,
            &document_name(document),
            kind_of_value(document),
            document,
            Machinery::default(),
        )
        .map_err(|mismatch| rules::PATCH_MERGE_CONFLICT.report(mismatch.to_string()))?;
    }
    Ok(())
}

/// A config read again, since a JSON patch may put anything anywhere.
fn decoded(config: &[Value], patch: &Patch) -> Result<Vec<Value>, Diagnostic> {
    let text = documents::emit::documents(config, 2);
    // The text of the whole config is not what the problem is about.
    let (documents, problems) = super::documents(&Source::new(patch.name(), text));
    match problems.iter().find(|problem| problem.is_error()) {
        None => Ok(documents),
        Some(problem) => Err(problem
            .rule
            .report(problem.message.clone())
            .at(patch.source.whole())),
    }
}

fn deletions(
    config: &mut Vec<Value>,
    part: &Part,
    patch: &Patch,
    machinery: Machinery,
    findings: &mut Diagnostics,
) -> Result<(), Diagnostic> {
    for deletion in &part.deletions {
        let place = patch.source.location(deletion.range.clone());
        let Some(index) = named(config, &part.name) else {
            if let Some(problem) = without_name(config, part) {
                findings.push(problem.at(place));
                continue;
            }
            let message = format!("there is no document `{}` to delete from", part.name);
            // Of kinds that there is one document of, it was never asked for.
            let fails = machinery == Machinery::V1_13 && part.name.contains('/');
            let problem = if fails {
                rules::PATCH_DELETE_MISSING_DOCUMENT.report(message)
            } else {
                rules::PATCH_DELETE_MISSING_DOCUMENT.report_as(Severity::Warning, message)
            }
            .at(place);
            if problem.is_error() {
                return Err(problem);
            }
            findings.push(problem);
            continue;
        };
        if deletion.is_document() {
            config.remove(index);
            continue;
        }
        let deleted = match (config.get_mut(index), Schema::get().document(&part.kind)) {
            (Some(document), Some(spec)) => deletion.apply(document, spec),
            _ => Err(NotThere::Missing),
        };
        if let Err(why) = deleted {
            let (message, hint) = why.told(&deletion.path());
            let mut problem = rules::PATCH_DELETE_MISSING.report(message).at(place);
            problem.hint = hint.map(str::to_owned);
            return Err(problem);
        }
    }
    Ok(())
}

/// What is told of a deletion that names none of the documents of a kind that have names: Talos
/// finds no document without a name, and says nothing.
fn without_name(config: &[Value], part: &Part) -> Option<Diagnostic> {
    let Kind::Struct(fields) = Schema::get().document(&part.kind)?.kind else {
        return None;
    };
    if part.name != part.kind || Schema::get().field(fields, "name").is_none() {
        return None;
    }
    let problem = rules::PATCH_DELETE_WITHOUT_NAME.report(format!(
        "nothing is deleted: documents of kind `{}` have names, and the patch says none",
        part.kind
    ));
    let own: Vec<_> = { config.iter() }
        .filter(|document| kind_of_value(document) == part.kind)
        .filter_map(|document| document.get("name").and_then(Value::as_str))
        .map(|name| format!("`name: {name}`"))
        .collect();
    Some(match own.as_slice() {
        [] => problem.hint("write its `name`; the config has no document of this kind"),
        names => problem.hint(format!("write {}", names.join(" or "))),
    })
}

fn merge_part(
    config: &mut Vec<Value>,
    part: &Part,
    patch: &Patch,
    machinery: Machinery,
) -> Result<(), Diagnostic> {
    let Some(value) = &part.value else {
        return Ok(());
    };
    merge_document(config, &part.name, &part.kind, value, machinery).map_err(|mismatch| {
        rules::PATCH_MERGE_CONFLICT
            .report(mismatch.to_string())
            .at(patch.source.location(part.range.clone()))
    })
}

fn merge_document(
    config: &mut Vec<Value>,
    name: &str,
    kind: &str,
    value: &Value,
    machinery: Machinery,
) -> Result<(), Mismatch> {
    let mine = config.iter_mut().find(|document| is_named(document, name));
    let (Some(mine), Some(spec)) = (mine, Schema::get().document(kind)) else {
        config.push(value.clone());
        return Ok(());
    };
    merge(mine, value, spec, &mut Place::top(machinery))
}

fn json(
    config: &mut [Value],
    operations: &[(Operation, Range<usize>)],
    patch: &Patch,
) -> Result<Option<Diagnostic>, Diagnostic> {
    let place = match operations.first() {
        Some((_, range)) => patch.source.location(range.clone()),
        None => patch.source.whole(),
    };
    let several = config.len() > 1;
    if several && !patch.on_first {
        return Err(rules::PATCH_JSON_ON_DOCUMENTS.report("a JSON patch cannot be applied to a config of several documents",
        )
        .at(place)
        .hint(
            "write it as a strategic merge: from Talos 1.12 on every config has several documents",
        ));
    }
    let document = config
        .iter_mut()
        .find(|document| kind_of_value(document) == "v1alpha1");
    let Some(document) = document else {
        return Err(rules::PATCH_BAD_OPERATION
            .report("there is no document to change")
            .at(place));
    };
    for (operation, range) in operations {
        operation.apply(document).map_err(|error| {
            let problem = rules::PATCH_BAD_OPERATION
                .report(error.to_string())
                .at(patch.source.location(range.clone()));
            if several && operation.path.starts_with("/machine/network/") {
                return problem.hint(
                    "from contract 1.12 on names and networks are in documents of their own",
                );
            }
            problem
        })?;
    }
    Ok(several.then(|| {
        let hint = match strategic(operations.iter().map(|(operation, _)| operation)) {
            Some(merge) => format!("write it as a strategic merge: `{merge}`"),
            None => "write it as a strategic merge".to_owned(),
        };
        rules::PATCH_JSON_ON_DOCUMENTS.report_as(Severity::Note, "a JSON patch changes the first document only, and talhelper refuses it where there \
             are several, as from Talos 1.12 on",
        )
        .at(place)
        .hint(hint)
    }))
}
