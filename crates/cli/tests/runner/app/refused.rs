//! What is refused, so that nothing is written.

use testkit::files_below;

use super::{PLAIN, remove, words};
use crate::fixture;

/// What is asked for, and the rule that refuses it. Nothing is written then.
const REFUSED: [(&str, &str, &str); 28] = [
    (
        "../x/y",
        "--chart oci://a.io/b --version 1.2.3",
        "app/invalid-name",
    ),
    (
        "default/../x",
        "--chart oci://a.io/b --version 1.2.3",
        "app/invalid-name",
    ),
    (
        "Default/x",
        "--chart oci://a.io/b --version 1.2.3",
        "app/invalid-name",
    ),
    (
        "x",
        "--chart oci://a.io/b --version 1.2.3",
        "app/invalid-name",
    ),
    (
        "default/x",
        "--chart oci://a.io --version 1.2.3",
        "app/invalid-chart",
    ),
    (
        "default/x",
        "--chart oci://a.io/b:1.2.3 --version 1.2.3",
        "app/invalid-chart",
    ),
    (
        "default/x",
        "--chart oci://a.io/../b --version 1.2.3",
        "app/invalid-chart",
    ),
    (
        "default/x",
        "--chart https://a.io/b --version 1.2.3",
        "app/invalid-chart",
    ),
    (
        "default/x",
        "--chart oci://a.io/b --version latest",
        "app/invalid-chart",
    ),
    (
        "default/x",
        "--chart oci://a.io/b --version 1.x",
        "app/invalid-chart",
    ),
    (
        "default/x",
        "--repository oci://a.io --chart b --version 1.2.3",
        "app/invalid-chart",
    ),
    (
        "default/x",
        "--chart oci://me:secret@a.io/b --version 1.2.3",
        "app/invalid-chart",
    ),
    (
        "default/x",
        "--chart https://me:secret@a.io/b --version 1.2.3",
        "app/invalid-chart",
    ),
    (
        "default/x",
        "--repository https://a.io --chart oci://me:sec/ret@a.io/b --version 1.2.3",
        "app/invalid-chart",
    ),
    (
        "default/x",
        "--repository oci://me:secret@a.io --chart b --version 1.2.3",
        "app/invalid-chart",
    ),
    (
        "default/x",
        "--repository https://me:secret@a.io --chart b --version 1.2.3",
        "app/invalid-chart",
    ),
    (
        "default/x",
        "--repository https://a.io --chart ../b --version 1.2.3",
        "app/invalid-chart",
    ),
    (
        "default/x",
        "--chart oci://a.io/b --version 1.2.3 --host a.b.c",
        "app/invalid-host",
    ),
    (
        "default/x",
        "--chart oci://a.io/b --version 1.2.3 --host x --port 0",
        "app/invalid-host",
    ),
    (
        "default/x",
        "--chart oci://a.io/b --version 1.2.3 --host x --service A_b",
        "app/invalid-host",
    ),
    (
        "default/x",
        "--chart oci://a.io/b --version 1.2.3 --key nodes:string",
        "app/invalid-key",
    ),
    (
        "default/x",
        "--chart oci://a.io/b --version 1.2.3 --key a-b:string",
        "app/invalid-key",
    ),
    (
        "default/x",
        "--chart oci://a.io/b --version 1.2.3 --key x:nonsense",
        "app/invalid-key",
    ),
    (
        "default/x",
        "--chart oci://a.io/b --version 1.2.3 --key x:integer:many",
        "app/invalid-key",
    ),
    (
        "default/x",
        "--chart oci://a.io/b --version 1.2.3 --key x",
        "app/invalid-key",
    ),
    (
        "default/x",
        "--chart oci://a.io/b --version 1.2.3 --key node_cidr:integer",
        "app/invalid-key",
    ),
    (
        "default/x",
        "--chart oci://a.io/b --version 1.2.3 --secret x:a/b",
        "app/invalid-key",
    ),
    (
        "default/echo",
        "--chart oci://a.io/b --version 1.2.3",
        "app/exists",
    ),
];

#[test]
fn what_cannot_work_is_refused_and_nothing_is_written() {
    let sandbox = fixture("minimal");
    let before = sandbox.snapshot();
    for (name, flags, rule) in REFUSED {
        let said = sandbox.run(words(name, flags)).exits(1).stderr;
        assert!(
            said.contains(&format!("[{rule}]")),
            "{name} {flags}: {said}"
        );
        assert!(!said.contains("ret@"), "{said}");
    }
    assert_eq!(sandbox.snapshot().changed_since(&before), [""; 0]);
}

#[test]
fn manifests_that_cannot_work_are_refused() {
    let object = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n";
    let secret =
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\nstringData:\n  a: hunter22hunter\n";
    let list = "apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: Secret\n    stringData:\n      a: hunter22hunter\n";
    for (name, text, rule) in [
        ("kustomization.yaml", object, "app/invalid-manifest"),
        ("httproute.yaml", object, "app/invalid-manifest"),
        ("A b.yaml", object, "app/invalid-manifest"),
        ("a.txt", object, "app/invalid-manifest"),
        ("a.sops.yaml", object, "app/invalid-manifest"),
        ("a.yaml", "", "app/invalid-manifest"),
        ("a.yaml", "a: 1\n", "app/invalid-manifest"),
        ("a.yaml", "a: [\n", "yaml/syntax"),
        ("a.yaml", secret, "app/secret-in-manifest"),
        ("a.yaml", list, "app/secret-in-manifest"),
    ] {
        let sandbox = fixture("minimal");
        sandbox.write(&format!("in/{name}"), text);
        let before = sandbox.snapshot();
        let path = format!("in/{name}");
        let said = sandbox
            .run(["app", "add", "web/a", "--manifest", &path])
            .exits(1)
            .stderr;
        assert!(said.contains(&format!("[{rule}]")), "{name}: {said}");
        assert!(!said.contains("hunter22"), "{said}");
        assert_eq!(sandbox.snapshot().changed_since(&before), [""; 0], "{name}");
    }
    let sandbox = fixture("minimal");
    let said = sandbox
        .run(["app", "add", "web/a", "--manifest", "none.yaml"])
        .exits(1)
        .stderr;
    assert!(said.contains("[file/missing]"), "{said}");
    let said = sandbox.run(["app", "add", "web/a"]).exits(2).stderr;
    assert!(said.contains("--chart"), "{said}");
}

#[test]
fn what_is_not_understood_is_left_alone() {
    for (path, text, hint) in [
        (
            "templates/variables.yaml",
            "cluster: &a {}\nnodes: *a\n",
            "yourself",
        ),
        (
            "templates/variables.yaml",
            "{cluster: {}, nodes: {}}\n---\na: 1\n",
            "",
        ),
        (
            "templates/overrides/kubernetes/apps/default/kustomization.yaml.j2",
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [./namespace.yaml, ./echo/ks.yaml]\n",
            "- ./x/ks.yaml",
        ),
        (
            "versions.yaml",
            "{cilium: \"1.20.1\"}\n",
            "# renovate: datasource=docker depName=ghcr.io/a/b",
        ),
        (".ichor/apps/default/y.json", "{", "from a commit"),
        (
            ".ichor/apps/default/y.json",
            r#"{"files":{"../outside":""},"shared":{},"insertions":[]}"#,
            "from a commit",
        ),
        // It may come from somebody else, who would have a key removed.
        (
            ".ichor/apps/default/y.json",
            r#"{"files":{"age.key":""},"shared":{},"insertions":[]}"#,
            "from a commit",
        ),
        (
            ".ichor/apps/default/y.json",
            r#"{"files":{},"shared":{"nodes.yaml":""},"insertions":[]}"#,
            "from a commit",
        ),
        (
            ".ichor/apps/default/y.json",
            r#"{"files":{"templates/overrides/kubernetes/apps/media/z/ks.yaml.j2":""},"shared":{},"insertions":[]}"#,
            "from a commit",
        ),
    ] {
        let sandbox = fixture("minimal");
        sandbox.write(path, text);
        let before = sandbox.snapshot();
        let flags = format!("{PLAIN} --key x_size:string");
        let said = sandbox.run(words("default/x", &flags)).exits(1).stderr;
        assert!(said.contains("[app/not-understood]"), "{path}: {said}");
        assert!(said.contains(hint), "{path}: {said}");
        assert_eq!(sandbox.snapshot().changed_since(&before), [""; 0], "{path}");
    }
}

#[test]
fn keys_that_cannot_be_shown_are_told() {
    let sandbox = fixture("minimal");
    let cluster = sandbox.read("cluster.yaml") + "--- [\n";
    sandbox.write("cluster.yaml", &cluster);
    let flags = format!("{PLAIN} --key x_size:string");
    let said = sandbox.run(words("default/x", &flags)).stderr;
    assert!(said.contains("[app/not-shown]"), "{said}");
    assert_eq!(sandbox.read("cluster.yaml"), cluster);
}

#[test]
fn nothing_is_written_through_a_link() {
    let sandbox = fixture("minimal");
    let folder = sandbox.root().join("templates/overrides/kubernetes/apps");
    std::fs::create_dir_all(&folder).expect("writable");
    let outside = sandbox.temporary().join("outside");
    std::fs::create_dir(&outside).expect("writable");
    std::os::unix::fs::symlink(&outside, folder.join("media")).expect("linked");
    let before = sandbox.snapshot();
    let said = sandbox.run(words("media/x", PLAIN)).exits(1).stderr;
    assert!(said.contains("link"), "{said}");
    assert!(files_below(&outside).is_empty());
    assert_eq!(sandbox.snapshot().changed_since(&before), [""; 0]);
}

#[test]
fn nothing_is_written_unless_the_repository_is_accepted_with_it() {
    let sandbox = fixture("minimal");
    sandbox.write(
        "in/service.yaml",
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  ports: none\n",
    );
    let before = sandbox.snapshot();
    let words = ["app", "add", "web/a", "--manifest", "in/service.yaml"];
    let said = sandbox.run(words).exits(1).stderr;
    assert!(said.contains("[app/not-accepted]"), "{said}");
    assert_eq!(sandbox.snapshot().changed_since(&before), [""; 0]);
}

#[test]
fn what_was_wrong_before_is_no_reason() {
    let sandbox = fixture("minimal");
    sandbox.write(
        "templates/overrides/a.yaml.j2",
        "#{ nothing_declares_this }#\n",
    );
    drop(sandbox.run(words("default/x", PLAIN)).success());
    remove(&sandbox, "default/x");
    assert!(!sandbox.exists(".ichor/apps"));
}

#[test]
fn a_repository_that_declares_nothing_yet_is_not_made_to() {
    let sandbox = fixture("forks/late-2025");
    let before = sandbox.snapshot();
    let said = sandbox
        .run(words("default/x", &format!("{PLAIN} --key x_size:string")))
        .exits(1)
        .stderr;
    assert!(
        said.contains("[app/not-declared]") && said.contains("template declare"),
        "{said}"
    );
    assert_eq!(sandbox.snapshot().changed_since(&before), [""; 0]);
}

#[test]
fn a_route_without_its_gateway_is_refused() {
    let sandbox = fixture("minimal");
    sandbox.write(
        "templates/overrides/kubernetes/apps/network/envoy-gateway/app/envoy.yaml.j2",
        "# none\n",
    );
    let said = sandbox
        .run(words("default/x", &format!("{PLAIN} --host x")))
        .exits(1)
        .stderr;
    assert!(said.contains("[app/no-gateway]"), "{said}");
}
