//! Samples and schemas say what the parser does.

#![expect(clippy::disallowed_methods, reason = "documents are files")]

use config_model::{Declarations, Presence, Section, sample, schema};
use serde_json::Value;

use crate::common;

#[test]
fn the_sample_is_complete_but_for_its_placeholders() {
    let cluster = sample::cluster("cluster.schema.json");
    let nodes = sample::nodes("nodes.schema.json");
    let parsed = common::built_in(&cluster, &nodes);
    let problems: Vec<_> = parsed
        .diagnostics
        .iter()
        .map(|problem| format!("{}: {}", problem.rule, problem.message))
        .collect();
    assert_eq!(
        problems,
        [
            "value/placeholder: `repository_name` still has the text of the sample",
            "value/placeholder: `cloudflare_domains` still has the text of the sample",
            "value/placeholder: `cloudflare_token` still has the text of the sample",
            "value/placeholder: `disk` still has the text of the sample",
            "value/placeholder: `mac_addr` still has the text of the sample",
            "value/placeholder: `schematic_id` still has the text of the sample",
        ]
    );
}

#[test]
fn the_samples_hold_every_key_that_can_be_set() {
    let cluster = sample::cluster("s");
    let nodes = sample::nodes("s");
    for declaration in Declarations::built_in().iter() {
        let text = match declaration.section {
            Section::Cluster => &cluster,
            Section::Nodes => &nodes,
        };
        let shown = text.lines().any(|line| {
            let line = line.trim_start_matches([' ', '#', '-']);
            line.starts_with(&format!("{}: ", declaration.name))
        });
        assert_eq!(
            shown,
            declaration.presence != Presence::Derived,
            "{}",
            declaration.name
        );
        assert!(
            declaration.description.ends_with('.'),
            "{}",
            declaration.name
        );
    }
}

/// Every optional key of the sample can be switched on as it is shown.
#[test]
fn examples_of_the_sample_are_valid_by_themselves() {
    let cluster: String = sample::cluster("s")
        .lines()
        .filter(|line| !line.starts_with("# yaml-language-server"))
        .map(|line| {
            let key = line
                .strip_prefix("# ")
                .and_then(|rest| rest.split_once(": "));
            let known = key.is_some_and(|(key, _)| {
                Declarations::built_in()
                    .get(Section::Cluster, key)
                    .is_some()
            });
            let text = if known { &line[2..] } else { line };
            text.to_owned()
        })
        .collect::<Vec<_>>()
        .join("\n");
    let parsed = common::built_in(&cluster, &sample::nodes("s"));
    for problem in &parsed.diagnostics {
        let id = problem.rule.id();
        assert_eq!(id, "value/placeholder", "{problem}");
    }
}

#[test]
fn a_sample_of_variables_declares_nothing() {
    let (cluster, nodes) = common::valid("minimal");
    let variables = sample::variables("s");
    let parsed = common::with(
        &cluster,
        &nodes,
        Some(&variables),
        config_model::Templates::Own,
    );
    assert!(parsed.diagnostics.is_empty());
    let uncommented: String = variables
        .lines()
        .filter(|line| {
            !line.ends_with("{}") && line.starts_with("# ") && !line.starts_with("# yaml")
        })
        .skip_while(|line| !line.starts_with("# cluster:"))
        .map(|line| &line[2..])
        .collect::<Vec<_>>()
        .join("\n");
    let parsed = common::with(
        &cluster,
        &nodes,
        Some(&uncommented),
        config_model::Templates::Own,
    );
    assert_eq!(common::shown(&parsed.diagnostics), "");
    assert!(parsed.declarations.get(Section::Nodes, "rack").is_some());
}

fn instance(text: &str) -> Value {
    // The fixtures are simple enough that every reader sees the same.
    let source = diagnostics::Source::new("a", text);
    let parsed = yaml::parse(&source, &yaml::Limits::default());
    to_json(parsed.documents.first().expect("a document"))
}

fn to_json(node: &yaml::Node) -> Value {
    match node.value() {
        yaml::Value::Scalar(scalar) => match scalar.read(yaml::Dialect::Yaml12) {
            yaml::Resolved::Null => Value::Null,
            yaml::Resolved::Bool(value) => value.into(),
            yaml::Resolved::Integer(value) => i64::try_from(value).expect("small").into(),
            yaml::Resolved::Float(value) => value.into(),
            _ => scalar.text().into(),
        },
        yaml::Value::Sequence(items) => items.iter().map(to_json).collect(),
        yaml::Value::Mapping(mapping) => mapping
            .into_iter()
            .map(|entry| {
                (
                    entry.key.text().expect("text").to_owned(),
                    to_json(&entry.value),
                )
            })
            .collect(),
    }
}

fn refusal(schema: &jsonschema::Validator, text: &str) -> Option<String> {
    let instance = instance(text);
    schema
        .validate(&instance)
        .err()
        .map(|error| error.to_string())
}

#[test]
fn schemas_accept_what_the_parser_accepts() {
    let declarations = Declarations::built_in();
    let cluster_schema = schema::cluster(declarations, false);
    let nodes_schema = schema::nodes(declarations, false);
    let cluster = jsonschema::validator_for(&cluster_schema).expect("a schema");
    let nodes = jsonschema::validator_for(&nodes_schema).expect("a schema");
    for case in common::VALID {
        let (cluster_text, nodes_text) = common::valid(case);
        let problem = refusal(&cluster, &cluster_text);
        assert!(problem.is_none(), "{case}: {problem:?}");
        let problem = refusal(&nodes, &nodes_text);
        assert!(problem.is_none(), "{case}: {problem:?}");
    }
    for folder in common::invalid() {
        let text = common::read(&folder.join("problems.txt")).expect("a fixture");
        let own = folder.join("variables.yaml").exists() || folder.join("own-templates").exists();
        if text.contains(": error[") || own {
            continue;
        }
        let text = common::read(&folder.join("cluster.yaml")).expect("a fixture");
        let problem = refusal(&cluster, &text);
        assert!(problem.is_none(), "{}: {problem:?}", folder.display());
    }
}

#[test]
fn schemas_refuse_what_concerns_one_key() {
    let cluster = schema::cluster(Declarations::built_in(), false);
    let cluster = jsonschema::validator_for(&cluster).expect("a schema");
    let nodes = schema::nodes(Declarations::built_in(), false);
    let nodes = jsonschema::validator_for(&nodes).expect("a schema");
    for case in [
        "unknown-key",
        "missing-required-key",
        "bad-address",
        "bad-cidr",
        "bad-vlan-tag",
        "not-a-choice",
        "no-replicas",
        "no-dns-servers",
        "bad-quantity",
        "bad-duration",
        "bad-bgp-asn",
        "bad-uuid",
        "bad-domain",
        "proxmox-bad-url",
        "text-for-list",
        "no-domain",
    ] {
        let text = common::read(
            &common::root()
                .join("invalid")
                .join(case)
                .join("cluster.yaml"),
        );
        assert!(!cluster.is_valid(&instance(&text.expect(case))), "{case}");
    }
    for case in [
        "bad-mac-address",
        "schematic-not-hex",
        "mtu-too-small",
        "quoted-mtu",
        "controller-yes",
        "bad-node-name",
        "relative-disk",
        "bad-kernel-module",
        "nodes-empty",
        "missing-schematic",
    ] {
        let text = common::read(&common::root().join("invalid").join(case).join("nodes.yaml"));
        assert!(!nodes.is_valid(&instance(&text.expect(case))), "{case}");
    }
}

#[test]
fn the_other_schemas_fit_their_files() {
    let variables = schema::variables();
    let variables = jsonschema::validator_for(&variables).expect("a schema");
    let versions = schema::versions();
    let versions = jsonschema::validator_for(&versions).expect("a schema");
    for folder in common::invalid() {
        let problems = common::read(&folder.join("problems.txt")).expect("a fixture");
        if let Some(text) = common::read(&folder.join("variables.yaml")) {
            let wrong = [
                "variables/invalid-declaration",
                "variables/unknown-type",
                "variables/invalid-name",
            ]
            .iter()
            .any(|rule| problems.contains(rule));
            assert_eq!(
                !variables.is_valid(&instance(&text)),
                wrong,
                "{}",
                folder.display()
            );
        }
        if let Some(text) = common::read(&folder.join("versions.yaml")) {
            let wrong = problems.contains(": error[");
            assert_eq!(
                !versions.is_valid(&instance(&text)),
                wrong,
                "{}",
                folder.display()
            );
        }
    }
}
