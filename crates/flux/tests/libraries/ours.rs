//! The same questions, answered by the crate `flux`.

use std::sync::Arc;

use diagnostics::Source;
use flux::assembled::Outcome;
use flux::assembly;
use flux::files::Memory;
use flux::helm::{self, Found};
use flux::object::Object;
use flux::substitute::{self, Mode, Substitution};
use flux::value;
use serde_json::{Value, json};
use yaml::Dialect;

/// The answer; none for a failure.
pub(super) fn outcome(question: &Value) -> Option<Value> {
    match question["ask"].as_str()? {
        "text" => {
            let variables = substitution(question).variables;
            let text = question["text"].as_str()?;
            let mode = substitution(question).mode;
            let filled = substitute::text(text, &variables, mode).ok()?;
            Some(filled.into())
        }
        "object" => {
            let substitution = substitution(question);
            let object = object(question["text"].as_str()?, Dialect::Go)?;
            if !substitution.problems().is_empty() && !substitute::is_disabled(&object) {
                return None;
            }
            Some(substitution.apply(&object).ok()?.0.to_json())
        }
        "build" => build(question),
        "ignore" => {
            let kept = assembly::kept(&files(question), question["ignore"].as_str());
            Some(kept.into())
        }
        _ => values(question),
    }
}

/// The files of a repository.
fn files(question: &Value) -> Memory {
    let files = question["files"].as_object().into_iter().flatten();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    files
        .map(|(path, value)| (path.clone(), text(value)))
        .collect()
}

/// What a Flux Kustomization builds, that a cluster begins with.
fn build(question: &Value) -> Option<Value> {
    let mut files = files(question);
    files.insert("cluster/app.yaml", question["text"].as_str()?);
    let made = assembly::assemble(&files, &assembly::Options::default());
    let built = made.kustomizations.first()?;
    if built.outcome != Outcome::Built {
        return None;
    }
    let objects = built.objects.iter().map(|object| object.0.to_json());
    Some(in_order(objects.collect()))
}

/// Objects by their names: Flux applies them in an order of its own, whatever they are built in.
pub(super) fn in_order(mut objects: Vec<Value>) -> Value {
    objects.sort_by_cached_key(|object| {
        let metadata = &object["metadata"];
        let parts = [
            &object["apiVersion"],
            &object["kind"],
            &metadata["namespace"],
        ];
        (parts.map(Value::to_string), metadata["name"].to_string())
    });
    objects.into()
}

fn object(text: &str, dialect: Dialect) -> Option<Object> {
    let source = Arc::new(Source::new("", text));
    let (values, problems) = value::documents(&source, dialect);
    let object = values.into_iter().next().map(Object)?;
    (!problems.has_errors()).then_some(object)
}

fn substitution(question: &Value) -> Substitution {
    let all = question["variables"].as_object().into_iter().flatten();
    Substitution {
        variables: all
            .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default()))
            .collect(),
        mode: if question["strict"] == true {
            Mode::Strict
        } else {
            Mode::Lenient
        },
        always: question["always"] == true,
    }
}

fn values(question: &Value) -> Option<Value> {
    let inline = object(question["text"].as_str()?, Dialect::Kubernetes)?;
    let release = json!({ "spec": {
        "values": inline.0.to_json(), "valuesFrom": question["references"],
    }});
    let release = object(&release.to_string(), Dialect::Kubernetes)?;
    let mut objects = Vec::new();
    for (kind, part, key) in [
        ("ConfigMap", "configMaps", "data"),
        ("Secret", "secrets", "stringData"),
    ] {
        for (name, data) in question[part].as_object().into_iter().flatten() {
            let object = json!({ "kind": kind, "metadata": { "name": name }, key: data });
            objects.push(self::object(&object.to_string(), Dialect::Kubernetes)?);
        }
    }
    let find = |kind: &str, name: &str| {
        let found = { objects.iter() }.find(|it| it.kind() == kind && it.name() == name);
        found.map_or(Found::Missing, Found::Object)
    };
    Some(helm::values(&release, find).ok()??.to_json())
}

/// Whether two values are the same, numbers as Go's `float64` has them.
pub(super) fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| is_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let same = |(key, one)| other.get(key).is_some_and(|other| is_same(one, other));
            one.len() == other.len() && one.iter().all(same)
        }
        _ => one == other,
    }
}
