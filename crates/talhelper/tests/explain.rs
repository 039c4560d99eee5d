//! Who set a value, and where a violation is to be mended.

use std::collections::BTreeMap;

use diagnostics::{Diagnostic, Source};
use documents::substitute::Variables;
use talhelper::explain::{Stage, explain, locate};
use talhelper::nodes::{Files, Generator, Request};
use talhelper::talconfig::Talconfig;
use talos::bundle;
use talos::contract::Contract;
use talos::validate::{Violation, validate};

const BUNDLE: &str = include_str!("../../talos/tests/vectors/talsecret.yaml");

const TALCONFIG: &str = "\
clusterName: test
talosVersion: v1.13.9
kubernetesVersion: 1.36.1
endpoint: https://10.0.0.10:6443
nodes:
  - hostname: cp
    ipAddress: 10.0.0.1
    controlPlane: true
    installDisk: /dev/sda
    nodeLabels: { zone: a }
    networkInterfaces:
      - interface: eth0
        addresses: [10.0.0.1/24]
        routes:
          - network: 0.0.0.0/0
            gateway: 10.0.0.254
    patches:
      - '@node.yaml'
      - |
        machine:
          token: other.0123456789abcdef
          nodeTaints:
            dedicated: x:Never
patches:
  - '@global.yaml'
";

const NODE: &str = "\
debug: true
machine:
  sysctls:
    net.core.rmem_max: 1
    vm.max_map_count: 5
  nodeLabels:
    zone: b_
---
apiVersion: v1alpha1
kind: UserVolumeConfig
name: data
";

const GLOBAL: &str = "\
debug: false
machine:
  sysctls:
    net.core.rmem_max: 7500000
  certSANs: [more.example.org]
";

struct Texts(BTreeMap<&'static str, &'static str>);

impl Files for Texts {
    fn read(&self, path: &str) -> Result<Option<Source>, Diagnostic> {
        Ok(self.0.get(path).map(|text| Source::new(path, *text)))
    }
}

/// The stages of the node.
fn stages() -> Vec<Stage> {
    let variables = Variables::new();
    let (talconfig, _) = Talconfig::read(&Source::new("talconfig.yaml", TALCONFIG), &variables);
    let bundle = bundle::read(&Source::new("talsecret.yaml", BUNDLE)).expect("a whole bundle");
    let files = Texts(BTreeMap::from([
        ("node.yaml", NODE),
        ("global.yaml", GLOBAL),
    ]));
    let request = Request {
        talconfig: &talconfig.valid().expect("nothing is wrong"),
        bundle: &bundle,
        contract: Contract::NEWEST_UNASKED,
        variables: &variables,
        files: &files,
    };
    let (generator, problems) = Generator::new(request);
    assert!(!problems.has_errors(), "{problems:?}");
    generator.stages(0)
}

fn way(stages: &[Stage], document: Option<&str>, path: &str) -> String {
    let origins = match explain(stages, document, path) {
        Ok(origins) => origins,
        Err(problem) => return format!("{problem}\n{}", problem.hint.as_deref().unwrap_or("")),
    };
    let value = |value: &Option<serde_json::Value>| match value {
        Some(value) => value.to_string(),
        None => "nothing".to_owned(),
    };
    let lines = origins.iter().map(|origin| {
        let place = origin.place.as_ref().map(|place| format!(" at {place}"));
        format!(
            "{:?} {}{}: {} {} -> {}",
            origin.kind,
            origin.name,
            place.unwrap_or_default(),
            origin.path,
            value(&origin.before),
            value(&origin.after)
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_value_that_patches_override_names_them_in_order() {
    let stages = stages();
    insta::assert_snapshot!(way(&stages, None, "debug"), @r"
    Generator generator: debug nothing -> false
    NodePatch node.yaml at node.yaml:1:1: debug false -> true
    GlobalPatch global.yaml at global.yaml:1:1: debug true -> false
    ");
    insta::assert_snapshot!(way(&stages, None, "machine.sysctls[\"net.core.rmem_max\"]"), @r#"
    NodePatch node.yaml at node.yaml:4:5: machine.sysctls.net\.core\.rmem_max nothing -> "1"
    GlobalPatch global.yaml at global.yaml:4:5: machine.sysctls.net\.core\.rmem_max "1" -> "7500000"
    "#);
    assert_eq!(
        way(&stages, None, "machine.sysctls[\"net.core.rmem_max\"]"),
        way(
            &stages,
            Some("v1alpha1"),
            "machine.sysctls.net\\.core\\.rmem_max"
        ),
    );
    insta::assert_snapshot!(way(&stages, None, "machine.nodeLabels.zone"), @r#"
    Talconfig nodeLabels at talconfig.yaml:10:19: machine.nodeLabels.zone nothing -> "a"
    NodePatch node.yaml at node.yaml:7:5: machine.nodeLabels.zone "a" -> "b_"
    "#);
    insta::assert_snapshot!(way(&stages, None, "machine.certSANs[1]"), @r#"
    Generator generator: machine.certSANs nothing -> []
    GlobalPatch global.yaml at global.yaml:5:3: machine.certSANs [] -> ["more.example.org"]
    "#);
    insta::assert_snapshot!(way(&stages, Some("UserVolumeConfig/data"), ""), @r#"
    NodePatch node.yaml at node.yaml:9:1: apiVersion nothing -> "v1alpha1"
    NodePatch node.yaml at node.yaml:10:1: kind nothing -> "UserVolumeConfig"
    NodePatch node.yaml at node.yaml:11:1: name nothing -> "data"
    "#);
}

#[test]
fn secrets_are_masked() {
    let stages = stages();
    insta::assert_snapshot!(way(&stages, None, "machine.token"), @r#"
    Generator generator: machine.token nothing -> "<redacted>"
    NodePatch talconfig.yaml:19 at talconfig.yaml:21:11: machine.token "<redacted>" -> "<redacted>"
    "#);
    insta::assert_snapshot!(way(&stages, None, "cluster.ca.key"), @r#"Generator generator: cluster.ca.key nothing -> "<redacted>""#);
    for path in ["cluster", "machine"] {
        let shown = way(&stages, None, path);
        for secret in [
            "0123456789abcdef",
            "LS0tLS1CRUdJTiBFQyBQ",
            "LS0tLS1CRUdJTiBFRDI",
        ] {
            assert!(!shown.contains(secret), "{secret}");
        }
    }
    let excerpts = stages
        .iter()
        .flat_map(|stage| &stage.changes)
        .filter_map(|change| {
            change
                .place
                .as_ref()
                .and_then(|place| place.excerpt.as_ref())
        });
    for excerpt in excerpts {
        assert!(!excerpt.text.contains("0123456789abcdef"), "{excerpt:?}");
    }
}

#[test]
fn a_path_that_nobody_set_is_told_with_one_that_is() {
    let stages = stages();
    insta::assert_snapshot!(way(&stages, None, "machine.sysctl.vm\\.max_map_count"), @r"
    error[talos/unknown-path]: nothing sets `machine.sysctl.vm\.max_map_count`
    did you mean `machine.sysctls.vm\.max_map_count`?
    ");
    insta::assert_snapshot!(way(&stages, Some("HostnameConfig"), "machine.install.disk"), @r"
    error[talos/unknown-path]: nothing sets `machine.install.disk` of `HostnameConfig`
    it is set in `v1alpha1`
    ");
    insta::assert_snapshot!(way(&stages, None, "nothing.at.all.that.is.like.it"), @"error[talos/unknown-path]: nothing sets `nothing.at.all.that.is.like.it`");
}

/// The config that the stages lead to, checked and located.
fn located(stages: &[Stage], extra: Vec<Violation>) -> String {
    let lines = extra
        .iter()
        .map(|violation| locate(violation, stages).to_string());
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_violation_is_told_where_its_value_was_set_last() {
    let variables = Variables::new();
    let (talconfig, _) = Talconfig::read(&Source::new("talconfig.yaml", TALCONFIG), &variables);
    let bundle = bundle::read(&Source::new("talsecret.yaml", BUNDLE)).expect("a whole bundle");
    let files = Texts(BTreeMap::from([
        ("node.yaml", NODE),
        ("global.yaml", GLOBAL),
    ]));
    let request = Request {
        talconfig: &talconfig.valid().expect("nothing is wrong"),
        bundle: &bundle,
        contract: Contract::NEWEST_UNASKED,
        variables: &variables,
        files: &files,
    };
    let (configs, _) = talhelper::nodes::generate(&request);
    let config = configs.first().expect("a config");
    let mut found = validate(&config.documents, Contract::NEWEST_UNASKED);
    // What the generator set has no place; what nobody set neither.
    for path in [
        "machine.features.hostDNS.enabled",
        "machine.logging",
        "machine.install.disk",
    ] {
        found.push(Violation {
            document: "v1alpha1".to_owned(),
            path: path.to_owned(),
            message: "for the test".to_owned(),
            hint: None,
            severity: diagnostics::Severity::Warning,
            rule: &talos::rules::MACHINE_CONFIG_BAD_VALUE,
        });
    }
    insta::assert_snapshot!(located(&stages(), found), @r"
    node.yaml:7:5: error[machine-config/bad-value]: `machine.nodeLabels.zone`: `b_` is not a value that Kubernetes takes
    talconfig.yaml:23:13: error[machine-config/bad-value]: `machine.nodeTaints.dedicated`: `Never` is not an effect of a taint
    node.yaml:11:1: error[machine-config/missing]: `UserVolumeConfig/data provisioning.diskSelector.match`: `match` is missing
    node.yaml:11:1: error[machine-config/missing]: `UserVolumeConfig/data provisioning.minSize`: neither `minSize` nor `maxSize` says how large the volume is
    warning[machine-config/bad-value]: `machine.features.hostDNS.enabled`: for the test
    warning[machine-config/bad-value]: `machine.logging`: for the test
    talconfig.yaml:9:18: warning[machine-config/bad-value]: `machine.install.disk`: for the test
    ");
}
