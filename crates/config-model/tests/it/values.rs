//! The cluster that comes out: the values that templates read.

use config_model::{Input, Section, State, Templates, UsedKeys, Visibility, parse};
use diagnostics::Source;
use secrecy::ExposeSecret as _;

use crate::common;

fn cluster(case: &str) -> config_model::Cluster {
    let (cluster, nodes) = common::valid(case);
    common::built_in(&cluster, &nodes).cluster.expect(case)
}

fn gateway(cluster: &config_model::Cluster) -> String {
    let gateway = cluster.values().get("node_default_gateway");
    let gateway = gateway.and_then(serde_json::Value::as_str);
    gateway.expect("it follows from the network").to_owned()
}

fn value(cluster: &config_model::Cluster, key: &str) -> String {
    let entry = cluster.values().entry(key).expect("declared");
    match entry.value() {
        Some(value) => format!("{value} ({:?})", entry.state()),
        None => format!("{:?}", entry.state()),
    }
}

#[test]
fn defaults_and_derived_values_of_a_minimal_cluster() {
    let cluster = cluster("minimal");
    let shown: Vec<_> = [
        "node_dns_servers",
        "k8s_gateway_fallback_dns",
        "node_default_gateway",
        "cluster_pod_cidr",
        "primary_domain",
        "cilium_bgp_enabled",
        "spegel_enabled",
        "oidc_cookie_domain",
        "repository_branch",
        "proxmox_csi_token_id",
        "auth_gateway_addr",
        "mcp_rate_limit_requests",
    ]
    .iter()
    .map(|key| format!("{key} = {}", value(&cluster, key)))
    .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    node_dns_servers = ["1.1.1.1","1.0.0.1"] (Defaulted)
    k8s_gateway_fallback_dns = ["1.1.1.1","1.0.0.1"] (Defaulted)
    node_default_gateway = "10.10.10.1" (Defaulted)
    cluster_pod_cidr = "10.42.0.0/16" (Defaulted)
    primary_domain = "example.com" (Derived)
    cilium_bgp_enabled = false (Derived)
    spegel_enabled = true (Defaulted)
    oidc_cookie_domain = "example.com" (Defaulted)
    repository_branch = "main" (Defaulted)
    proxmox_csi_token_id = Unset
    auth_gateway_addr = "" (Defaulted)
    mcp_rate_limit_requests = 100 (Defaulted)
    "#);
    assert_eq!(cluster.visibility(), Visibility::Public);
    let node = &cluster.nodes()[0];
    assert_eq!(
        node.values().entry("mtu").map(config_model::Entry::state),
        Some(State::Unset)
    );
    assert_eq!(
        node.values().get("kernel_modules"),
        Some(&serde_json::json!([]))
    );
}

#[test]
fn what_is_set_wins() {
    let cluster = cluster("private");
    assert_eq!(cluster.visibility(), Visibility::Private);
    assert_eq!(gateway(&cluster), "10.10.10.2");
    let shown: Vec<_> = [
        "cloudflare_domain",
        "cloudflare_domains",
        "k8s_gateway_fallback_dns",
        "spegel_enabled",
    ]
    .iter()
    .map(|key| format!("{key} = {}", value(&cluster, key)))
    .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    cloudflare_domain = "example.com" (Set)
    cloudflare_domains = ["example.com"] (Derived)
    k8s_gateway_fallback_dns = ["9.9.9.9","1.1.1.1"] (Defaulted)
    spegel_enabled = false (Set)
    "#);
}

#[test]
fn everything_on_has_everything() {
    let cluster = cluster("public");
    let shown: Vec<_> = [
        "proxmox_storage",
        "oidc_cookie_domain",
        "mcp_request_timeout",
        "cilium_loadbalancer_mode",
    ]
    .iter()
    .map(|key| format!("{key} = {}", value(&cluster, key)))
    .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    proxmox_storage = "local-zfs" (Set)
    oidc_cookie_domain = "example.com" (Defaulted)
    mcp_request_timeout = "90s" (Set)
    cilium_loadbalancer_mode = "dsr" (Set)
    "#);
    let secrets = cluster.secrets();
    let has = |text| secrets.iter().any(|secret| secret.expose_secret() == text);
    assert!(has("fixture-csi-secret"));
    let node = cluster.nodes()[3].values();
    assert_eq!(node.get("mtu"), Some(&serde_json::json!(9000)));
    assert_eq!(
        node.get("kernel_modules")
            .and_then(|list| list.as_array())
            .map(Vec::len),
        Some(2)
    );
}

#[test]
fn bgp_is_on_with_all_three_keys() {
    let cluster = cluster("bgp");
    let shown = [
        "cilium_bgp_enabled",
        "cilium_bgp_router_asn",
        "cilium_bgp_node_asn",
    ]
    .map(|key| format!("{key} = {}", value(&cluster, key)));
    insta::assert_snapshot!(shown.join("\n"), @r#"
    cilium_bgp_enabled = true (Derived)
    cilium_bgp_router_asn = "64513" (Set)
    cilium_bgp_node_asn = "64514" (Set)
    "#);
}

#[test]
fn keys_of_the_repository_have_defaults_and_types() {
    let variables = "cluster:\n  wiki_size: { type: integer, default: 3 }\n  wiki_name: { type: string }\n  \
                     wiki: { keys: { host: { type: fqdn, required: true }, port: { type: int, default: 80 } } }\n\
                     nodes:\n  rack: { type: string, default: r1 }\n";
    let (cluster, nodes) = common::valid("minimal");
    let cluster = cluster + "wiki: { host: wiki.example.com }\n";
    let nodes = nodes.replacen("    disk:", "    rack: r2\n    disk:", 1);
    let parsed = common::with(&cluster, &nodes, Some(variables), Templates::BuiltIn);
    assert_eq!(common::shown(&parsed.diagnostics), "");
    let cluster = parsed.cluster.expect("no error");
    let shown: Vec<_> = ["wiki_size", "wiki_name", "wiki"]
        .iter()
        .map(|key| format!("{key} = {}", value(&cluster, key)))
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    wiki_size = 3 (Defaulted)
    wiki_name = Unset
    wiki = {"host":"wiki.example.com","port":80} (Set)
    "#);
    let racks: Vec<_> = cluster
        .nodes()
        .iter()
        .map(|node| node.values().get("rack"))
        .collect();
    insta::assert_debug_snapshot!(racks, @r#"
    [
        Some(
            String("r2"),
        ),
        Some(
            String("r1"),
        ),
        Some(
            String("r1"),
        ),
    ]
    "#);
}

#[test]
fn a_network_leaves_room_for_other_gateways() {
    let (text, nodes) = common::valid("minimal");
    let parsed = common::built_in(&text.replace("10.10.10.0/24", "10.10.0.0/16"), &nodes);
    let cluster = parsed.cluster.expect("no error");
    assert_eq!(gateway(&cluster), "10.10.0.1");
}

#[test]
fn own_templates_need_only_what_they_name() {
    let names = ["primary_domain", "spegel_enabled", "node_default_gateway"];
    let used = UsedKeys::new(names.map(|name| (Section::Cluster, name.to_owned())));
    let read = |cluster: &str, nodes: &str| {
        parse(&Input {
            cluster: &Source::new("cluster.yaml", cluster),
            nodes: &Source::new("nodes.yaml", nodes),
            variables: None,
            templates: Templates::Own,
            used: Some(&used),
        })
    };
    let found = read("cloudflare_domain: a.example\nnode_cidr: 10.0.0.0/24\n", "");
    assert_eq!(common::shown(&found.diagnostics), "");
    let cluster = found.cluster.expect("no error");
    insta::assert_snapshot!(
        names.map(|key| format!("{key} = {}", value(&cluster, key))).join("\n"),
        @r#"
    primary_domain = "a.example" (Derived)
    spegel_enabled = false (Defaulted)
    node_default_gateway = "10.0.0.1" (Defaulted)
    "#
    );
    let unset = |key: &str| cluster.values().get(key).is_none();
    assert!(unset("cluster_api_addr") && unset("cloudflare_token"));

    // What theirs follow from is needed, unless they are set.
    let found = read("node_default_gateway: 10.0.0.1\n", "");
    let rules: Vec<_> = found.diagnostics.iter().map(ToString::to_string).collect();
    assert_eq!(
        rules,
        ["cluster.yaml: error[domain/missing]: no domain is set"]
    );
    let found = read("cloudflare_domain: a.example\n", "");
    let rules: Vec<_> = found.diagnostics.iter().map(ToString::to_string).collect();
    assert_eq!(
        rules,
        ["cluster.yaml: error[key/missing]: the required key `node_cidr` is missing"]
    );
}
