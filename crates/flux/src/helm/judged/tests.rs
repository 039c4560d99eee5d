//! What is found of values and how it is told.

use std::sync::Arc;

use diagnostics::Source;
use serde_json::Value as Json;
use yaml::Dialect;

use super::super::defaults::{overlaid, switched};
use super::{Judged, judged};
use crate::assembled::Release;
use crate::files::Memory;
use crate::helm::Package;
use crate::object::Object;
use crate::rules;
use crate::value::{Place, Value, documents};

/// Charts, values, and what the real Helm makes of them.
const RECORDED: &str = include_str!("../../../tests/helm/helm-4.3.1.json");

fn package(files: &[(&str, &str)]) -> Package {
    let files = files
        .iter()
        .map(|(path, text)| (format!("chart/{path}"), text.as_bytes().to_vec()));
    Package::from_folder(&files.collect::<Memory>(), "chart").expect("it is a chart")
}

/// A release of a file with values, secret ones where `hidden` stands.
fn release(text: &str, hidden: &str, spec: &str) -> Release {
    let hidden = text
        .find(hidden)
        .filter(|_| !hidden.is_empty())
        .map(|at| at..at + hidden.len());
    let source = Arc::new(Source::new("values.yaml", text).with_secrets(hidden));
    let (values, _) = documents(&source, Dialect::Kubernetes);
    let object = Arc::new(Source::new(
        "release.yaml",
        format!("kind: HelmRelease\nmetadata: {{name: r, namespace: n}}\nspec: {spec}\n"),
    ));
    let (objects, _) = documents(&object, Dialect::Go);
    let object = Object(objects.into_iter().next().expect("it is one"));
    Release {
        id: object.id(),
        object,
        owner: 0,
        values: Some(values.into_iter().next().unwrap_or_default()),
        chart: None,
        rendered: None,
    }
}

fn told(judged: &Judged) -> String {
    let lines: Vec<String> = { judged.problems.iter() }
        .map(|problem| {
            assert!(problem.is(&rules::FLUX_CHART_VALUES));
            let place = problem.location.as_ref();
            let place = place.map(ToString::to_string).unwrap_or_default();
            let words = problem
                .message
                .split_once("refuses its values: ")
                .map_or("", |(_, words)| words);
            let hint = problem
                .hint
                .iter()
                .map(|hint| format!(" ({hint})"))
                .collect::<String>();
            format!("{place}: {words}{hint}")
        })
        .collect();
    lines.join("\n")
}

#[test]
fn values_are_overlaid_and_judged_as_helm_does_it() {
    let recorded: Vec<Json> = serde_json::from_str(RECORDED).expect("it is JSON");
    assert!(recorded.len() > 50);
    for case in &recorded {
        let why = case["why"].as_str().unwrap_or_default();
        let files = case["files"].as_object().expect("files");
        let files: Vec<(&str, &str)> = { files.iter() }
            .map(|(path, text)| (path.as_str(), text.as_str().unwrap_or_default()))
            .collect();
        let package = package(&files);
        let release = release(case["values"].as_str().unwrap_or_default(), "", "{}");
        let values = release.values.as_ref().expect("they are known");
        let made = switched(&package, values).and_then(|package| overlaid(&package, values));
        let made = made.map_or(Json::Null, |made| made.to_json());
        // Whether a number is whole is told by its value.
        assert_eq!(plain(&made), plain(&case["result"]), "{why}");
        let is_refused = !judged(&release, &package).problems.is_empty();
        assert_eq!(Some(is_refused), case["refused"].as_bool(), "{why}");
    }
}

fn plain(json: &Json) -> Json {
    match json {
        Json::Number(number) => serde_json::json!(number.as_f64()),
        Json::Array(items) => items.iter().map(plain).collect(),
        Json::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), plain(value)))
            .collect(),
        other => other.clone(),
    }
}

const SCHEMA: &str = r##"{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "additionalProperties": false,
  "required": ["name"],
  "properties": {
    "name": {"type": "string"},
    "count": {"type": ["integer", "null"], "maximum": 3},
    "mode": {"enum": ["one", "two"]},
    "items": {"type": "array", "items": {"$ref": "#/definitions/item"}},
    "elsewhere": {"$ref": "https://example.org/schema.json#/definitions/x"},
    "either": {"anyOf": [{"type": "string"}, {"type": "object", "required": ["x"], "properties": {"x": {"type": "boolean"}}}]}
  },
  "definitions": {"item": {"type": "object", "properties": {"port": {"type": "integer"}}}}
}"##;

fn of(values: &str, hidden: &str) -> Judged {
    let package = package(&[
        ("Chart.yaml", "{name: c, version: 1.0.0}"),
        ("values.yaml", "name: a\ncount: 1"),
        ("values.schema.json", SCHEMA),
    ]);
    judged(&release(values, hidden, "{}"), &package)
}

#[test]
fn a_problem_stands_where_the_value_is_written() {
    for (values, words) in [
        ("name: a\n", ""),
        (
            "count: x\n",
            "values.yaml:1:8: `count` is text, not nothing or a whole number",
        ),
        (
            "name: null\ncount: 2\n",
            "values.yaml:1:1: the map of all values lacks `name`",
        ),
        (
            "a: 1\ncuont: 4\n",
            "values.yaml:1:1: it does not know `a`\n\
            values.yaml:2:1: it does not know `cuont` (did you mean `count`?)",
        ),
        (
            "items:\n  - port: 1\n  - port: '2'\n",
            "values.yaml:3:11: `items[1].port` is text, not a whole number",
        ),
        ("count: 9\n", "values.yaml:1:8: `count` is more than 3"),
        (
            "mode: three\n",
            "values.yaml:1:7: `mode` is not \"one\" or \"two\"",
        ),
        (
            "either: {x: 1}\n",
            "values.yaml:1:13: `either.x` is a whole number, not true or false",
        ),
        ("either: {}\n", "values.yaml:1:9: `either` lacks `x`"),
        (
            "either: 1\n",
            "values.yaml:1:9: `either` has none of the shapes that it may have",
        ),
    ] {
        assert_eq!(told(&of(values, "")), words, "{values}");
    }
}

#[test]
fn what_only_the_cluster_knows_is_not_judged() {
    for values in [
        "count: ⟨COUNT⟩\n",
        "items: [{port: ⟨PORT⟩}]\n",
        "⟨KEY⟩: 1\n",
        "either: {x: ⟨X⟩}\n",
    ] {
        assert_eq!(told(&of(values, "")), "", "{values}");
    }
}

#[test]
fn no_message_and_no_line_shows_a_secret() {
    for values in [
        "count: hunter2\n",
        "hunter2: 1\n",
        "items: {hunter2: 1}\n",
        "mode: hunter2\n",
    ] {
        let judged = of(values, values.trim_end());
        assert!(!judged.problems.is_empty(), "{values}");
        let shown = format!("{:?}", judged.problems);
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn what_lies_on_the_web_is_not_fetched_and_said() {
    let judged = of("elsewhere: {any: thing}\n", "");
    assert_eq!((told(&judged).as_str(), judged.is_partial), ("", true));
}

#[test]
fn a_schema_without_sense_or_end_is_not_used() {
    for schema in [
        "no JSON",
        "{\"type\": 3}",
        r##"{"$ref": "#"}"##,
        r##"{"$ref": "#/definitions/a", "definitions": {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a"}}}"##,
        r##"{"properties": {"a": {"$ref": "#/definitions/gone"}}}"##,
    ] {
        let package = package(&[
            ("Chart.yaml", "{name: c, version: 1.0.0}"),
            ("values.schema.json", schema),
        ]);
        let judged = judged(&release("a: 1\n", "", "{}"), &package);
        assert_eq!(
            (told(&judged).as_str(), judged.is_partial),
            ("", true),
            "{schema}"
        );
    }
}

#[test]
fn the_schema_counts_unless_it_is_off_for_both_actions() {
    let package = package(&[
        ("Chart.yaml", "{name: c, version: 1.0.0}"),
        (
            "values.schema.json",
            "{\"properties\": {\"a\": {\"type\": \"string\"}}}",
        ),
    ]);
    for (spec, is_judged) in [
        ("{install: {disableSchemaValidation: true}}", true),
        (
            "{install: {disableSchemaValidation: true}, upgrade: {disableSchemaValidation: true}}",
            false,
        ),
    ] {
        let found = judged(&release("a: 1\n", "", spec), &package);
        assert_eq!(!found.problems.is_empty(), is_judged, "{spec}");
    }
}

#[test]
fn values_of_nowhere_are_told_at_the_release() {
    let package = package(&[
        ("Chart.yaml", "{name: c, version: 1.0.0}"),
        ("values.schema.json", "{\"required\": [\"a\"]}"),
    ]);
    let mut release = release("b: 1\n", "", "{}");
    let values = release.values.take().expect("they are known");
    release.values = Some(Value::new(values.data, Place::default()));
    let told = told(&judged(&release, &package));
    assert_eq!(told, "release.yaml:2:18: the map of all values lacks `a`");
}
