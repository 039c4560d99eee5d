//! The file of a kustomization.

use std::sync::Arc;

use diagnostics::Diagnostic;
use yaml::Dialect;

use crate::files::Files;
use crate::rules;
use crate::value::{self, Data, Place, Value};

use super::context::{Context, placed};
use super::path;
use super::shape::{self, KUSTOMIZATION};

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
    let source = Arc::new(source);
    let parsed = yaml::parse(&source, &yaml::Limits::default());
    let mut problems: Vec<Diagnostic> = { parsed.diagnostics.iter() }
        // The last of them counts.
        .filter(|problem| problem.is_error() && !problem.is(&yaml::rules::YAML_DUPLICATE_KEY))
        .cloned()
        .collect();
    let mut more = diagnostics::Diagnostics::new();
    let value = { parsed.documents.first() }
        .map(|root| value::read(root, &source, Dialect::Kubernetes, &mut more))
        .unwrap_or_default();
    problems.extend(more.iter().cloned());
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut value = value;
    if value.place.source().is_none() {
        value.place = Place::new(&source, 0..0);
    }
    Ok(Some((path, value)))
}

/// A kustomization whose fields are right; none, and problems, if they are not.
pub(super) fn check(context: &mut Context<'_>, own: &Value) -> Option<Value> {
    let mut problems = diagnostics::Diagnostics::new();
    if own.as_map().is_none() && !own.is_null() {
        let problem = rules::KUSTOMIZE_INVALID_FIELD
            .report(format!("a kustomization is a map, not {}", own.kind_name()));
        context.report(problem, &own.place);
        return None;
    }
    let checked = shape::checked(own, &KUSTOMIZATION, &mut problems);
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
    if problems.is_empty() {
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
    let good = problems.is_empty();
    for problem in &problems {
        context.problems.push(problem.clone());
    }
    good.then_some(checked)
}
