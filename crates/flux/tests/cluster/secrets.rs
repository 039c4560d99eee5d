//! Nothing that substitution made of a Secret is shown, however it was made.

use flux::assembled::Assembled;
use flux::assembly::{Options, assemble};
use flux::diff::{between, markdown, text};
use flux::files::Memory;
use flux::graph::{Graph, Page, html};
use flux::redact::Redaction;

const CLUSTER: &str = "apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 1h, url: 'https://example.com/x'}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 1h, path: ./clusters/main, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec: {interval: 1h, path: ./apps, prune: true, sourceRef: {kind: GitRepository, name: flux-system}, postBuild: {substitute: {APP: plexname}, substituteFrom: [{kind: Secret, name: vars}]}}
";

const SECRET: &str = "apiVersion: v1
kind: Secret
metadata: {name: vars, namespace: flux-system}
stringData: {PW: Canary_Word_1, K: canarykey, PORT: '31999', FEW: abc, DOMAIN: example.org}
";

fn cluster(secret: &str, app: &str) -> Assembled {
    let files: Memory = [
        ("clusters/main/a.yaml", CLUSTER),
        ("clusters/main/s.yaml", secret),
        ("apps/b.yaml", app),
    ]
    .into_iter()
    .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
    .collect();
    let assembled = assemble(&files, &Options::default());
    assert_eq!(assembled.kustomizations.len(), 2);
    assembled
}

/// What is shown of the objects of the application.
fn shown(app: &str) -> String {
    let cluster = cluster(SECRET, app);
    let redaction = Redaction::new(&cluster, &["example.org".to_owned()]);
    let objects = cluster.kustomizations[1].objects.iter();
    let shown =
        objects.map(|object| format!("{} {}", redaction.id(object), redaction.object(object)));
    shown.collect::<Vec<_>>().join("\n")
}

#[test]
fn whatever_is_made_of_a_secret_variable_is_hidden() {
    let all = shown(
        "apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data: {up: '${PW^^}', low: '${PW,,}', part: '${PW:0:5}', length: '${#PW}', port: '${PORT}', whole: 'x-${PW}-x',
  few: '${FEW}', '${PW/Canary/Other}': a, '${K}': b, host: 'a.${DOMAIN}', app: '${APP^^}', either: '${APP:=${PW}}'}
---
apiVersion: '${K}.io/v1'
kind: '${K}'
metadata: {name: '${K:0:3}'}
",
    );
    assert_eq!(
        all,
        "ConfigMap a {\"apiVersion\":\"v1\",\"data\":{\"<redacted>\":\"b\",\"<redacted> 2\":\"a\",\"app\":\"PLEXNAME\",\
         \"either\":\"plexname\",\"few\":\"<redacted>\",\"host\":\"a.example.org\",\"length\":\"<redacted>\",\"low\":\"<redacted>\",\
         \"part\":\"<redacted>\",\"port\":\"<redacted>\",\"up\":\"<redacted>\",\"whole\":\"x-<redacted>-x\"},\
         \"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\"}}\n\
         <redacted> <redacted> {\"apiVersion\":\"<redacted>.io/v1\",\"kind\":\"<redacted>\",\"metadata\":{\"name\":\"<redacted>\"}}"
    );
}

#[test]
fn a_variable_in_the_clear_hides_nothing_though_a_secret_uses_it() {
    let all = shown(
        "apiVersion: v1
kind: Secret
metadata: {name: '${APP}'}
stringData: {user: '${APP}'}
",
    );
    assert_eq!(
        all,
        "Secret plexname {\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"plexname\"},\"stringData\":{\"user\":\"<redacted>\"}}"
    );
}

/// The application with names of items from a Secret.
const NAMES: &str = "apiVersion: v1
kind: Pod
metadata: {name: p, namespace: default}
spec: {containers: [{name: '${K}', image: 'a:1', args: ['${PW^^}']}, {name: '${PW^^}', image: 'b:${PW:0:6}'}]}
";

#[test]
fn no_difference_and_no_picture_says_a_secret() {
    let before = cluster(SECRET, NAMES);
    let after = cluster(
        SECRET,
        &NAMES
            .replace("a:1", "a:2")
            .replace("image: 'b", "image: 'c"),
    );
    let changes = between(&before, &after, &[]);
    let page = html(&Page {
        title: "a",
        assembled: &after,
        findings: &after.problems,
        public: &[],
    });
    let graph = Graph::new(&after, &[]).json().to_string();
    let said = [
        text(&changes),
        markdown(&changes),
        changes.json().to_string(),
        page,
        graph,
    ];
    for said in &said {
        assert!(!said.to_lowercase().contains("canary"), "{said}");
    }
    assert!(
        said[1].contains("containers[<redacted>].image"),
        "{}",
        said[1]
    );
}
