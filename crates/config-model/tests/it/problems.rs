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
    insta::assert_snapshot!(shown("node-uses-gateway-addr"), @"");
    insta::assert_snapshot!(shown("derived-gateway-collision"), @"");
    insta::assert_snapshot!(shown("vip-outside-cidr"), @"");
}

#[test]
fn hints_give_what_was_meant() {
    insta::assert_snapshot!(shown("non-canonical-cidr"), @"");
    insta::assert_snapshot!(shown("unknown-key"), @"");
    insta::assert_snapshot!(shown("misplaced-key"), @"");
    insta::assert_snapshot!(shown("bad-repo-name"), @"");
    insta::assert_snapshot!(shown("unquoted-version"), @"");
}

#[test]
fn secrets_are_masked() {
    insta::assert_snapshot!(shown("token-with-white-space"), @"");
    insta::assert_snapshot!(shown("broken-syntax"), @"");
    insta::assert_snapshot!(shown("proxmox-partial-token"), @"");
    insta::assert_snapshot!(shown("own-templates-undeclared"), @"");
    insta::assert_snapshot!(shown("declared-key-missing"), @"");
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
    insta::assert_snapshot!(common::shown(&parsed.diagnostics), @"");
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
    insta::assert_snapshot!(value, @"");
    let undeclared: Vec<_> = parsed.written.iter().filter(|key| !key.declared).collect();
    assert_eq!(undeclared.len(), 2);
    assert_eq!(undeclared[0].location.to_string(), "cluster.yaml:11:1");
}
