//! Artifacts that are pushed, not fetched from git.

use super::{config_map, flux, of, shown};

/// An artifact that is pushed out of a folder has its paths relative to it.
#[test]
fn a_pushed_artifact_may_be_a_folder_of_the_repository() {
    let instance = |path: &str| {
        format!(
            "apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\n\
             metadata: {{name: flux, namespace: flux-system}}\n\
             spec: {{sync: {{kind: OCIRepository, url: 'oci://a/b', path: {path}}}}}\n"
        )
    };
    let child = flux("apps", "./apps", "").replace("GitRepository", "OCIRepository");
    let here = of(&[
        ("kubernetes/flux.yaml", &instance("./clusters/a")),
        ("kubernetes/clusters/a/apps.yaml", &child),
        ("kubernetes/apps/cm.yaml", &config_map("x", "{}")),
    ]);
    insta::assert_snapshot!(shown(&here), @r"
    flux-system < - @ kubernetes/clusters/a: Built; Kustomization flux-system/apps
    apps < flux-system @ kubernetes/apps: Built; ConfigMap a/x
    ");
    let elsewhere = of(&[("flux.yaml", &instance("./gone"))]);
    insta::assert_snapshot!(shown(&elsewhere), @"flux-system < - @ -: Elsewhere;");
}

/// The whole of what is pushed may be any folder: nothing of this repository is built as that,
/// unless it can be.
#[test]
fn the_whole_of_an_artifact_is_not_taken_for_the_whole_repository() {
    let source = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\n\
        metadata: {name: flux-system, namespace: flux-system}\nspec: {url: 'oci://a/b'}\n";
    let root = flux("cluster", "./", "").replace("GitRepository", "OCIRepository");
    let other = flux("other", "./", "").replace("GitRepository", "OCIRepository");
    let files = [
        (
            "clusters/a/root.yaml",
            format!("{source}---\n{root}---\n{other}"),
        ),
        ("values.yaml", "a: 1\n".to_owned()),
        ("apps/map.yaml", config_map("m", "{}")),
    ];
    let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
    insta::assert_snapshot!(shown(&of(&files)), @r"
    cluster < - @ -: Elsewhere;
    other < - @ -: Elsewhere;
    ");
    let alone = format!("{source}---\n{root}");
    let own = [
        ("clusters/a/root.yaml", alone.as_str()),
        ("kustomization.yaml", "resources: [apps/map.yaml]\n"),
        files[2],
    ];
    insta::assert_snapshot!(shown(&of(&own)), @"cluster < - @ : Built; ConfigMap a/m");
}
