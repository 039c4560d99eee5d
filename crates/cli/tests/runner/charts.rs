//! `charts sync`, and what the checks know once charts are there; `--helm`; `schemas sync`.

use std::os::unix::fs::PermissionsExt as _;

use insta::assert_snapshot;
use testkit::{Registry, Sandbox, Server, archive};

use crate::{empty, fixture};

const SCHEMA: &str = r#"{"additionalProperties": false, "properties": {"replicas": {"type": "integer"}, "token": {"type": "string", "maxLength": 3}, "args": {"type": "array"}}}"#;

const DEFINITION: &str = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: widgets.example.org}\n\
    spec:\n  group: example.org\n  scope: Namespaced\n  names: {kind: Widget, plural: widgets}\n  versions:\n    - name: v1\n      served: true\n      storage: true\n      \
    schema: {openAPIV3Schema: {type: object, properties: {apiVersion: {type: string}, kind: {type: string}, metadata: {type: object}, spec: {type: object, properties: {size: {type: integer}}}}}}\n";

fn chart(name: &str, version: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let about = format!("apiVersion: v2\nname: {name}\nversion: {version}\n");
    let mut files = vec![("c/Chart.yaml".to_owned(), about.as_str())];
    files.extend(more.iter().map(|(path, text)| (format!("c/{path}"), *text)));
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), *text))
        .collect();
    archive(&files)
}

fn server() -> Server {
    let mut registry = Registry {
        index: "entries:\n  web:\n  - version: 2.1.0\n    urls: [web.tgz]\n  - version: 2.2.0-rc.1\n    urls: [rc.tgz]\n".to_owned(),
        ..Registry::default()
    };
    let app = [
        ("values.yaml", "replicas: 1\nargs: [--one, --two]\n"),
        ("values.schema.json", SCHEMA),
        ("crds/widget.yaml", DEFINITION),
    ];
    registry.push("charts/app", "1.0.0", chart("app", "1.0.0", &app));
    registry.push("charts/ranged", "1.1.0", chart("ranged", "1.1.0", &[]));
    registry.push("charts/ranged", "1.2.0", chart("ranged", "1.2.0", &[]));
    registry.push("charts/broken", "1.0.0", b"no archive".to_vec());
    registry
        .files
        .insert("web.tgz".to_owned(), chart("web", "2.1.0", &[]));
    registry.start()
}

/// A repository with a cluster and these releases, each with its source.
fn repository(objects: &str) -> Sandbox {
    let sandbox = empty();
    sandbox.write(
        "clusters/main/flux-system/gotk-sync.yaml",
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: flux-system, namespace: flux-system}\nspec: {interval: 1m, url: https://git.example.org/a/b, ref: {branch: main}}\n---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: flux-system, namespace: flux-system}\nspec: {interval: 1h, path: ./clusters/main, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}\n",
    );
    sandbox.write(
        "clusters/main/demo/namespace.yaml",
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: demo}\n",
    );
    sandbox.write("clusters/main/demo/app.yaml", objects);
    sandbox
}

fn oci(server: &Server, name: &str, reference: &str, values: &str) -> String {
    format!(
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {{name: {name}, namespace: demo}}\n\
         spec: {{interval: 1h, insecure: true, url: 'oci://{}/charts/{name}', ref: {reference}}}\n---\n\
         apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: {name}\n  namespace: demo\n\
         spec:\n  interval: 1h\n  chartRef: {{kind: OCIRepository, name: {name}}}\n  values:\n{values}---\n",
        server.address()
    )
}

fn http(server: &Server, name: &str, version: &str) -> String {
    format!(
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {{name: {name}, namespace: demo}}\n\
         spec: {{interval: 1h, url: 'http://{}'}}\n---\n\
         apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: {name}, namespace: demo}}\n\
         spec: {{interval: 1h, chart: {{spec: {{chart: {name}, version: '{version}', sourceRef: {{kind: HelmRepository, name: {name}}}}}}}}}\n---\n",
        server.address()
    )
}

/// What is said, without the port.
fn said(output: &testkit::Output, server: &Server) -> String {
    output.to_string().replace(&server.address(), "SERVER")
}

#[test]
fn charts_are_fetched_once_and_failures_are_told_together() {
    let server = server();
    let objects = [
        oci(&server, "app", "{tag: 1.0.0}", "    replicas: 2\n"),
        oci(&server, "ranged", "{semver: 1.x}", "    {}\n"),
        oci(&server, "gone", "{tag: 1.0.0}", "    {}\n"),
        oci(&server, "broken", "{tag: 1.0.0}", "    {}\n"),
        http(&server, "web", "2.x"),
    ];
    let sandbox = repository(&objects.concat());
    let first = sandbox.run(["charts", "sync"]).exits(1);
    assert_snapshot!(said(&first, &server), @r"
    fetched http://SERVER/web 2.x → 2.1.0
    fetched oci://SERVER/charts/app 1.0.0
    failed  oci://SERVER/charts/broken 1.0.0: what was fetched is no chart: it is no gzip archive of files: invalid gzip header
    failed  oci://SERVER/charts/gone 1.0.0: the server does not have it
    fetched oci://SERVER/charts/ranged 1.x → 1.2.0
    ------- stderr -------
    5 charts: 3 fetched into `.ichor/charts`, 0 there already, 2 failed.
    [exit code: 1]
    ");
    assert_eq!(sandbox.read(".ichor/charts/.gitignore"), "*\n");
    let before = server.asked().len();
    let second = sandbox.run(["charts", "sync", "--output", "json"]).exits(1);
    let json: serde_json::Value = serde_json::from_str(&second.stdout).expect("it is JSON");
    let outcomes: Vec<_> = { json["charts"].as_array().into_iter().flatten() }
        .filter_map(|chart| chart["outcome"].as_str())
        .collect();
    assert_eq!(
        outcomes,
        ["present", "present", "failed", "failed", "present"]
    );
    let asked = server.asked().split_off(before);
    let fetched = asked
        .iter()
        .filter(|path| path.contains("/content/") || path.ends_with(".tgz"));
    // Only what is no chart is fetched again.
    assert_eq!(fetched.count(), 1, "{asked:?}");
}

#[test]
fn values_are_held_against_the_charts_that_are_there() {
    let server = server();
    let values = "    replicas: many\n    args: [--two]\n    tokn: a\n";
    let widget = "apiVersion: example.org/v1\nkind: Widget\nmetadata: {name: w, namespace: demo}\nspec: {size: large}\n";
    let sandbox = repository(&(oci(&server, "app", "{tag: 1.0.0}", values) + widget));
    let without = sandbox.run(["flux", "test"]).success();
    assert_snapshot!(said(&without, &server), @r"
    PASSED  Kustomization flux-system/flux-system
    PASSED  HelmRelease   demo/app
    ------- stderr -------
    note[flux/chart-absent]: 1 chart is not in the cache, so that what it says of values is not known
     |
    hint: `ichor charts sync` fetches what is missing

    warning: no schema is known of `example.org/v1 Widget` (1 object)
    6 objects in 1 Kustomization.
    0 failed.
    ");
    drop(sandbox.run(["charts", "sync", "--quiet"]).success());
    let with = sandbox.run(["flux", "test"]).exits(1);
    assert_snapshot!(said(&with, &server), @r"
    FAILED  Kustomization flux-system/flux-system
    FAILED  HelmRelease   demo/app
    ------- stderr -------
    error[flux/chart-values]: the chart of HelmRelease demo/app refuses its values: `replicas` is text, not a whole number
      --> clusters/main/demo/app.yaml:15:15
       |
    15 |     replicas: many
       |               ^^^^

    warning[flux/list-replaced]: the list `args` replaces the chart's, which has `--one` as well
      --> clusters/main/demo/app.yaml:16:11
       |
    16 |     args: [--two]
       |           ^^^^^^^
       |
    hint: give the whole list

    error[flux/chart-values]: the chart of HelmRelease demo/app refuses its values: it does not know `tokn`
      --> clusters/main/demo/app.yaml:17:5
       |
    17 |     tokn: a
       |     ^^^^
       |
    hint: did you mean `token`?

    error[schema/wrong-type]: `spec.size` takes a whole number, not text
      --> clusters/main/demo/app.yaml:22:14
       |
    22 | spec: {size: large}
       |              ^^^^^
       |
    hint: write the value without quotes

    3 errors, 1 warning
    6 objects in 1 Kustomization.
    2 failed.
    [exit code: 1]
    ");
    // What is not as it was fetched is not there.
    let archives: Vec<_> = { sandbox.root().join(".ichor/charts").read_dir_utf8() }
        .expect("it is there")
        .filter_map(|entry| Some(entry.ok()?.file_name().to_owned()))
        .filter(|name| name.ends_with(".tgz"))
        .collect();
    assert_eq!(archives.len(), 1);
    sandbox.write(&format!(".ichor/charts/{}", archives[0]), "other bytes");
    let broken = sandbox.run(["validate", "--path", "."]).success();
    assert!(broken.stderr.contains("flux/chart-absent"), "{broken}");
    drop(sandbox.run(["charts", "sync", "--quiet"]).success());
    drop(sandbox.run(["validate", "--path", "."]).exits(1));
}

#[test]
fn nothing_of_a_secret_is_said_of_values() {
    let server = server();
    let objects = oci(&server, "app", "{tag: 1.0.0}", "    {}\n").replace(
        "  values:\n",
        "  valuesFrom: [{kind: Secret, name: app}]\n  values:\n",
    ) + "apiVersion: v1\nkind: Secret\nmetadata: {name: app, namespace: demo}\nstringData:\n  values.yaml: |\n    token: hunter2hunter2\n    hunter2key: 1\n    replicas: hunter2text\n";
    let sandbox = repository(&objects);
    drop(sandbox.run(["charts", "sync", "--quiet"]).success());
    let tested = sandbox.run(["flux", "test"]).exits(1).to_string();
    assert!(tested.contains("flux/chart-values"), "{tested}");
    assert!(!tested.contains("hunter2"), "{tested}");
}

/// A program in the place of Helm, which tells what it was given.
const HELM: &str = r#"#!/bin/sh
case "$1" in
version) echo VERSION; exit ;;
esac
values=; name="$2"; archive="$3"
while [ $# -gt 0 ]; do
  case "$1" in --values) values="$2" ;; --namespace) namespace="$2" ;; esac
  shift
done
read -r text < "$values"
case "$HOME" in */ichor-private-*) home=private ;; esac
case "$text" in *fail*) echo "Error: it says $text" >&2; exit 1 ;; esac
cat <<EOT
---
# Source: app/templates/a.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: $name
  namespace: $namespace
data:
  values: '$text'
  home: '$home'
  leaked: '$ICHOR_LEAK$HTTP_PROXY'
---
# Source: app/templates/b.yaml
apiVersion: example.org/v1
kind: Widget
metadata: {name: w}
spec: {size: large}
EOT
"#;

fn with_helm(sandbox: &Sandbox, version: &str) {
    let program = sandbox.programs().join("helm");
    std::fs::write(&program, HELM.replace("VERSION", version)).expect("writable");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("ours");
}

#[test]
fn releases_are_rendered_by_helm_and_checked() {
    let server = server();
    let values = "    replicas: 2\n";
    let objects = [
        oci(&server, "app", "{tag: 1.0.0}", values),
        oci(&server, "gone", "{tag: 1.0.0}", "    {}\n"),
    ];
    let mut sandbox = repository(&objects.concat());
    drop(sandbox.run(["charts", "sync", "--quiet"]).exits(1));
    assert_snapshot!(sandbox.run(["flux", "build", "--helm"]).exits(2), @r"
    ------- stderr -------
    error: there is no `helm` on `PATH`
    hint: install Helm 3.18 or later, or leave out `--helm`
    [exit code: 2]
    ");
    with_helm(&sandbox, "v3.17.9");
    let old = sandbox.run(["flux", "test", "--helm"]).exits(2);
    assert!(
        old.stderr.contains("Helm v3.17.9, which is too old"),
        "{old}"
    );
    with_helm(&sandbox, "v4.3.1");
    sandbox.set_variable("ICHOR_LEAK", "leaked");
    let built = sandbox.run(["flux", "build", "--helm"]).success();
    let rendered = built.stdout.split("\ndata:\n").nth(1).unwrap_or_default();
    let talk = said(&built, &server);
    let talk = talk.split("stderr").nth(1).unwrap_or_default();
    assert_snapshot!(format!("{rendered}\n{talk}"), @r#"
      home: private
      leaked: http://127.0.0.1:1
      values: '{"replicas":2}'
    kind: ConfigMap
    metadata:
      labels:
        helm.toolkit.fluxcd.io/name: app
        helm.toolkit.fluxcd.io/namespace: demo
      name: app
      namespace: demo
    ---
    apiVersion: example.org/v1
    kind: Widget
    metadata:
      labels:
        helm.toolkit.fluxcd.io/name: app
        helm.toolkit.fluxcd.io/namespace: demo
      name: w
    spec:
      size: large

     -------
    warning: HelmRelease demo/gone: not rendered, its chart is not in the cache
    1 release rendered.
    9 objects of 1 Kustomization.
    "#);
    let tested = sandbox.run(["flux", "test", "--helm"]).exits(1);
    assert_snapshot!(said(&tested, &server), @r"
    FAILED  Kustomization flux-system/flux-system
    FAILED  HelmRelease   demo/app
    PASSED  HelmRelease   demo/gone
    ------- stderr -------
    warning: HelmRelease demo/gone: not rendered, its chart is not in the cache
    1 release rendered.
    note[flux/chart-absent]: 1 chart is not in the cache, so that what it says of values is not known
     |
    hint: `ichor charts sync` fetches what is missing

    error[schema/wrong-type]: the chart of HelmRelease demo/app makes Widget w: `spec.size` takes a whole number, not text
     --> clusters/main/demo/app.yaml:9:9
      |
    9 |   name: app
      |         ^^^

    1 error
    7 objects in 1 Kustomization, and 2 objects of charts.
    2 failed.
    [exit code: 1]
    ");
    let left = sandbox
        .temporary()
        .read_dir_utf8()
        .expect("it is there")
        .count();
    assert_eq!(left, 0, "nothing of what it was given stays");
}

#[test]
fn what_is_suspended_is_not_rendered() {
    let server = server();
    let objects = oci(&server, "app", "{tag: 1.0.0}", "    replicas: 2\n")
        .replace("spec:\n  interval", "spec:\n  suspend: true\n  interval");
    let sandbox = repository(&objects);
    drop(sandbox.run(["charts", "sync", "--quiet"]).success());
    with_helm(&sandbox, "v4.3.1");
    let built = sandbox.run(["flux", "build", "--helm"]).success();
    let why = "HelmRelease demo/app: not rendered, it is suspended";
    assert!(built.stderr.contains(why), "{built}");
    assert!(!built.stdout.contains("kind: Widget"), "{built}");
}

#[test]
fn what_helm_says_of_a_failure_shows_no_secret() {
    let server = server();
    let objects = oci(&server, "app", "{tag: 1.0.0}", "    replicas: 1\n").replace(
        "  values:\n",
        "  valuesFrom: [{kind: Secret, name: app, valuesKey: v, targetPath: token}]\n  values:\n",
    ) + "apiVersion: v1\nkind: Secret\nmetadata: {name: app, namespace: demo}\nstringData: {v: fail-hunter2hunter2}\n";
    let sandbox = repository(&objects);
    drop(sandbox.run(["charts", "sync", "--quiet"]).success());
    with_helm(&sandbox, "v4.3.1");
    let tested = sandbox.run(["flux", "test", "--helm"]).exits(1).to_string();
    assert!(tested.contains("flux/chart-render"), "{tested}");
    assert!(
        tested.contains("it says") && !tested.contains("hunter2"),
        "{tested}"
    );
}

#[test]
fn definitions_are_gathered_and_known() {
    let server = server();
    let gadget = "apiVersion: example.com/v1\nkind: Gadget\nmetadata: {name: g, namespace: demo}\nspec: {size: large}\n";
    let sandbox = repository(&(oci(&server, "app", "{tag: 1.0.0}", "    {}\n") + gadget));
    drop(sandbox.run(["charts", "sync", "--quiet"]).success());
    let other = DEFINITION
        .replace("example.org", "example.com")
        .replace("widgets", "gadgets");
    std::fs::create_dir_all(sandbox.home().join("definitions/a")).expect("writable");
    let file = sandbox.home().join("definitions/a/gadget.yaml");
    std::fs::write(file, other.replace("Widget", "Gadget")).expect("writable");
    let before = sandbox.run(["flux", "test"]).success();
    assert!(
        before
            .stderr
            .contains("no schema is known of `example.com/v1 Gadget`"),
        "{before}"
    );
    let folder = sandbox.home().join("definitions");
    let synced = sandbox
        .run(["schemas", "sync", "--from", folder.as_str()])
        .success();
    assert_snapshot!(said(&synced, &server), @r"
    gadgets.example.com
    widgets.example.org
    ------- stderr -------
    2 definitions in `.ichor/schemas`: 1 of charts, 1 of folders.
    ");
    let after = sandbox.run(["flux", "test"]).exits(1).to_string();
    assert!(!after.contains("no schema is known"), "{after}");
    assert!(
        after.contains("app.yaml") && after.contains("schema/"),
        "{after}"
    );
    drop(
        sandbox
            .run(["schemas", "sync", "--from", "nowhere"])
            .exits(2),
    );
}

#[test]
fn configure_knows_the_charts_and_says_again_what_it_said() {
    let sandbox = fixture("public");
    let first = sandbox.run(["configure"]).success();
    assert!(!first.stderr.contains("chart-absent"), "{first}");
    // Who has fetched one chart is told of those that are missing.
    let digest = "0".repeat(64);
    sandbox.write(
        ".ichor/charts/index.json",
        format!(r#"[{{"address": "oci://example.org/a", "name": "", "wanted": "1", "pin": "tag", "version": "1", "digest": "{digest}"}}]"#),
    );
    for _ in 0..2 {
        let next = sandbox.run(["configure"]).success();
        assert!(
            next.stderr.contains("18 charts are not in the cache"),
            "{next}"
        );
    }
}
