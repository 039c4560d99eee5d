//! The file of a kustomization.

use std::ops::Range;
use std::sync::Arc;

use diagnostics::{Diagnostic, Diagnostics, Source};
use yaml::Dialect;

use crate::files::Files;
use crate::rules;
use crate::value::{self, Data, Place, Value};

use super::context::{Context, placed};
use super::path;
use super::shape::{self, KUSTOMIZATION, Reader};

/// The names of a kustomization's file.
pub(super) const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The kustomization's file of a folder.
///
/// # Errors
///
/// There are several, or it cannot be read.
pub(super) fn load(
    files: &dyn Files,
    folder: &str,
) -> Result<Option<(String, Value)>, Vec<Diagnostic>> {
    let mut found = Vec::new();
    for name in NAMES {
        let Some(path) = path::join(folder, name).filter(|path| files.is_file(path)) else {
            continue;
        };
        if let Some(source) = files.text(&path).map_err(|problem| vec![*problem])? {
            found.push((path, source));
        }
    }
    let mut found = found.into_iter();
    let Some((path, source)) = found.next() else {
        return Ok(None);
    };
    if let Some((other, source)) = found.next() {
        let problem = rules::KUSTOMIZE_INVALID_FIELD
            .report(format!(
                "the folder has `{path}` and `{other}`: kustomize takes one"
            ))
            .at(source.whole());
        return Err(vec![problem]);
    }
    let (value, problems) = read(files, &Arc::new(source.clone()));
    let secret = secrets(&value);
    let source = Arc::new(if secret.is_empty() {
        source
    } else {
        source.with_secrets(secret)
    });
    let (mut value, problems) = if source.secrets().is_empty() {
        (value, problems)
    } else {
        read(files, &source)
    };
    if !problems.is_empty() {
        return Err(problems);
    }
    if value.place.source().is_none() {
        value.place = Place::new(&source, 0..0);
    }
    Ok(Some((path, value)))
}

/// The first document, and what makes kustomize refuse the file.
fn read(files: &dyn Files, source: &Arc<Source>) -> (Value, Vec<Diagnostic>) {
    let parsed = files.parsed(source);
    let mut problems: Vec<Diagnostic> = { parsed.diagnostics.iter() }
        // The last of them counts.
        .filter(|problem| problem.is_error() && !problem.is(&yaml::rules::YAML_DUPLICATE_KEY))
        .cloned()
        .collect();
    let mut more = Diagnostics::new();
    let value = { parsed.documents.first() }
        .map(|root| value::read(root, source, Dialect::Kubernetes, &mut more));
    problems.extend(more.iter().cloned());
    (value.unwrap_or_default(), problems)
}

/// What no excerpt shows: literals of Secrets, and patches of them.
fn secrets(kustomization: &Value) -> Vec<Range<usize>> {
    let list = |key: &str| kustomization.get(key).map(Value::items).unwrap_or_default();
    let literals = list("secretGenerator").iter();
    let literals = literals.filter_map(|entry| entry.get("literals"));
    let entries = ["patches", "patchesJson6902"].into_iter().flat_map(list);
    let of_secret = |patch: &&Value| patch.as_text().is_some_and(|text| text.contains("Secret"));
    let patches = entries.filter_map(|entry| {
        let patch = entry.get("patch")?;
        let kind = entry.at(&["target", "kind"]).and_then(Value::as_text);
        (of_secret(&patch) || kind.is_some_and(|kind| kind.contains("Secret"))).then_some(patch)
    });
    let merges = list("patchesStrategicMerge").iter().filter(of_secret);
    let all = literals.chain(patches).chain(merges);
    all.map(|value| value.place.range()).collect()
}

/// A kustomization whose fields are right; none, and problems, if they are not.
pub(super) fn check(context: &mut Context<'_>, own: &Value, reader: Reader) -> Option<Value> {
    let mut problems = Diagnostics::new();
    if own.as_map().is_none() && !own.is_null() {
        let problem = rules::KUSTOMIZE_INVALID_FIELD
            .report(format!("a kustomization is a map, not {}", own.kind_name()));
        context.report(problem, &own.place);
        return None;
    }
    let checked = shape::checked_by(reader, own, &KUSTOMIZATION, &mut problems);
    let empty = |value: &Value| match &value.data {
        Data::Map(map) => map
            .keys()
            .all(|key| matches!(key.as_str(), "apiVersion" | "kind")),
        _ => true,
    };
    let text = |key: &str| {
        checked
            .get(key)
            .and_then(Value::as_text)
            .unwrap_or_default()
    };
    let (kind, version) = (text("kind"), text("apiVersion"));
    let wanted = match kind {
        "Component" => "kustomize.config.k8s.io/v1alpha1",
        _ => "kustomize.config.k8s.io/v1beta1",
    };
    if !problems.has_errors() {
        if empty(&checked) {
            let problem = rules::KUSTOMIZE_EMPTY.report("the kustomization is empty");
            problems.push(placed(problem, &own.place));
        } else if !matches!(kind, "" | "Kustomization" | "Component") {
            let problem =
                rules::KUSTOMIZE_INVALID_FIELD.report("`kind` is `Kustomization` or `Component`");
            problems.push(placed(problem, &own.place));
        } else if !version.is_empty() && version != wanted {
            let problem = rules::KUSTOMIZE_INVALID_FIELD
                .report(format!("the `apiVersion` of this kind is `{wanted}`"));
            problems.push(placed(problem, &own.place));
        }
    }
    let good = !problems.has_errors();
    for problem in &problems {
        context.problems.push(problem.clone());
    }
    good.then_some(checked)
}
