//! Configurations of nodes from texts: what is wrong with them, and what made them.

use std::collections::BTreeMap;

use diagnostics::{Diagnostic, Diagnostics, Source};
use documents::substitute::Variables;
use talhelper::explain::Stage;
use talhelper::nodes::{Files, Generator, NodeConfig, Request};
use talhelper::talconfig::{Raw, Talconfig};
use talos::bundle;
use talos::contract::Contract;

const BUNDLE: &str = include_str!("../../talos/tests/vectors/talsecret.yaml");

const HEAD: &str = "\
clusterName: test
talosVersion: v1.13.9
kubernetesVersion: 1.36.1
endpoint: https://10.0.0.10:6443
";

const NODES: &str = "\
nodes:
  - hostname: cp
    ipAddress: 10.0.0.1
    controlPlane: true
    installDisk: /dev/sda
";

diagnostics::rules! {
    LOCKED: error "sops/no-key", "Nobody can decrypt it.";
}

/// Files by name; `locked` can never be read.
struct Texts(BTreeMap<&'static str, &'static str>);

impl Files for Texts {
    fn read(&self, path: &str) -> Result<Option<Source>, Diagnostic> {
        if path == "locked" {
            return Err(LOCKED.report("no key opens the file"));
        }
        Ok(self.0.get(path).map(|text| Source::new(path, *text)))
    }
}

/// The configurations, the problems of the second part, and what is asked of the generator.
fn with<T>(
    text: &str,
    contract: &str,
    files: &[(&'static str, &'static str)],
    ask: impl Fn(&Request<'_, Raw>) -> T,
) -> T {
    let variables: Variables = [("name".to_owned(), "value".to_owned())].into();
    let source = Source::new("talconfig.yaml", text);
    let (talconfig, _) = Talconfig::read(&source, &variables);
    let bundle = bundle::read(&Source::new("talsecret.yaml", BUNDLE)).expect("a whole bundle");
    ask(&Request {
        talconfig: talconfig.raw().expect("it can be read"),
        bundle: &bundle,
        contract: Contract::parse(contract).expect("a contract"),
        variables: &variables,
        files: &Texts(files.iter().copied().collect()),
    })
}

/// The configurations of all nodes, and what is wrong with them, whatever is wrong with the file.
fn generate(request: &Request<'_, Raw>) -> (Vec<NodeConfig>, Diagnostics) {
    let (generator, mut problems) = Generator::on_trial(*request);
    let mut configs = Vec::new();
    for index in 0..generator.len() {
        let (config, found) = generator.node(index);
        configs.extend(config);
        problems.extend(found);
    }
    problems.sort();
    (configs, problems)
}

fn shown(problems: &Diagnostics) -> String {
    let line = |problem: &Diagnostic| match &problem.hint {
        Some(hint) => format!("{problem}\n  {hint}"),
        None => problem.to_string(),
    };
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn problems(text: &str, contract: &str, files: &[(&'static str, &'static str)]) -> String {
    with(text, contract, files, |request| shown(&generate(request).1))
}

fn configs(text: &str, contract: &str) -> Vec<NodeConfig> {
    with(text, contract, &[], |request| {
        let (configs, problems) = generate(request);
        assert!(!problems.has_errors(), "{problems:?}");
        configs
    })
}

#[test]
fn every_bad_patch_is_told_once_at_its_place() {
    let text = format!(
        "{HEAD}nodes:\n{}patches: ['@none.yaml', '@./locked', '@', '@comment.yaml', '@nothing.yaml', \
         '@blank.yaml', '@json.yaml', '@unset.yaml', '@unknown.yaml', '@delete.yaml', \
         '@template.yaml', '@kind.yaml']\n",
        (0..100)
            .map(|number| format!(
                "  - {{hostname: n{number}, ipAddress: 10.0.1.{number}, installDisk: /dev/sda}}\n"
            ))
            .collect::<String>()
    );
    let files = [
        ("comment.yaml", "# nothing yet\n"),
        ("nothing.yaml", "{}\n"),
        ("blank.yaml", " \n\n"),
        ("json.yaml", "- op: remove\n  path: /machine/kubelet\n"),
        ("unset.yaml", "machine:\n  sysctls:\n    a: ${nme}\n"),
        ("unknown.yaml", "machine:\n  sysctl: {}\n"),
        (
            "delete.yaml",
            "cluster:\n  proxy:\n    image:\n      $$patch: delete\n",
        ),
        ("template.yaml", "machine:\n  type: {{ upper .X }}\n"),
        (
            "kind.yaml",
            "apiVersion: v1alpha1\nkind: LinkConfg\nname: a\n",
        ),
    ];
    insta::assert_snapshot!(problems(&text, "1.13", &files), @r"
    blank.yaml: warning[patch/empty]: the patch is empty
    comment.yaml: error[patch/empty]: the patch holds comments only
      write `---` below them, or take the patch out of the list
    delete.yaml:4:7: error[patch/delete-missing]: there is no `cluster.proxy.image` to delete
    json.yaml:1:3: note[patch/json-on-documents]: a JSON patch changes the first document only, and talhelper refuses it where there are several, as from Talos 1.12 on
      write it as a strategic merge: `machine: {kubelet: {$$patch: delete}}`
    kind.yaml:2:7: error[patch/unknown-kind]: Talos has no document of kind `LinkConfg`
      did you mean `LinkConfig`?
    nothing.yaml: error[patch/empty]: the patch sets nothing
      take the patch out of the list
    talconfig.yaml:106:11: error[talconfig/missing-file]: there is no file `none.yaml`
    talconfig.yaml:106:25: error[sops/no-key]: no key opens the file
    talconfig.yaml:106:38: error[talconfig/missing-file]: the name of a file is missing behind `@`
    template.yaml:2:18: error[patch/template]: there is no field `.X` here
      the fields are `.ConfigVersion`, `.ConfigDebug`, `.ConfigPersist`, `.MachineConfig`, `.ClusterConfig`, as Go names them
    unknown.yaml:2:3: error[patch/unknown-field]: Talos knows no field `sysctl` here
      did you mean `sysctls`?
    unset.yaml:3:8: error[talenv/unset-variable]: the variable `nme` is not set
      set it in `talenv.yaml`, or write `$$` for a dollar
    ");
}

#[test]
fn a_patch_within_the_talconfig_is_told_with_the_talconfig_s_lines() {
    let text = format!(
        "{HEAD}{NODES}    patches:
      - |-
        machine:
          sysctls: []

          kernl: {{}}
        ---
        apiVersion: v1alpha1
        kind: HostnameConfig
        hostname: other
      - 'machine: {{ sysctls: [] }}'
      - &folded >
        machine: {{ sysctls: [] }}
controlPlane:
  patches:
    - |
      cluster:
        proxy: {{extraArgs: {{$$patch: delete}}}}
    - \"machine: {{ sysctls: {{ a: '{{{{ .Nope }}}}' }} }}\"
patches:
  - *folded
  - |
    machine: {{sysctls: {{a: 1}}}}
  - |
    machine: {{sysctls: {{a: 2}}}}
  - |
    machine: {{sysctls: {{a: 2}}}}
"
    );
    insta::assert_snapshot!(problems(&text, "1.13", &[]), @r"
    talconfig.yaml:13:20: error[patch/wrong-type]: a map is wanted here, not a list
    talconfig.yaml:15:11: error[patch/unknown-field]: Talos knows no field `kernl` here
      did you mean `kernel`?
    talconfig.yaml:20:9: error[patch/wrong-type]: a map is wanted here, not a list
    talconfig.yaml:21:17: error[patch/wrong-type]: a map is wanted here, not a list
    talconfig.yaml:25:7: warning[patch/no-effect]: the patch changes nothing
      take it out of the list
    talconfig.yaml:28:7: error[patch/template]: there is no field `.Nope` here
      the fields are `.ConfigVersion`, `.ConfigDebug`, `.ConfigPersist`, `.MachineConfig`, `.ClusterConfig`, as Go names them
    talconfig.yaml:32:25: warning[patch/undone]: `machine.sysctls.a` is changed again by `talconfig.yaml:33`
      patches of the role come first, then the node's, then those for all nodes
    talconfig.yaml:35:5: warning[patch/no-effect]: the patch changes nothing
      take it out of the list
    ");
}

#[test]
fn what_talhelper_would_drop_is_a_problem() {
    let text = "\
clusterName: test
kubernetesVersion: 1.36.1
endpoint: https://10.0.0.10:6443
imageFactory: { installerURLTmpl: '{{ .Registry }}' }
inlineManifests:
  - { name: a, contents: '@gone.yaml' }
nodes:
  - hostname: cp
    ipAddress: 10.0.0.1
    controlPlane: true
    installDisk: /dev/sda
    filenameTmpl: '{{ .Hostname }}/../x'
    nameservers: [dns.example.org]
    machineFiles:
      - { path: /a, content: '@unset.txt' }
      - { path: /b, content: '@unset.txt', skipEnvsubst: true }
    extraManifests: [hostname.yaml, hostname.yaml, gone.yaml, broken.yaml]
    nodeLabels: { a: '{{ .A.B }}' }
    volumes: [{ name: STATE }, { name: STATE }]
    networkInterfaces:
      - interface: eth0
        dummy: true
        cidr: 10.0.0.1/24
        addresses: [10.0.0.300/24]
        routes: [{ network: 10.0.0.0, gateway: gw }, { gateway: gw }]
        vip: { ip: vip, hcloud: { apiToken: x } }
        vlans: [{ mtu: 5 }, { vlanId: 5, addresses: [a] }]
      - interface: bond0
        bond: { mode: '802.3', primary: eth0, interfaces: [eth0] }
      - interface: wg0
        wireguard: { peers: [{ endpoint: 'example.org:1', allowedIPs: [10.0.0.1] }] }
  - { hostname: a, ipAddress: 10.0.0.2, installDisk: /dev/sda, filenameTmpl: same }
  - { hostname: b, ipAddress: 10.0.0.3, installDisk: /dev/sda, filenameTmpl: same }
";
    let files = [
        ("unset.txt", "$HOME is ${unset}\n"),
        (
            "hostname.yaml",
            "apiVersion: v1alpha1\nkind: HostnameConfig\nauto: stable\n",
        ),
        (
            "broken.yaml",
            "apiVersion: v1alpha1\nkind: KmsgLogConfig\nnme: a\n",
        ),
    ];
    insta::assert_snapshot!(problems(text, "1.12", &files), @r"
    broken.yaml:3:1: error[patch/unknown-field]: Talos knows no field `nme` here
      did you mean `name`?
    hostname.yaml: error[talconfig/duplicate-document]: the configuration has a document `HostnameConfig` already
      make a patch of it
    talconfig.yaml:1:14: error[talconfig/missing-key]: `talosVersion` is missing
      write the version of Talos that the nodes run
    talconfig.yaml:4:35: error[talconfig/template]: `.Registry` is none of the template fields `.RegistryURL`, `.Protocol`, `.ID`, `.Version`, `.Mode`, `.Arch`, `.BootMethod`, `.Suffix`, `.Secureboot`, `.UseUKI`
    talconfig.yaml:6:26: error[talconfig/missing-file]: there is no file `gone.yaml`
    talconfig.yaml:12:19: error[talconfig/file-name]: `cp/../x` is not the name of a file in the output folder
    talconfig.yaml:13:19: error[talconfig/bad-address]: `dns.example.org` is not the address of a name server
    talconfig.yaml:18:22: error[patch/template]: there is no field `.A` here
      the fields are `.ConfigVersion`, `.ConfigDebug`, `.ConfigPersist`, `.MachineConfig`, `.ClusterConfig`, as Go names them
    talconfig.yaml:19:40: error[talconfig/duplicate-volume]: two volumes have the name `STATE`
    talconfig.yaml:23:15: warning[talconfig/not-carried]: `cidr` is left out: no document of this contract takes it over
    talconfig.yaml:24:21: error[talconfig/bad-address]: `10.0.0.300/24` is not an address that fits here
    talconfig.yaml:25:29: error[talconfig/bad-address]: `10.0.0.0` is not an address that fits here
    talconfig.yaml:25:65: error[talconfig/bad-address]: `gw` is not an address that fits here
    talconfig.yaml:26:20: error[talconfig/bad-address]: `vip` is not an address that fits here
    talconfig.yaml:26:35: warning[talconfig/not-carried]: `vip.hcloud` is left out: no document of this contract takes it over
    talconfig.yaml:27:19: error[talconfig/bad-vlan]: the VLAN has no `vlanId`
    talconfig.yaml:27:54: error[talconfig/bad-address]: `a` is not an address that fits here
    talconfig.yaml:29:23: error[talconfig/bad-choice]: `802.3` is none of `balance-rr`, `active-backup`, `balance-xor`, `broadcast`, `802.3ad`, `balance-tlb`, `balance-alb`
    talconfig.yaml:29:41: warning[talconfig/not-carried]: `bond.primary` is left out: no document of this contract takes it over
    talconfig.yaml:31:42: error[talconfig/bad-address]: `example.org:1` is not an address that fits here
    talconfig.yaml:31:72: error[talconfig/bad-address]: `10.0.0.1` is not an address that fits here
    talconfig.yaml:33:78: error[talconfig/file-name]: two nodes have the file `same`
    unset.txt:1:1: error[talenv/unset-variable]: the variable `HOME` is not set
      set it in `talenv.yaml`, or write `$$` for a dollar
    unset.txt:1:10: error[talenv/unset-variable]: the variable `unset` is not set
      set it in `talenv.yaml`, or write `$$` for a dollar
    ");
}

#[test]
fn a_node_with_an_error_has_no_configuration_and_the_others_do() {
    let text = format!(
        "{HEAD}{NODES}  - hostname: worker
    ipAddress: 10.0.0.2
    installDisk: /dev/sda
    patches: ['machine: {{ x: 1 }}', '{{}}']
  - hostname: third
    ipAddress: 10.0.0.3
    installDisk: /dev/sda
    nameservers: [x]
"
    );
    let made = with(&text, "1.13", &[], |request| generate(request).0);
    let names: Vec<_> = made.iter().map(|config| &config.hostname).collect();
    assert_eq!(names, ["cp"]);
    assert!(!format!("{made:?}").contains("BEGIN"));
    assert!(!format!("{made:?}").contains(BUNDLE.lines().nth(1).expect("an id").trim()));
}

#[test]
fn nothing_of_a_secret_file_is_shown() {
    struct Secret;
    impl Files for Secret {
        fn read(&self, path: &str) -> Result<Option<Source>, Diagnostic> {
            let text = "machine:\n  token: {{ .MachineConfig.MachineType }}$$hunter2$$\n  secrt: hunter2\n";
            let all = 0..text.len();
            Ok(Some(Source::new(path, text).with_secrets([all])))
        }
    }
    let text = format!("{HEAD}{NODES}patches: ['@secret.yaml']\n");
    let found = with(&text, "1.13", &[], |request| {
        let request = Request {
            files: &Secret,
            ..*request
        };
        generate(&request).1
    });
    assert!(found.has_errors());
    let excerpts: Vec<_> = found
        .iter()
        .filter_map(|problem| problem.location.as_ref()?.excerpt.as_ref())
        .map(|excerpt| &excerpt.text)
        .collect();
    assert!(!excerpts.is_empty());
    assert!(
        excerpts.iter().all(|text| !text.contains("hunter2")),
        "{excerpts:?}"
    );
    assert!(!shown(&found).contains("hunter2"));
}

fn stages(text: &str, contract: &str) -> String {
    let line = |stage: &Stage| {
        let place = stage.place.as_ref().map(|place| format!(" at {place}"));
        let changes: Vec<_> = stage
            .changes
            .iter()
            .map(|change| format!("  {change:?}"))
            .collect();
        let shown = if changes.len() > 6 {
            format!("  {} changes", changes.len())
        } else {
            changes.join("\n")
        };
        format!(
            "{:?} {}{}\n{shown}",
            stage.kind,
            stage.name,
            place.unwrap_or_default()
        )
    };
    with(
        text,
        contract,
        &[("a.yaml", "machine: { sysctls: { b: 1 } }\n")],
        |request| {
            let (generator, problems) = Generator::on_trial(*request);
            assert!(!problems.has_errors(), "{problems:?}");
            let index = generator.find("10.0.0.1").expect("the node");
            assert_eq!(generator.find("cp"), Some(index));
            let stages = generator.stages(index);
            stages.iter().map(line).collect::<Vec<_>>().join("\n")
        },
    )
}

#[test]
fn the_stages_of_a_node_say_where_values_come_from() {
    let text = format!(
        "{HEAD}{NODES}    nodeLabels: {{ a: '{{{{ .MachineConfig.MachineType }}}}' }}
    networkInterfaces:
      - interface: eth0
        dhcp: true
    patches:
      - 'machine: {{ sysctls: {{ b: 2 }} }}'
cniConfig: {{ name: none }}
patches: ['@a.yaml']
controlPlane:
  patches: ['@a.yaml']
  nameservers: [10.0.0.53]
"
    );
    insta::assert_snapshot!(stages(&text, "1.12"), @r#"
    Generator generator
      62 changes
    Talconfig installDisk at talconfig.yaml:9:18
      v1alpha1: machine.install.disk set
    Talconfig talosVersion at talconfig.yaml:2:15
      v1alpha1: machine.install.image changed
    Talconfig nodeLabels at talconfig.yaml:10:19
      v1alpha1: machine.nodeLabels.a set
      v1alpha1: machine.nodeLabels.node\.kubernetes\.io/exclude-from-external-load-balancers removed
    Talconfig cniConfig at talconfig.yaml:16:14
      v1alpha1: cluster.network.cni.name set
    Talconfig nameservers at talconfig.yaml:20:16
      ResolverConfig: apiVersion set
      ResolverConfig: kind set
      ResolverConfig: nameservers[0].address set
      ResolverConfig: searchDomains.disableDefault set
    Talconfig hostname at talconfig.yaml:6:15
      HostnameConfig: auto changed
      HostnameConfig: hostname set
    Talconfig networkInterfaces at talconfig.yaml:12:7
      DHCPv4Config/eth0: apiVersion set
      DHCPv4Config/eth0: kind set
      DHCPv4Config/eth0: name set
    RolePatch a.yaml at talconfig.yaml:19:13
      v1alpha1: machine.sysctls.b set
    NodePatch talconfig.yaml:15 at talconfig.yaml:15:9
      v1alpha1: machine.sysctls.b changed
    GlobalPatch a.yaml at talconfig.yaml:17:11
      v1alpha1: machine.sysctls.b changed
    "#);
    insta::assert_snapshot!(stages(&text, "1.11"), @r#"
    Generator generator
      63 changes
    Talconfig hostname at talconfig.yaml:6:15
      v1alpha1: machine.network removed
      v1alpha1: machine.network.hostname set
    Talconfig nameservers at talconfig.yaml:20:16
      v1alpha1: machine.network.nameservers set
    Talconfig networkInterfaces at talconfig.yaml:12:7
      v1alpha1: machine.network.interfaces[0].dhcp set
      v1alpha1: machine.network.interfaces[0].interface set
    Talconfig installDisk at talconfig.yaml:9:18
      v1alpha1: machine.install.disk set
    Talconfig talosVersion at talconfig.yaml:2:15
      v1alpha1: machine.install.image changed
    Talconfig nodeLabels at talconfig.yaml:10:19
      v1alpha1: machine.nodeLabels.a set
      v1alpha1: machine.nodeLabels.node\.kubernetes\.io/exclude-from-external-load-balancers removed
    Talconfig cniConfig at talconfig.yaml:16:14
      v1alpha1: cluster.network.cni.name set
    RolePatch a.yaml at talconfig.yaml:19:13
      v1alpha1: machine.sysctls.b set
    NodePatch talconfig.yaml:15 at talconfig.yaml:15:9
      v1alpha1: machine.sysctls.b changed
    GlobalPatch a.yaml at talconfig.yaml:17:11
      v1alpha1: machine.sysctls.b changed
    "#);
}

#[test]
fn images_of_a_node() {
    let text = format!(
        "{HEAD}{NODES}    talosImageURL: registry.example.org/installer
    imageSchematic: {{ customization: {{ extraKernelArgs: [a] }} }}
    machineSpec: {{ arch: arm64, secureboot: true, useUKI: true }}
  - {{ hostname: b, ipAddress: 10.0.0.2, installDisk: /dev/sda, machineSpec: {{ bootMethod: disk-image, mode: nocloud }} }}
  - {{ hostname: c, ipAddress: 10.0.0.3, installDisk: /dev/sda, machineSpec: {{ bootMethod: pxe, imageSuffix: '' }} }}
  - {{ hostname: d, ipAddress: 10.0.0.4, installDisk: /dev/sda, machineSpec: {{ imageSuffix: raw.xz, secureboot: true }} }}
"
    );
    let images: Vec<_> = configs(&text, "1.13")
        .iter()
        .map(|config| {
            format!(
                "{} {}\n  {}",
                config.hostname, config.installer_image, config.boot_image
            )
        })
        .collect();
    insta::assert_snapshot!(images.join("\n"), @r#"
    cp registry.example.org/installer:v1.13.9
      https://factory.talos.dev/image/b768f3ce41d4c6a93b0b20f96413eb41e9ba05148ddc4bde45beed428ce27cba/v1.13.9/metal-arm64-secureboot-uki.efi
    b factory.talos.dev/nocloud-installer/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba:v1.13.9
      https://factory.talos.dev/image/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba/v1.13.9/nocloud-amd64.raw.zst
    c factory.talos.dev/metal-installer/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba:v1.13.9
      https://factory.talos.dev/image/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba/v1.13.9/metal-amd64
    d factory.talos.dev/metal-installer-secureboot/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba:v1.13.9
      https://factory.talos.dev/image/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba/v1.13.9/metal-amd64-secureboot.raw.xz
    "#);
}

#[test]
fn the_contract_decides_the_shape_and_not_the_version() {
    let text = format!("{HEAD}{NODES}    nameservers: [10.0.0.53]\n");
    let kinds = |contract| {
        let config = configs(&text, contract).remove(0);
        let kinds: Vec<_> = config
            .documents
            .iter()
            .map(talos::fields::document_name)
            .collect();
        assert!(config.installer_image.ends_with(":v1.13.9"));
        kinds.join(" ")
    };
    assert_eq!(kinds("1.9"), "v1alpha1");
    assert_eq!(kinds("1.13"), "v1alpha1 HostnameConfig ResolverConfig");
}

#[test]
fn a_dummy_is_made_by_its_document() {
    let text = format!(
        "{HEAD}{NODES}    networkInterfaces:
      - {{ interface: dummy0, dummy: true, addresses: [10.8.0.1/32], mtu: 1400 }}
      - {{ interface: dummy1, dummy: true }}
      - {{ interface: eth0, dummy: false, mtu: 1400 }}
      - {{ interface: br0, dummy: true, bridge: {{ interfaces: [eth0] }} }}
"
    );
    let documents = with(&text, "1.13", &[], |request| {
        let (configs, problems) = generate(request);
        let said: Vec<_> = problems.iter().map(ToString::to_string).collect();
        let made = configs.first().expect("a configuration");
        let kinds = made.documents.iter().skip(1).map(ToString::to_string);
        kinds.chain(said).collect::<Vec<_>>().join("\n")
    });
    insta::assert_snapshot!(documents, @r#"
    {"apiVersion":"v1alpha1","kind":"HostnameConfig","auto":"off","hostname":"cp"}
    {"apiVersion":"v1alpha1","kind":"DummyLinkConfig","name":"dummy0","mtu":1400,"addresses":[{"address":"10.8.0.1/32"}]}
    {"apiVersion":"v1alpha1","kind":"DummyLinkConfig","name":"dummy1"}
    {"apiVersion":"v1alpha1","kind":"LinkConfig","name":"eth0","mtu":1400}
    {"apiVersion":"v1alpha1","kind":"BridgeConfig","name":"br0","links":["eth0"]}
    talconfig.yaml:14:34: warning[talconfig/not-carried]: `dummy` is left out: no document of this contract takes it over
    "#);
}

#[test]
fn what_no_document_takes_over_is_told_of_vlans_too() {
    let text = format!(
        "{HEAD}{NODES}    networkInterfaces:
      - interface: eth0
        dhcp: true
        dhcpOptions: {{ ipv6: true, duidv6: '00:01' }}
        vlans:
          - vlanId: 5
            cidr: 10.0.5.1/24
            vip: {{ ip: 10.0.5.9, hcloud: {{ apiToken: x }} }}
"
    );
    insta::assert_snapshot!(problems(&text, "1.13", &[]), @r"
    talconfig.yaml:13:44: warning[talconfig/not-carried]: `dhcpOptions.duidv6` is left out: no document of this contract takes it over
    talconfig.yaml:16:19: warning[talconfig/not-carried]: `cidr` is left out: no document of this contract takes it over
    talconfig.yaml:17:44: warning[talconfig/not-carried]: `vip.hcloud` is left out: no document of this contract takes it over
    ");
}

#[test]
fn patches_of_json_change_the_first_of_several_documents() {
    let files = [
        (
            "admission.yaml",
            "- op: remove\n  path: /cluster/apiServer/admissionControl\n",
        ),
        (
            "kernel.json",
            r#"[{"op": "add", "path": "/machine/kernel", "value": {"modules": [{"name": "i915"}]}},
                {"op": "add", "path": "/machine/certSANs/-", "value": "a.example"},
                {"op": "add", "path": "/machine/nodeLabels/a~1b", "value": "c"}]"#,
        ),
        (
            "odd.yaml",
            "- { op: copy, from: /cluster/clusterName, path: /machine/certSANs/0 }\n",
        ),
        (
            "gone.yaml",
            "- { op: replace, path: /machine/network/hostname, value: x }\n",
        ),
    ];
    let text = format!(
        "{HEAD}{NODES}controlPlane: {{ patches: ['@admission.yaml', '@kernel.json', '@odd.yaml'] }}\n"
    );
    insta::assert_snapshot!(problems(&text, "1.13", &files), @r"
    admission.yaml:1:3: note[patch/json-on-documents]: a JSON patch changes the first document only, and talhelper refuses it where there are several, as from Talos 1.12 on
      write it as a strategic merge: `cluster: {apiServer: {admissionControl: {$$patch: delete}}}`
    kernel.json:1:2: note[patch/json-on-documents]: a JSON patch changes the first document only, and talhelper refuses it where there are several, as from Talos 1.12 on
      write it as a strategic merge: `machine: {kernel: …, certSANs: […], nodeLabels: {a/b: …}}`
    kernel.json:2:17: warning[patch/undone]: `machine.certSANs` is changed again by `odd.yaml`
      patches of the role come first, then the node's, then those for all nodes
    odd.yaml:1:3: note[patch/json-on-documents]: a JSON patch changes the first document only, and talhelper refuses it where there are several, as from Talos 1.12 on
      write it as a strategic merge
    ");
    // The same as on the only document of contract 1.11, where talhelper takes them.
    let made = |contract: &str| {
        with(&text, contract, &files, |request| {
            let (configs, _) = generate(request);
            let config = configs.into_iter().next().expect("a configuration");
            config.documents.into_iter().next().expect("a document")
        })
    };
    let (one, several) = (made("1.11"), made("1.13"));
    for path in [
        "/cluster/apiServer/admissionControl",
        "/machine/kernel",
        "/machine/certSANs",
        "/machine/nodeLabels",
    ] {
        assert_eq!(one.pointer(path), several.pointer(path), "{path}");
    }
    assert_eq!(several.pointer("/cluster/apiServer/admissionControl"), None);
    let text = format!("{HEAD}{NODES}patches: ['@gone.yaml']\n");
    insta::assert_snapshot!(problems(&text, "1.13", &files), @r"
    gone.yaml:1:3: error[patch/bad-operation]: nothing is at `/machine/network/hostname`
      from contract 1.12 on names and networks are in documents of their own
    ");
}

#[test]
fn a_schematic_that_is_none_is_told_by_its_rule() {
    use talhelper::nodes::read_schematic;
    use talhelper::rules;

    for (rule, text) in [
        (&rules::TALOS_NO_SCHEMATIC, "[]\n"),
        (&rules::SCHEMATIC_WRONG_TYPE, "customization: text\n"),
        (&rules::SCHEMATIC_UNKNOWN_KEY, "customisation: {}\n"),
    ] {
        let (_, told) = read_schematic(&Source::new("schematic.yaml", text));
        assert!(told.has(rule), "{rule}: {told:?}");
    }
}
