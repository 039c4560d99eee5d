//! What is made of objects that Helm has rendered.

use std::sync::Arc;

use diagnostics::Source;
use yaml::Dialect;

use super::{release_name, release_namespace, rendered};
use crate::object::Object;
use crate::value::documents;

fn release(spec: &str) -> Object {
    let text = format!(
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: app, namespace: demo}}\nspec: {spec}\n"
    );
    let (values, _) = documents(&Arc::new(Source::new("app.yaml", text)), Dialect::Go);
    Object(values.into_iter().next().expect("there is one"))
}

/// As `helm template --include-crds` prints it.
const PRINTED: &str = "---\n# Source: c/crds/k.yaml\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: ks.example.org}\n\
    ---\n# Source: c/templates/a.yaml\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app\n  labels: {a: b}\nspec:\n  template:\n    spec:\n      containers: [{name: app, image: 'example.org/app:1'}]\n\
    ---\n# Source: c/templates/hook.yaml\napiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: one, annotations: {helm.sh/hook: pre-install}}\n---\n# Source: c/templates/none.yaml\n";

#[test]
fn labels_patches_and_images_are_those_of_helm_controller() {
    let release = release(
        "{commonMetadata: {labels: {helm.toolkit.fluxcd.io/name: lost, team: x}, annotations: {n: y}}, \
        postRenderers: [{kustomize: {images: [{name: example.org/app, newTag: '2'}]}}, \
        {kustomize: {patches: [{target: {kind: Deployment}, patch: '[{op: add, path: /spec/replicas, value: 3}]'}]}}]}",
    );
    let objects = rendered(&release, PRINTED).expect("nothing is wrong");
    let kinds: Vec<&str> = objects.iter().map(Object::kind).collect();
    // As kustomize leaves them; definitions of the folder `crds` are not its business.
    assert_eq!(
        kinds,
        ["ConfigMap", "Deployment", "CustomResourceDefinition"]
    );
    let shown: Vec<String> = objects
        .iter()
        .map(|object| object.0.to_json().to_string())
        .collect();
    let origin = r#""helm.toolkit.fluxcd.io/name":"app","helm.toolkit.fluxcd.io/namespace":"demo""#;
    let [hook, deployment, definition] = shown.as_slice() else {
        panic!("{shown:?}")
    };
    for part in [
        r#""replicas":3"#,
        "example.org/app:2",
        r#""team":"x""#,
        r#""n":"y""#,
        r#""a":"b""#,
    ] {
        assert!(deployment.contains(part), "{part}: {deployment}");
    }
    for (key, value) in [("name", "app"), ("namespace", "demo")] {
        let label = format!("helm.toolkit.fluxcd.io/{key}");
        for object in &objects {
            assert_eq!(object.label(&label), Some(value));
        }
    }
    assert!(
        hook.contains("helm.sh/hook") && hook.contains(r#""team":"x""#),
        "{hook}"
    );
    assert!(
        definition.contains(origin) && !definition.contains("team"),
        "{definition}"
    );
    for object in &objects {
        let place = object.place().location().expect("it is the release's");
        assert_eq!(place.to_string(), "app.yaml:3:18");
    }
}

#[test]
fn what_helm_controller_fails_on_is_told_at_the_release() {
    let patch = "{postRenderers: [{kustomize: {patches: [{target: {kind: Deployment}, patch: '[{op: remove, path: /spec/gone}]'}]}}]}";
    for (spec, text) in [("{}", "a: [1\n"), (patch, PRINTED)] {
        let problems = rendered(&release(spec), text).expect_err("it fails");
        let problem = problems.iter().next().expect("it says why");
        let place = problem.location.as_ref().map(|place| place.file.as_str());
        assert_eq!(place, Some("app.yaml"), "{problem}");
    }
}

#[test]
fn a_release_is_called_as_helm_controller_calls_it() {
    let long = "a".repeat(60);
    for (spec, name, namespace) in [
        ("{}".to_owned(), "app".to_owned(), "demo"),
        (
            "{targetNamespace: other}".to_owned(),
            "other-app".to_owned(),
            "other",
        ),
        (
            "{targetNamespace: other, releaseName: own}".to_owned(),
            "own".to_owned(),
            "other",
        ),
        // The digest is what `sha256sum` says of the name.
        (
            format!("{{releaseName: {long}}}"),
            format!("{}-11ee391211c6", "a".repeat(40)),
            "demo",
        ),
    ] {
        let release = release(&spec);
        assert_eq!(
            (release_name(&release), release_namespace(&release)),
            (name, namespace)
        );
    }
}
