//! talconfigs: those of the project's own fixtures with their patches, and broken ones.

#![expect(clippy::disallowed_methods, reason = "the fixtures are files")]

use std::path::{Path, PathBuf};

use diagnostics::{Diagnostic, Diagnostics, Source};
use serde_json::Value;
use talos::patch::{Machinery, Patch, apply, documents, fill};
use talos::substitute::{Variables, dotenv, substitute};
use talos::talconfig::Talconfig;

fn read(path: &Path) -> Source {
    let name = path.file_name().expect("a name").to_string_lossy();
    Source::new(&*name, std::fs::read_to_string(path).expect("a file"))
}

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .expect("the fixtures")
        .map(|entry| entry.expect("an entry").path().join("expected/talos"))
        .filter(|path| path.join("talconfig.yaml").exists())
        .collect();
    found.sort();
    found
}

fn substituted(source: &Source, variables: &Variables) -> Source {
    let comments = yaml::parse(source, &yaml::Limits::default()).comments;
    let comments: Vec<_> = comments.into_iter().map(|comment| comment.range).collect();
    let (source, problems) = substitute(source, &comments, variables);
    assert!(problems.is_empty(), "{problems:?}");
    source
}

#[test]
fn the_fixtures_are_fine_with_all_their_patches() {
    let base =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/patch-semantics/base.yaml");
    assert!(fixtures().len() >= 8);
    for folder in fixtures() {
        let (variables, problems) = dotenv(&read(&folder.join("talenv.yaml")));
        assert!(problems.is_empty(), "{problems:?}");
        let (config, problems) = Talconfig::read(&read(&folder.join("talconfig.yaml")), &variables);
        assert!(
            problems
                .iter()
                .all(|problem| problem.rule.as_str() == "talconfig/displaced-label"),
            "{}: {problems:?}",
            folder.display()
        );
        let config = config.expect("it can be read");
        for node in config.nodes() {
            let (mut machine, _) = documents(&read(&base));
            let of = |values: &serde_json::Map<String, Value>| values.get("patches").cloned();
            let global = config.values.as_object().and_then(of);
            let patches = [of(&node), global];
            for patch in patches
                .iter()
                .flatten()
                .filter_map(Value::as_array)
                .flatten()
            {
                let path = patch.as_str().expect("a text");
                // Variables of inline patches are in already.
                let source = match path.strip_prefix('@') {
                    Some(path) => substituted(&read(&folder.join(path)), &variables),
                    None => Source::new("inline patch", path),
                };
                let (source, problems) = fill(&source, &machine);
                assert!(problems.is_empty(), "{problems:?}");
                let (patch, problems) = Patch::read(&source, Machinery::default());
                assert!(problems.is_empty(), "{path}: {problems:?}");
                let applied = apply(&mut machine, &patch.expect("fine"), Machinery::default());
                let applied = applied.expect("it applies");
                assert!(
                    applied.findings.is_empty(),
                    "{path}: {:?}",
                    applied.findings
                );
            }
        }
    }
}

fn problems(text: &str) -> String {
    let variables: Variables = [("talosVersion", "v1.11.5"), ("empty", "")]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
    let (_, problems) = Talconfig::read(&Source::new("talconfig.yaml", text), &variables);
    shown(&problems)
}

fn shown(problems: &Diagnostics) -> String {
    let line = |problem: &Diagnostic| match &problem.hint {
        Some(hint) => format!("{problem}\n  {hint}"),
        None => problem.to_string(),
    };
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_problem_comes_at_once_with_its_place() {
    let text = "\
clusterName: ${cluster}
talosVersion: ${talosVersion} # ${never}
kubernetesVersion: 1.36.0
endpoint: ${empty}
allowSchedulingOnControlPlanes: True
clusterPodNet: [10.42.0.0/16]
nodes:
  - hostname: a
    ipAddress: 10.0.0.1
    installDisk: /dev/sda
    controlPlane: yes
    talosImageURL: factory.talos.dev/metal-installer/x:v1
    nodeLabels: { zone: one }
    networkInterfaces:
      - interface: eth0
        addresses: [10.0.1.1/24]
        vip: { ip: 10.0.0.2 }
  - hostname: a
    ipAddress: 10.0.0.2
    controlPlane: maybe
    networkInterfaces:
      - interface: eth0
        dhcp: true
        vlans:
          - vlanId: ten
            vip: { ip: 10.0.0.9 }
";
    insta::assert_snapshot!(problems(text), @r#"
    talconfig.yaml:1:14: error[talenv/unset-variable]: the variable `cluster` is not set
      set it in `talenv.yaml`, or write `$$` for a dollar
    talconfig.yaml:3:20: error[talconfig/version-pair]: Talos 1.11 runs Kubernetes 1.29 to 1.34, not 1.36
    talconfig.yaml:4:11: error[talenv/unset-variable]: the variable `empty` is empty
      set it in `talenv.yaml`, or write `$$` for a dollar
    talconfig.yaml:6:1: warning[talconfig/unknown-key]: `clusterPodNet` is not a key here
      did you mean `clusterPodNets`?
    talconfig.yaml:9:16: error[talconfig/address-outside]: `10.0.0.1` is in none of the networks of the node's interfaces
    talconfig.yaml:12:20: error[talconfig/image-tag]: the image has a tag or a digest; the Talos version is added to it
    talconfig.yaml:13:19: note[talconfig/displaced-label]: these labels displace the generated `node.kubernetes.io/exclude-from-external-load-balancers`
      add `node.kubernetes.io/exclude-from-external-load-balancers: ""` to keep it
    talconfig.yaml:17:20: error[talconfig/vip-is-node]: the virtual address is that of the node `a`
    talconfig.yaml:18:5: error[talconfig/missing-key]: `installDisk` or `installDiskSelector` is missing
    talconfig.yaml:18:15: error[talconfig/duplicate-node]: two nodes have the hostname `a`
    talconfig.yaml:20:19: error[talconfig/wrong-type]: `true` or `false` is wanted here, not text
    talconfig.yaml:25:21: error[talconfig/wrong-type]: a whole number is wanted here, not text
    talconfig.yaml:26:24: error[talconfig/worker-vip]: a worker cannot hold a virtual address
    "#);
}

#[test]
fn a_file_without_a_config_says_so() {
    insta::assert_snapshot!(problems("# nothing\n"), @"talconfig.yaml: error[talconfig/empty]: the file is empty");
    insta::assert_snapshot!(problems("- a\n"), @r"
    talconfig.yaml:1:1: error[talconfig/wrong-type]: a map is wanted here, not a list
    ");
    insta::assert_snapshot!(problems("a: [\n"), @r"
    talconfig.yaml:1:4: error[yaml/syntax]: the bracket `[` is never closed
      add the closing bracket
    ");
}

#[test]
fn variables_are_read_as_dotenv_and_put_in_strictly() {
    let env = Source::new(
        "talenv.yaml",
        "---\n# c\nA: one # rest\nexport B=\"t\\\"wo\"\nC='$A'\nD: ${A}-x\nnonsense\n",
    );
    let (variables, bad) = dotenv(&env);
    insta::assert_debug_snapshot!(variables, @r#"
    {
        "A": "one",
        "B": "t\"wo",
        "C": "$A",
        "D": "one-x",
    }
    "#);
    insta::assert_snapshot!(shown(&bad), @r"
    talenv.yaml:7:1: error[talenv/syntax]: the line is no `KEY: value`
    ");
    let text = "$A ${A} ${X-d} ${X:-$A} ${A:+y} $$patch $ ${X} $Y ${A/b}";
    let (filled, bad) = substitute(&Source::new("t", text), &[], &variables);
    insta::assert_snapshot!(filled.text(), @"one one d one y $patch $ ${X} $Y ${A/b}");
    insta::assert_snapshot!(shown(&bad), @r"
    t:1:43: error[talenv/unset-variable]: the variable `X` is not set
      set it in `talenv.yaml`, or write `$$` for a dollar
    t:1:48: error[talenv/unset-variable]: the variable `Y` is not set
      set it in `talenv.yaml`, or write `$$` for a dollar
    t:1:51: error[talenv/unset-variable]: `${A/b}` is no variable
      set it in `talenv.yaml`, or write `$$` for a dollar
    ");
}

#[test]
fn templates_fill_known_fields_and_refuse_the_rest() {
    let (config, _) = documents(&Source::new("m", "machine: { type: worker }\n"));
    let text = "a: {{ .MachineConfig.MachineType }}\nb: {{ upper .X }}\nc: {{ open\n";
    let (filled, bad) = fill(&Source::new("p.yaml", text), &config);
    insta::assert_snapshot!(filled.text(), @r"
    a: worker
    b: 
    c:
    ");
    insta::assert_snapshot!(shown(&bad), @r"
    p.yaml:2:4: error[patch/template]: `{{ upper .X }}` is not among the template fields that are supported
      write the value itself, or a variable of `talenv.yaml`
    p.yaml:3:4: error[patch/template]: `{{` is not closed
    ");
}
