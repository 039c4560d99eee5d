//! What becomes of values, and which charts are found.

use std::sync::Arc;

use diagnostics::Source;
use proptest::prelude::*;
use yaml::Dialect;

use super::{Found, Lookup, chart, values};
use crate::object::Object;
use crate::rules;
use crate::value::documents;

fn objects(text: &str) -> Vec<Object> {
    let source = Arc::new(Source::new("a.yaml", text));
    let (values, problems) = documents(&source, Dialect::Go);
    assert!(problems.is_empty(), "{problems:?}");
    values.into_iter().map(Object).collect()
}

/// The values of the release that comes first, from the objects that follow, as JSON; or the
/// problems.
fn of(text: &str) -> String {
    let objects = objects(text);
    let (release, others) = objects.split_first().expect("a release comes first");
    let find = |kind: &str, name: &str| {
        let found = { others.iter() }.find(|it| it.kind() == kind && it.name() == name);
        match found {
            Some(found) => Found::Object(found),
            None if name == "unknown" => Found::Unknown,
            None => Found::Missing,
        }
    };
    match values(release, find) {
        Ok(Some(values)) => values.to_json().to_string(),
        Ok(None) => "unknown".to_owned(),
        Err(problems) => { problems.iter() }
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n"),
    }
}

/// A release with references to `kind: ConfigMap, name: m`, and that ConfigMap.
fn with(references: &str, values: &str, data: &str) -> String {
    of(&format!(
        "spec:\n  values: {values}\n  valuesFrom: [{references}]\n---\n\
         kind: ConfigMap\nmetadata: {{name: m}}\ndata: {data}\n"
    ))
}

#[test]
fn a_target_path_types_integers_truth_null_and_lists_only() {
    let at = |value: &str| {
        with(
            "{kind: ConfigMap, name: m, valuesKey: k, targetPath: a}",
            "{}",
            &format!("{{k: {}}}", serde_json::Value::from(value)),
        )
    };
    for (value, read) in [
        ("8080", r#"{"a":8080}"#),
        ("0777", r#"{"a":"0777"}"#),
        ("1.5", r#"{"a":"1.5"}"#),
        ("1e3", r#"{"a":"1e3"}"#),
        ("yes", r#"{"a":"yes"}"#),
        ("TRUE", r#"{"a":true}"#),
        ("null", r#"{"a":null}"#),
        ("{x, 1}", r#"{"a":["x"," 1"]}"#),
        ("'8080'", r#"{"a":"8080"}"#),
        ("", r#"{"a":""}"#),
        ("1,b=2", r#"{"a":1,"b":2}"#),
    ] {
        assert_eq!(at(value), read, "{value}");
    }
    assert!(at("'a, b'").contains(rules::FLUX_VALUES_MERGE.id()));
}

#[test]
fn inline_values_win_but_for_a_nested_target_path_of_the_first_entry() {
    let path =
        |path: &str| format!("{{kind: ConfigMap, name: m, valuesKey: k, targetPath: {path}}}");
    let data = "{k: '2', values.yaml: 'a: {c: 3}'}";
    assert_eq!(with(&path("a"), "{a: 1}", data), r#"{"a":1}"#);
    assert_eq!(with(&path("a.b"), "{a: {b: 1}}", data), r#"{"a":{"b":2}}"#);
    let second = format!("{{kind: ConfigMap, name: m}}, {}", path("a.b"));
    let merged = with(&second, "{a: {b: 1}}", data);
    assert_eq!(merged, r#"{"a":{"c":3,"b":1}}"#);
}

#[test]
fn nulls_survive_and_keys_are_read_as_yaml_1_1() {
    let whole = "{kind: ConfigMap, name: m}";
    let data = "{values.yaml: \"a: null\\ny: 1e3\\nb: {c: 1}\"}";
    let read = with(whole, "{b: {d: null}}", data);
    assert_eq!(read, r#"{"a":null,"true":1000,"b":{"c":1,"d":null}}"#);
}

#[test]
fn what_is_missing_is_a_problem_unless_it_may_be() {
    let of = |more: &str| {
        with(
            &format!("{{kind: ConfigMap, name: m, valuesKey: no{more}}}"),
            "{a: 1}",
            "{}",
        )
    };
    assert!(of("").contains(rules::FLUX_VALUES_MISSING.id()));
    assert_eq!(of(", optional: true"), r#"{"a":1}"#);
    let other = |reference: &str| with(reference, "{a: 1}", "{}");
    assert!(other("{kind: Secret, name: no}").contains("no Secret `no`"));
    assert_eq!(other("{kind: Secret, name: unknown}"), "unknown");
    let marked = other("{kind: Secret, name: unknown, targetPath: b}");
    assert_eq!(marked, r#"{"a":1,"b":"⟨b⟩"}"#);
    let bad = with("{kind: ConfigMap, name: m}", "{}", "{values.yaml: '[1]'}");
    assert!(bad.contains(rules::FLUX_VALUES_MERGE.id()), "{bad}");
}

struct All(Vec<Object>);

impl Lookup for All {
    fn object(&self, kind: &str, namespace: &str, name: &str) -> Option<&Object> {
        let is = |it: &&Object| (it.kind(), it.namespace(), it.name()) == (kind, namespace, name);
        self.0.iter().find(is)
    }

    fn is_own(&self, kind: &str, _: &str, name: &str) -> bool {
        (kind, name) == ("GitRepository", "own")
    }
}

#[test]
fn a_chart_is_found_through_every_kind_of_source() {
    let all = All(objects(
        "kind: OCIRepository\nmetadata: {name: o, namespace: n}\n\
         spec: {url: 'oci://h/c', ref: {tag: 1.2.3}}\n---\n\
         kind: HelmRepository\nmetadata: {name: h, namespace: f}\nspec: {url: 'https://h/x/'}\n---\n\
         kind: HelmRepository\nmetadata: {name: i, namespace: n}\n\
         spec: {url: 'oci://h/y', type: oci}\n---\n\
         kind: HelmChart\nmetadata: {name: k, namespace: n}\n\
         spec: {chart: c, sourceRef: {kind: HelmRepository, name: h, namespace: f}}\n",
    ));
    let of = |spec: &str| {
        let text =
            format!("kind: HelmRelease\nmetadata: {{name: r, namespace: n}}\nspec: {spec}\n");
        let found = chart(&objects(&text)[0], &all);
        found.map(|it| format!("{}|{}|{}", it.address, it.name, it.version))
    };
    let named = |chart: &str, source: &str| {
        of(&format!(
            "{{chart: {{spec: {{chart: {chart}, version: 1.x, sourceRef: {source}}}}}}}"
        ))
    };
    let found = of("{chartRef: {kind: OCIRepository, name: o}}");
    assert_eq!(found.as_deref(), Some("oci://h/c||1.2.3"));
    let found = of("{chartRef: {kind: HelmChart, name: k}}");
    assert_eq!(found.as_deref(), Some("https://h/x|c|*"));
    let found = named("c", "{kind: HelmRepository, name: h, namespace: f}");
    assert_eq!(found.as_deref(), Some("https://h/x|c|1.x"));
    let found = named("c", "{kind: HelmRepository, name: i}");
    assert_eq!(found.as_deref(), Some("oci://h/y/c||1.x"));
    let found = named("./charts/c", "{kind: GitRepository, name: own}");
    assert_eq!(found.as_deref(), Some("charts/c||1.x"));
    assert_eq!(named("c", "{kind: GitRepository, name: other}"), None);
    assert_eq!(of("{chartRef: {kind: OCIRepository, name: gone}}"), None);
}

proptest! {
    #[test]
    fn no_path_and_value_panics(path in r"[a-c.\[\]0-9\\={},]{0,20}", value in "[ -~]{0,10}") {
        let text = serde_json::Value::from(value);
        let path = serde_json::Value::from(path);
        let reference = format!("{{kind: ConfigMap, name: m, valuesKey: k, targetPath: {path}}}");
        let _done = with(&reference, "{a: {b: [1, {c: 2}]}}", &format!("{{k: {text}}}"));
    }
}
