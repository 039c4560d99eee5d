//! Files that are huge, deep or expand without end, and clusters that are large.

use std::fmt::Write as _;

use crate::common;

fn rules(cluster: &str) -> Vec<String> {
    let (_, nodes) = common::valid("minimal");
    let parsed = common::built_in(cluster, &nodes);
    assert!(parsed.cluster.is_none());
    parsed
        .diagnostics
        .iter()
        .map(|problem| problem.rule.to_string())
        .collect()
}

#[test]
fn what_breaks_a_limit_is_one_problem() {
    let deep = format!("node_cidr: {}", "[".repeat(10_000));
    assert_eq!(rules(&deep), ["yaml/too-deep"]);
    let mut bomb = String::from("a: &a [x, x, x, x, x, x, x, x, x, x]\n");
    for (name, of) in ('b'..='j').zip('a'..='i') {
        let aliases = vec![format!("*{of}"); 10].join(", ");
        let _ = writeln!(bomb, "{name}: &{name} [{aliases}]");
    }
    assert_eq!(rules(&bomb), ["yaml/alias-bomb"]);
    let huge = "# filler\n".repeat(2 << 20);
    assert_eq!(rules(&huge), ["file/too-large"]);
}

#[test]
fn the_name_of_a_type_is_not_walked_without_end() {
    let deep = format!("{}string", "list of ".repeat(100_000));
    assert_eq!(config_model::Kind::by_name(&deep), None);
    let usual = format!("{}string", "list of map of ".repeat(4));
    assert!(config_model::Kind::by_name(&usual).is_some());
}

fn many_nodes(count: usize, same: bool) -> String {
    let mut nodes = String::from("nodes:\n");
    for index in 0..count {
        let host = if same { 7 } else { index + 256 };
        let _ = writeln!(
            nodes,
            "  - name: \"n{}\"\n    address: \"10.0.{}.{}\"\n    controller: {}\n    disk: /dev/sda\n    \
             mac_addr: \"52:54:00:00:{:02x}:{:02x}\"\n    schematic_id: \"{}\"",
            if same { 0 } else { index },
            host / 256,
            host % 256,
            index == 0,
            host / 256,
            host % 256,
            "a".repeat(64),
        );
    }
    nodes
}

const CLUSTER: &str = "node_cidr: 10.0.0.0/16\ncluster_api_addr: 10.0.0.2\n\
    cluster_gateway_addr: 10.0.0.3\ncluster_dns_gateway_addr: 10.0.0.4\n\
    cloudflare_gateway_addr: 10.0.0.5\nrepository_name: a/b\ncloudflare_domains: [example.com]\n\
    cloudflare_token: fixture\ncluster_pod_cidr: 172.16.0.0/12\ncluster_svc_cidr: 192.168.0.0/16\n";

/// How many problems a cluster of these nodes has. `cargo xtask bench` measures the time.
fn problems(nodes: &str) -> usize {
    common::built_in(CLUSTER, nodes).diagnostics.len()
}

#[test]
fn thousands_of_nodes_are_compared_with_each_other() {
    assert_eq!(problems(&many_nodes(2_000, false)), 0);
    assert_eq!(problems(&many_nodes(2_000, true)), 3 * 1_999);
}
