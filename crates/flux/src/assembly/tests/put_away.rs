//! What nobody applies any more, and what comes from where nobody can look.

use super::{config_map, flux, of, shown};

const SOURCE: &str = "apiVersion: source.toolkit.fluxcd.io/v1\n";

fn of_source(name: &str, path: &str, source: &str) -> String {
    flux(name, path, "").replace(
        "name: flux-system, namespace: flux-system}",
        &format!("name: {source}, namespace: flux-system}}"),
    )
}

#[test]
fn what_was_put_away_begins_nothing() {
    for folder in [".archive/x", "archive/x", "k/_archive/x"] {
        let all = of(&[
            ("k/cluster.yaml", &flux("cluster", "./k/apps", "")),
            ("k/apps/m.yaml", &config_map("m", "{}")),
            (
                &format!("{folder}/ks.yaml"),
                &flux("gone", "./k/apps/gone", ", dependsOn: [{name: other}]"),
            ),
            (
                &format!("{folder}/flux-system/gotk-sync.yaml"),
                &flux("flux-system", "./clusters/gone", ""),
            ),
            (
                &format!("{folder}/instance.yaml"),
                "apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\nmetadata: {name: flux, namespace: flux-system}\nspec: {sync: {kind: GitRepository, url: 'https://git.example/home', path: clusters/gone}}\n",
            ),
        ]);
        let shown = shown(&all);
        assert!(
            shown.starts_with("cluster < - @ k/apps"),
            "{folder}: {shown}"
        );
        assert!(!shown.contains("gone"), "{folder}: {shown}");
    }
    // Where there is nothing else, it is looked at.
    let all = of(&[
        (".archive/ks.yaml", &flux("app", "./apps", "")),
        ("apps/m.yaml", &config_map("m", "{}")),
    ]);
    assert!(shown(&all).starts_with("app < - @ apps"), "{}", shown(&all));
}

#[test]
fn of_a_source_that_no_file_declares_nobody_knows_what_it_holds() {
    let elsewhere = of(&[("x.yaml", &of_source("releases", "./aks", "releases"))]);
    assert!(
        !shown(&elsewhere).contains("error["),
        "{}",
        shown(&elsewhere)
    );
    let whole = of(&[
        ("x.yaml", &of_source("releases", "./", "releases")),
        ("one/m.yaml", &config_map("m", "{}")),
        ("two/m.yaml", &config_map("m", "{}")),
    ]);
    assert!(!shown(&whole).contains("error["), "{}", shown(&whole));
    // That of the bootstrap is this repository.
    let own = of(&[("x.yaml", &flux("releases", "./aks", ""))]);
    assert!(shown(&own).contains("flux/path-missing"), "{}", shown(&own));
}

#[test]
fn another_branch_of_the_repository_is_not_what_lies_here() {
    let source = |name: &str, branch: &str| {
        format!(
            "{SOURCE}kind: GitRepository\nmetadata: {{name: {name}, namespace: flux-system}}\n\
             spec: {{url: 'https://git.example/home', ref: {{branch: {branch}}}}}\n"
        )
    };
    for (branch, here) in [("tenant", false), ("main", true)] {
        let all = of(&[
            (
                "c/flux-system/gotk-sync.yaml",
                &format!(
                    "{}---\n{}",
                    source("flux-system", "main"),
                    flux("flux-system", "./c", "")
                ),
            ),
            (
                "c/tenant.yaml",
                &format!(
                    "{}---\n{}",
                    source("tenant", branch),
                    of_source("tenant", "./nope", "tenant")
                ),
            ),
        ]);
        let shown = shown(&all);
        assert_eq!(shown.contains("flux/path-missing"), here, "{shown}");
    }
}

#[test]
fn paths_of_a_repository_in_another_begin_there() {
    let all = of(&[
        (
            "data/r1/clusters/prod/flux-system/gotk-sync.yaml",
            &flux("flux-system", "./clusters/prod", ""),
        ),
        (
            "data/r1/clusters/prod/apps.yaml",
            &flux("apps", "./apps", ""),
        ),
        ("data/r1/apps/m.yaml", &config_map("m", "{}")),
        (
            "data/r2/clusters/prod/flux-system/gotk-sync.yaml",
            &flux("flux-system", "./clusters/prod", ""),
        ),
        (
            "data/r2/clusters/prod/apps.yaml",
            &flux("apps", "./apps", ""),
        ),
        ("data/r2/apps/n.yaml", &config_map("n", "{}")),
    ]);
    insta::assert_snapshot!(shown(&all), @r"
    flux-system < - @ data/r1/clusters/prod: Built; Kustomization flux-system/apps, Kustomization flux-system/flux-system
    apps < flux-system @ data/r1/apps: Built; ConfigMap a/m
    flux-system < - @ data/r2/clusters/prod: Built; Kustomization flux-system/apps, Kustomization flux-system/flux-system
    apps < flux-system @ data/r2/apps: Built; ConfigMap a/n
    ");
}
