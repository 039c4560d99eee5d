//! Kinds of other versions than those that are known here.

use diagnostics::Severity;

use super::{check, found, read, told};
use crate::object::Object;
use crate::rules::*;
use crate::schema::Schemas;

const MONITOR: &str = "
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: a}
spec: {selector: {}, endpoints: [{port: http, evenNewer: true}]}
";

const DEFINITION: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: servicemonitors.monitoring.coreos.com}
spec:
  group: monitoring.coreos.com
  names: {kind: ServiceMonitor, plural: servicemonitors}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {selector: {type: object}}}}}}
";

#[test]
fn a_field_may_be_of_a_newer_version_where_the_repository_does_not_say_which() {
    insta::assert_snapshot!(told(MONITOR), @"a.yaml:5:47: warning[schema/unknown-field]: there is no field `spec.endpoints[0].evenNewer` in `prometheus-operator/prometheus-operator` v0.85.0, the version that is known here");
    assert!(!found(MONITOR).problems.has_errors());
    let mut schemas = Schemas::bundled("v1.36.3");
    schemas.add_crd(&read(DEFINITION)).expect("it is one");
    let found = check(&Object(read(MONITOR)), &schemas);
    let problem = found.problems.iter().next().expect("there is a problem");
    assert!(problem.is(&SCHEMA_UNKNOWN_FIELD));
    assert_eq!(problem.severity, Severity::Error);
}

#[test]
fn fields_of_flux_are_those_of_the_version_that_is_known() {
    let text = "{apiVersion: source.toolkit.fluxcd.io/v1, kind: HelmRepository, metadata: {name: a}, spec: {url: 'https://a.example', interva: 1h}}";
    insta::assert_snapshot!(told(text), @"a.yaml:1:119: error[schema/unknown-field]: there is no field `spec.interva` (did you mean `interval`?)");
}

#[test]
fn alerts_are_of_what_sends_events() {
    for (kind, fits) in [
        ("ResourceSet", true),
        ("FluxInstance", true),
        ("Secret", false),
    ] {
        let text = format!(
            "{{apiVersion: notification.toolkit.fluxcd.io/v1beta3, kind: Alert, metadata: {{name: a}}, spec: {{providerRef: {{name: a}}, eventSources: [{{kind: {kind}, name: '*'}}]}}}}"
        );
        assert_eq!(
            !found(&text).problems.has(&SCHEMA_NOT_ALLOWED),
            fits,
            "{kind}"
        );
    }
}

#[test]
fn no_replicas_at_least_is_for_clusters_with_a_feature() {
    let scaler = |least: i32| {
        format!(
            "{{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {{name: a}}, spec: {{minReplicas: {least}, maxReplicas: 3, scaleTargetRef: {{kind: Deployment, name: a, apiVersion: apps/v1}}, metrics: [{{type: External, external: {{metric: {{name: a}}, target: {{type: Value, value: 1}}}}}}]}}}}"
        )
    };
    insta::assert_snapshot!(told(&scaler(0)), @"a.yaml:1:102: warning[schema/out-of-range]: `spec.minReplicas` takes 0 only where Kubernetes has the feature `HPAScaleToZero` on");
    assert!(!found(&scaler(0)).problems.has_errors());
    assert!(found(&scaler(-1)).problems.has_errors());
}

#[test]
fn versions_that_flux_no_longer_serves_are_told_of_with_what_it_serves() {
    for (version, kind) in [
        ("helm.toolkit.fluxcd.io/v2beta1", "HelmRelease"),
        ("source.toolkit.fluxcd.io/v1beta2", "HelmRepository"),
        ("kustomize.toolkit.fluxcd.io/v1beta2", "Kustomization"),
        ("notification.toolkit.fluxcd.io/v1beta2", "Alert"),
    ] {
        let text = format!("{{apiVersion: {version}, kind: {kind}, metadata: {{name: a}}}}");
        let found = found(&text);
        assert!(
            found.problems.has(&SCHEMA_API_REMOVED) && !found.missing,
            "{version}"
        );
    }
    let old =
        "{apiVersion: source.toolkit.fluxcd.io/v1beta2, kind: OCIRepository, metadata: {name: a}}";
    insta::assert_snapshot!(told(old), @"a.yaml:1:14: error[schema/api-removed]: Flux 2.9 does not serve `OCIRepository` of `source.toolkit.fluxcd.io/v1beta2`; 2.7 was the last that did (write `source.toolkit.fluxcd.io/v1`)");
    // Of versions to come nothing is known.
    for version in ["v2", "v1beta4"] {
        let text = format!(
            "{{apiVersion: notification.toolkit.fluxcd.io/{version}, kind: Alert, metadata: {{name: a}}}}"
        );
        assert!(found(&text).missing && told(&text).is_empty(), "{version}");
    }
}

/// Where the status is served apart, the server drops it before it looks at it (kube-apiserver
/// 1.36.3: three forms of such a status were taken).
#[test]
fn a_status_that_is_served_apart_is_not_judged() {
    let definition = |subresources: &str| {
        format!(
            "spec:\n  group: a.b\n  scope: Namespaced\n  names: {{kind: Thing}}\n  versions:\n    - name: v1\n      served: true\n      subresources: {{{subresources}}}\n      schema:\n        openAPIV3Schema: {{type: object, properties: {{status: {{type: object, required: [count], properties: {{count: {{type: integer}}}}}}}}}}\n"
        )
    };
    for status in ["{}", "{count: text}", "{count: 1, other: 1}", "text"] {
        let text =
            format!("apiVersion: a.b/v1\nkind: Thing\nmetadata: {{name: a}}\nstatus: {status}\n");
        let object = Object(read(&text));
        for (subresources, good) in [("status: {}", true), ("", false)] {
            let mut schemas = Schemas::bundled("1.36");
            let definition = read(&definition(subresources));
            schemas.add_crd(&definition).expect("it is one");
            let found = check(&object, &schemas);
            assert_eq!(found.problems.is_empty(), good, "{status} {subresources}");
        }
    }
}
