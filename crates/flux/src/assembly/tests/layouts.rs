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

/// A root may list what lies outside of its folder: that is applied, and begins nothing. What nobody
/// lists and names no source was left out.
#[test]
fn what_a_root_lists_elsewhere_begins_nothing() {
    let source = format!(
        "{SOURCE}kind: GitRepository\nmetadata: {{name: flux-system, namespace: flux-system}}\n\
         spec: {{url: 'https://git.example/home'}}\n"
    );
    let root = flux("cluster", "./clusters/one", "");
    // Another one builds the same folder, so that each builds the file of the other.
    let twin = flux("twin", "./clusters/one", "");
    let without = |name: &str| {
        let text = flux(name, &format!("./deploy/{name}/app"), "");
        let (before, after) = text.split_once("sourceRef: {").expect("a source");
        let (_, after) = after.split_once('}').expect("its end");
        format!("{before}wait: true{after}")
    };
    let all = of(&[
        (
            "clusters/one/root.yaml",
            &format!("{source}---\n{root}---\n{twin}"),
        ),
        (
            "clusters/one/kustomization.yaml",
            "resources: [root.yaml, ../../deploy/listed]\n\
             patches:\n  - patch: |\n      - op: add\n        path: /spec/sourceRef\n\
             \x20       value: {kind: GitRepository, name: flux-system}\n\
             \x20   target: {kind: Kustomization, name: listed}\n",
        ),
        ("deploy/listed/kustomization.yaml", "resources: [ks.yaml]\n"),
        ("deploy/listed/ks.yaml", &without("listed")),
        ("deploy/listed/app/map.yaml", &config_map("m", "{}")),
        ("deploy/left/ks.yaml", &without("left")),
        // Whose folder is here no longer.
        (
            "old/other.yaml",
            &of_source("other", "./gone", "GitRepository", "unknown"),
        ),
    ]);
    insta::assert_snapshot!(shown(&all), @r"
    cluster < - @ clusters/one: Built; Kustomization flux-system/cluster, Kustomization flux-system/listed, Kustomization flux-system/twin, GitRepository flux-system/flux-system
    listed < cluster @ deploy/listed/app: Built; ConfigMap a/m
    twin < cluster @ clusters/one: Built; Kustomization flux-system/cluster, Kustomization flux-system/listed, Kustomization flux-system/twin, GitRepository flux-system/flux-system
    ");
}

/// Two clusters may name their sources alike: each has its own.
#[test]
fn each_cluster_has_the_source_that_lies_nearest() {
    let cluster = |name: &str| {
        format!(
            "{SOURCE}kind: GitRepository\nmetadata: {{name: home, namespace: flux-system}}\n\
             spec: {{url: 'https://git.example/home', ignore: \"/*\\n!/{name}\\n\"}}\n---\n{}",
            of_source(
                "cluster",
                &format!("./{name}/flux"),
                "GitRepository",
                "home"
            )
        )
    };
    let all = of(&[
        ("one/flux/cluster.yaml", &cluster("one")),
        ("one/flux/map.yaml", &config_map("m", "{}")),
        ("two/flux/cluster.yaml", &cluster("two")),
        ("two/flux/map.yaml", &config_map("n", "{}")),
    ]);
    insta::assert_snapshot!(shown(&all), @r"
    cluster < - @ one/flux: Built; ConfigMap a/m, Kustomization flux-system/cluster, GitRepository flux-system/home
    cluster < - @ two/flux: Built; ConfigMap a/n, Kustomization flux-system/cluster, GitRepository flux-system/home
    ");
}

/// A folder that a Kustomization builds is built as that says, with what its parent gives it.
#[test]
fn a_folder_is_built_as_who_builds_it_says() {
    let memory: crate::files::Memory = [
        (
            "clusters/one/gotk-sync.yaml",
            flux("flux-system", "./clusters/one", ", patches: [{patch: '[{op: add, path: /spec/namePrefix, value: x-}]', target: {kind: Kustomization, name: apps}}]"),
        ),
        (
            "clusters/one/apps.yaml",
            flux("apps", "./apps", ", dependsOn: [{name: other}]"),
        ),
        ("apps/map.yaml", config_map("m", "{}")),
    ]
    .into_iter()
    .collect();
    let options = super::Options {
        path: Some("apps".to_owned()),
        ..super::Options::default()
    };
    insta::assert_snapshot!(shown(&super::assemble(&memory, &options)), @"apps < - @ apps: Built; ConfigMap a/x-m");
}

/// Two descriptions of one instance, of which one begins within the folder of the other: one cluster.
#[test]
fn an_instance_within_another_is_the_same_cluster() {
    let instance = |path: &str| {
        format!(
            "apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\n\
             metadata: {{name: flux, namespace: flux-system}}\nspec: {{sync: {{path: {path}}}}}\n"
        )
    };
    let all = of(&[
        ("a/new.yaml", &instance("k/flux/cluster")),
        ("a/old.yaml", &instance("k/flux")),
        ("k/flux/cluster/apps.yaml", &flux("apps", "./apps", "")),
        ("apps/map.yaml", &config_map("m", "{}")),
    ]);
    insta::assert_snapshot!(shown(&all), @r"
    flux-system < - @ k/flux: Built; Kustomization flux-system/apps
    apps < flux-system @ apps: Built; ConfigMap a/m
    ");
}

/// Two clusters may begin with the same Kustomization of the same folder.
#[test]
fn what_two_clusters_begin_with_is_in_both() {
    let all = of(&[
        ("clusters/a/infra.yaml", &flux("infra", "./infra", "")),
        ("clusters/b/infra.yaml", &flux("infra", "./infra", "")),
        ("clusters/b/apps.yaml", &flux("apps", "./apps", "")),
        ("infra/map.yaml", &config_map("m", "{}")),
        ("apps/map.yaml", &config_map("n", "{}")),
    ]);
    let clusters = all
        .kustomizations
        .iter()
        .map(|one| one.cluster.path.as_str());
    let clusters: Vec<&str> = clusters.collect();
    insta::assert_snapshot!(format!("{}{}", shown(&all), clusters.join(", ")), @r"
    apps < - @ apps: Built; ConfigMap a/n
    infra < - @ infra: Built; ConfigMap a/m
    infra < - @ infra: Built; ConfigMap a/m
    clusters/b, clusters/a, clusters/b
    ");
}

/// Of what builds the whole repository, and one another with it, none begins anything.
#[test]
fn the_whole_repository_is_built_only_where_something_says_so() {
    let all = of(&[
        ("cmd/testdata/a.yaml", &flux("a", "./", "")),
        ("cmd/testdata/b.yaml", &flux("b", "./", "")),
        ("values.yaml", "a: 1\n"),
    ]);
    assert!(
        all.problems.has(&crate::rules::FLUX_NO_CLUSTER),
        "{}",
        shown(&all)
    );
}
