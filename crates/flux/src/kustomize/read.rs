//! Files of objects, as kustomize reads them.

use std::sync::Arc;

use diagnostics::{Diagnostics, Source};
use yaml::Parsed;

use crate::rules;
use crate::value::{Data, Value};

use super::resource::scalar_text;
use super::{annotations, folded};

/// Whether a line of a text says that it is a Secret.
fn mentions_secret(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start_matches([' ', '\t', '-', '{', '"', '\'']);
        let rest = line
            .strip_prefix("kind")
            .map(|rest| rest.trim_start_matches(['"', '\'', ' ']));
        let value = rest.and_then(|rest| rest.strip_prefix(':'));
        value.is_some_and(|value| {
            value
                .trim_start_matches([' ', '"', '\''])
                .starts_with("Secret")
        })
    })
}

/// The objects of a file; lists of objects are taken apart.
///
/// No excerpt of the file shows the data of a Secret.
pub(super) fn objects(source: &Arc<Source>, parsed: &Parsed) -> (Vec<Value>, Diagnostics) {
    let (mut documents, mut problems) = annotations::documents(source, parsed);
    let mut secret = Vec::new();
    for document in &documents {
        secrets(document, 0, &mut secret);
    }
    // What cannot be read as YAML may be a Secret as far as its text says so.
    if problems.has_errors() && mentions_secret(source.text()) {
        secret = vec![0..source.text().len()];
    }
    if !secret.is_empty() {
        let masked = Arc::new(source.as_ref().clone().with_secrets(secret));
        (documents, problems) = if problems.is_empty() {
            annotations::documents(&masked, parsed)
        } else {
            annotations::documents(&masked, &yaml::parse(&masked, &yaml::Limits::default()))
        };
    }
    let mut objects = Vec::new();
    // Items of lists come behind everything else.
    let mut waiting: std::collections::VecDeque<Value> = documents.into();
    while let Some(object) = waiting.pop_front() {
        if object.as_map().is_some_and(indexmap::IndexMap::is_empty) {
            continue;
        }
        let mut report = |message: String| {
            let problem = rules::KUSTOMIZE_NOT_A_RESOURCE.report(message);
            problems.push(super::context::placed(problem, &object.place));
        };
        if object.as_map().is_none() {
            report(format!("an object is a map, not {}", object.kind_name()));
            continue;
        }
        let kind = { object.get("kind") }
            .and_then(scalar_text)
            .unwrap_or_default();
        if kind.is_empty() {
            report("the object has no `kind`".to_owned());
            continue;
        }
        if kind.ends_with("List") {
            match object.get("items").map(|items| &items.data) {
                Some(Data::List(items)) => {
                    waiting.extend(items.iter().filter(|item| !item.is_null()).cloned());
                    continue;
                }
                Some(Data::Null) => continue,
                Some(_) => {
                    report(format!("the `items` of a {kind} are no list"));
                    continue;
                }
                None => {}
            }
        } else {
            let name = object.at(&["metadata", "name"]).and_then(scalar_text);
            if name.is_none_or(|name| name.is_empty()) {
                report(format!("the {kind} has no `metadata.name`"));
                continue;
            }
        }
        objects.push(object);
    }
    objects.iter_mut().for_each(folded::refold);
    (objects, problems)
}

/// Where the data of Secrets are written: of an object, or of the items of a list of objects.
fn secrets(object: &Value, depth: usize, ranges: &mut Vec<std::ops::Range<usize>>) {
    if object.get("kind").and_then(Value::as_text) == Some("Secret") {
        let data = ["data", "stringData"]
            .into_iter()
            .filter_map(|key| object.get(key));
        ranges.extend(data.map(|data| data.place.range()));
    }
    if depth == 0 {
        let items = object.get("items").map(Value::items).unwrap_or_default();
        for item in items {
            secrets(item, depth + 1, ranges);
        }
    }
}
