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
