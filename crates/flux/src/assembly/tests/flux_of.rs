//! Which Flux a cluster has, and what else gives variables to it.

use super::{app, config_map, flux, objects, of};
use crate::rules;
use crate::substitute::Mode;

/// The versions and modes of the clusters, in their order.
fn clusters(files: &[(&str, &str)]) -> String {
    let all = of(files);
    let roots = all.kustomizations.iter().filter(|one| one.parent.is_none());
    let shown = roots.map(|one| {
        let mode = match one.cluster.mode {
            Mode::Strict => "strict",
            Mode::Lenient => "lenient",
        };
        format!("{} {} {mode}", one.cluster.path, one.cluster.flux)
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// A cluster in `c`, and one more file.
fn with(path: &str, text: &str) -> String {
    let root = flux("flux-system", "./c", "");
    clusters(&[("c/gotk-sync.yaml", root.as_str()), (path, text)])
}

const INSTANCE: &str =
    "apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\nmetadata: {name: flux}\n";

#[test]
fn the_repository_says_which_flux_it_has() {
    let instance = |version: &str, more: &str| {
        let text = format!("{INSTANCE}spec: {{distribution: {{version: '{version}'}}{more}}}\n");
        with("other/flux.yaml", &text)
    };
    assert_eq!(instance("2.5.x", ""), "c 2.5 lenient");
    assert_eq!(instance("2.9.1", ""), "c 2.9 strict");
    assert_eq!(instance("2.x", ""), "c 2.9 strict");
    assert_eq!(with("a.yaml", "a: 1\n"), "c 2.9 strict");
    // The newest is that of the artifact, if it names one.
    let of_artifact = |version: &str, operator: &str| {
        let artifact =
            format!("oci://ghcr.io/controlplaneio-fluxcd/flux-operator-manifests:{operator}");
        let text = format!("instance: {{distribution: {{{version}artifact: '{artifact}'}}}}\n");
        with("values.yaml", &text)
    };
    assert_eq!(of_artifact("version: 2.x, ", "v0.38.1"), "c 2.7 lenient");
    assert_eq!(of_artifact("", "v0.50.0@sha256:00"), "c 2.8 lenient");
    assert_eq!(of_artifact("", "v0.58.0"), "c 2.9 strict");
    assert_eq!(of_artifact("version: 2.6.x, ", "v0.58.0"), "c 2.6 lenient");
    assert_eq!(of_artifact("version: 2.x, ", "latest"), "c 2.9 strict");
    // One of another cluster says nothing here.
    let all = clusters(&[
        ("c/gotk-sync.yaml", &flux("flux-system", "./c", "")),
        (
            "a.yaml",
            &format!("{INSTANCE}spec: {{distribution: {{version: 2.6.x}}, sync: {{path: d}}}}\n"),
        ),
    ]);
    assert_eq!(all, "c 2.9 strict, d 2.6 lenient");
    for (path, text, told) in [
        (
            "bootstrap/values.yaml",
            "instance: {distribution: {version: 2.7.x}}\n",
            "c 2.7 lenient",
        ),
        (
            "apps/flux.yaml",
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec: {values: {instance: {distribution: {version: v2.4.0}}}}\n",
            "c 2.4 lenient",
        ),
        (
            "flux/source.yaml",
            "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nspec: {url: 'oci://ghcr.io/fluxcd/flux-manifests', ref: {tag: v2.5.1}}\n",
            "c 2.5 lenient",
        ),
        (
            "flux/source.yaml",
            "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nspec: {url: 'oci://ghcr.io/fluxcd/flux-manifests', ref: {semver: 2.x}}\n",
            "c 2.9 strict",
        ),
        (
            "bootstrap/kustomization.yaml",
            "resources: ['github.com/fluxcd/flux2/manifests/install?ref=v2.3.0']\n",
            "c 2.3 lenient",
        ),
        (
            "c/flux-system/gotk-components.yaml",
            "# Flux\nkind: Namespace\nmetadata:\n  labels:\n    app.kubernetes.io/version: v2.8.2\n",
            "c 2.8 lenient",
        ),
        (
            "c/flux-system/gotk-components.yaml",
            "image: ghcr.io/fluxcd/kustomize-controller:v1.6.0\n",
            "c 2.6 lenient",
        ),
    ] {
        assert_eq!(with(path, text), told, "{path}");
    }
}

/// What a cluster applies of Flux itself has the last word over what it was begun with.
#[test]
fn what_lies_in_the_cluster_outdoes_its_bootstrap() {
    let all = clusters(&[
        ("c/gotk-sync.yaml", &flux("flux-system", "./c", "")),
        (
            "c/flux.yaml",
            "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nspec: {url: 'oci://ghcr.io/fluxcd/flux-manifests', ref: {tag: v2.4.0}}\n",
        ),
        (
            "bootstrap/kustomization.yaml",
            "resources: ['github.com/fluxcd/flux2/manifests/install?ref=v2.9.1']\n",
        ),
    ]);
    assert_eq!(all, "c 2.4 lenient");
}

#[test]
fn each_cluster_has_its_own_flux() {
    let sync = |cluster: &str| flux("flux-system", &format!("./clusters/{cluster}"), "");
    let label = |version: &str| format!("    app.kubernetes.io/version: v{version}\n");
    let all = clusters(&[
        ("clusters/one/flux-system/gotk-sync.yaml", &sync("one")),
        (
            "clusters/one/flux-system/gotk-components.yaml",
            &label("2.9.0"),
        ),
        ("clusters/two/flux-system/gotk-sync.yaml", &sync("two")),
        (
            "clusters/two/flux-system/gotk-components.yaml",
            &label("2.6.4"),
        ),
    ]);
    assert_eq!(all, "clusters/one 2.9 strict, clusters/two 2.6 lenient");
}

#[test]
fn a_feature_gate_has_the_last_word() {
    let patched = |version: &str, gate: &str| {
        let text = format!(
            "{INSTANCE}spec:\n  distribution: {{version: {version}}}\n  kustomize:\n    patches:\n    - patch: |\n        # StrictPostBuildSubstitutions=true\n        - op: add\n          path: /spec/template/spec/containers/0/args/-\n          value: --feature-gates={gate}\n"
        );
        with("flux.yaml", &text)
    };
    let gate = |value: &str| format!("StrictPostBuildSubstitutions={value}");
    assert_eq!(patched("2.9.x", &gate("false")), "c 2.9 lenient");
    assert_eq!(patched("2.7.x", &gate("true")), "c 2.7 strict");
    assert_eq!(patched("2.7.x", "Other=true"), "c 2.7 lenient");
}

/// What changes Kustomizations on admission.
const WEBHOOKS: &[(bool, &str)] = &[
    (
        true,
        "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\nmetadata: {name: w}\nwebhooks: [{rules: [{apiGroups: [kustomize.toolkit.fluxcd.io], resources: [kustomizations]}]}]\n",
    ),
    (
        true,
        "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingAdmissionPolicy\nmetadata: {name: w}\nspec: {matchConstraints: {resourceRules: [{apiGroups: [kustomize.toolkit.fluxcd.io], resources: ['*']}]}}\n",
    ),
    (
        true,
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: w}\nspec: {rules: [{match: {any: [{resources: {kinds: [kustomize.toolkit.fluxcd.io/v1/Kustomization]}}]}, mutate: {}}]}\n",
    ),
    (
        true,
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {name: w}\nspec: {url: 'oci://ghcr.io/xunholy/charts/kustomize-mutating-webhook'}\n",
    ),
    (
        true,
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: w}\nspec: {chart: {spec: {chart: kustomize-mutating-webhook}}}\n",
    ),
    (
        false,
        "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\nmetadata: {name: w}\nwebhooks: [{rules: [{apiGroups: ['*'], resources: ['*']}]}]\n",
    ),
    (
        false,
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: w}\nspec: {rules: [{match: {any: [{resources: {kinds: [Kustomization]}}]}, validate: {}}]}\n",
    ),
    (
        false,
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: w}\nspec: {rules: [{match: {any: [{resources: {kinds: [Pod]}}]}, mutate: {}}]}\n",
    ),
];

#[test]
fn variables_that_are_added_in_the_cluster_are_unknown() {
    for (opens, webhook) in WEBHOOKS {
        let all = app(
            ", postBuild: {substitute: {A: a}}",
            &[
                (
                    "app/map.yaml",
                    &config_map("m", "{x: '${A} ${B}', y: '${C[@]}'}"),
                ),
                ("c/webhook.yaml", webhook),
            ],
        );
        // What is no variable whatever is set, still fails.
        assert!(
            all.problems.has(&rules::FLUX_SUBSTITUTION_SYNTAX),
            "{webhook}"
        );
        let all = app(
            ", postBuild: {substitute: {A: a}}",
            &[
                ("app/map.yaml", &config_map("m", "{x: '${A} ${B}'}")),
                ("c/webhook.yaml", webhook),
            ],
        );
        assert_eq!(
            !all.problems.has(&rules::FLUX_UNSET_VARIABLE),
            *opens,
            "{webhook}"
        );
        assert!(objects(&all).contains("x: a ⟨B⟩\n"));
        assert!(
            all.kustomizations
                .iter()
                .all(|one| one.cluster.is_open == *opens)
        );
    }
}

/// What others hold in the cluster has further keys there.
#[test]
fn variables_of_what_others_hold_are_unknown() {
    let maker = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\n\
        metadata: {name: e, namespace: flux-system}\nspec: {target: {name: s}}\n";
    let secret = |annotations: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: s, namespace: flux-system, annotations: {{{annotations}}}}}\n\
             stringData: {{A: written}}\n"
        )
    };
    let built = |secret: &str, maker: &str| {
        let more = ", postBuild: {substituteFrom: [{kind: Secret, name: s}]}";
        let map = config_map("m", "{a: '${A}', b: '${B}'}");
        let all = app(
            more,
            &[
                ("app/map.yaml", &map),
                ("c/s.yaml", secret),
                ("c/e.yaml", maker),
            ],
        );
        let unset = all.problems.has(&rules::FLUX_UNSET_VARIABLE);
        (unset, objects(&all).contains("written"))
    };
    let ssa = |how: &str| secret(&format!("kustomize.toolkit.fluxcd.io/ssa: {how}"));
    assert_eq!(built(&secret(""), ""), (true, true));
    assert_eq!(built(&secret(""), maker), (false, false));
    assert_eq!(built(&ssa("IfNotPresent"), ""), (false, false));
    assert_eq!(built(&ssa("Ignore"), ""), (false, false));
    assert_eq!(built(&ssa("Merge"), ""), (false, true));
    assert_eq!(built(&ssa("Override"), ""), (true, true));
}
