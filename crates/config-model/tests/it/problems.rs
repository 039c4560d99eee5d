//! What users see: excerpts, second places and hints.

use config_model::Templates;

use crate::common;

/// The problems of a negative fixture in full.
fn shown(case: &str) -> String {
    let folder = common::root().join("invalid").join(case);
    let (_, diagnostics) = config_model::fixture::read(|name| common::read(&folder.join(name)));
    common::shown(&diagnostics)
}

#[test]
fn a_collision_names_the_other_place_and_a_free_address() {
    insta::assert_snapshot!(shown("node-uses-gateway-addr"), @r#"
    nodes.yaml:4:14: error[address/duplicate]: `10.10.10.252` is already the address of `cluster_gateway_addr`
      |     address: "10.10.10.252"
      |              ^^^^^^^^^^^^^^
      cluster.yaml:6:23: `cluster_gateway_addr` has it here
      | cluster_gateway_addr: "10.10.10.252"
      = `10.10.10.2` is free
    "#);
    insta::assert_snapshot!(shown("derived-gateway-collision"), @r#"
    nodes.yaml:4:14: error[address/duplicate]: `10.10.10.1` is already the address of the default gateway
      |     address: "10.10.10.1"
      |              ^^^^^^^^^^^^
      cluster.yaml:3:12: the default gateway is the first host of this network unless `node_default_gateway` is set
      | node_cidr: "10.10.10.0/24"
      = `10.10.10.2` is free
    "#);
    insta::assert_snapshot!(shown("vip-outside-cidr"), @r#"
    cluster.yaml:4:19: error[address/outside-node-network]: `10.10.11.254` lies outside `node_cidr`, `10.10.10.0/24`
      | cluster_api_addr: "10.10.11.254"
      |                   ^^^^^^^^^^^^^^
      = `10.10.10.2` is free
    "#);
}

#[test]
fn hints_give_what_was_meant() {
    insta::assert_snapshot!(shown("non-canonical-cidr"), @r#"
    cluster.yaml:3:12: error[network/host-bits]: `10.10.10.1/24` has bits set beyond its prefix
      | node_cidr: "10.10.10.1/24"
      |            ^^^^^^^^^^^^^^^
      = write the network: `10.10.10.0/24`
    "#);
    insta::assert_snapshot!(shown("unknown-key"), @r"
    cluster.yaml:11:1: error[key/unknown]: `cilium_loadbalancer_mod` is not a key of `cluster.yaml`
      | cilium_loadbalancer_mod: <redacted>
      | ^^^^^^^^^^^^^^^^^^^^^^^
      = did you mean `cilium_loadbalancer_mode`?
    ");
    insta::assert_snapshot!(shown("misplaced-key"), @r"
    cluster.yaml:11:1: error[key/unknown]: `mtu` is not a key of `cluster.yaml`
      | mtu: <redacted>
      | ^^^
      = move it to a node in `nodes.yaml`
    nodes.yaml:6:5: error[key/unknown]: `node_vlan_tag` is not a key of a node
      |     node_vlan_tag: <redacted>
      |     ^^^^^^^^^^^^^
      = move it to `cluster.yaml`
    ");
    insta::assert_snapshot!(shown("bad-repo-name"), @r#"
    cluster.yaml:8:18: error[repository/invalid-name]: `https://github.com/octocat/home-cluster.git` is not of the form `owner/repo`
      | repository_name: "https://github.com/octocat/home-cluster.git"
      |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      = write `octocat/home-cluster`
    "#);
    insta::assert_snapshot!(shown("unquoted-version"), @r#"
    cluster.yaml:11:19: warning[value/read-differently]: `26.10` is taken as text, but is `26.1` in YAML 1.1
      | keycloak_version: 26.10
      |                   ^^^^^
      = put it in quotes: `"26.10"`
    cluster.yaml:12:16: warning[value/read-differently]: `7_4` is taken as text, but is `74` in YAML 1.1
      | redis_version: 7_4
      |                ^^^
      = put it in quotes: `"7_4"`
    cluster.yaml:13:28: warning[value/read-differently]: `017` is taken as text, but is `15` in YAML 1.1
      | keycloak_postgres_version: 017
      |                            ^^^
      = put it in quotes: `"017"`
    cluster.yaml:14:17: warning[value/read-differently]: `on` is taken as text, but is `True` in YAML 1.1
      | keycloak_realm: on
      |                 ^^
      = put it in quotes: `"on"`
    cluster.yaml:15:17: warning[value/read-differently]: `12:30` is taken as text, but is `750` in YAML 1.1
      | proxmox_region: 12:30
      |                 ^^^^^
      = put it in quotes: `"12:30"`
    "#);
}

#[test]
fn secrets_are_masked() {
    insta::assert_snapshot!(shown("token-with-white-space"), @r"
    cluster.yaml:10:19: error[value/white-space]: the value of `cloudflare_token` has white space in it
      | cloudflare_token: <redacted>
      |                   ^^^^^^^^^^
    ");
    insta::assert_snapshot!(shown("broken-syntax"), @r#"
    cluster.yaml:10:19: error[yaml/syntax]: the quote is never closed
      | cloudflare_token: "<redacted>
      |                   ^
      = add the closing quote
    "#);
    insta::assert_snapshot!(shown("proxmox-partial-token"), @r#"
    cluster.yaml:12:23: error[proxmox/partial-token]: `proxmox_csi_token_id` is set without `proxmox_csi_token_secret`
      | proxmox_csi_token_id: "csi@pve!csi"
      |                       ^^^^^^^^^^^^^
      = set both, or neither
    cluster.yaml:13:27: error[proxmox/partial-token]: `proxmox_ccm_token_secret` is set without `proxmox_ccm_token_id`
      | proxmox_ccm_token_secret: <redacted>
      |                           ^^^^^^^^^^
      = set both, or neither
    "#);
    insta::assert_snapshot!(shown("own-templates-undeclared"), @r"
    cluster.yaml:11:1: warning[key/undeclared]: nothing declares `wiki_enabled`, `wiki_password`, `rack`
      | wiki_enabled: <redacted>
      | ^^^^^^^^^^^^
      = run `ichor template declare`, which writes `templates/variables.yaml`
    cluster.yaml:11:15: warning[value/read-differently]: the value of `wiki_enabled` is read as true or false, but is text in YAML 1.2
      | wiki_enabled: <redacted>
      |               ^^^^^^^^^^
      = put text in quotes, and write `true`, `false` and decimal numbers
    ");
    insta::assert_snapshot!(shown("declared-key-missing"), @r#"
    cluster.yaml:11:15: error[key/missing]: the key `wiki_password` is missing, which `wiki_enabled` requires
      | wiki_enabled: true
      |               ^^^^
    cluster.yaml:12:24: error[value/not-a-choice]: `asia` is not `eu` or `us`
      | wiki_backup: { region: asia, buckets: <redacted>
      |                        ^^^^
    cluster.yaml:12:30: error[key/unknown]: `buckets` is not a key of `wiki_backup`
      | wiki_backup: { region: asia, buckets: <redacted>
      |                              ^^^^^^^
      = did you mean `bucket`?
    cluster.yaml:13:1: error[key/unknown]: `wiki_pasword` is not a key of `cluster.yaml`
      | wiki_pasword: <redacted>
      | ^^^^^^^^^^^^
      = did you mean `wiki_password`?
    nodes.yaml:3:5: error[key/missing]: the required key `rack` is missing
      |   - name: "k8s-0"
      |     ^^^^^^^^^^^^^
      = add `rack: …`
    "#);
}

#[test]
fn what_is_missing_is_described_and_no_refused_or_foreign_value_proposed() {
    let parsed = common::built_in("node_cidr: 10.0.0.0/24\n", "nodes: [{name: a}]\n");
    let shown = common::shown(&parsed.diagnostics);
    for sample in [
        "replace-with",
        "192.168.",
        "octocat",
        "example.com",
        "xx:xx",
        "your-",
    ] {
        assert!(!shown.contains(sample), "{sample}\n{shown}");
    }
    insta::assert_snapshot!(shown, @r"
    cluster.yaml: error[domain/missing]: no domain is set
      = add `cloudflare_domains: […]`: the domains that Cloudflare manages for you
    cluster.yaml: error[key/missing]: the required key `cloudflare_gateway_addr` is missing
      = add `cloudflare_gateway_addr: …`: the address of the gateway for the Cloudflare tunnel
    cluster.yaml: error[key/missing]: the required key `cloudflare_token` is missing
      = add `cloudflare_token: …`: a Cloudflare API token that may edit the domains' DNS records
    cluster.yaml: error[key/missing]: the required key `cluster_api_addr` is missing
      = add `cluster_api_addr: …`: the virtual address of the Kubernetes API, an unused one in `node_cidr`
    cluster.yaml: error[key/missing]: the required key `cluster_dns_gateway_addr` is missing
      = add `cluster_dns_gateway_addr: …`: the address of k8s-gateway, which answers for the cluster's names on the home network
    cluster.yaml: error[key/missing]: the required key `cluster_gateway_addr` is missing
      = add `cluster_gateway_addr: …`: the address of the gateway for the home network, an unused one in `node_cidr` unless BGP is on
    cluster.yaml: error[key/missing]: the required key `repository_name` is missing
      = add `repository_name: …`: the repository on GitHub that Flux reads, as `owner/repo`
    nodes.yaml:1:9: error[key/missing]: the required key `address` is missing
      | nodes: [{name: a}]
      |         ^^^^^^^^^^
      = add `address: …`: the node's address in `node_cidr`
    nodes.yaml:1:9: error[key/missing]: the required key `controller` is missing
      | nodes: [{name: a}]
      |         ^^^^^^^^^^
      = add `controller: …`: whether the node runs the control plane
    nodes.yaml:1:9: error[key/missing]: the required key `disk` is missing
      | nodes: [{name: a}]
      |         ^^^^^^^^^^
      = add `disk: …`: the disk to install to: its path, or its serial number
    nodes.yaml:1:9: error[key/missing]: the required key `mac_addr` is missing
      | nodes: [{name: a}]
      |         ^^^^^^^^^^
      = add `mac_addr: …`: the MAC address of the network interface to use
    nodes.yaml:1:9: error[key/missing]: the required key `schematic_id` is missing
      | nodes: [{name: a}]
      |         ^^^^^^^^^^
      = add `schematic_id: …`: the schematic of the Talos Image Factory, https://factory.talos.dev
    ");
}

#[test]
fn hints_propose_no_address_that_no_machine_can_have() {
    let (cluster, nodes) = common::valid("minimal");
    let network = cluster
        .lines()
        .find(|line| line.starts_with("node_cidr"))
        .expect("set");
    for unusable in ["127.0.0.0/8", "224.0.0.0/24"] {
        let cluster = cluster.replace(network, &format!("node_cidr: {unusable}"));
        let shown = common::shown(&common::built_in(&cluster, &nodes).diagnostics);
        assert!(shown.contains("address/outside-node-network"), "{shown}");
        assert!(!shown.contains("is free"), "{shown}");
    }
}

#[test]
fn white_space_that_no_message_shows_is_named() {
    let (cluster, nodes) = common::valid("minimal");
    let cluster = cluster + "node_vlan_tag: \" 100\"\nmcp_rate_limit_requests: .nan\n";
    insta::assert_snapshot!(common::shown(&common::built_in(&cluster, &nodes).diagnostics), @r#"
    cluster.yaml:11:16: error[network/invalid-vlan-tag]: `100` is not a VLAN tag from 1 to 4094
      | node_vlan_tag: "<redacted>
      |                ^^^^^^^^^^^
      = remove the white space at its start or end
    cluster.yaml:12:26: error[value/wrong-type]: `.nan` is a number, but `mcp_rate_limit_requests` takes a whole number
      | mcp_rate_limit_requests: .nan
      |                          ^^^^
    "#);
}

#[test]
fn a_key_cannot_take_the_place_of_a_function() {
    let (cluster, nodes) = common::valid("minimal");
    let variables = "cluster:\n  age_key: { type: string, default: x }\n";
    let parsed = common::with(&cluster, &nodes, Some(variables), Templates::BuiltIn);
    insta::assert_snapshot!(common::shown(&parsed.diagnostics), @r"
    templates/variables.yaml:2:3: error[variables/invalid-name]: `age_key` is not a name that templates can read
      |   age_key: { type: string, default: x }
      |   ^^^^^^^
      = use a name of letters, digits and `_` that means nothing else yet
    ");
}

#[test]
fn usual_test_configurations_have_no_error() {
    let (cluster, nodes) = common::valid("multi-domain");
    let cluster = cluster.replace("\"fixture-token\"", "\"fake\"")
        + "oidc_cookie_domain: \"example.com\"\nredis_version: 7.4\nkeycloak_postgres_version: 17\n\
           auth_gateway_addr: \"\"\noidc_google_client_id:\nnode_vlan_tag: 12\n";
    let nodes = nodes.replace("\"52:54:00:00:00:01\"", "00:00:00:00:00:01");
    let parsed = common::built_in(&cluster, &nodes);
    assert_eq!(common::shown(&parsed.diagnostics), "");
}

#[test]
fn nodes_may_share_lines_by_anchors_and_merge_keys() {
    let (cluster, _) = common::valid("minimal");
    let nodes = format!(
        "nodes:\n  - &first\n    name: k8s-0\n    address: 10.10.10.100\n    controller: true\n    \
         disk: &disk /dev/sda\n    mac_addr: 52:54:00:00:00:00\n    schematic_id: {id}\n  - <<: *first\n    \
         name: k8s-1\n    address: 10.10.10.101\n    mac_addr: 52:54:00:00:00:01\n  - <<: *first\n    \
         name: k8s-2\n    mac_addr: 52:54:00:00:00:02\n    disk: *disk\n",
        id = "a".repeat(64)
    );
    let parsed = common::built_in(&cluster, &nodes);
    // The third forgot its address, which is then the first one's.
    insta::assert_snapshot!(common::shown(&parsed.diagnostics), @r#"
    nodes.yaml:7:15: warning[value/read-differently]: `52:54:00:00:00:00` is taken as text, but is `41135040000` in YAML 1.1
      |     mac_addr: 52:54:00:00:00:00
      |               ^^^^^^^^^^^^^^^^^
      = put it in quotes: `"52:54:00:00:00:00"`
    nodes.yaml:12:15: warning[value/read-differently]: `52:54:00:00:00:01` is taken as text, but is `41135040001` in YAML 1.1
      |     mac_addr: 52:54:00:00:00:01
      |               ^^^^^^^^^^^^^^^^^
      = put it in quotes: `"52:54:00:00:00:01"`
    nodes.yaml:13:5: error[address/duplicate]: `10.10.10.100` is already the address of node `k8s-0`
      |   - <<: *first
      |     ^^^^^^^^^^
      nodes.yaml:4:14: node `k8s-0` has it here
      |     address: 10.10.10.100
      = `10.10.10.2` is free
    nodes.yaml:15:15: warning[value/read-differently]: `52:54:00:00:00:02` is taken as text, but is `41135040002` in YAML 1.1
      |     mac_addr: 52:54:00:00:00:02
      |               ^^^^^^^^^^^^^^^^^
      = put it in quotes: `"52:54:00:00:00:02"`
    "#);
}

#[test]
fn files_with_windows_line_ends_are_read_as_others() {
    let (cluster, nodes) = common::valid("public");
    let windows = |text: &str| text.replace('\n', "\r\n");
    let parsed = common::built_in(&windows(&cluster), &windows(&nodes));
    assert_eq!(common::shown(&parsed.diagnostics), "");
}

#[test]
fn a_lenient_repository_gets_its_keys_as_makejinja_reads_them() {
    let (cluster, nodes) = common::valid("minimal");
    let cluster = cluster
        + "wiki: { on: yes, at: 12:30, since: 2024-01-02, size: 1.50 }\nwiki_list: [a, ~]\n";
    let parsed = common::with(&cluster, &nodes, None, Templates::Own);
    let cluster = parsed.cluster.expect("no error");
    let value = cluster.values().get("wiki").expect("set");
    insta::assert_snapshot!(value, @r#"{"on":true,"at":750,"since":"2024-01-02","size":1.5}"#);
    let undeclared: Vec<_> = parsed.written.iter().filter(|key| !key.declared).collect();
    assert_eq!(undeclared.len(), 2);
    assert_eq!(undeclared[0].location.to_string(), "cluster.yaml:11:1");
}
