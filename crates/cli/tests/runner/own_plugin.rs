//! A repository with a plugin of its own, as its owner meets the program.

use testkit::{Output, Sandbox};

use crate::{fixture, no_python};

const SETTINGS: &str = "[makejinja]\ninputs = [\"templates/config\"]\noutput = \".\"\n\
    data = [\"cluster.yaml\", \"nodes.yaml\"]\nimport_paths = [\"templates/scripts\"]\n\
    loaders = [\"plugin:Plugin\"]\nforce = true\njinja_suffix = \".j2\"\nundefined = \"chainable\"\n\
    [makejinja.delimiter]\nblock_start = \"#%\"\nblock_end = \"%#\"\ncomment_start = \"#|\"\n\
    comment_end = \"#|\"\nvariable_start = \"#{\"\nvariable_end = \"}#\"\n";

const RULES: &str = "creation_rules:\n  - path_regex: .*\\.sops\\.yaml\n    \
    encrypted_regex: ^(data|stringData)$\n    age: \"#{ age_key('public') }#\"\n";

const PLUGIN: &str = "templates/scripts/plugin.py";

/// A repository whose templates are these.
fn repository(templates: &[(&str, &str)]) -> Sandbox {
    let sandbox = fixture("minimal");
    sandbox.write("makejinja.toml", SETTINGS);
    sandbox.write("templates/config/.sops.yaml.j2", RULES);
    for (path, text) in templates {
        sandbox.write(&format!("templates/config/{path}"), text);
    }
    sandbox
}

fn says(output: &Output, text: &str) {
    assert!(output.stderr.contains(text), "{output}");
}

fn says_not(output: &Output, text: &str) {
    assert!(!output.stderr.contains(text), "{output}");
}

#[test]
fn many_blank_secrets_are_one_warning_that_can_be_silenced() {
    let secret =
        "kind: Secret\nstringData:\n  a: \"\"\n  b: \"\"\n  c: \"\"\n  d: \"\"\n  e: \"\"\n";
    let sandbox = repository(&[
        ("kubernetes/a.sops.yaml.j2", secret),
        ("kubernetes/b.sops.yaml.j2", secret),
    ]);
    sandbox.write(PLUGIN, "");
    let output = sandbox.run(["configure", "--dry-run"]).success();
    assert_eq!(output.stderr.matches("warning[secret/blank]").count(), 1);
    says(
        &output,
        "9 more like this:\n  templates/config/kubernetes/a.sops.yaml.j2: lines 4, 5, 6, 7\n  \
         templates/config/kubernetes/b.sops.yaml.j2: lines 3, 4, 5, 6, 7\n",
    );
    says(&output, "`silence: [secret/blank]`");
    // For programs every one stands alone.
    let output = sandbox.run(["configure", "--dry-run", "--output", "json"]);
    assert_eq!(output.stdout.matches("\"secret/blank\"").count(), 10);

    sandbox.write(
        "templates/variables.yaml",
        "silence: [secret/blank, key/unused]\n",
    );
    let output = sandbox
        .run(["configure", "--dry-run", "--strict"])
        .success();
    says_not(&output, "secret/blank");
    sandbox.write("templates/variables.yaml", "silence: secret/blank\n");
    let output = sandbox.run(["configure", "--dry-run"]).exits(1);
    says(&output, "`silence` takes a list of rules");
    // An error is silenced by nothing.
    sandbox.write(
        "templates/variables.yaml",
        "silence: [template/undeclared]\n",
    );
    sandbox.write("templates/config/x.txt.j2", "#{ nobody_knows }#");
    let output = sandbox.run(["configure", "--dry-run"]).exits(1);
    says(&output, "error[template/undeclared]");
}

#[test]
fn a_file_of_somebody_else_says_which_value_of_the_plugin_it_has() {
    let sandbox = repository(&[
        (
            "kubernetes/one.yaml.j2",
            "a: 1\nb: #{ cluster_pod_cidr }#\n",
        ),
        ("kubernetes/two.yaml.j2", "a: #{ mine }#\n"),
    ]);
    if no_python(
        &sandbox,
        "a_file_of_somebody_else_says_which_value_of_the_plugin_it_has",
    ) {
        return;
    }
    sandbox.write(
        PLUGIN,
        "import makejinja\n\nclass Plugin(makejinja.plugin.Plugin):\n    def __init__(self, data):\n        \
         self._data = data\n\n    def data(self):\n        self._data['cluster_pod_cidr'] = '10.99.0.0/16'\n        \
         self._data['mine'] = 1\n        return self._data\n",
    );
    sandbox.write("templates/variables.yaml", "plugin: missing\n");
    sandbox.write("kubernetes/one.yaml", "a: 1\nb: 10.99.0.0/16\n");
    sandbox.write("kubernetes/two.yaml", "a: 2\n");
    let output = sandbox.run(["configure"]).exits(4);
    says(
        &output,
        "templates/config/kubernetes/one.yaml.j2:2:7\n  |\n2 | b: #{ cluster_pod_cidr }#\n  |       \
         ---------------- the plugin gives `cluster_pod_cidr` another value",
    );
    assert_eq!(
        output.stderr.matches("the plugin gives").count(),
        1,
        "{output}"
    );
    sandbox.write("templates/variables.yaml", "plugin: all\n");
    let output = sandbox.run(["configure"]).exits(4);
    says_not(&output, "the plugin gives");
    says_not(&output, "kubernetes/one.yaml");
}

#[test]
fn a_plugin_that_is_not_there_or_cannot_be_read_is_told() {
    let sandbox = repository(&[("a.txt.j2", "#{ own }#")]);
    for command in ["render", "configure"] {
        let output = sandbox.run([command]).success();
        says(
            &output,
            "warning[plugin/not-found]: the plugin `plugin:Plugin`",
        );
        says(&output, "makejinja.toml:6:12");
    }
    for (content, error) in [
        (b"\xff\xfe".to_vec(), "error[file/not-utf8]"),
        (vec![b'#'; (16 << 20) + 1], "error[file/too-large]"),
    ] {
        sandbox.write(PLUGIN, content);
        for command in ["render", "configure"] {
            says(&sandbox.run([command]).exits(1), error);
        }
    }
}

#[test]
fn a_pipe_in_the_place_of_any_file_is_waited_for_by_no_command() {
    let sandbox = repository(&[("a.txt.j2", "a\n")]);
    for path in ["cluster.yaml", "templates/scripts/plugin.py", "a.txt"] {
        let target = sandbox.root().join(path);
        std::fs::create_dir_all(target.parent().expect("a folder")).expect("can be made");
        let aside = std::fs::read(&target).ok();
        drop(std::fs::remove_file(&target));
        let made = std::process::Command::new("mkfifo").arg(&target).status();
        assert!(made.is_ok_and(|status| status.success()));
        let output = sandbox.run(["render"]);
        let output = output.exits(1);
        match path {
            "a.txt" => says(&output, "something that is no file is in its place"),
            _ => says(&output, "error[file/special]"),
        }
        drop(std::fs::remove_file(&target));
        if let Some(text) = aside {
            std::fs::write(&target, text).expect("can be written");
        }
    }
}

#[test]
fn a_method_of_what_is_missing_names_what_is_missing() {
    let sandbox = repository(&[("a.txt.j2", "#{ release.startswith('v') }#\n")]);
    sandbox.write(PLUGIN, "");
    let output = sandbox.run(["render"]).exits(1);
    says(&output, "error[template/undefined]: `release` is undefined");
    says_not(&output, "function");
}

#[test]
fn declare_says_what_comes_next() {
    let sandbox = repository(&[("a.txt.j2", "#{ own }#\n")]);
    let output = sandbox.run(["template", "declare"]).success();
    says(
        &output,
        "Next: `ichor configure`: checks, renders, and stops before it would replace a file that differs.",
    );
}

#[test]
fn a_value_that_cannot_be_derived_takes_no_other_with_it() {
    let sandbox = repository(&[(
        "a.txt.j2",
        "#{ primary_domain }# #{ cluster_pod_cidr }# #{ node_default_gateway }#\n",
    )]);
    sandbox.write(PLUGIN, "");
    let text = sandbox.read("cluster.yaml");
    sandbox.write(
        "cluster.yaml",
        text.replace("10.10.10.0/24", "10.10.10.300/24"),
    );
    let output = sandbox.run(["render"]).success();
    says(&output, "warning[");
    says(&output, "cluster.yaml:");
    assert!(
        sandbox
            .read("a.txt")
            .starts_with("example.com 10.42.0.0/16"),
        "{}{output}",
        sandbox.read("a.txt")
    );
}

#[test]
fn an_excluded_template_is_read_only_where_another_includes_it() {
    let sandbox = repository(&[
        ("a.txt.j2", "a\n"),
        ("broken.partial.yaml.j2", "#% if %# #{ nobody() }#"),
        ("part.partial.yaml.j2", "part"),
        ("b.txt.j2", "#% include 'part.partial.yaml.j2' %#"),
    ]);
    sandbox.write(PLUGIN, "");
    sandbox.write(
        "makejinja.toml",
        SETTINGS.replace(
            "output =",
            "exclude_patterns = [\"*.partial.yaml.j2\"]\noutput =",
        ),
    );
    for command in ["render", "configure"] {
        drop(sandbox.run([command]).success());
        assert_eq!(sandbox.read("b.txt"), "part");
        assert!(!sandbox.exists("broken.partial.yaml"));
    }
    sandbox.write(
        "templates/config/b.txt.j2",
        "#% include 'broken.partial.yaml.j2' %#",
    );
    for command in ["render", "configure"] {
        let output = sandbox.run([command]).exits(1);
        says(&output, "templates/config/broken.partial.yaml.j2:1:");
    }
}

#[test]
fn functions_of_the_family_are_built_in() {
    let sandbox = repository(&[(
        "a.sops.yaml.j2",
        "stringData:\n  a: \"#{ age_public_key() == age_key('public') }# #{ age_private_key() == age_key('private') }#\"\n  \
         b: \"#{ cloudflare_tunnel('TunnelID') == cloudflare_tunnel_id() }#\"\n  c: \"#{ 'ab' | b64encode }# #{ 'YWI=' | b64decode }#\"\n",
    )]);
    sandbox.write(PLUGIN, "");
    drop(sandbox.run(["render"]).success());
    assert_eq!(
        sandbox.read("a.sops.yaml"),
        "stringData:\n  a: \"True True\"\n  b: \"True\"\n  c: \"YWI= ab\"\n"
    );
}

#[test]
fn what_only_the_plugin_gives_is_named_where_it_cannot_or_may_not_run() {
    let mut sandbox = repository(&[(
        "a.txt.j2",
        "#{ own_word }#\n#{ 'x' | b64encod }# #{ primary_domain }#\n",
    )]);
    sandbox.write(
        PLUGIN,
        "def b64encod(text):\n    return text\n\n\ndef data(data):\n    data['own_word'] = 'w'\n",
    );
    let output = sandbox.run(["configure", "--dry-run"]).exits(1);
    says(
        &output,
        "error[plugin/not-allowed]: templates use `b64encod`, `own_word`",
    );
    says(&output, "--plugin missing`");
    for (word, error) in [("none", "not-run"), ("missing", "no-python")] {
        drop(
            sandbox
                .run(["template", "declare", "--plugin", word])
                .success(),
        );
        let declared = sandbox.read("templates/variables.yaml");
        assert!(
            declared.contains(&format!("plugin: {word}\n")),
            "{declared}"
        );
        // A folder of programs without Python.
        let programs = sandbox.programs().to_string();
        sandbox.set_variable("PATH", &programs);
        let output = sandbox.run(["configure", "--dry-run"]).exits(1);
        says(&output, &format!("error[plugin/{error}]: `own_word`"));
        says(&output, &format!("error[plugin/{error}]: `b64encod`"));
        assert_eq!(output.stderr.matches("error[").count(), 2, "{output}");
        // A name that the plugin has is no misspelling of another.
        says_not(&output, "did you mean");
    }
}

#[test]
fn declare_says_which_patches_are_left_out() {
    let sandbox = repository(&[
        ("talos/patches/global/a.yaml.j2", "a: 1\n"),
        (
            "talos/x.txt.j2",
            "#{ talos_patches('global') | join(' ') }#\n",
        ),
    ]);
    sandbox.write(PLUGIN, "");
    let output = sandbox.run(["template", "declare"]).success();
    says_not(&output, "declare/empty-patches");
    sandbox.write(
        "templates/config/talos/patches/global/b.yaml.j2",
        "#% if false %#\nb: 1\n#% endif %#\n",
    );
    let output = sandbox.run(["template", "declare"]).success();
    says(&output, "note[declare/empty-patches]");
    says(
        &output,
        "--> templates/config/talos/patches/global/b.yaml.j2",
    );
    drop(sandbox.run(["render"]).success());
    let listed = sandbox.read("talos/x.txt");
    assert!(
        listed.contains("a.yaml") && !listed.contains("b.yaml"),
        "{listed}"
    );
}
