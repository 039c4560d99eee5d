//! Labels and annotations that the cluster gets.

use super::app;

/// The metadata of what is built with some more of the Kustomization, and the problems.
fn metadata(more: &str, written: &str) -> String {
    let map = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m, {written}}}\n");
    let all = app(more, &[("app/map.yaml", &map)]);
    let objects = all.kustomizations.iter().flat_map(|one| &one.objects);
    let maps = objects.filter(|object| object.kind() == "ConfigMap");
    let shown = maps.map(|object| object.0.get("metadata").expect("metadata").to_json());
    let problems = all.problems.iter().map(ToString::to_string);
    let lines: Vec<String> = shown.map(|json| json.to_string()).chain(problems).collect();
    lines.join("\n")
}

/// As `SetOwnerLabels` of `fluxcd/pkg/ssa` 0.76.2 does it: `findings/flux-labels-dropped.sh`.
#[test]
fn labels_that_are_no_text_take_all_labels_with_them() {
    let shown: Vec<String> = [
        "labels: {a: x, b: true}",
        "labels: {a: x, b: 1}",
        "labels: {a: x, b: {c: d}}",
        "labels: [a]",
        "labels: a",
        "labels: {a: x, b: null}",
        "labels: null",
    ]
    .into_iter()
    .map(|written| metadata("", written))
    .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    {"name":"m"}
    app/map.yaml:3:39: warning[flux/metadata-dropped]: ConfigMap m is applied without its labels: `b` of them is true or false, not text
    {"name":"m"}
    app/map.yaml:3:39: warning[flux/metadata-dropped]: ConfigMap m is applied without its labels: `b` of them is a whole number, not text
    {"name":"m"}
    app/map.yaml:3:39: warning[flux/metadata-dropped]: ConfigMap m is applied without its labels: `b` of them is a map, not text
    {"name":"m"}
    app/map.yaml:3:29: warning[flux/metadata-dropped]: ConfigMap m is applied without its labels: they are a list, not a map
    {"name":"m"}
    app/map.yaml:3:29: warning[flux/metadata-dropped]: ConfigMap m is applied without its labels: they are text, not a map
    {"name":"m","labels":{"a":"x","b":""}}
    {"name":"m","labels":null}
    "#);
}

#[test]
fn annotations_are_read_where_some_are_given() {
    // kustomize makes texts of them, but a variable may change that.
    let written = "labels: {a: b}, annotations: {a: x, b: '${N}'}";
    let with = |more: &str| {
        metadata(
            &format!(", postBuild: {{substitute: {{N: '1'}}}}{more}"),
            written,
        )
    };
    let shown = [
        with(""),
        with(", commonMetadata: {labels: {c: d}}"),
        with(", commonMetadata: {annotations: {c: d}}"),
        metadata(", commonMetadata: {labels: {c: d}}", "labels: {a: 1}"),
    ];
    insta::assert_snapshot!(shown.join("\n"), @r#"
    {"annotations":{"a":"x","b":1},"labels":{"a":"b"},"name":"m"}
    {"annotations":{"a":"x","b":1},"labels":{"a":"b","c":"d"},"name":"m"}
    {"labels":{"a":"b"},"name":"m","annotations":{"c":"d"}}
    app/map.yaml:3:60: warning[flux/metadata-dropped]: ConfigMap m is applied without its annotations: `b` of them is a whole number, not text
    {"name":"m","labels":{"c":"d"}}
    app/map.yaml:3:33: warning[flux/metadata-dropped]: ConfigMap m is applied without its labels: `a` of them is a whole number, not text
    "#);
}
