//! What may be shown of objects.

use std::sync::Arc;

use diagnostics::Source;
use flux::assembled::Assembled;
use flux::object::Object;
use flux::redact::Redaction;
use flux::value::{Place, documents};
use yaml::Dialect;

use crate::build::assembled;

fn objects(source: &Arc<Source>) -> Vec<Object> {
    let (values, problems) = documents(source, Dialect::Go);
    assert!(problems.is_empty());
    values.into_iter().map(Object).collect()
}

fn cluster(text: &str) -> Assembled {
    assembled(objects(&Arc::new(Source::new("a.yaml", text))))
}

/// Each object that applies to the first Kustomization, as it may be shown.
fn shown(cluster: &Assembled) -> String {
    let redaction = Redaction::new(cluster, &[]);
    let objects = cluster.kustomizations[0].objects.iter();
    let shown = objects.map(|object| redaction.object(object).to_string());
    shown.collect::<Vec<_>>().join("\n")
}

#[test]
fn nothing_below_the_data_of_a_secret_is_shown_whatever_it_is() {
    let cluster = cluster(
        "kind: Secret\nmetadata: {name: a}\ntype: Opaque\ndata: {a: 1, b: true, c: [canary], d: {e: canary}, f: }\nstringData: canary\n",
    );
    assert_eq!(
        shown(&cluster),
        "{\"kind\":\"Secret\",\"metadata\":{\"name\":\"a\"},\"type\":\"Opaque\",\"data\":{\"a\":\"<redacted>\",\
         \"b\":\"<redacted>\",\"c\":[\"<redacted>\"],\"d\":{\"e\":\"<redacted>\"},\"f\":null},\"stringData\":\"<redacted>\"}"
    );
}

#[test]
fn what_substitution_made_of_a_secret_is_hidden_and_what_the_file_says_is_not() {
    let mut cluster = cluster(
        "kind: Secret\nmetadata: {name: a}\nstringData: {a: postgres, b: canary}\n---\nkind: ConfigMap\nmetadata: {name: postgres}\ndata: {user: postgres, made: x-canary-x}\n",
    );
    let made = cluster.kustomizations[0].objects[1].0.get_mut("data");
    made.and_then(|data| data.get_mut("made"))
        .expect("it is there")
        .place = Place::default();
    let shown = shown(&cluster);
    assert!(shown.ends_with(
        "{\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"postgres\"},\"data\":{\"user\":\"postgres\",\"made\":\"x-<redacted>-x\"}}"
    ));
}

#[test]
fn what_a_file_marks_as_secret_is_hidden_in_any_kind() {
    let text = "kind: ConfigMap\ndata: {a: canary, b: open, c: 4711}\nsops: {mac: canary}\n";
    let at = |part: &str| {
        text.find(part)
            .map(|start| start..start + part.len())
            .expect("it is there")
    };
    let source = Source::new("a.yaml", text).with_secrets([at("canary"), at("4711")]);
    let cluster = assembled(objects(&Arc::new(source)));
    assert_eq!(
        shown(&cluster),
        "{\"kind\":\"ConfigMap\",\"data\":{\"a\":\"<redacted>\",\"b\":\"open\",\"c\":\"<redacted>\"},\"sops\":{\"mac\":\"<redacted>\"}}"
    );
}

#[test]
fn a_problem_says_only_what_its_line_says_in_the_clear() {
    let cluster = cluster("kind: Secret\nstringData: {a: canary}\n");
    let redaction = Redaction::new(&cluster, &[]);
    let source = Source::new("b.yaml", "image: canary\n");
    let rule = &flux::rules::FLUX_IMAGE_UNPINNED;
    let open = redaction.clean(rule.report("`canary` is").at(source.location(7..13)));
    assert_eq!(open.message, "`canary` is");
    assert_eq!(
        redaction.clean(rule.report("`canary` is")).message,
        "`<redacted>` is"
    );
    let public = Redaction::new(&cluster, &["canary".to_owned()]);
    assert_eq!(
        public.clean(rule.report("`canary` is")).message,
        "`canary` is"
    );
}

#[test]
fn what_names_an_encrypted_object_is_shown_where_the_file_says_it() {
    let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: open, labels: {a: b}}\nstringData: {a: canary}\n";
    let source = Source::new("a.yaml", text).with_secrets([0..text.len()]);
    let cluster = assembled(objects(&Arc::new(source)));
    assert_eq!(
        shown(&cluster),
        "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"open\",\"labels\":{\"a\":\"b\"}},\
         \"stringData\":{\"a\":\"<redacted>\"}}"
    );
}
