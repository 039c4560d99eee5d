//! What good guesses get wrong and no other test shows; see `docs/design/what-flux-does.md`.

use std::sync::Arc;

use diagnostics::Source;
use flux::files::Memory;
use flux::kustomize;
use flux::object::Object;
use flux::schema::{Found, Schemas, check};
use flux::value::{Value, documents};
use yaml::Dialect;

/// References to the Secret `s` and the `ConfigMap` `c`: each is named in the key `is`, with
/// whether the hash reaches it.
const REFERENCES: &[(bool, &str)] = &[
    (
        true,
        "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: r}, provisioner: p, parameters: {adminSecretName: s}}",
    ),
    (
        true,
        "{apiVersion: v1, kind: ServiceAccount, metadata: {name: r}, imagePullSecrets: [{name: s}]}",
    ),
    (
        true,
        "{apiVersion: v1, kind: Pod, metadata: {name: r}, spec: {imagePullSecrets: [{name: s}]}}",
    ),
    (
        true,
        "{apiVersion: batch/v1, kind: CronJob, metadata: {name: r}, spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: a, envFrom: [{secretRef: {name: s}}]}]}}}}}}",
    ),
    (
        true,
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: r}, spec: {template: {spec: {volumes: [{name: v, projected: {sources: [{secret: {name: s}}]}}]}}}}",
    ),
    (
        true,
        "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: r}, spec: {tls: [{secretName: s}]}}",
    ),
    (
        true,
        "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: r, annotations: {nginx.ingress.kubernetes.io/auth-secret: s}}, spec: {}}",
    ),
    (
        true,
        "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: r, annotations: {nginx.ingress.kubernetes.io/auth-tls-secret: s}}, spec: {}}",
    ),
    (
        false,
        "{apiVersion: v1, kind: ServiceAccount, metadata: {name: r}, secrets: [{name: s}]}",
    ),
    (
        false,
        "{apiVersion: v1, kind: PersistentVolume, metadata: {name: r}, spec: {csi: {nodeStageSecretRef: {name: s}}}}",
    ),
    (
        false,
        "{apiVersion: v1, kind: Pod, metadata: {name: r}, spec: {volumes: [{name: v, csi: {driver: d, nodePublishSecretRef: {name: s}}}]}}",
    ),
    (
        false,
        "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: r}, provisioner: p, parameters: {csi.storage.k8s.io/provisioner-secret-name: s}}",
    ),
    (
        false,
        "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: r}, spec: {listeners: [{name: l, tls: {certificateRefs: [{name: s}]}}]}}",
    ),
    (
        false,
        "{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: r}, spec: {valuesFrom: [{kind: Secret, name: s}]}}",
    ),
];

#[test]
fn a_hash_of_a_name_reaches_what_kustomize_knows_and_nothing_else() {
    for (reaches, reference) in REFERENCES {
        let files: Memory = [
            (
                "kustomization.yaml",
                "secretGenerator: [{name: s, literals: [a=b]}]\nresources: [r.yaml]\n",
            ),
            ("r.yaml", *reference),
        ]
        .into_iter()
        .collect();
        let built = kustomize::build(&files, "");
        assert!(built.problems.is_empty(), "{:?}", built.problems);
        let secret = built
            .objects
            .iter()
            .find(|it| it.kind() == "Secret" && it.name() != "r");
        let name = secret.expect("it is generated").name();
        assert!(name.starts_with("s-") && name.len() == 12, "{name}");
        let other = built
            .objects
            .iter()
            .find(|it| it.name() == "r")
            .expect("it is there");
        assert_eq!(other.0.to_yaml().contains(name), *reaches, "{reference}");
    }
}

fn found(text: &str) -> Found {
    let source = Arc::new(Source::new("a.yaml", text));
    let (values, problems) = documents(&source, Dialect::Go);
    assert!(problems.is_empty(), "{problems:?}");
    let value: Value = values.into_iter().next().expect("there is one");
    check(&Object(value), &Schemas::bundled("v1.36.3"))
}

/// Whether the API server takes a Pod with these fields.
fn is_pod(fields: &str) -> bool {
    let text = format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: a}}, spec: {{containers: [{{name: a, image: a}}], {fields}}}}}"
    );
    let found = found(&text);
    assert!(!found.missing);
    !found.problems.has_errors()
}

#[test]
fn whole_numbers_have_the_size_of_their_format() {
    assert!(is_pod("priority: 2147483647"));
    assert!(!is_pod("priority: 2147483648"));
    assert!(!is_pod("priority: -2147483649"));
    assert!(is_pod("activeDeadlineSeconds: 2147483647"));
    assert!(is_pod("terminationGracePeriodSeconds: 9223372036854775807"));
    assert!(!is_pod(
        "terminationGracePeriodSeconds: 9223372036854775808"
    ));
}

#[test]
fn whole_numbers_are_written_in_many_ways() {
    for number in ["3.0", "3e0", "8.08e3", "0644", "0o644"] {
        assert!(is_pod(&format!("priority: {number}")), "{number}");
    }
    for number in ["3.5", "'3'", "8.085e2"] {
        assert!(!is_pod(&format!("priority: {number}")), "{number}");
    }
}

#[test]
fn volumes_and_mounts_are_there_once() {
    let volume = "{name: v, emptyDir: {}}";
    assert!(is_pod(&format!(
        "volumes: [{volume}, {{name: w, emptyDir: {{}}}}]"
    )));
    assert!(!is_pod(&format!("volumes: [{volume}, {volume}]")));
    let mounts = |second: &str| {
        is_pod(&format!(
            "volumes: [{volume}], initContainers: [{{name: i, image: i, volumeMounts: [{{name: v, mountPath: /a}}, {{name: v, mountPath: {second}}}]}}]"
        ))
    };
    assert!(mounts("/b") && !mounts("/a"));
}

#[test]
fn a_null_that_stays_is_not_there() {
    let definition = |field: &str| {
        format!(
            "{{spec: {{group: a.b, scope: Namespaced, names: {{kind: Thing}}, versions: [{{name: v1, served: true, schema: {{openAPIV3Schema: {{type: object, properties: {{spec: {{type: object, properties: {{a: {field}}}, x-kubernetes-validations: [{{rule: has(self.a)}}]}}}}}}}}}}]}}}}"
        )
    };
    let taken = |field: &str, object: &str| {
        let read = |text: &str| {
            let source = Arc::new(Source::new("a.yaml", text));
            documents(&source, Dialect::Go)
                .0
                .into_iter()
                .next()
                .expect("there is one")
        };
        let mut schemas = Schemas::bundled("v1.36.3");
        schemas
            .add_crd(&read(&definition(field)))
            .expect("it is one");
        let text =
            format!("{{apiVersion: a.b/v1, kind: Thing, metadata: {{name: a}}, spec: {object}}}");
        !check(&Object(read(&text)), &schemas).problems.has_errors()
    };
    assert!(taken("{type: string, default: x}", "{a: null}"));
    assert!(taken("{type: string, default: x, nullable: true}", "{}"));
    assert!(!taken(
        "{type: string, default: x, nullable: true}",
        "{a: null}"
    ));
}
