//! talconfigs: those of the project's own fixtures with their patches, and broken ones.

#![expect(clippy::disallowed_methods, reason = "the fixtures are files")]

use std::path::{Path, PathBuf};

use diagnostics::{Diagnostic, Diagnostics, Source};
use documents::substitute::{Variables, dotenv, substitute, talenv};
use talhelper::talconfig::Talconfig;
use talos::patch::{Machinery, Patch, apply, documents, fill};

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

/// The patches of each node with those of its role, and those for all.
fn patches(source: &Source, variables: &Variables) -> Vec<Vec<String>> {
    let source = substituted(source, variables);
    let parsed = yaml::parse(&source, &yaml::Limits::default());
    let root = parsed.root().expect("a document");
    let of = |map: Option<&yaml::Node>| -> Vec<String> {
        let list = map.and_then(|map| map.get("patches")?.as_sequence());
        let texts = list.into_iter().flatten().filter_map(yaml::Node::text);
        texts.map(str::to_owned).collect()
    };
    let nodes = root.get("nodes").and_then(yaml::Node::as_sequence);
    nodes
        .into_iter()
        .flatten()
        .map(|node| {
            let control_plane = node.get("controlPlane").and_then(yaml::Node::text);
            let role = if control_plane == Some("true") {
                "controlPlane"
            } else {
                "worker"
            };
            let mut all = of(root.get(role));
            all.extend(of(Some(node)));
            all.extend(of(Some(root)));
            all
        })
        .collect()
}

#[test]
fn the_fixtures_are_fine_with_all_their_patches() {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../talos/tests/vectors");
    assert!(fixtures().len() >= 8);
    for folder in fixtures() {
        // The fixture whose contract is one of documents.
        let base = vectors.join(match folder.to_str() {
            Some(folder) if folder.contains("talos-1.14") => "v1.14/generate/01-base-1.14-cp.yaml",
            _ => "patch-semantics/base.yaml",
        });
        let (variables, problems) = dotenv(&read(&folder.join("talenv.yaml")));
        assert!(problems.is_empty(), "{problems:?}");
        let (config, problems) = Talconfig::read(&read(&folder.join("talconfig.yaml")), &variables);
        assert!(
            problems
                .iter()
                .all(|problem| problem.rule.id() == "talconfig/displaced-label"),
            "{}: {problems:?}",
            folder.display()
        );
        assert!(config.valid().is_some());
        for patches in patches(&read(&folder.join("talconfig.yaml")), &variables) {
            let (mut machine, _) = documents(&read(&base));
            for path in &patches {
                // Variables of inline patches are in already.
                let source = match path.strip_prefix('@') {
                    Some(path) => substituted(&read(&folder.join(path)), &variables),
                    None => Source::new("inline patch", path.as_str()),
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
    talconfig.yaml:9:16: warning[talconfig/address-outside]: `10.0.0.1` is in none of the networks of the node's interfaces
      right only where the node is reached through a tunnel or a router that translates
    talconfig.yaml:12:20: error[talconfig/image-tag]: the image has a tag or a digest; the Talos version is added to it
    talconfig.yaml:13:19: note[talconfig/displaced-label]: these labels displace the generated `node.kubernetes.io/exclude-from-external-load-balancers`
      add `node.kubernetes.io/exclude-from-external-load-balancers: ""` to keep it
    talconfig.yaml:17:20: warning[talconfig/vip-is-node]: the virtual address is that of the node `a`
      give the node's own address in `ipAddress`
    talconfig.yaml:17:20: warning[talconfig/vip-outside]: `10.0.0.2` is in none of the networks of the interface
      use an address that the nodes of its network reach
    talconfig.yaml:18:5: error[talconfig/missing-key]: `installDisk` or `installDiskSelector` is missing
    talconfig.yaml:18:15: error[talconfig/duplicate-node]: two nodes have the hostname `a`
    talconfig.yaml:20:19: error[talconfig/wrong-type]: `true` or `false` is wanted here, not text
    talconfig.yaml:25:21: error[talconfig/wrong-type]: a whole number is wanted here, not text
    talconfig.yaml:26:24: error[talconfig/worker-vip]: a worker cannot hold a virtual address
      take it out: control planes agree on who has it
    "#);
}

#[test]
fn what_ends_in_configurations_is_checked_where_it_is_written() {
    let text = "\
clusterName: a
talosVersion: v1.16.0
kubernetesVersion: 1.36.0
endpoint: https://10.0.0.10:0
domain: a b
clusterPodNets: [10.42.0.0]
cniConfig: { name: cilium }
inlineManifests: [{ name: x, contents: y }, { name: x, contents: z }]
worker:
  nodeTaints: { dedicated: 'x:Never' }
nodes:
  - hostname: under_score
    ipAddress: 10.0.0.1,10.0.0.256
    installDiskSelector: { name: sda, size: lots }
    controlPlane: true
    talosImageURL: installer
    nodeLabels: { zone: b_, templated: '{{ .MachineConfig.MachineType }}' }
    nodeAnnotations: { talos.dev/owned-labels: x }
    nameservers: [dns]
    machineFiles: [{ path: relative, op: move, content: x, permissions: 0o644 }]
    machineDisks: [{ device: /dev/sdb, partitions: [{ mountpoint: /a }, { mountpoint: /b }] }]
    machineSpec: { bootMethod: floppy }
    ingressFirewall:
      rules: [{ name: a, portSelector: { ports: [80, 70-90], protocol: tcp }, ingress: [] }]
    networkInterfaces:
      - interface: eth0
        addresses: [10.0.0.1/24]
        vip: { ip: 10.9.0.1 }
        routes: [{ network: 0.0.0.0/0, gateway: 10.0.1.254 }, { network: x }]
        vlans: [{ vlanId: 5 }, { vlanId: 5, vip: { ip: x } }, { vlanId: 4095 }]
      - interface: bond0
        bond: { mode: fast, interfaces: [eth0] }
  - hostname: b
    ipAddress: 10.0.0.2, 10.0.0.1
    installDisk: /dev/sda
    machineSpec: { bootMethod: iso, imageSuffix: raw.xz, arch: mips }
";
    insta::assert_snapshot!(problems(text), @r#"
    talconfig.yaml:2:15: error[talconfig/talos-version]: Talos 1.16 is not among the supported versions, 1.9 to 1.15
    talconfig.yaml:4:11: error[machine-config/bad-value]: `https://10.0.0.10:0` is not the URL of a server
      use a port between 1 and 65535
    talconfig.yaml:5:9: error[machine-config/bad-value]: `a b` is not a DNS name
      write it like `cluster.local`
    talconfig.yaml:6:18: error[machine-config/bad-value]: `10.42.0.0` is not a network
      write it like `10.42.0.0/16`
    talconfig.yaml:7:20: error[machine-config/bad-value]: `cilium` is not a network plugin that Talos knows
      write `flannel`, `custom` or `none`
    talconfig.yaml:8:53: error[machine-config/duplicate]: the manifest `x` is there twice
      take one of them out
    talconfig.yaml:10:28: error[machine-config/bad-value]: `Never` is not an effect of a taint
      write `NoSchedule`, `PreferNoSchedule` or `NoExecute`, or `VALUE:EFFECT`
    talconfig.yaml:12:15: error[machine-config/bad-value]: `under_score` is not a hostname
      use letters, digits and hyphens, up to 63 between dots
    talconfig.yaml:13:16: error[machine-config/bad-value]: `10.0.0.256` is neither an IP address nor a DNS name
      write it like `10.0.0.1`
    talconfig.yaml:14:34: error[machine-config/bad-value]: disks are not selected by `name`
      select by `serial`, `wwid`, `model`, `uuid`, `size` or `type`
    talconfig.yaml:14:45: error[machine-config/bad-value]: `lots` is not a size with a comparison
      write it like `>= 100GB`
    talconfig.yaml:16:20: error[machine-config/bad-value]: `installer` is not an image with its registry
      write it like `factory.talos.dev/metal-installer/SCHEMATIC`
    talconfig.yaml:17:19: note[talconfig/displaced-label]: these labels displace the generated `node.kubernetes.io/exclude-from-external-load-balancers`
      add `node.kubernetes.io/exclude-from-external-load-balancers: ""` to keep it
    talconfig.yaml:17:25: error[machine-config/bad-value]: `b_` is not a value that Kubernetes takes
      use up to 63 letters, digits, `-`, `_` and `.`, letters or digits first and last
    talconfig.yaml:18:48: error[machine-config/reserved]: Talos keeps the annotation `talos.dev/owned-labels` for itself
      use another name
    talconfig.yaml:19:19: error[machine-config/bad-value]: `dns` is not an IP address
      write it like `10.0.0.53`
    talconfig.yaml:20:28: error[machine-config/bad-value]: `relative` is not a path from the root
      write it like `/var/etc/file`
    talconfig.yaml:20:42: error[machine-config/bad-value]: `move` is not what to do with a file
      write `create`, `append` or `overwrite`
    talconfig.yaml:21:55: error[machine-config/bad-value]: only the last partition can take the rest of the disk
      give it a size
    talconfig.yaml:22:32: error[machine-config/bad-value]: `floppy` is not a way to boot
      write `iso`, `disk-image` or `pxe`
    talconfig.yaml:24:54: error[machine-config/duplicate]: `70-90` overlaps with `80`
      write one range
    talconfig.yaml:27:20: error[machine-config/member-address]: `eth0` belongs to `bond0` and can have no address of its own
      move it to `bond0`
    talconfig.yaml:28:16: error[machine-config/member-address]: `eth0` belongs to `bond0` and can have no address of its own
      move it to `bond0`
    talconfig.yaml:28:20: warning[talconfig/vip-outside]: `10.9.0.1` is in none of the networks of the interface
      use an address that the nodes of its network reach
    talconfig.yaml:29:49: warning[talconfig/gateway-outside]: `10.0.1.254` is in none of the networks of the interface
      use a gateway that the node reaches without a route
    talconfig.yaml:29:74: error[machine-config/bad-value]: `x` is not a network
      write it like `10.0.0.0/24`
    talconfig.yaml:30:42: error[machine-config/duplicate]: the VLAN `5` is there twice
      take one of them out
    talconfig.yaml:30:56: error[talconfig/bad-vip]: a virtual address is an IP address
    talconfig.yaml:30:73: error[machine-config/bad-value]: `4095` is not the id of a VLAN
      use 1 to 4094
    talconfig.yaml:32:23: error[machine-config/bad-value]: `fast` is not one of `balance-rr`, `active-backup`, `balance-xor`, `broadcast`, `802.3ad`, `balance-tlb`, `balance-alb`
      use one of them
    talconfig.yaml:34:16: error[talconfig/duplicate-node]: two nodes have the ipAddress `10.0.0.1`
    talconfig.yaml:36:50: error[machine-config/bad-value]: `raw.xz` is not the ending of such an image
      leave it out, or use one such as `raw.xz` with `bootMethod: disk-image`
    talconfig.yaml:36:64: error[machine-config/bad-value]: `mips` is not an architecture
      write `amd64` or `arm64`
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
fn versions_are_told_as_they_are_written() {
    let said = |talos: &str, kubernetes: &str| {
        let text = format!(
            "clusterName: a\nendpoint: https://a:6443\ntalosVersion: {talos}\nkubernetesVersion: {kubernetes}\nnodes: []\n"
        );
        let (_, problems) =
            Talconfig::read(&Source::new("talconfig.yaml", text), &Variables::new());
        shown(&problems)
    };
    insta::assert_snapshot!(said("v1.13.7", "1.30"), @r"
    talconfig.yaml:4:20: error[talconfig/version]: `kubernetesVersion` is `1.30`, not a version with three numbers, and YAML reads a number here, 1.3
      write it like `v1.30.0`: images are named after it
    talconfig.yaml:4:20: error[talconfig/version-pair]: Talos 1.13 runs Kubernetes 1.31 to 1.36, not 1.30
    ");
    insta::assert_snapshot!(said("1.10", "v1.33.1"), @r"
    talconfig.yaml:3:15: error[talconfig/version]: `talosVersion` is `1.10`, not a version with three numbers, and YAML reads a number here, 1.1
      write it like `v1.10.0`: images are named after it
    ");
    insta::assert_snapshot!(said("\"1.10\"", "'1.30'"), @r"
    talconfig.yaml:3:15: error[talconfig/version]: `talosVersion` is `1.10`, not a version with three numbers
      write it like `v1.10.0`: images are named after it
    talconfig.yaml:4:20: error[talconfig/version]: `kubernetesVersion` is `1.30`, not a version with three numbers
      write it like `v1.30.0`: images are named after it
    ");
    insta::assert_snapshot!(said("1.10.0", "1.33.0"), @"");
    // What comes of a variable is not quoted.
    let variables = [("V".to_owned(), "1.30".to_owned())].into();
    let text = "clusterName: a\nendpoint: https://a:6443\nkubernetesVersion: ${V}\nnodes: []\n";
    let (_, problems) = Talconfig::read(&Source::new("talconfig.yaml", text), &variables);
    insta::assert_snapshot!(shown(&problems), @r"
    talconfig.yaml:3:20: error[talconfig/version]: `kubernetesVersion` is not a version with three numbers
      write it like `v1.36.4`: images are named after it
    ");
}

#[test]
fn a_talenv_that_is_no_map_of_yaml_is_refused() {
    let mut said = String::new();
    for text in [
        "A: x\nB: y # c\n---\nC: z\n",
        "A: x\nA: y\n",
        "# nothing\n",
        "",
        "A: x: hunter2\n",
        "A: \"hunter2\n",
        "A: x\n\tB: hunter2\n",
        "A: x\nhunter2\n",
        "A: x\nB=hunter2\n",
        "A=hunter2\n",
        "- A: hunter2\n",
        "A: [hunter2\n",
        "A: @hunter2\n",
    ] {
        let (variables, problems) = talenv(&Source::new("talenv.yaml", text));
        let names: Vec<_> = variables.keys().cloned().collect();
        assert!(!format!("{problems:?}").contains("hunter2"), "{text}");
        said.push_str(&format!(
            "{text:?} {}\n{}\n",
            names.join(" "),
            shown(&problems)
        ));
    }
    insta::assert_snapshot!(said, @r##"
    "A: x\nB: y # c\n---\nC: z\n" A B C

    "A: x\nA: y\n" A

    "# nothing\n" 

    "" 

    "A: x: hunter2\n" 
    talenv.yaml:1:5: error[yaml/syntax]: a `:` cannot stand here
      put the value in quotes if the `:` belongs to it, or check the indentation
    "A: \"hunter2\n" 
    talenv.yaml:1:4: error[yaml/syntax]: the quote is never closed
      add the closing quote
    "A: x\n\tB: hunter2\n" 
    talenv.yaml:1:4: error[yaml/syntax]: while scanning a plain scalar, found a tab
    "A: x\nhunter2\n" 
    talenv.yaml:2:1: error[yaml/syntax]: the `:` behind the key is missing
    "A: x\nB=hunter2\n" 
    talenv.yaml:2:1: error[yaml/syntax]: the `:` behind the key is missing
    "A=hunter2\n" 
    talenv.yaml:1:1: error[talenv/syntax]: the file is a map of variables, not text
      write each variable as `KEY: value`: talhelper reads nothing else
    "- A: hunter2\n" 
    talenv.yaml:1:1: error[talenv/syntax]: the file is a map of variables, not a list
      write each variable as `KEY: value`: talhelper reads nothing else
    "A: [hunter2\n" 
    talenv.yaml:1:4: error[yaml/syntax]: the bracket `[` is never closed
      add the closing bracket
    "A: @hunter2\n" 
    talenv.yaml:1:4: error[yaml/syntax]: `@` cannot stand here
      put the value in quotes
    "##);
}

#[test]
fn nodes_that_are_merged_from_one_are_checked_as_a_whole() {
    let text = "\
clusterName: a
endpoint: https://10.0.0.5:6443
talosVersion: v1.13.7
kubernetesVersion: v1.36.1
nodes:
  - &first
    hostname: one
    ipAddress: 10.0.0.1
    installDisk: /dev/sda
    networkInterfaces:
      - &link
        interface: eth0
        addresses: [10.0.0.1/24]
        routes: [{ network: 0.0.0.0/0, gateway: 10.0.0.254 }]
  - <<: *first
    hostname: two
    ipAddress: 10.0.0.2
    networkInterfaces: [{ <<: *link, addresses: [10.0.0.2/24] }]
  - <<: *first
    hostname: three
    ipAddress: 10.0.0.3
    networkInterfaces: [{ <<: *link, addresses: [10.0.9.3/24] }]
  - <<: *first
    hostname: four
";
    let (config, problems) =
        Talconfig::read(&Source::new("talconfig.yaml", text), &Variables::new());
    insta::assert_snapshot!(shown(&problems), @r"
    talconfig.yaml:14:49: warning[talconfig/gateway-outside]: `10.0.0.254` is in none of the networks of the interface
      use a gateway that the node reaches without a route
    talconfig.yaml:21:16: warning[talconfig/address-outside]: `10.0.0.3` is in none of the networks of the node's interfaces
      right only where the node is reached through a tunnel or a router that translates
    talconfig.yaml:24:5: error[talconfig/duplicate-node]: two nodes have the ipAddress `10.0.0.1`
    ");
    assert!(config.raw().is_some());
}

#[test]
fn a_text_that_becomes_another_is_told_by_its_rule() {
    let told = problems("clusterName: 1e3\n");
    assert!(told.contains("talconfig/rewritten-text"), "{told}");
}
