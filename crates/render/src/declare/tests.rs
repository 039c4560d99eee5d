//! Files in, a file and what to look at out.

use proptest::prelude::*;

use super::*;

const PLUGIN: &str = r#"
"""A plugin."""
from pathlib import Path
from typing import Any
import makejinja, ipaddress

def nthhost(value: str, query: int) -> str:
    return str(ipaddress.ip_network(value)[query])

def shout(value):
    return value.upper()

def helper(value):
    return value

class Plugin(makejinja.plugin.Plugin):
    def __init__(self, data: dict[str, Any]):
        self._data = data

    def data(self) -> makejinja.plugin.Data:
        """Defaults."""
        data = self._data
        data.setdefault("node_ntp_servers", ["162.159.200.1", "162.159.200.123"])  # built in
        data.setdefault("node_default_gateway", nthhost(data.get("node_cidr"), 1))
        data.setdefault("redis_version", "6")
        data.setdefault('grafana_admin_password', 'admin')
        data.setdefault("retention", 30)
        data.setdefault(
            "dashboards",
            [
                "one",  # a comment
                'two',
            ],
        )
        data.setdefault("limits", {"cpu": "100m", "memory": None, 'n': -1.5})
        data.setdefault("motd", "first "
                        "second\n")
        data.setdefault("nothing", None)
        data.setdefault("enabled", True)
        data.setdefault("calculated", len(data.get("nodes")) > 1)
        if data.get("enabled"):
            data.setdefault("conditional", 1)
        data["derived"] = data["motd"].strip()
        data.update({"x": 1})
        for node in data.get("nodes", []):
            node.setdefault("rack", "a")
            node["size"] = 1
        return data

    def filters(self):
        return [nthhost, shout]

    def path_filters(self):
        return []
"#;

/// What templates call.
fn called() -> BTreeSet<String> {
    ["shout".to_owned()].into()
}

fn declared(plugin: &str, cluster: &str, nodes: &str, used: &[&str]) -> Declared {
    let used: Vec<_> = used
        .iter()
        .map(|name| Used {
            section: Section::Cluster,
            name: (*name).to_owned(),
        })
        .collect();
    declare(&Request {
        used: &used,
        functions: &called(),
        plugin_use: PluginUse::Never,
        plugin: Some(&Source::new("templates/scripts/plugin.py", plugin)),
        cluster: &Source::new("cluster.yaml", cluster),
        nodes: &Source::new("nodes.yaml", nodes),
        declarations: Declarations::built_in(),
        existing: None,
    })
}

fn shown(declared: &Declared) -> String {
    let lines: Vec<_> = declared
        .diagnostics
        .iter()
        .map(ToString::to_string)
        .collect();
    lines.join("\n")
}

#[test]
fn a_plugin_is_read_without_running_it() {
    let declared = declared(
        PLUGIN,
        "repository_name: a/b\nretention: 7\nenabled: false\nextra_domains: [a.b]\nonedev_ssh_port: 6611\n",
        "nodes:\n  - {name: a, rack: b, power: {watts: 5}}\n  - {name: b, gpu: yes}\n",
        &["cilium_bgp_enabled", "unset_anywhere", "calculated"],
    );
    insta::assert_snapshot!(declared.text.as_deref().unwrap_or_default(), @r#"
    # The keys that this repository adds to those that are built in: below `cluster` for
    # cluster.yaml, below `nodes` for each entry of nodes.yaml. A key has a `type` and, where
    # that makes sense, `default`, `required`, `required_with`, `secret`, `description`.
    #
    # Types were taken from the values found; `any` stands where there was none to look at.

    # Whether Python runs this repository's plugin: for what is not built in (`missing`), before
    # what is (`all`), or never (`none`).
    plugin: none

    cluster:
      calculated: { type: any }
      conditional: { type: any }
      dashboards: { type: list of string, default: ["one", "two"] }
      derived: { type: any }
      enabled: { type: bool, default: true }
      extra_domains: { type: list of string }
      grafana_admin_password: { type: string, default: "admin", secret: true }
      limits: { type: map, default: { "cpu": "100m", "memory": null, "n": -1.5 } }
      motd: { type: string, default: "first second\n" }
      nothing: { type: any }
      onedev_ssh_port: { type: integer }
      retention: { type: integer, default: 30 }
      unset_anywhere: { type: any }

    nodes:
      gpu: { type: bool }
      power: { type: map }
      rack: { type: string, default: "a" }
      size: { type: any }
    "#);
    insta::assert_snapshot!(shown(&declared), @r#"
    templates/scripts/plugin.py:10:1: warning[declare/not-run]: the function `shout` of the plugin is not run
    templates/scripts/plugin.py:25:9: note[declare/default-differs]: the plugin gives `redis_version` another default than the built-in one, and its default is used
    templates/scripts/plugin.py:40:9: warning[declare/not-run]: the default of `calculated` is calculated by the plugin, which is not run
    templates/scripts/plugin.py:42:13: warning[declare/not-run]: the default of `conditional` has a condition in the plugin, which is not run
    templates/scripts/plugin.py:43:9: warning[declare/not-run]: the value of `derived` is set by the plugin, which is not run
    templates/scripts/plugin.py:44:9: warning[declare/not-run]: this line of the plugin is not run
    templates/scripts/plugin.py:47:13: warning[declare/not-run]: the value of `size` is set by the plugin, which is not run
    templates/scripts/plugin.py:53:5: warning[declare/not-run]: the method `path_filters` of the plugin is not run
    "#);
}

#[test]
fn what_is_written_is_a_file_that_declares_the_keys() {
    let declared = declared(PLUGIN, "a: 1\nb: 2.5\nc: 7.4\n", "", &[]);
    let text = declared.text.expect("something to declare");
    let variables = Source::new("templates/variables.yaml", text.as_str());
    let fixture = Source::new("cluster.yaml", "");
    let parsed = config_model::parse(&config_model::Input {
        cluster: &fixture,
        nodes: &fixture,
        variables: Some(&variables),
        templates: config_model::Templates::Own,
        used: None,
    });
    let own: Vec<_> = parsed
        .diagnostics
        .iter()
        .filter(|problem| problem.rule.id().starts_with("variables/"))
        .map(ToString::to_string)
        .collect();
    assert_eq!(own, Vec::<String>::new(), "{text}");
    for key in &declared.added {
        let found = parsed.declarations.get(key.section, &key.name);
        assert!(found.is_some(), "{}", key.name);
    }
    // Once more, with these declared, there is nothing left to do.
    let again = declare(&Request {
        used: &[],
        functions: &called(),
        plugin_use: PluginUse::Unsaid,
        plugin: Some(&Source::new("plugin.py", PLUGIN)),
        cluster: &Source::new("cluster.yaml", "a: 1\nnew-one: 1\n"),
        nodes: &fixture,
        declarations: &parsed.declarations,
        existing: Some(&variables),
    });
    assert_eq!(again.text, None);
}

#[test]
fn a_loop_that_counts_is_a_loop_over_nodes() {
    let plugin = "\
class Plugin:
    def data(self):
        for number, node in enumerate(self._data['nodes']):
            node.setdefault('lift', 3)
            node['zone'] = number
        return self._data
";
    let declared = declared(plugin, "", "", &[]);
    let text = declared.text.expect("two keys");
    let keys = text.split("\n\n").last().expect("the last paragraph");
    insta::assert_snapshot!(keys, @r"
    nodes:
      lift: { type: integer, default: 3 }
      zone: { type: any }
    ");
}

#[test]
fn an_existing_file_is_added_to() {
    let existing = Source::new(
        "templates/variables.yaml",
        "# mine\ncluster:\n  kept: { type: string } # why\n",
    );
    let declared = declare(&Request {
        used: &[],
        functions: &called(),
        plugin_use: PluginUse::Unsaid,
        plugin: None,
        cluster: &Source::new("cluster.yaml", "one: [1, 2]\ntwo: {a: true}\nbad-name: 1\n"),
        nodes: &Source::new("nodes.yaml", "nodes: [{name: a, rack: 1}]"),
        declarations: Declarations::built_in(),
        existing: Some(&existing),
    });
    insta::assert_snapshot!(declared.text.as_deref().unwrap_or_default(), @r#"
    # mine
    cluster:
      kept: { type: string } # why
      one: { type: list of integer }
      two: { type: map }
    nodes:
      rack: { type: integer }
    "#);
    insta::assert_snapshot!(shown(&declared), @r#"
    warning[declare/invalid-name]: `bad-name` cannot be declared: templates cannot read such a name
    "#);
}

#[test]
fn literals_are_read_as_python_reads_them() {
    let value = |text: &str| {
        let lines = python::lines(text);
        lines.first().and_then(|line| literal::read(&line.tokens))
    };
    for (text, expected) in [
        ("'it\\'s'", Some(r#""it's""#)),
        ("r'\\d'", Some(r#""\\d""#)),
        ("\"\"\"a\n\"b\" \"\"\"", Some(r#""a\n\"b\" ""#)),
        ("''", Some(r#""""#)),
        ("'\\x41\\u00e9\\d'", Some(r#""Aé\\d""#)),
        ("('a' 'b')", Some(r#""ab""#)),
        ("(1,)", Some("[1]")),
        ("()", Some("[]")),
        ("[1, [2, {'a': None}],]", Some(r#"[1,[2,{"a":null}]]"#)),
        ("1_000", Some("1000")),
        ("0x1F", Some("31")),
        ("-1.5e3", Some("-1500.0")),
        ("f'{x}'", None),
        ("[x]", None),
        ("1 + 1", None),
        ("{1: 2}", None),
        ("{'a', 'b'}", None),
        ("99999999999999999999", None),
        ("'open", None),
    ] {
        let found = value(text).map(|value| value.to_string());
        assert_eq!(found.as_deref(), expected, "{text}");
    }
}

#[test]
fn names_of_secrets_are_told_from_names_about_secrets() {
    for name in [
        "redis_password",
        "github_pat",
        "openai_api_key",
        "client_secret",
        "token",
    ] {
        assert!(infer::is_secret(name), "{name}");
    }
    for name in [
        "token_url",
        "secret_name",
        "monkey",
        "key",
        "password_length",
        "patch",
    ] {
        assert!(!infer::is_secret(name), "{name}");
    }
}

proptest! {
    #[test]
    fn no_plugin_panics(text in "(class A:\n  def data(self):\n    )?(?s).{0,200}") {
        let source = Source::new("plugin.py", text.as_str());
        plugin::read(&source, Declarations::built_in());
        defines(&source);
    }

    #[test]
    fn no_piece_of_python_panics(
        pieces in proptest::collection::vec("class A:\n|  def data\\(s\\):\n|    |data|\\.setdefault\\(|'|\"|\"\"\"|\\\\|\n|\\(|\\)|\\[|\\{|1e|\u{e9}|for n in nodes:\n", 0..40),
    ) {
        let source = Source::new("plugin.py", pieces.concat());
        plugin::read(&source, Declarations::built_in());
        defines(&source);
    }
}
