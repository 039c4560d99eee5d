//! Of what only the cluster knows nothing is said, and of all else what was said before.

use super::{DEPLOYMENT, found, told};
use crate::rules::*;

/// Objects that are right, whatever the variables are.
const OBJECTS: &[&str] = &[
    "
apiVersion: v1
kind: Service
metadata:
  name: x-⟨HOST⟩
  namespace: ⟨HOST⟩
  annotations: {'lbipam.cilium.io/ips': ⟨HOST⟩, 'a.⟨HOST⟩/x y': b}
  labels: {⟨HOST⟩: ⟨HOST⟩}
spec:
  type: LoadBalancer
  ports: [{port: ⟨PORT⟩, name: ⟨NAME⟩}, {port: ⟨PORT⟩, name: ⟨OTHER⟩}]
",
    "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {type: ⟨TYPE⟩, loadBalancerClass: a}}",
    "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: ⟨PORTS⟩}}",
    "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {type: ExternalName, externalName: ⟨HOST⟩}}",
    "
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: i, labels: {a: ⟨HOST⟩}}
spec:
  rules: [{host: x.⟨HOST⟩}]
  defaultBackend: {service: {name: ⟨HOST⟩, port: {number: ⟨PORT⟩}}}
",
    "
apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec:
  replicas: ⟨PORT⟩
  selector: {matchLabels: {a: ⟨HOST⟩}}
  template:
    metadata: {labels: {a: b}}
    spec:
      hostNetwork: ⟨BOOL⟩
      restartPolicy: ⟨POLICY⟩
      tolerations: [{operator: ⟨OPERATOR⟩, value: a}]
      volumes: [{name: ⟨NAME⟩, emptyDir: {}}]
      containers:
        - name: c
          image: a:⟨HOST⟩
          resources: {limits: {memory: ⟨SIZE⟩Gi}, requests: {memory: 1Gi, ⟨KIND⟩: 1}}
          volumeMounts: [{name: data, mountPath: /data}]
          ports: [{containerPort: ⟨PORT⟩, protocol: ⟨PROTOCOL⟩}]
          ⟨FIELD⟩: a
",
    "
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: d}
spec:
  selector: {matchLabels: {a: b}}
  template: {metadata: {labels: ⟨LABELS⟩}, spec: ⟨SPEC⟩}
",
    "
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: c}
spec:
  secretName: ⟨HOST⟩-tls
  duration: ⟨TIME⟩
  dnsNames: [⟨HOST⟩, '*.⟨HOST⟩']
  issuerRef: {name: x, kind: ClusterIssuer}
",
    "{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {a: ⟨HOST⟩}}",
    "{apiVersion: v1, kind: Secret, metadata: {name: s}, type: kubernetes.io/tls, data: {⟨KEY⟩: YQ==}}",
    "{apiVersion: cilium.io/v2, kind: CiliumLoadBalancerIPPool, metadata: {name: s}, spec: {blocks: [{cidr: ⟨CIDR⟩}]}}",
    "
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: s}
spec: {interval: ⟨TIME⟩, chartRef: {kind: ⟨KIND⟩, name: s}, values: {a: 1}}
",
    // Rules in CEL read the addresses and the kind.
    "
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: s}
spec: {interval: 1h, url: ⟨URL⟩, ref: {tag: '1'}}
",
    "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: a}
spec:
  hostnames: [a.⟨HOST⟩]
  rules:
    - matches: [{path: {type: ⟨KIND⟩, value: a//b}}]
      backendRefs: [{name: a, port: ⟨PORT⟩}]
",
    "
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: a}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ⟨NAME⟩}
subjects: [{kind: ServiceAccount, name: a, namespace: ⟨NAME⟩}, {kind: ⟨KIND⟩, name: a}]
",
    "{apiVersion: v1, kind: ConfigMap, metadata: ⟨METADATA⟩}",
];

#[test]
fn nothing_is_said_of_what_is_unknown() {
    for text in OBJECTS {
        assert_eq!(told(text), "", "{text}");
    }
}

#[test]
fn what_is_known_beside_it_is_told_of() {
    let bad = DEPLOYMENT.replacen("image: a:1", "image: ⟨IMAGE⟩\n          imag: a", 1);
    let bad = bad.replacen("replicas: 1", "replicas: '1'", 1);
    let found = found(&bad);
    let is_told = |rule| found.problems.iter().any(|problem| problem.is(rule));
    assert!(is_told(&SCHEMA_WRONG_TYPE) && is_told(&SCHEMA_UNKNOWN_FIELD));
    assert_eq!(found.problems.len(), 2, "{}", told(&bad));
}
