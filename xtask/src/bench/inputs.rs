//! Repositories of any size.

use std::fmt::Write as _;

use anyhow::Result;
use camino::Utf8Path;

use crate::{files, golden};

/// The public fixture with `times` as many templates: copies under other output paths.
pub(super) fn templates(root: &Utf8Path, times: usize) -> Result<()> {
    golden::assemble(&files::root().join("fixtures/public"), root)?;
    let own = files::root().join("templates/config/kubernetes/apps");
    let all = files::paths(&files::root().join("templates/config"))?.len();
    let apps = files::below(&own)?;
    // Only the applications are copied: other outputs may stand but once.
    let wanted = all * (times - 1);
    let copies = apps.iter().cycle().take(wanted).enumerate();
    for (number, (path, content)) in copies {
        let copy = number / apps.len();
        files::write(
            &root.join(format!(
                "templates/overrides/kubernetes/copies/{copy}/{path}"
            )),
            content,
        )?;
    }
    Ok(())
}

/// The minimal fixture with `count` nodes, in networks large enough for them.
pub(super) fn nodes(root: &Utf8Path, count: usize) -> Result<()> {
    let fixture = files::root().join("fixtures/minimal");
    golden::assemble(&fixture, root)?;
    let cluster = files::text(&root.join("cluster.yaml"))?;
    let cluster = cluster.replace("10.10.10.0/24", "10.10.0.0/16");
    files::write(
        &root.join("cluster.yaml"),
        format!("{cluster}cluster_pod_cidr: \"10.64.0.0/11\"\n"),
    )?;
    let mut nodes = "---\nnodes:\n".to_owned();
    for number in 0..count {
        let (high, low) = (number / 200, number % 200);
        let _ = write!(
            nodes,
            "  - name: \"k8s-{number}\"\n    address: \"10.10.{}.{}\"\n    controller: {}\n    \
             disk: \"/dev/sda\"\n    mac_addr: \"52:54:00:00:{high:02x}:{low:02x}\"\n    schematic_id: \
             \"376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba\"\n",
            high + 100,
            low + 1,
            number < 3,
        );
    }
    files::write(&root.join("nodes.yaml"), nodes)
}

/// A repository of Flux with `count` applications, each of six objects in eight files.
pub(super) fn applications(root: &Utf8Path, count: usize) -> Result<()> {
    files::write(&root.join("kubernetes/flux/cluster.yaml"), CLUSTER)?;
    let mut all = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n\
                   \x20 - namespace.yaml\n"
        .to_owned();
    for number in 0..count {
        let name = format!("app-{number}");
        let folder = root.join("kubernetes/apps").join(&name);
        for (path, text) in APPLICATION {
            files::write(&folder.join(path), text.replace("NAME", &name))?;
        }
        let _ = writeln!(all, "  - {name}/ks.yaml");
    }
    let apps = root.join("kubernetes/apps");
    files::write(&apps.join("namespace.yaml"), NAMESPACE)?;
    files::write(&apps.join("kustomization.yaml"), all)
}

const NAMESPACE: &str = "apiVersion: v1
kind: Namespace
metadata:
  name: apps
";

const CLUSTER: &str = "apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 1h
  url: https://github.com/example/cluster
  ref:
    branch: main
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 1h
  path: ./kubernetes/apps
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
";

/// The files of an application.
const APPLICATION: [(&str, &str); 8] = [
    (
        "ks.yaml",
        "apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: NAME
  namespace: flux-system
spec:
  interval: 1h
  path: ./kubernetes/apps/NAME/app
  prune: true
  targetNamespace: apps
  postBuild:
    substitute:
      APP: NAME
  sourceRef:
    kind: GitRepository
    name: flux-system
",
    ),
    (
        "app/kustomization.yaml",
        "apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - deployment.yaml
  - service.yaml
  - configmap.yaml
  - httproute.yaml
configMapGenerator:
  - name: NAME-settings
    files:
      - settings.ini
    envs:
      - settings.env
",
    ),
    (
        "app/deployment.yaml",
        "apiVersion: apps/v1
kind: Deployment
metadata:
  name: NAME
spec:
  replicas: 1
  selector:
    matchLabels:
      app.kubernetes.io/name: NAME
  template:
    metadata:
      labels:
        app.kubernetes.io/name: NAME
    spec:
      containers:
        - name: app
          image: ghcr.io/example/NAME:1.2.3
          args: [\"--name\", \"${APP}\"]
          envFrom:
            - configMapRef:
                name: NAME-settings
          ports:
            - name: http
              containerPort: 8080
          resources:
            requests:
              cpu: 10m
            limits:
              memory: 64Mi
",
    ),
    (
        "app/service.yaml",
        "apiVersion: v1
kind: Service
metadata:
  name: NAME
spec:
  selector:
    app.kubernetes.io/name: NAME
  ports:
    - name: http
      port: 80
      targetPort: http
",
    ),
    (
        "app/configmap.yaml",
        "apiVersion: v1
kind: ConfigMap
metadata:
  name: NAME
data:
  greeting: hello from ${APP}
",
    ),
    (
        "app/httproute.yaml",
        "apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: NAME
spec:
  hostnames: [\"NAME.example.com\"]
  rules:
    - backendRefs:
        - name: NAME
          port: 80
",
    ),
    ("app/settings.ini", "[app]\nname = NAME\n"),
    ("app/settings.env", "LEVEL=info\n"),
];
