//! Whose error it is.

use flux::assembly::{Options, assemble};
use flux::files::Memory;
use flux::lint::{Context, check};
use flux::verdict::{Verdict, of};

const ROOT: &str = "apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 1h, url: 'https://example.com/x'}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 1h, path: ./clusters/main, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}
";

fn child(name: &str, path: &str, more: &str) -> String {
    format!(
        "---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: {name}, namespace: flux-system}}
spec: {{interval: 1h, path: {path}, prune: true, sourceRef: {{kind: GitRepository, name: flux-system}}{more}}}
"
    )
}

/// The names of what fails.
fn failed(children: &str) -> Vec<String> {
    let files: Memory = [
        ("clusters/main/a.yaml", ROOT),
        ("clusters/main/b.yaml", children),
        (
            "apps/a.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n",
        ),
    ]
    .into_iter()
    .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
    .collect();
    let assembled = assemble(&files, &Options::default());
    let mut problems = assembled.problems.clone();
    problems.extend(check(&assembled, &Context::default()));
    { of(&assembled, &problems).into_iter() }
        .filter(|(.., verdict)| *verdict == Verdict::Failed)
        .map(|(_, name, _)| name)
        .collect()
}

#[test]
fn only_who_is_at_fault_fails() {
    let good = child("good", "./apps", "");
    let bad = child("bad", "./not/here", "");
    assert_eq!(failed(&format!("{good}{bad}")), ["flux-system/bad"]);
    let waits = child("waits", "./apps", ", dependsOn: [{name: nobody}]");
    assert_eq!(failed(&format!("{good}{waits}")), ["flux-system/waits"]);
}

/// A Kustomization that two clusters apply may fail in one of them.
#[test]
fn what_fails_in_one_cluster_need_not_in_another() {
    let root = |name: &str, more: &str| {
        let path = format!("./clusters/{name}");
        child("flux-system", &path, more)
    };
    let (one, two) = (
        root("one", ", postBuild: {substitute: {M: a}}"),
        root("two", ""),
    );
    let files: Memory = [
        ("clusters/one/gotk-sync.yaml", one.as_str()),
        ("clusters/two/gotk-sync.yaml", &two),
        (
            "clusters/one/kustomization.yaml",
            "resources: [../../shared.yaml]\n",
        ),
        (
            "clusters/two/kustomization.yaml",
            "resources: [../../shared.yaml]\n",
        ),
        ("shared.yaml", &child("app", "'./app-${M:=a}'", "")),
        (
            "app-a/a.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n",
        ),
    ]
    .into_iter()
    .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
    .collect();
    let assembled = assemble(&files, &Options::default());
    let verdicts = of(&assembled, &assembled.problems).into_iter();
    let failed: Vec<String> = verdicts
        .filter(|(.., verdict)| *verdict == Verdict::Failed)
        .map(|(_, name, _)| name)
        .collect();
    assert_eq!(failed, ["clusters/two: flux-system/app"]);
}
