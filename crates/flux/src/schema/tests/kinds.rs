//! What the server knows of its own kinds beyond their schemas. Verdicts are those of the API
//! server of Kubernetes 1.36.3.

use super::{mended, told};
use crate::rules::*;

const SCALER: &str = "
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: a}
spec:
  minReplicas: 1
  maxReplicas: 3
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}
  metrics:
  - type: Resource
    resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}
";

#[test]
fn scalers_have_a_target_and_a_reason() {
    assert_eq!(told(SCALER), "");
    for (rule, from, to) in [
        (&SCHEMA_MISSING_FIELD, "apiVersion: apps/v1, ", ""),
        (&SCHEMA_MISSING_FIELD, "apps/v1, kind", "v1, kind"),
        (&SCHEMA_MISSING_FIELD, ", averageUtilization: 50", ""),
        (&SCHEMA_OUT_OF_RANGE, "Utilization: 50", "Utilization: 0"),
        (
            &SCHEMA_CONTRADICTION,
            "averageUtilization: 50",
            "averageUtilization: 50, averageValue: 1",
        ),
        (&SCHEMA_CONTRADICTION, "maxReplicas: 3", "maxReplicas: 0"),
    ] {
        let bad = SCALER.replacen(from, to, 1);
        assert!(bad != SCALER, "{from}");
        assert!(
            super::found(&bad).problems.has(rule),
            "{bad}\n{}",
            told(&bad)
        );
    }
    let asleep = SCALER.replace("minReplicas: 1", "minReplicas: 0");
    assert!(super::found(&asleep).problems.has(&SCHEMA_CONTRADICTION));
}

#[test]
fn a_volume_lies_at_one_place() {
    let volume = "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: a}\nspec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], nfs: {server: a, path: /}}\n";
    assert_eq!(told(volume), "");
    mended(
        &SCHEMA_MISSING_FIELD,
        &volume.replace("{server: a, path: /}", "null"),
        ("null", "{server: a, path: /}"),
    );
    mended(
        &SCHEMA_CONTRADICTION,
        &volume.replace("}}\n", "}, hostPath: {path: /}}\n"),
        (", hostPath: {path: /}", ""),
    );
}

#[test]
fn limits_are_one_of_each_type_and_above_their_requests() {
    let limits = "apiVersion: v1\nkind: LimitRange\nmetadata: {name: a}\nspec: {limits: [{type: Container, default: {cpu: 2}, defaultRequest: {cpu: 1}}, {type: Pod}]}\n";
    assert_eq!(told(limits), "");
    for (rule, from, to) in [
        (&SCHEMA_DUPLICATE_ITEM, "type: Pod", "type: Container"),
        (&SCHEMA_NOT_ALLOWED, "type: Pod", "type: POD"),
        (&SCHEMA_CONTRADICTION, "{cpu: 1}", "{cpu: 3}"),
        (&SCHEMA_CONTRADICTION, "{cpu: 2}", "{cpu: null}"),
    ] {
        mended(rule, &limits.replacen(from, to, 1), (to, from));
    }
}

#[test]
fn paths_of_an_ingress_begin_at_the_root() {
    let ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\nspec: {rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: a, port: {number: 80}}}}]}}]}\n";
    assert_eq!(told(ingress), "");
    mended(
        &SCHEMA_WRONG_PATTERN,
        &ingress.replace("path: /,", "path: '',"),
        ("''", "/"),
    );
    let free = ingress.replace(
        "path: /, pathType: Prefix",
        "pathType: ImplementationSpecific",
    );
    assert_eq!(told(&free), "");
}

#[test]
fn paths_of_webhooks_are_made_of_names() {
    let hook = "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {name: a}\nwebhooks: [{name: a.b.c, admissionReviewVersions: [v1], sideEffects: None, clientConfig: {service: {name: a, namespace: b, path: /x/y/}}}]\n";
    assert_eq!(told(hook), "");
    mended(
        &SCHEMA_WRONG_PATTERN,
        &hook.replace("/x/y/", "/X/y/"),
        ("/X", "/x"),
    );
    mended(
        &SCHEMA_WRONG_PATTERN,
        &hook.replace("/x/y/", "/x//y"),
        ("//y", "/y"),
    );
}

#[test]
fn schemas_of_definitions_say_their_types() {
    let definition = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: as.b.c}\nspec:\n  group: b.c\n  scope: Namespaced\n  names: {plural: as, kind: A}\n  versions:\n  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {a: {type: array, items: {type: string}}, b: {x-kubernetes-int-or-string: true}}}}}\n";
    assert_eq!(told(definition), "");
    for (from, to) in [
        ("Schema: {type: object, ", "Schema: {"),
        ("{type: string}", "{}"),
        ("{x-kubernetes-int-or-string: true}", "null"),
    ] {
        mended(
            &SCHEMA_MISSING_FIELD,
            &definition.replacen(from, to, 1),
            (to, from),
        );
    }
    // What old generators write as its status is dropped, and no name of it is asked about.
    let status =
        "status: {acceptedNames: {kind: '', plural: ''}, conditions: [], storedVersions: []}\n";
    assert_eq!(told(&format!("{definition}{status}")), "");
    let misspelt = status.replace("plural", "plurals");
    let found = super::found(&format!("{definition}{misspelt}"));
    assert!(found.problems.has(&SCHEMA_UNKNOWN_FIELD));
}

#[test]
fn nodes_are_chosen_by_values_of_labels() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: In, values: [b]}]}]}}}\n  containers: [{name: a, image: a, resources: {limits: {memory: 1Gi}, requests: {memory: 1Gi}}}]\n";
    assert_eq!(told(pod), "");
    for (rule, from, to) in [
        (&SCHEMA_WRONG_NAME, "[b]", "['b!']"),
        (&SCHEMA_CONTRADICTION, "[b]", "[]"),
        (&SCHEMA_CONTRADICTION, "In,", "Exists,"),
        (
            &SCHEMA_CONTRADICTION,
            "{memory: 1Gi}, r",
            "{memory: null}, r",
        ),
    ] {
        mended(rule, &pod.replacen(from, to, 1), (to, from));
    }
    let none = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: null\n";
    assert!(super::found(none).problems.has(&SCHEMA_MISSING_FIELD));
}

#[test]
fn services_and_their_ports_have_what_they_need() {
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{name: a, port: 1}, {name: b, port: 2}]}\n";
    mended(
        &SCHEMA_MISSING_FIELD,
        &service.replace("name: b", "name: ''"),
        ("''", "b"),
    );
    let none = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n";
    assert!(super::found(none).problems.has(&SCHEMA_MISSING_FIELD));
}

#[test]
fn sets_name_their_service_and_their_claims() {
    let set = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: a}\nspec:\n  serviceName: a\n  selector: {matchLabels: {a: a}}\n  template: {metadata: {labels: {a: a}}, spec: {containers: [{name: a, image: a}]}}\n  volumeClaimTemplates: [{metadata: {name: d}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]\n";
    assert_eq!(told(set), "");
    mended(
        &SCHEMA_WRONG_NAME,
        &set.replace("serviceName: a", "serviceName: a.b"),
        ("a.b", "a"),
    );
    let unnamed = set.replace("{name: d}", "{name: ''}");
    assert!(super::found(&unnamed).problems.has(&SCHEMA_MISSING_FIELD));
}

/// Whatever a kind of Kubernetes or Flux is mistyped to, the server refuses it.
#[test]
fn kinds_that_there_are_not_are_told_of() {
    for (api, kind, hint) in [
        (
            "helm.toolkit.fluxcd.io/v2",
            "HelmRelase",
            "did you mean `HelmRelease`?",
        ),
        ("apps/v1", "Deploymnet", "did you mean `Deployment`?"),
        ("v1", "Deployment", "write `apiVersion: apps/v1`"),
    ] {
        let object =
            format!("{{apiVersion: {api}, kind: {kind}, metadata: {{name: a, namespace: b}}}}");
        let found = super::found(&object);
        let told = { found.problems.iter() }.find(|problem| problem.is(&SCHEMA_UNKNOWN_KIND));
        assert_eq!(
            told.and_then(|told| told.hint.as_deref()),
            Some(hint),
            "{object}"
        );
    }
    // The cluster may be newer.
    for object in [
        "apps/v1, kind: Sculpture",
        "apps/v9alpha1, kind: Deployment",
        "helm.toolkit.fluxcd.io/v3, kind: HelmRelease",
        "x.io/v1, kind: Pod",
    ] {
        let object = format!("{{apiVersion: {object}, metadata: {{name: a, namespace: b}}}}");
        let found = super::found(&object);
        assert!(found.missing && found.problems.is_empty(), "{object}");
    }
}
