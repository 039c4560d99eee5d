//! Small clusters in which one thing is missing.

use insta::assert_snapshot;

use super::inventory::Inventory;
use super::references::{self, Shape};
use super::{find, pods};
use crate::charts::documents;
use crate::stacks::name;

const CLUSTER: &str = r#"
{apiVersion: v1, kind: Service, metadata: {name: web, namespace: a}, spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: none, namespace: a}, spec: {selector: {app: wbe}, ports: [{port: 80}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: port, namespace: a}, spec: {selector: {app: web}, ports: [{port: 80, targetPort: https}]}}
---
{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: a}, stringData: {key: x}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: a}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: nobody
      containers:
        - name: app
          ports: [{name: http, containerPort: 8080}]
          env:
            - {name: A, valueFrom: {secretKeyRef: {name: s, key: key}}}
            - {name: B, valueFrom: {secretKeyRef: {name: s, key: other}}}
            - {name: C, valueFrom: {secretKeyRef: {name: t, key: key, optional: true}}}
            - {name: D, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
            - {name: E, value: "http://web.a.svc.cluster.local:80"}
            - {name: F, value: "http://web-0.web.a.svc:81/path"}
            - {name: G, value: "http://web.b.svc"}
      volumes:
        - {name: v, configMap: {name: none}}
        - {name: w, secret: {secretName: s, items: [{key: gone, path: x}]}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: g, namespace: a}
spec: {gatewayClassName: c, listeners: [{name: https}]}
---
{apiVersion: gateway.networking.k8s.io/v1, kind: GatewayClass, metadata: {name: c, namespace: given-by-kustomize}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: a}
spec:
  parentRefs:
    - {name: g, sectionName: https}
    - {name: g, sectionName: http}
  rules:
    - backendRefs: [{name: web, port: 80}, {name: web, port: 81}, {name: web, namespace: b, port: 80}]
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata: {name: p, namespace: a}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: g, sectionName: https}]
  oidc: {clientSecret: {name: s}}
  newWayRef: {name: x}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: n, namespace: a}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress:
    - from:
        - {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: b}}, podSelector: {matchLabels: {app: web}}}
        - {namespaceSelector: {}, podSelector: {matchLabels: {app: anything}}}
"#;

#[test]
fn what_is_missing_is_told_with_its_place() {
    let objects = documents(CLUSTER).unwrap();
    let inventory = Inventory::new(objects.iter());
    let mut faults = Vec::new();
    let mut used = std::collections::BTreeSet::new();
    for object in &objects {
        let mut told =
            |at: &str, words: &str| faults.push(format!("{}: {at}: {words}", name(object)));
        for shape in references::of(object) {
            match shape {
                Shape::Unknown(at) => told(&at, "not known"),
                Shape::Names(reference) => {
                    if let Err(words) = find(&inventory, &reference) {
                        told(&reference.at, &words);
                    }
                }
            }
        }
        for (at, words) in pods::unselected(&inventory, object, &mut used) {
            told(&at, &words);
        }
    }
    assert_snapshot!(faults.join("\n"), @r#"
    Service a/none: spec.selector: no pod of `a` has {"app":"wbe"}
    Service a/port: spec.ports: the pods of Deployment a/web have no port `https`
    Deployment a/web: spec.template.spec.serviceAccountName: nothing makes the ServiceAccount `a/nobody`
    Deployment a/web: spec.template.spec.containers[].env[].valueFrom.secretKeyRef: the Secret a/s has no key `other`
    Deployment a/web: spec.template.spec.containers[].env[].value: the Service a/web has no port 81
    Deployment a/web: spec.template.spec.containers[].env[].value: nothing makes the Service `b/web`
    Deployment a/web: spec.template.spec.volumes[].configMap: nothing makes the ConfigMap `a/none`
    Deployment a/web: spec.template.spec.volumes[].secret: the Secret a/s has no key `gone`
    HTTPRoute a/r: spec.parentRefs[]: the Gateway a/g has no listener `http`
    HTTPRoute a/r: spec.rules[].backendRefs[]: the Service a/web has no port 81
    HTTPRoute a/r: spec.rules[].backendRefs[]: nothing makes the Service `b/web`
    SecurityPolicy a/p: spec.oidc.clientSecret: the Secret a/s has no key `client-secret`
    SecurityPolicy a/p: spec.newWayRef: not known
    NetworkPolicy a/n: spec.ingress.from: no pod of `b` has {"app":"web"}
    "#);
}
