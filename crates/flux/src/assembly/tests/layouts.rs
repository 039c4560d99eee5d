//! Layouts of public repositories: where they begin, and what their own source is.

use super::{config_map, flux, of, shown};

const SOURCE: &str = "apiVersion: source.toolkit.fluxcd.io/v1\n";

/// A Flux Kustomization of another source.
fn of_source(name: &str, path: &str, kind: &str, source: &str) -> String {
    flux(name, path, "").replace(
        "kind: GitRepository, name: flux-system, namespace: flux-system}",
        &format!("kind: {kind}, name: {source}}}"),
    )
}

/// What builds the whole of another repository, as of Flux's own manifests, applies nothing here.
#[test]
fn the_whole_of_another_repository_applies_nothing_of_this_one() {
    let own = format!(
        "{SOURCE}kind: GitRepository\nmetadata: {{name: home, namespace: flux-system}}\n\
         spec: {{url: 'https://git.example/home'}}\n"
    );
    let manifests = format!(
        "{SOURCE}kind: OCIRepository\nmetadata: {{name: manifests, namespace: flux-system}}\n\
         spec: {{url: 'oci://registry.example/manifests'}}\n"
    );
    let all = of(&[
        ("k/flux/config/source.yaml", &own),
        (
            "k/flux/config/cluster.yaml",
            &of_source("cluster", "./k/flux", "GitRepository", "home"),
        ),
        (
            "k/flux/config/flux.yaml",
            &format!(
                "{manifests}---\n{}",
                of_source("flux", "./", "OCIRepository", "manifests")
            ),
        ),
        (
            "k/flux/apps.yaml",
            &of_source("apps", "./k/apps", "GitRepository", "home"),
        ),
        ("k/apps/map.yaml", &config_map("m", "{}")),
        // What was left behind begins nothing.
        (
            ".archive/old/ks.yaml",
            &of_source("old", "./k/old", "GitRepository", "home"),
        ),
    ]);
    insta::assert_snapshot!(shown(&all), @r"
    cluster < - @ k/flux: Built; Kustomization flux-system/apps, Kustomization flux-system/cluster, Kustomization flux-system/flux, GitRepository flux-system/home, OCIRepository flux-system/manifests
    apps < cluster @ k/apps: Built; ConfigMap a/m
    flux < cluster @ -: Elsewhere;
    ");
}

/// What Flux begins with may be a patch of what is applied in the end, which alone says its source.
#[test]
fn the_source_is_that_of_the_root_as_it_is_applied() {
    let all = of(&[
        (
            "apps/flux-system/kustomize.yaml",
            &of_source(
                "flux-system",
                "'./clusters/${CLUSTER}'",
                "GitRepository",
                "config",
            ),
        ),
        (
            "apps/flux-system/demo.yaml",
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
             metadata: {name: flux-system, namespace: flux-system}\nspec: {path: ./clusters/demo}\n",
        ),
        (
            "clusters/demo/kustomization.yaml",
            "resources: [../../apps/flux-system/kustomize.yaml, app.yaml]\n\
             patches: [{path: ../../apps/flux-system/demo.yaml}]\n",
        ),
        (
            "clusters/demo/app.yaml",
            &of_source("app", "./app", "GitRepository", "config"),
        ),
        ("app/map.yaml", &config_map("m", "{}")),
    ]);
    insta::assert_snapshot!(shown(&all), @r"
    flux-system < - @ clusters/demo: Built; Kustomization flux-system/app, Kustomization flux-system/flux-system
    app < flux-system @ app: Built; ConfigMap a/m
    ");
}

/// An instance's patches reach what it begins with, and its namespace names that.
#[test]
fn what_an_instance_begins_with_has_its_namespace_and_patches() {
    let values = "instance:\n  sync: {path: c, kind: GitRepository}\n  kustomize:\n    patches:\n\
        \x20     - patch: |\n          - {op: add, path: /spec/namePrefix, value: x-}\n\
        \x20       target: {kind: Kustomization}\n\
        \x20     - patch: '{apiVersion: apps/v1, kind: Deployment, metadata: {name: other}}'\n";
    let child = of_source("apps", "./apps", "GitRepository", "gitops")
        .replace("namespace: flux-system", "namespace: gitops");
    let files = [
        ("c/apps.yaml", child.as_str()),
        ("apps/map.yaml", &config_map("m", "{}")),
    ];
    let with = |path: &str, text: &str| shown(&of(&[files[0], files[1], (path, text)]));
    insta::assert_snapshot!(with("values.yaml", values), @r"
    gitops < - @ c: Built; Kustomization gitops/x-apps
    x-apps < gitops @ apps: Built; ConfigMap a/m
    ");
    let instance = "apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\n\
        metadata: {name: flux, namespace: gitops}\nspec: {sync: {path: c}}\n";
    insta::assert_snapshot!(with("flux.yaml", instance), @r"
    gitops < - @ c: Built; Kustomization gitops/apps
    apps < gitops @ apps: Built; ConfigMap a/m
    ");
}
