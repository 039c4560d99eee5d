//! What is rendered, checked and encrypted.

use super::{built, errors, minimal, text, warnings};

#[test]
fn secrets_are_encrypted_and_nothing_else_is() {
    let built = built(&minimal(&[]));
    assert!(built.sealed.files > 0);
    for (path, entry) in built.tree.iter() {
        let encrypted = entry
            .content
            .as_text()
            .is_some_and(|text| text.contains("ENC["));
        let secret = repository::names::is_secret(path.as_str());
        assert_eq!(encrypted, secret, "{path}");
    }
}

#[test]
fn the_same_input_gives_the_same_paths_whatever_ran_first() {
    let paths = |built: &pipeline::Built| {
        let paths = built.tree.iter().map(|(path, _)| path.to_string());
        paths.collect::<Vec<_>>()
    };
    assert_eq!(paths(&built(&minimal(&[]))), paths(&built(&minimal(&[]))));
}

#[test]
fn an_override_adds_an_output() {
    let view = minimal(&[(
        "templates/overrides/kubernetes/extra.txt.j2",
        "x: #{ repository_name }#\n",
    )]);
    assert!(text(&built(&view), "kubernetes/extra.txt").starts_with("x: "));
}

#[test]
fn an_output_that_is_no_yaml_is_refused() {
    let view = minimal(&[("templates/overrides/kubernetes/extra.yaml.j2", "a: [\n")]);
    assert_eq!(errors(&view), ["output/invalid-yaml"]);
}

#[test]
fn a_kustomization_must_find_what_it_lists() {
    let view = minimal(&[(
        "templates/overrides/kubernetes/extra/kustomization.yaml.j2",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [./gone.yaml]\n",
    )]);
    assert_eq!(errors(&view), ["output/missing-resource"]);
}

#[test]
fn a_file_that_is_there_is_found_by_a_kustomization() {
    let view = minimal(&[
        (
            "templates/overrides/kubernetes/extra/kustomization.yaml.j2",
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [./mine.yaml]\n",
        ),
        ("kubernetes/extra/mine.yaml", "a: 1\n"),
    ]);
    built(&view);
}

#[test]
fn nothing_is_rendered_backwards() {
    let view = minimal(&[(".ichor/outputs", "# ichor-outputs 1\n# templates 999.0.0\n")]);
    let found = errors(&view);
    assert!(
        found.contains(&"record/newer-template-set".to_owned()),
        "{found:?}"
    );
}

#[test]
fn a_patch_that_talos_would_refuse_is_told_before_anything_is_written() {
    let view = minimal(&[(
        "templates/overrides/talos/patches/global/machine-kubelet.yaml.j2",
        "machine:\n  kubelet:\n    nodeIP:\n      validSubnets: 5\n",
    )]);
    assert!(!errors(&view).is_empty());
}

#[test]
fn a_secret_without_a_rule_is_not_written() {
    let view = minimal(&[("templates/overrides/.sops.yaml.j2", "creation_rules: []\n")]);
    assert!(!errors(&view).is_empty());
}

#[test]
fn without_an_identity_nothing_is_encrypted() {
    assert!(!errors(&minimal(&[("age.key", "")])).is_empty());
}

#[test]
fn the_fixture_is_without_warnings() {
    assert_eq!(warnings(&minimal(&[])), [""; 0]);
}
