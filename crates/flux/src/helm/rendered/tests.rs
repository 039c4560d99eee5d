//! What is made of objects that Helm has rendered.

use std::sync::Arc;

use diagnostics::Source;
use yaml::Dialect;

use super::{release_name, release_namespace, rendered};
use crate::object::Object;
use crate::value::{Value, documents};

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

/// A definition, an object, a hook, and a test; with what YAML 1.1 takes for true.
const WITH_HOOKS: &str = "---\n# Source: c/crds/k.yaml\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: kinds}\nspec: {on: yes}\n\
    ---\n# Source: c/templates/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: object, annotations: {on: \"yes\"}}\n\
    ---\n# Source: c/templates/h.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: hook, annotations: {helm.sh/hook: pre-install, on: \"yes\"}}\n\
    ---\n# Source: c/templates/t.yaml\napiVersion: v1\nkind: Pod\nmetadata: {name: test, annotations: {helm.sh/hook: test}}\n\
    ---\n# Source: c/templates/b.yaml\napiVersion: v1\nkind: Pod\nmetadata: {name: both, annotations: {helm.sh/hook: \"test, post-install\"}}\n";

/// The names of what a release with a specification is installed with.
fn names(spec: &str) -> Vec<String> {
    let objects = rendered(&release(spec), WITH_HOOKS).expect("nothing is wrong");
    objects.iter().map(|one| one.name().to_owned()).collect()
}

#[test]
fn what_a_release_does_not_install_is_left_out() {
    for (spec, expected) in [
        ("{}", &["object", "hook", "both", "kinds"][..]),
        ("{install: {crds: Skip}}", &["object", "hook", "both"]),
        (
            "{upgrade: {crds: Skip, disableHooks: true}}",
            &["object", "hook", "both", "kinds"],
        ),
        ("{install: {disableHooks: true}}", &["object", "kinds"]),
        (
            "{test: {enable: true}}",
            &["object", "hook", "test", "both", "kinds"],
        ),
        (
            "{test: {enable: true}, install: {disableHooks: true}}",
            &["object", "test", "both", "kinds"],
        ),
    ] {
        assert_eq!(names(spec), expected, "{spec}");
    }
}

#[test]
fn hooks_pass_the_post_renderers_as_the_strategy_says() {
    // A patch that leaves no object out, so that it fails where there is none for it.
    let with = |strategy: &str| {
        let spec = format!(
            "{{postRenderStrategy: {strategy}, commonMetadata: {{labels: {{team: x}}}}, \
            postRenderers: [{{kustomize: {{patches: [{{target: {{kind: ConfigMap}}, patch: '[{{op: add, path: /data, value: {{a: b}}}}]'}}]}}}}]}}"
        );
        let objects = rendered(&release(&spec), WITH_HOOKS).expect("nothing is wrong");
        objects
            .iter()
            .filter(|object| object.kind() == "ConfigMap")
            .map(|object| {
                let data = object.text(&["data", "a"]);
                let label = object.label("team").unwrap_or("-").to_owned();
                let origin = object.label("helm.toolkit.fluxcd.io/name").unwrap_or("-");
                let keys = ["on", "true"].map(|key| object.annotation(key).unwrap_or("-"));
                format!("{} {data} {label} {origin} {keys:?}", object.name())
            })
            .collect::<Vec<_>>()
    };
    let object = r#"object b x app ["yes", "-"]"#;
    let hook = r#"hook b x app ["yes", "-"]"#;
    for (strategy, hook) in [
        ("combined", hook),
        ("separate", hook),
        // As it is, and as the API server reads it.
        ("nohooks", r#"hook  - - ["-", "yes"]"#),
    ] {
        let mut objects = with(strategy);
        objects.sort_by(|one, other| other.cmp(one));
        assert_eq!(objects, [object, hook], "{strategy}");
    }
}

#[test]
fn definitions_are_read_as_the_api_server_reads_them() {
    let objects = rendered(&release("{}"), WITH_HOOKS).expect("nothing is wrong");
    let definition = objects.last().expect("there is one");
    assert_eq!(
        definition.0.at(&["spec", "true"]).and_then(Value::as_bool),
        Some(true)
    );
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
