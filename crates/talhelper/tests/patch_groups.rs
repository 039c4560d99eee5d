//! The patches of a node in their order, and where a value comes from.

use diagnostics::Source;
use documents::substitute::Variables;
use talhelper::groups::{History, Written, apply_groups};
use talos::patch::{Machinery, documents};

fn file(name: &str, text: &str) -> Written {
    Written::File(Source::new(name, text))
}

fn run(base: &str, groups: &[&[Written]]) -> (Vec<serde_json::Value>, History) {
    let (mut config, problems) = documents(&Source::new("base.yaml", base));
    assert!(problems.is_empty(), "{problems:?}");
    let variables: Variables = [("max".to_owned(), "7500000".to_owned())].into();
    let history = apply_groups(&mut config, groups, &variables, Machinery::default());
    (config, history)
}

fn found(history: &History) -> String {
    let lines: Vec<_> = history.findings.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

const BASE: &str = "machine: { type: worker, sysctls: { net.core.rmem_max: \"0\" } }\n";

#[test]
fn a_patch_for_all_nodes_beats_the_node_s_and_both_are_named() {
    let node = [
        file(
            "role.yaml",
            "machine: { nodeLabels: { kind: \"{{ .MachineConfig.MachineType }}\" } }\n",
        ),
        file(
            "node.yaml",
            "machine: { sysctls: { net.core.rmem_max: 1 } }\n",
        ),
    ];
    let global = [file(
        "global.yaml",
        "machine: { sysctls: { net.core.rmem_max: ${max} } }\n",
    )];
    let (config, history) = run(BASE, &[&node, &global]);
    assert_eq!(
        config[0]["machine"]["sysctls"]["net.core.rmem_max"],
        "7500000"
    );
    assert_eq!(config[0]["machine"]["nodeLabels"]["kind"], "worker");
    let steps: Vec<_> = history
        .of("v1alpha1", "machine.sysctls")
        .map(|(name, change)| format!("{name}: {}", change.after.clone().unwrap_or_default()))
        .collect();
    insta::assert_snapshot!(steps.join("\n"), @r#"
    node.yaml: "1"
    global.yaml: "7500000"
    "#);
    insta::assert_snapshot!(found(&history), @r"node.yaml:1:23: warning[patch/undone]: `machine.sysctls.net\.core\.rmem_max` is changed again by `global.yaml`");
}

#[test]
fn every_wrong_patch_is_told_and_the_right_ones_apply() {
    let node = [
        file("a.yaml", "machine: { sysctls: { a: ${none} } }\n"),
        file("b.yaml", "# comment\n"),
        file("c.yaml", "machine: { sysctl: {} }\n"),
        file(
            "d.yaml",
            "cluster: { proxy: { image: { $$patch: delete } } }\n",
        ),
        file("e.yaml", "machine: { sysctls: { e: 1 } }\n"),
    ];
    let (config, history) = run(BASE, &[&node]);
    assert_eq!(config[0]["machine"]["sysctls"]["e"], "1");
    insta::assert_snapshot!(found(&history), @r"
    a.yaml:1:26: error[talenv/unset-variable]: the variable `none` is not set
    b.yaml: error[patch/empty]: the patch holds comments only
    c.yaml:1:12: error[patch/unknown-field]: Talos knows no field `sysctl` here
    d.yaml:1:28: error[patch/delete-missing]: there is no `cluster.proxy.image` to delete
    ");
}

#[test]
fn a_list_that_grows_is_not_undone() {
    let base = "machine: { certSANs: [a] }\n";
    let node = [file("a.yaml", "machine: { certSANs: [b] }\n")];
    let global = [file("b.yaml", "machine: { certSANs: [c] }\n")];
    let (_, history) = run(base, &[&node, &global]);
    assert!(history.findings.is_empty(), "{}", found(&history));
}

/// A control plane of contract 1.11, as talhelper generates it, without its secrets.
const CONFIG: &str = include_str!("../../talos/tests/vectors/templates/config.yaml");

#[test]
fn places_are_those_of_the_template_whatever_it_prints() {
    let patch = "\
{{- /* three lines become one, and one becomes many */}}
machine:
  sysctls:
{{- range $name := .ClusterConfig.APIServerConfig.ExtraCertSANs }}
    {{ $name }}: \"1\"
{{- end }}
  sysctl: {}
  nodeLabels:
    a: ${NONE}
";
    let patches = [Written::File(Source::new("p.yaml", patch))];
    let (mut config, _) = documents(&Source::new("config.yaml", CONFIG));
    let history = apply_groups(
        &mut config,
        &[&patches],
        &Variables::new(),
        Machinery::default(),
    );
    let said: Vec<_> = history.findings.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(said.join("\n"), @r"
    p.yaml:9:8: error[talenv/unset-variable]: the variable `NONE` is not set
    p.yaml:7:3: error[patch/unknown-field]: Talos knows no field `sysctl` here
    ");
    let fine = patch.replace("  sysctl: {}\n", "").replace("${NONE}", "b");
    let patches = [Written::File(Source::new("p.yaml", fine))];
    let history = apply_groups(
        &mut config,
        &[&patches],
        &Variables::new(),
        Machinery::default(),
    );
    let places: Vec<_> = history
        .of("v1alpha1", "machine")
        .map(|(_, change)| {
            let place = change.place.as_ref().expect("a place");
            format!("{} {place}", change.path)
        })
        .collect();
    insta::assert_snapshot!(places.join("\n"), @r"
    machine.nodeLabels.a p.yaml:8:5
    machine.sysctls.10\.0\.0\.5 p.yaml:5:8
    machine.sysctls.a\.example p.yaml:5:8
    machine.sysctls.b\.example p.yaml:5:8
    ");
}
