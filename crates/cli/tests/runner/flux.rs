//! What the cluster gets, as `ichor flux` and `validate --path` tell it.

use insta::assert_snapshot;
use testkit::Sandbox;

use crate::{empty, fixture};

/// A repository of another layout: one folder a cluster, apps beside it.
fn foreign() -> Sandbox {
    let sandbox = empty();
    let files = [
        (
            "clusters/main/flux-system/gotk-sync.yaml",
            "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: flux-system, namespace: flux-system}\nspec: {interval: 1m, url: https://git.example.org/a/b, ref: {branch: main}}\n---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: flux-system, namespace: flux-system}\nspec: {interval: 1h, path: ./clusters/main, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}\n",
        ),
        (
            "clusters/main/apps.yaml",
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: apps\n  namespace: flux-system\nspec:\n  interval: 1h\n  path: ./apps\n  prune: true\n  targetNamespace: demo\n  sourceRef:\n    kind: GitRepository\n    name: flux-system\n  postBuild:\n    substitute:\n      PORT: \"8080\"\n",
        ),
        (
            "apps/kustomization.yaml",
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [namespace.yaml, service.yaml, token.yaml]\n",
        ),
        (
            "apps/namespace.yaml",
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: demo}\n",
        ),
        (
            "apps/service.yaml",
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector: {app: web}\n  ports:\n    - name: http\n      port: ${PORT}\n",
        ),
        (
            "apps/token.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: token}\nstringData:\n  token: a-value-that-nobody-sees\n",
        ),
    ];
    for (path, text) in files {
        sandbox.write(path, text);
    }
    sandbox
}

fn git(sandbox: &Sandbox, words: &[&str]) {
    let identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
    let status = std::process::Command::new("git")
        .current_dir(sandbox.root())
        .args(identity)
        .args(words)
        .status();
    assert!(status.is_ok_and(|status| status.success()), "git {words:?}");
}

fn committed() -> Sandbox {
    let sandbox = foreign();
    for words in [
        &["init", "--quiet"] as &[&str],
        &["add", "--all"],
        &["commit", "--quiet", "--message", "a"],
    ] {
        git(&sandbox, words);
    }
    sandbox
}

#[test]
fn the_public_fixture_passes_and_shows_no_secret() {
    let sandbox = fixture("public");
    drop(sandbox.run(["configure", "--quiet"]).success());
    let tested = sandbox.run(["flux", "test"]).success().to_string();
    assert!(!tested.contains("FAILED"), "{tested}");
    assert_eq!(tested.matches("PASSED  Kustomization").count(), 30);
    assert_eq!(tested.matches("PASSED  HelmRelease").count(), 18);
    drop(
        sandbox
            .run(["flux", "graph", "--html", "page.html"])
            .success(),
    );
    let mut shown = sandbox.read("page.html");
    for words in [
        &["flux", "build"] as &[&str],
        &["flux", "build", "--output", "json"],
        &["flux", "graph"],
        &["flux", "graph", "--network", "--format", "svg"],
        &["flux", "graph", "--output", "json"],
    ] {
        shown += &sandbox.run(words.iter().copied()).success().to_string();
    }
    for secret in [
        "fixture-token",
        "fixture-csi-secret",
        "fixture-ccm-secret",
        "fixture-us-east-key",
        "fixture-us-east2-key",
        "fixture-google-secret",
        "fixture-entra-secret",
        "fixture-github-secret",
        "fixture-keycloak-password",
        "fixture-oidc-client-secret",
        "fixture-postgres-password",
        "fixture-redis-password",
        "AGE-SECRET-KEY",
        "PRIVATE KEY",
    ] {
        assert!(!shown.contains(secret), "{secret}");
    }
    let token = sandbox.read("github-push-token.txt");
    assert!(token.trim().len() > 8 && !shown.contains(token.trim()));
}

#[test]
fn any_repository_is_told_from_within_and_by_its_path() {
    let sandbox = committed();
    assert_snapshot!(sandbox.run(["flux", "test"]).success(), @r"
    PASSED  Kustomization flux-system/flux-system
    PASSED  Kustomization flux-system/apps
    ------- stderr -------
    6 objects in 2 Kustomizations.
    0 failed.
    ");
    assert_snapshot!(sandbox.run(["flux", "build", "apps"]).success(), @r"
    apiVersion: v1
    kind: Namespace
    metadata:
      name: demo
    ---
    apiVersion: v1
    kind: Secret
    metadata:
      name: token
      namespace: demo
    stringData:
      token: <redacted>
    ---
    apiVersion: v1
    kind: Service
    metadata:
      name: web
      namespace: demo
    spec:
      ports:
      - name: http
        port: 8080
      selector:
        app: web
    ------- stderr -------
    3 objects of 1 Kustomization.
    ");
    assert_snapshot!(sandbox.run(["validate", "--path", "clusters/main"]).success(), @r"
    ------- stderr -------
    6 objects in 2 Kustomizations.
    ");
    assert_snapshot!(sandbox.run(["flux", "build", "app"]).exits(2), @r"
    ------- stderr -------
    error: there is no Kustomization `app`
    hint: did you mean `apps`?
    [exit code: 2]
    ");
    assert_snapshot!(sandbox.run(["validate", "--path", "apps/service.yaml"]).exits(2), @r"
    ------- stderr -------
    error: `./apps/service.yaml` is no folder
    hint: name the folder that it lies in: `./apps`
    [exit code: 2]
    ");
    assert_snapshot!(sandbox.run(["flux", "test", "--path", "/nowhere"]).exits(2), @r"
    ------- stderr -------
    error: `/nowhere` does not exist
    hint: name the folder of a repository, or of one cluster in it
    [exit code: 2]
    ");
    std::fs::create_dir(sandbox.root().join("hollow")).expect("writable");
    assert_snapshot!(sandbox.run(["flux", "graph", "--path", "hollow"]).exits(2), @r"
    ------- stderr -------
    error: `./hollow` is empty
    hint: name the folder of a repository, or of one cluster in it
    [exit code: 2]
    ");
}

#[test]
fn what_the_cluster_would_refuse_is_told_at_its_place() {
    let sandbox = foreign();
    let service = sandbox.read("apps/service.yaml");
    sandbox.write("apps/service.yaml", service.replace("port:", "prot:"));
    let root = sandbox.read("clusters/main/apps.yaml");
    sandbox.write("clusters/main/apps.yaml", root.replace("PORT:", "OTHER:"));
    assert_snapshot!(sandbox.run(["validate", "--path", "."]).exits(1), @r"
    ------- stderr -------
    error[schema/missing-field]: `spec.ports[0].port` is missing
     --> apps/service.yaml:8:7
      |
    8 |     - name: http
      |       ^^^^^^^^^^

    warning[schema/unknown-field]: there is no field `spec.ports[0].prot`, and Flux drops it without a word
     --> apps/service.yaml:9:7
      |
    9 |       prot: ${PORT}
      |       ^^^^
      |
    hint: did you mean `port`?

    error[flux/unset-variable]: the variable `PORT` is not set
     --> apps/service.yaml:9:13
      |
    9 |       prot: ${PORT}
      |             ^^^^^^^
      |
    hint: set it in `postBuild`, give a default as in `${PORT:=…}`, or write `$${` where the text is meant

    2 errors, 1 warning
    6 objects in 2 Kustomizations.
    [exit code: 1]
    ");
    sandbox.write("clusters/main/apps.yaml", root);
    assert_snapshot!(sandbox.run(["validate", "--path", "."]).exits(1), @r"
    ------- stderr -------
    error[schema/missing-field]: `spec.ports[0].port` is missing
     --> apps/service.yaml:8:7
      |
    8 |     - name: http
      |       ^^^^^^^^^^

    warning[schema/unknown-field]: there is no field `spec.ports[0].prot`, and Flux drops it without a word
     --> apps/service.yaml:9:7
      |
    9 |       prot: ${PORT}
      |       ^^^^
      |
    hint: did you mean `port`?

    1 error, 1 warning
    6 objects in 2 Kustomizations.
    [exit code: 1]
    ");
    assert_snapshot!(sandbox.run(["validate", "--path", ".", "--output", "github", "--quiet"]).exits(1), @r"
    ::error file=apps/service.yaml,line=8,col=7,title=schema/missing-field::`spec.ports[0].port` is missing
    ::warning file=apps/service.yaml,line=9,col=7,title=schema/unknown-field::there is no field `spec.ports[0].prot`, and Flux drops it without a word; did you mean `port`?
    ------- stderr -------
    error[schema/missing-field]: `spec.ports[0].port` is missing
     --> apps/service.yaml:8:7
      |
    8 |     - name: http
      |       ^^^^^^^^^^

    warning[schema/unknown-field]: there is no field `spec.ports[0].prot`, and Flux drops it without a word
     --> apps/service.yaml:9:7
      |
    9 |       prot: ${PORT}
      |       ^^^^
      |
    hint: did you mean `port`?

    1 error, 1 warning
    [exit code: 1]
    ");
    let log = sandbox
        .run(["validate", "--path", ".", "--output", "sarif"])
        .exits(1);
    assert!(
        log.to_string()
            .contains("\"ruleId\": \"schema/unknown-field\"")
    );
}

#[test]
fn what_changes_is_told_object_by_object() {
    let sandbox = committed();
    assert_snapshot!(sandbox.run(["flux", "diff"]).success(), @r"
    ------- stderr -------
    Nothing changes in the cluster.
    ");
    let root = sandbox.read("clusters/main/apps.yaml");
    sandbox.write("clusters/main/apps.yaml", root.replace("8080", "9090"));
    let token = sandbox.read("apps/token.yaml");
    sandbox.write("apps/token.yaml", token.replace("nobody-sees", "is-new"));
    let changed = sandbox.run(["flux", "diff"]).exits(3);
    assert!(!changed.to_string().contains("a-value"));
    assert_snapshot!(changed, @r#"
    ~ Kustomization flux-system/apps (Kustomization flux-system/flux-system)
    @@ -13,4 +13,4 @@
         name: flux-system
       postBuild:
         substitute:
    -      PORT: "8080"
    +      PORT: "9090"

    ~ Secret demo/token (Kustomization flux-system/apps)
    @@ -4,4 +4,4 @@
       name: token
       namespace: demo
     stringData:
    -  token: <redacted>
    +  token: <redacted, another one>

    ~ Service demo/web (Kustomization flux-system/apps)
    @@ -6,6 +6,6 @@
     spec:
       ports:
         - name: http
    -      port: 8080
    +      port: 9090
       selector:
         app: web

    0 added, 3 changed, 0 removed.
    [exit code: 3]
    "#);
    let markdown = sandbox
        .run(["flux", "diff", "--format", "markdown"])
        .exits(3);
    assert!(markdown.to_string().contains("<details>"));
    git(&sandbox, &["commit", "--quiet", "--all", "--message", "b"]);
    drop(sandbox.run(["flux", "diff"]).success());
    let revisions = ["flux", "diff", "--from", "HEAD~1", "--to", "HEAD"];
    let between = sandbox.run(revisions).exits(3);
    assert!(between.to_string().contains("port: 9090"));
    assert_snapshot!(sandbox.run(["flux", "diff", "--from", "nowhere"]).exits(1), @r"
    ------- stderr -------
    error[git/unknown-revision]: git has no revision `nowhere`
    --> .git
     |
    hint: name a commit, a branch or a tag that git has: `git log` lists them

    1 error
    [exit code: 1]
    ");
}

#[test]
fn a_version_of_kubernetes_is_one_that_is_built_in() {
    let sandbox = committed();
    for known in ["1.36", "v1.36", "v1.36.3", "1.33.0"] {
        let words = ["flux", "test", "--kubernetes-version", known];
        drop(sandbox.run(words).success());
    }
    assert_snapshot!(sandbox.run(["flux", "test", "--kubernetes-version", "1.20"]).exits(2), @r"
    ------- stderr -------
    error: Kubernetes `1.20` is not built in
    hint: name one of `1.33`, `1.34`, `1.35`, `1.36`, `1.37`
    [exit code: 2]
    ");
    for none in ["latest", ">=1.33", "1", "1.36.x", "1.36.3.1", "", "v"] {
        let words = ["validate", "--path", ".", "--kubernetes-version", none];
        let told = sandbox.run(words).exits(2).to_string();
        let first = format!("error: `{none}` is no version of Kubernetes");
        assert!(told.contains(&first) && told.contains("`1.36`"), "{told}");
    }
}

#[test]
fn what_cannot_be_built_is_no_deletion() {
    let sandbox = committed();
    let kustomization = sandbox.read("apps/kustomization.yaml");
    sandbox.write(
        "apps/kustomization.yaml",
        kustomization.replace("token.yaml", "tokn.yaml"),
    );
    assert_snapshot!(sandbox.run(["flux", "diff"]).exits(1), @r"
    ? Kustomization flux-system/apps as it is now cannot be built: what it removes is not known

    Nothing else changes in the cluster.
    ------- stderr -------
    error[kustomize/missing]: there is no file and no folder `apps/tokn.yaml`
     --> apps/kustomization.yaml:3:43
      |
    3 | resources: [namespace.yaml, service.yaml, tokn.yaml]
      |                                           ^^^^^^^^^

    [exit code: 1]
    ");
    let json = sandbox.run(["flux", "diff", "--output", "json"]).exits(1);
    assert!(json.stdout.contains("\"unknown\""), "{json}");
    assert!(!json.stdout.contains("\"removed\""), "{json}");
    git(
        &sandbox,
        &["commit", "--quiet", "--all", "--message", "broken"],
    );
    // The other way round nothing counts as new.
    sandbox.write("apps/kustomization.yaml", &kustomization);
    assert_snapshot!(sandbox.run(["flux", "diff"]).exits(3), @r"
    ? Kustomization flux-system/apps as it was cannot be built: what it adds is not known

    Nothing else changes in the cluster.
    [exit code: 3]
    ");
    let markdown = sandbox
        .run(["flux", "diff", "--format", "markdown"])
        .exits(3);
    assert!(markdown.stdout.contains("cannot be built"), "{markdown}");
    // Whoever no longer applies what is broken applies nothing of it.
    git(&sandbox, &["reset", "--quiet", "--hard", "HEAD~1"]);
    let root = sandbox.read("clusters/main/apps.yaml");
    sandbox.write(
        "clusters/main/apps.yaml",
        root.replace("  prune", "  suspend: true\n  prune"),
    );
    assert_snapshot!(sandbox.run(["flux", "diff"]).exits(3), @r"
    ~ Kustomization flux-system/apps (Kustomization flux-system/flux-system)
    @@ -6,6 +6,7 @@
     spec:
       interval: 1h
       path: ./apps
    +  suspend: true
       prune: true
       targetNamespace: demo
       sourceRef:

    ? Kustomization flux-system/apps as it is now is suspended, or comes from elsewhere: what it removes is not known

    0 added, 1 changed, 0 removed.
    [exit code: 3]
    ");
}

#[test]
fn what_can_be_drawn_is_drawn_and_the_rest_is_told() {
    let sandbox = foreign();
    sandbox.write("apps/kustomization.yaml", "resources: [gone.yaml]\n");
    assert_snapshot!(sandbox.run(["flux", "graph"]).exits(1), @r"
    Kustomization flux-system/flux-system (clusters/main)
    `-- Kustomization flux-system/apps (apps) fails
    ------- stderr -------
    error[kustomize/missing]: there is no file and no folder `apps/gone.yaml`
     --> apps/kustomization.yaml:1:13
      |
    1 | resources: [gone.yaml]
      |             ^^^^^^^^^

    [exit code: 1]
    ");
    let words = ["flux", "graph", "--html", "page.html"];
    let told = sandbox.run(words).exits(1);
    assert!(told.stderr.contains("kustomize/missing"), "{told}");
    assert!(sandbox.read("page.html").contains("</html>"));
}

#[test]
fn clusters_of_one_repository_are_kept_apart() {
    let sandbox = empty();
    let gateway = |address: &str| {
        format!(
            "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{name: front, namespace: default}}\nspec:\n  gatewayClassName: a\n  addresses: [{{type: IPAddress, value: {address}}}]\n  listeners: [{{name: http, port: 80, protocol: HTTP}}]\n---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: web, namespace: default}}\nspec:\n  hostnames: [web.example.org]\n  parentRefs: [{{name: front}}]\n  rules: [{{backendRefs: [{{name: web, port: 80}}]}}]\n---\napiVersion: v1\nkind: Service\nmetadata: {{name: web, namespace: default}}\nspec: {{selector: {{app: web}}, ports: [{{port: 80}}]}}\n"
        )
    };
    for (cluster, address) in [("one", "10.0.0.1"), ("two", "10.0.0.1")] {
        let sync = format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: flux-system, namespace: flux-system}}\nspec: {{interval: 1h, path: ./clusters/{cluster}, prune: true, sourceRef: {{kind: GitRepository, name: flux-system}}}}\n"
        );
        sandbox.write(
            &format!("clusters/{cluster}/flux-system/gotk-sync.yaml"),
            sync,
        );
        sandbox.write(&format!("clusters/{cluster}/app.yaml"), gateway(address));
    }
    // One address in two clusters is no address twice.
    assert_snapshot!(sandbox.run(["flux", "test"]).success(), @r"
    PASSED  Kustomization clusters/one: flux-system/flux-system
    PASSED  Kustomization clusters/two: flux-system/flux-system
    ------- stderr -------
    8 objects in 2 Kustomizations.
    0 failed.
    ");
    assert_snapshot!(sandbox.run(["flux", "graph"]).success(), @r"
    Kustomization flux-system/flux-system (clusters/one)
    Kustomization flux-system/flux-system (clusters/two)

    Cluster clusters/one

    Gateway default/front at 10.0.0.1
      listener http HTTP 80
      web.example.org -> HTTPRoute default/web, to default/web:80

    Cluster clusters/two

    Gateway default/front at 10.0.0.1
      listener http HTTP 80
      web.example.org -> HTTPRoute default/web, to default/web:80
    ");
    assert_snapshot!(sandbox.run(["flux", "graph", "--network", "--format", "mermaid"]).success(), @r#"
    flowchart LR
      subgraph g0["clusters/one"]
        n1(["10.0.0.1"])
        n5(["web.example.org"])
      end
      subgraph g1["clusters/one: default"]
        n0[["Gateway front<br/>http HTTP:80"]]
        n4["flux-system<br/>default/web:80"]
      end
      subgraph g2["clusters/two"]
        n3(["10.0.0.1"])
        n7(["web.example.org"])
      end
      subgraph g3["clusters/two: default"]
        n2[["Gateway front<br/>http HTTP:80"]]
        n6["flux-system<br/>default/web:80"]
      end
      n1 --> n0
      n3 --> n2
      n5 --> n4
      n0 --> n5
      n7 --> n6
      n2 --> n7
    "#);
}

/// A repository that lies in another as a folder, as checkouts without `.git` and test data do.
#[test]
fn a_repository_in_another_is_found_by_the_paths_of_its_cluster() {
    let sandbox = empty();
    sandbox.write("outer/.git/HEAD", "ref: refs/heads/main\n");
    let start = |name: &str, path: &str| {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: flux-system}}\nspec: {{interval: 1h, prune: true, path: ./{path}, sourceRef: {{kind: GitRepository, name: flux-system}}}}\n"
        )
    };
    sandbox.write(
        "outer/data/r1/clusters/prod/flux-system/gotk-sync.yaml",
        start("flux-system", "clusters/prod"),
    );
    sandbox.write(
        "outer/data/r1/clusters/prod/apps.yaml",
        start("apps", "apps"),
    );
    sandbox.write(
        "outer/data/r1/apps/map.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: map, namespace: default}\n",
    );
    for path in [
        "outer/data/r1",
        "outer/data/r1/clusters",
        "outer/data/r1/clusters/prod",
    ] {
        let shown = sandbox.run(["flux", "test", "--path", path]).to_string();
        assert!(
            shown.contains("PASSED  Kustomization flux-system/apps"),
            "{path}: {shown}"
        );
        assert!(shown.contains("0 failed"), "{path}: {shown}");
    }
}
