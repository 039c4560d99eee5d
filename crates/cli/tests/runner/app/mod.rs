//! Applications: added in one step, listed, and taken out again to the byte.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;

mod refused;
mod removed;

use testkit::{Sandbox, files_below};

use crate::fixture;

/// A chart without anything else.
const PLAIN: &str = "--chart oci://ghcr.io/a/b --version 1.2.3";

/// Ten charts of different kinds, each with flags of its own: the application, and what is asked
/// for. Nothing of them is fetched.
const CHARTS: [(&str, &str); 10] = [
    (
        "default/podinfo",
        "--chart oci://ghcr.io/stefanprodan/charts/podinfo --version 6.9.2 --host podinfo --port 9898",
    ),
    (
        "default/wiki",
        "--chart oci://ghcr.io/bjw-s-labs/helm/app-template --version 5.1.0 --host wiki --host notes --gateway external --key wiki_size:quantity:5Gi",
    ),
    (
        "monitoring/grafana",
        "--repository https://grafana.github.io/helm-charts --chart grafana --version 9.4.5 --secret grafana_password:admin-password --secret smtp_password --when grafana_enabled",
    ),
    (
        "monitoring/loki",
        "--repository https://grafana.github.io/helm-charts --chart loki --version 6.40.0",
    ),
    (
        "monitoring/kube-prometheus-stack",
        "--chart oci://ghcr.io/prometheus-community/charts/kube-prometheus-stack --version 77.6.0 --host prometheus --service kube-prometheus-stack-prometheus --port 9090",
    ),
    (
        "storage/longhorn",
        "--repository https://charts.longhorn.io --chart longhorn --version 1.9.1 --key longhorn_replicas:integer:2 --key longhorn_paths:list-of-string",
    ),
    (
        "database/cloudnative-pg",
        "--chart oci://ghcr.io/cloudnative-pg/charts/cloudnative-pg --version 0.26.0 --when postgres_enabled",
    ),
    (
        "network/external-dns-unifi",
        "--repository https://kubernetes-sigs.github.io/external-dns/ --chart external-dns --version 1.19.0 --secret unifi_api_key",
    ),
    (
        "kube-system/descheduler",
        "--repository https://kubernetes-sigs.github.io/descheduler/ --chart descheduler --version 0.33.0",
    ),
    (
        "auth/authentik",
        "--repository https://charts.goauthentik.io --chart authentik --version 2025.8.1 --host login --secret authentik_secret_key --secret smtp_password --gateway external",
    ),
];

fn words<'a>(name: &'a str, flags: &'a str) -> Vec<&'a str> {
    let mut words = vec!["app", "add", name];
    words.extend(flags.split(' '));
    words
}

/// As a type is written, in which there are blanks.
fn spaced(word: &str) -> String {
    word.replace("list-of-string", "list of string")
}

#[track_caller]
fn add(sandbox: &Sandbox, name: &str, flags: &str) {
    let words: Vec<_> = words(name, flags).into_iter().map(spaced).collect();
    drop(sandbox.run(words.iter().map(String::as_str)).success());
}

#[track_caller]
fn remove(sandbox: &Sandbox, name: &str) {
    drop(sandbox.run(["app", "remove", name]).success());
}

/// Every file with content and mode, but for the cache.
fn contents(sandbox: &Sandbox) -> BTreeMap<String, (Vec<u8>, u32)> {
    let root = sandbox.root();
    let paths = files_below(&root).into_iter();
    let kept = paths.filter(|path| !path.as_str().contains(".ichor/cache/"));
    kept.map(|path| {
        let full = root.join(&path);
        let mode = full.metadata().expect("it was listed").permissions().mode();
        let content = std::fs::read(&full).expect("it can be read");
        (path.into_string(), (content, mode))
    })
    .collect()
}

#[track_caller]
fn assert_same(one: &BTreeMap<String, (Vec<u8>, u32)>, other: &BTreeMap<String, (Vec<u8>, u32)>) {
    let differs = |path: &&String| one.get(*path) != other.get(*path);
    let paths: Vec<_> = one.keys().chain(other.keys()).filter(differs).collect();
    assert!(paths.is_empty(), "{paths:?}");
}

/// The rules and messages that a command tells.
fn told(sandbox: &Sandbox, command: &str) -> Vec<(String, String)> {
    let said = sandbox.run([command, "--output", "json"]).success();
    let said: serde_json::Value = serde_json::from_str(&said.stdout).expect("JSON");
    let problems = said["problems"].as_array().expect("a list").iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    problems
        .map(|it| (text(&it["rule"]), text(&it["message"])))
        .collect()
}

#[track_caller]
fn apps(sandbox: &Sandbox) -> BTreeMap<String, serde_json::Value> {
    let said = sandbox.run(["app", "list", "--output", "json"]).success();
    let said: serde_json::Value = serde_json::from_str(&said.stdout).expect("JSON");
    let apps = said["apps"].as_array().expect("a list").iter();
    apps.map(|app| {
        let text = |key: &str| app[key].as_str().expect("text").to_owned();
        (
            format!("{}/{}", text("namespace"), text("name")),
            app.clone(),
        )
    })
    .collect()
}

/// Adds all ten, configures, validates, removes them in the order in which they came, and
/// configures again.
#[track_caller]
fn there_and_back(sandbox: &Sandbox) {
    let at_first = contents(sandbox);
    let warned = told(sandbox, "validate");
    for (name, flags) in CHARTS {
        add(sandbox, name, flags);
        let before = sandbox.snapshot();
        add(sandbox, name, flags);
        assert_eq!(
            sandbox.snapshot().changed_since(&before),
            [""; 0],
            "{name}: again"
        );
    }
    drop(sandbox.run(["configure"]).success());
    assert_eq!(told(sandbox, "validate"), warned);
    let listed = apps(sandbox);
    for (name, flags) in CHARTS {
        let app = &listed[name];
        assert_eq!(app["added"], true, "{name}");
        assert_eq!(app["enabled"], !flags.contains("--when"), "{name}");
        let version = flags.split("--version ").nth(1).expect("it has one");
        let version = version.split(' ').next().expect("a word");
        assert_eq!(app["versions"][0]["version"], version, "{name}");
        let ks = format!("kubernetes/apps/{name}/ks.yaml");
        assert_eq!(sandbox.exists(&ks), !flags.contains("--when"), "{name}");
    }
    for (name, _) in CHARTS {
        remove(sandbox, name);
    }
    drop(sandbox.run(["configure"]).success());
    assert_same(&contents(sandbox), &at_first);
}

#[test]
fn ten_charts_are_added_and_removed_to_the_byte() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["init"]).success());
    drop(sandbox.run(["configure"]).success());
    there_and_back(&sandbox);
}

#[test]
fn so_they_are_where_the_templates_are_the_repositorys_own() {
    let sandbox = fixture("multi-domain");
    drop(sandbox.run(["template", "eject", "--all"]).success());
    drop(sandbox.run(["configure"]).success());
    there_and_back(&sandbox);
    // Nothing went to a place of its own.
    add(&sandbox, "default/podinfo", CHARTS[0].1);
    assert!(sandbox.exists("templates/config/kubernetes/apps/default/podinfo/ks.yaml.j2"));
    assert!(!sandbox.exists("templates/overrides"));
}

/// A fork of the family, in which namespaces are listed and versions stand in the templates.
#[test]
fn a_fork_gets_applications_in_its_own_way() {
    let sandbox = fixture("forks/early-2025");
    if crate::no_python(&sandbox, "a_fork_gets_applications_in_its_own_way") {
        return;
    }
    let declare = ["template", "declare", "--plugin", "missing"];
    drop(sandbox.run(declare).success());
    drop(sandbox.run(["configure", "--yes"]).success());
    let at_first = contents(&sandbox);
    add(&sandbox, "media/podinfo", PLAIN);
    add(
        &sandbox,
        "home/radio",
        &format!("{PLAIN} --key radio_volume:integer:3"),
    );
    drop(sandbox.run(["configure"]).success());
    let namespaces = sandbox.read("kubernetes/apps/kustomization.yaml");
    assert!(
        namespaces.ends_with("  - ./home\n  - ./media\n"),
        "{namespaces}"
    );
    let home = sandbox.read("kubernetes/apps/home/kustomization.yaml");
    assert!(home.contains("  - ./radio/ks.yaml\n"), "{home}");
    let source = sandbox.read("kubernetes/apps/home/radio/app/ocirepository.yaml");
    assert!(source.contains("tag: \"1.2.3\""), "{source}");
    assert!(!sandbox.exists("versions.yaml"));
    for name in ["media/podinfo", "home/radio"] {
        remove(&sandbox, name);
    }
    drop(sandbox.run(["configure"]).success());
    assert_same(&contents(&sandbox), &at_first);
}

/// What was there before, in forms that an editor or another system leaves.
#[test]
fn files_of_every_form_come_back_to_the_byte() {
    for (path, text) in [
        ("templates/variables.yaml", "# Nothing yet.\n"),
        ("templates/variables.yaml", ""),
        ("templates/variables.yaml", "cluster:\n"),
        ("templates/variables.yaml", "cluster: {}\nnodes: {}\n"),
        (
            "templates/variables.yaml",
            "nodes:\n  rack: { type: integer }",
        ),
        (
            "templates/variables.yaml",
            "cluster:\r\n  mine: { type: bool }\r\n# end\r\n",
        ),
        (
            "templates/variables.yaml",
            "---\ncluster:\n    mine:\n        type: bool",
        ),
        ("versions.yaml", "# mine\r\ncilium: \"1.20.1\"\r\n"),
        ("versions.yaml", "cilium: \"1.20.1\""),
        ("versions.yaml", "# none\n"),
    ] {
        let sandbox = fixture("minimal");
        sandbox.write(path, text);
        let at_first = contents(&sandbox);
        for (name, flags) in &CHARTS[..3] {
            add(&sandbox, name, flags);
        }
        let after = sandbox.read(path);
        assert_eq!(after.contains("\r\n"), text.contains("\r\n"), "{after:?}");
        assert_eq!(
            after.replace("\r\n", "").contains('\n'),
            !text.contains("\r\n"),
            "{after:?}"
        );
        drop(sandbox.run(["validate"]).success());
        for number in [1, 0, 2] {
            remove(&sandbox, CHARTS[number].0);
        }
        assert_same(&contents(&sandbox), &at_first);
    }
}

#[test]
fn the_configuration_keeps_its_bytes_and_gets_comments() {
    let sandbox = fixture("minimal");
    let before = sandbox.read("cluster.yaml");
    let before = before.trim_end().replace('\n', "\r\n");
    sandbox.write("cluster.yaml", &before);
    add(
        &sandbox,
        "default/podinfo",
        "--chart oci://ghcr.io/a/b --version 1.2.3 --secret podinfo_token",
    );
    let after = sandbox.read("cluster.yaml");
    let added = after.strip_prefix(&before).expect("its bytes stay");
    assert_eq!(
        added,
        "\r\n\r\n# --- default/podinfo ---\r\n\r\n# Of default/podinfo.\r\n# podinfo_token: \"\""
    );
    remove(&sandbox, "default/podinfo");
    assert_eq!(sandbox.read("cluster.yaml"), before);
}

#[test]
fn a_switch_that_is_off_leaves_no_trace_and_one_that_is_on_needs_its_secrets() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure"]).success());
    let before = files_below(&sandbox.root().join("kubernetes"));
    add(
        &sandbox,
        "default/grafana",
        "--chart oci://ghcr.io/grafana/helm-charts/grafana --version 9.4.5 --host grafana --secret grafana_password --when grafana_enabled",
    );
    drop(sandbox.run(["configure"]).success());
    assert_eq!(files_below(&sandbox.root().join("kubernetes")), before);
    let because = apps(&sandbox)["default/grafana"]["because"].clone();
    assert_eq!(
        because,
        serde_json::json!([{ "key": "grafana_enabled", "state": "false" }])
    );
    let cluster = sandbox.read("cluster.yaml");
    sandbox.write("cluster.yaml", format!("{cluster}grafana_enabled: true\n"));
    let said = sandbox.run(["configure"]).exits(1).stderr;
    assert!(said.contains("`grafana_password`"), "{said}");
    sandbox.write(
        "cluster.yaml",
        format!(
            "{cluster}grafana_enabled: true\ngrafana_password: '${{correct}} horse \"battery\"'\n"
        ),
    );
    drop(sandbox.run(["configure"]).success());
    let secret = "kubernetes/apps/default/grafana/app/secret.sops.yaml";
    let identity = crate::identity(&sandbox);
    let clear = crate::plaintext(secret, sandbox.read(secret).as_bytes(), &identity);
    let clear = String::from_utf8_lossy(&clear);
    assert!(
        clear.contains(r#"grafana_password: '${correct} horse "battery"'"#),
        "{clear}"
    );
    assert!(!sandbox.read(secret).contains("battery"));
    // A secret that both need is required where the first is on, and optional in the second.
    add(
        &sandbox,
        "default/other",
        &format!("{PLAIN} --secret grafana_password --when other_enabled"),
    );
    let other = "templates/overrides/kubernetes/apps/default/other/app/secret.sops.yaml.j2";
    assert!(sandbox.read(other).contains("#% if grafana_password %#"));
    remove(&sandbox, "default/other");
    // What it needs cannot be taken away under it.
    let said = sandbox
        .run(["app", "remove", "default/grafana"])
        .exits(1)
        .stderr;
    assert!(
        said.contains("app/key-in-use") && !said.contains("battery"),
        "{said}"
    );
    sandbox.write("cluster.yaml", cluster);
    remove(&sandbox, "default/grafana");
    drop(sandbox.run(["configure"]).success());
    assert_eq!(files_below(&sandbox.root().join("kubernetes")), before);
}

#[test]
fn manifests_are_deployed_as_they_are() {
    let sandbox = fixture("minimal");
    let service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: front\nspec:\n  selector: { app: web }\n  ports:\n    - port: 8080\n";
    // What looks like a template, and what looks like a variable, stay as they are.
    let config = "# #{ no template }#\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  run.sh: |\n    echo \"${HOME}\"\n";
    sandbox.write("in/service.yaml", service);
    sandbox.write("in/config.yaml", config);
    let at_first = contents(&sandbox);
    add(
        &sandbox,
        "web/front",
        "--manifest in/service.yaml --host front",
    );
    add(&sandbox, "web/files", "--manifest in/config.yaml");
    add(
        &sandbox,
        "web/later",
        "--manifest in/config.yaml in/service.yaml --when web_later",
    );
    drop(sandbox.run(["configure"]).success());
    let folder = "kubernetes/apps/web";
    assert_eq!(
        sandbox.read(&format!("{folder}/front/app/service.yaml")),
        service
    );
    assert_eq!(
        sandbox.read(&format!("{folder}/files/app/config.yaml")),
        config
    );
    let route = sandbox.read(&format!("{folder}/front/app/httproute.yaml"));
    assert!(
        route.contains("- name: front\n          port: 8080"),
        "{route}"
    );
    assert!(
        !sandbox
            .read(&format!("{folder}/files/ks.yaml"))
            .contains("postBuild")
    );
    assert!(!sandbox.exists(&format!("{folder}/later")));
    let cluster = sandbox.read("cluster.yaml");
    sandbox.write("cluster.yaml", format!("{cluster}web_later: true\n"));
    drop(sandbox.run(["configure"]).success());
    assert_eq!(
        sandbox.read(&format!("{folder}/later/app/config.yaml")),
        config
    );
    sandbox.write("cluster.yaml", cluster);
    for name in ["web/front", "web/later", "web/files"] {
        remove(&sandbox, name);
    }
    drop(sandbox.run(["template", "reset", "--yes"]).success());
    std::fs::remove_file(sandbox.root().join(".ichor/outputs")).ok();
    assert_same(&contents(&sandbox), &at_first);
}
