//! A repository of each generation of the family with a plugin of its own, moved as its owner
//! would, against what the real makejinja made of it.

use insta::assert_snapshot;
use testkit::{Sandbox, files_below, fixtures};

use crate::{fixture, identity, no_python, plaintext};

/// Generations that `configure` can take over.
const CONFIGURED: [&str; 2] = ["early-2025", "late-2025"];

/// What `talos_patches()` leaves out on purpose, since the file does not exist.
const EMPTY_PATCH: &str = "  - \"@./patches/global/gpu.yaml\"\n";

fn fork(generation: &str) -> Sandbox {
    fixture(&format!("forks/{generation}"))
}

/// Every recorded output with its text.
fn expected(generation: &str) -> Vec<(String, String)> {
    let folder = fixtures().join("forks").join(generation).join("expected");
    let texts = files_below(&folder).into_iter().map(|path| {
        let text = std::fs::read_to_string(folder.join(&path)).expect("a text file");
        // The one difference that is meant.
        let text = match (generation, path.as_str()) {
            ("late-2025", "talos/talconfig.yaml") => {
                assert!(text.contains(EMPTY_PATCH));
                text.replace(EMPTY_PATCH, "")
            }
            _ => text,
        };
        (path.into_string(), text)
    });
    texts.collect()
}

/// Holds a repository against the recording: every byte, secrets by decryption.
#[track_caller]
fn compare(sandbox: &Sandbox, generation: &str, encrypted: bool) {
    let expected = expected(generation);
    assert!(expected.len() >= 5, "{generation}");
    for (path, text) in &expected {
        let made = sandbox.read(path);
        if encrypted && path.contains(".sops.") && path != ".sops.yaml" {
            assert!(made.contains("ENC[AES256_GCM,"), "{path}");
            let clear = plaintext(path, made.as_bytes(), &identity(sandbox));
            assert_eq!(
                values(path, &String::from_utf8_lossy(&clear)),
                values(path, text),
                "{generation}: {path}"
            );
        } else {
            assert_eq!(made, *text, "{generation}: {path}");
        }
    }
    // Nothing else was rendered either.
    let bootstrap = sandbox.root().join("bootstrap/templates");
    let folders = ["kubernetes", "talos", "bootstrap"];
    // In 2024, templates lay in the last.
    for folder in &folders[..if bootstrap.is_dir() { 2 } else { 3 }] {
        for path in files_below(&sandbox.root().join(folder)) {
            let path = format!("{folder}/{path}");
            assert!(
                expected.iter().any(|(known, _)| *known == path),
                "{generation}: {path}"
            );
        }
    }
}

/// What a YAML file holds: encrypting does not keep the quotes of what was encrypted.
fn values(path: &str, text: &str) -> String {
    let parsed = yaml::parse(
        &diagnostics::Source::new(path, text),
        &yaml::Limits::default(),
    );
    assert!(parsed.diagnostics.is_empty(), "{path}");
    let documents = parsed.documents.iter().map(plain);
    documents.collect::<Vec<_>>().join("\n")
}

fn plain(node: &yaml::Node) -> String {
    if let Some(map) = node.as_mapping() {
        let entries = map
            .entries()
            .iter()
            .map(|entry| format!("{}: {}", plain(&entry.key), plain(&entry.value)));
        return format!("{{{}}}", entries.collect::<Vec<_>>().join(", "));
    }
    if let Some(items) = node.as_sequence() {
        return format!(
            "[{}]",
            items.iter().map(plain).collect::<Vec<_>>().join(", ")
        );
    }
    node.text().unwrap_or_default().to_owned()
}

#[test]
fn declare_and_configure_give_what_makejinja_gave() {
    for generation in CONFIGURED {
        let sandbox = fork(generation);
        if no_python(&sandbox, "declare_and_configure_give_what_makejinja_gave") {
            return;
        }
        drop(
            sandbox
                .run(["template", "declare", "--plugin", "missing"])
                .success(),
        );
        drop(sandbox.run(["configure", "--yes"]).success());
        compare(&sandbox, generation, true);
        // It stands: nothing is left to do.
        drop(sandbox.run(["configure", "--check"]).success());
    }
}

#[test]
fn render_gives_what_makejinja_gave() {
    for generation in ["early-2025", "late-2025", "2026"] {
        let sandbox = fork(generation);
        if no_python(&sandbox, "render_gives_what_makejinja_gave") {
            return;
        }
        drop(sandbox.run(["render"]).success());
        compare(&sandbox, generation, false);
    }
}

/// Of 2024 there is nothing that only the plugin gives but what it leaves out, and patches lie
/// in another folder.
#[test]
fn what_a_plugin_leaves_out_is_told_where_it_is_not_asked() {
    let sandbox = fork("2024");
    let output = sandbox.run(["render"]).success();
    let warning = output.stderr.split("\n\n").next().unwrap_or_default();
    assert_snapshot!(warning, @r"
    warning[plugin/path-filters]: `path_filters()` of the plugin is not asked: what it leaves out is rendered
      --> bootstrap/scripts/plugin.py:40:9
       |
    40 |     def path_filters(self):
       |         ^^^^^^^^^^^^
       |
    hint: write what it leaves out into `exclude_patterns`
    ");
    let settings = sandbox.read("makejinja.toml");
    let settings = settings.replace("\".mjfilter.py\", ", "\".mjfilter.py\", \"*/network/*\", ");
    sandbox.write("makejinja.toml", settings);
    std::fs::remove_dir_all(sandbox.root().join("kubernetes")).expect("was rendered");
    drop(sandbox.run(["render"]).success());
    compare(&sandbox, "2024", false);
}

/// Errors with their places, a line each.
fn errors(output: &str) -> String {
    let mut lines = output.lines();
    let mut found = String::new();
    while let Some(line) = lines.next() {
        if line.starts_with("error") {
            let place = lines.next().unwrap_or_default().trim();
            found += &format!("{line} {place}\n");
        }
    }
    found
}

#[test]
fn without_python_exactly_what_only_the_plugin_knows_is_an_error() {
    let sandbox = fork("early-2025");
    drop(
        sandbox
            .run(["template", "declare", "--plugin", "missing"])
            .success(),
    );
    let before = sandbox.snapshot();
    let output = sandbox.run(["configure", "--yes"]).exits(1);
    assert_snapshot!(errors(&output.stderr), @r"
    error[plugin/no-python]: `zone`: only `templates/scripts/plugin.py` gives this, and there is no `python3` to run it --> templates/config/kubernetes/apps/home/lights/deployment.yaml.j2:8:52
    error[plugin/no-python]: `image`: only `templates/scripts/plugin.py` gives this, and there is no `python3` to run it --> templates/config/kubernetes/apps/home/lights/deployment.yaml.j2:20:21
    error[plugin/no-python]: `shout`: only `templates/scripts/plugin.py` gives this, and there is no `python3` to run it --> templates/config/kubernetes/apps/home/lights/deployment.yaml.j2:22:39
    error[plugin/no-python]: `domain_slug`: only `templates/scripts/plugin.py` gives this, and there is no `python3` to run it --> templates/config/kubernetes/apps/home/lights/secret.sops.yaml.j2:5:19
    ");
    assert!(sandbox.snapshot().changed_since(&before).is_empty());

    let sandbox = fork("late-2025");
    drop(
        sandbox
            .run(["template", "declare", "--plugin", "none"])
            .success(),
    );
    assert_snapshot!(errors(&sandbox.run(["configure", "--yes"]).exits(1).stderr), @r"
    error[plugin/not-run]: `replicas`: only `templates/scripts/plugin.py` gives this, and it does not run --> templates/config/bootstrap/helmfile.d/01-apps.yaml.j2:13:24
    error[plugin/not-run]: `backup`: only `templates/scripts/plugin.py` gives this, and it does not run --> templates/config/kubernetes/apps/storage/backup/configmap.yaml.j2:7:11
    error[plugin/not-run]: `reverse_zone`: only `templates/scripts/plugin.py` gives this, and it does not run --> templates/config/kubernetes/apps/storage/backup/configmap.yaml.j2:10:27
    error[plugin/not-run]: `vendors`: only `templates/scripts/plugin.py` gives this, and it does not run --> templates/config/kubernetes/apps/storage/volumes/claim.yaml.j2:7:31
    error[plugin/not-run]: `secureboot_nodes`: only `templates/scripts/plugin.py` gives this, and it does not run --> templates/config/kubernetes/apps/storage/volumes/claim.yaml.j2:8:30
    error[plugin/not-run]: `quantity`: only `templates/scripts/plugin.py` gives this, and it does not run --> templates/config/kubernetes/apps/storage/volumes/claim.yaml.j2:14:38
    error[plugin/not-run]: `host`: only `templates/scripts/plugin.py` gives this, and it does not run --> templates/config/talos/talconfig.yaml.j2:22:35
    ");

    assert_snapshot!(errors(&fork("2026").run(["render"]).exits(1).stderr), @r"
    error[plugin/no-python]: `deploy_key`: only `template/scripts/plugin.py` gives this, and there is no `python3` to run it --> template/config/bootstrap/deploy-key.sops.yaml.j2:9:8
    error[plugin/no-python]: `label`: only `template/scripts/plugin.py` gives this, and there is no `python3` to run it --> template/config/kubernetes/apps/music/configmap.yaml.j2:7:8
    error[plugin/no-python]: `by_role`: only `template/scripts/plugin.py` gives this, and there is no `python3` to run it --> template/config/kubernetes/apps/music/configmap.yaml.j2:11:23
    error[plugin/no-python]: `webhook_token`: only `template/scripts/plugin.py` gives this, and there is no `python3` to run it --> template/config/kubernetes/apps/music/secret.sops.yaml.j2:8:16
    ");
}

/// Once the little that only the plugin knew stands in the configuration, no Python is needed.
#[test]
fn without_python_a_fork_moves_once_its_own_values_are_written_down() {
    let sandbox = fork("early-2025");
    drop(
        sandbox
            .run(["template", "declare", "--plugin", "none"])
            .success(),
    );
    sandbox.write(
        "cluster.yaml",
        sandbox.read("cluster.yaml") + "domain_slug: orchard-test\n",
    );
    let nodes = sandbox
        .read("nodes.yaml")
        .replace(
            "    rack: \"west\"\n",
            "    rack: \"west\"\n    zone: west-0\n",
        )
        .replace("    mtu: 9000\n", "    mtu: 9000\n    zone: east-1\n");
    sandbox.write("nodes.yaml", nodes);
    let path = "templates/config/kubernetes/apps/home/lights/deployment.yaml.j2";
    let template = sandbox
        .read(path)
        .replace(
            "#{ image('lights', tag='2.4.1') }#",
            "ghcr.io/orchard/lights:2.4.1",
        )
        .replace(
            "'lights-url' | shout",
            "'lights-url' | replace('-', '_') | upper",
        );
    sandbox.write(path, template);
    drop(sandbox.run(["configure", "--yes"]).success());
    compare(&sandbox, "early-2025", true);
}

#[test]
fn where_nothing_says_that_the_plugin_may_run_it_does_not() {
    let sandbox = fork("late-2025");
    assert_snapshot!(errors(&sandbox.run(["configure"]).exits(1).stderr), @"error[plugin/not-allowed]: templates use `backup`, `gpu_enabled`, `host`, `quantity`, `replicas`, `reverse_zone`, `secureboot_nodes`, `vendors`, which only `templates/scripts/plugin.py` gives, and nothing says that it may run --> templates/config/bootstrap/helmfile.d/01-apps.yaml.j2:13:24");
    drop(sandbox.run(["template", "declare"]).success());
    assert!(
        !sandbox
            .read("templates/variables.yaml")
            .contains("plugin: ")
    );
    assert_snapshot!(errors(&sandbox.run(["configure"]).exits(1).stderr), @"error[plugin/not-allowed]: templates use `backup`, `host`, `quantity`, `replicas`, `reverse_zone`, `secureboot_nodes`, `vendors`, which only `templates/scripts/plugin.py` gives, and nothing says that it may run --> templates/config/bootstrap/helmfile.d/01-apps.yaml.j2:13:24");
}

#[test]
fn a_cluster_toml_is_told_from_a_missing_configuration() {
    let sandbox = fork("2026");
    assert_snapshot!(sandbox.run(["configure"]).exits(2), @r"
    ------- stderr -------
    error: this repository is configured by `cluster.toml` and not by a `cluster.yaml`
    hint: `ichor render` renders its templates as makejinja does
    hint: `configure` reads `cluster.yaml` and `nodes.yaml` only; `ichor configure --example` shows such a repository
    [exit code: 2]
    ");
    drop(sandbox.run(["template", "declare"]).exits(2));
    assert_snapshot!(errors(&sandbox.run(["init"]).exits(1).stderr), @"error[init/other-layout]: this repository is configured by `cluster.toml`, and not by a `cluster.yaml` --> cluster.toml");
    let next = sandbox.run([]).exits(2).stderr;
    let next = next.split("Next: ").nth(1).unwrap_or_default();
    assert_snapshot!(next, @"`ichor render`: renders the templates as makejinja does.");
}
