//! The typed parts of the cluster.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use secrecy::SecretString;
use serde_json::Value;

use super::derive::{cluster_values, node_values};
use super::stacks::stacks;
use super::values::{address, flag, parsed, text};
use crate::cross::Scope;
use crate::fields::Fields;
use crate::model::{
    Api, Bgp, Cloudflare, Cluster, Gateways, LoadBalancerMode, Network, Node, Parts, Repository,
    Values, Visibility,
};
use crate::types::{Address, Cidr};

/// The cluster. With the built-in templates the rules exclude that anything is missing that
/// it needs.
pub(crate) fn cluster(scope: &Scope<'_>) -> Cluster {
    let values = cluster_values(scope);
    let fields = scope.cluster;
    Cluster::new(Parts {
        network: Network {
            nodes: network(&values, "node_cidr"),
            pods: network(&values, "cluster_pod_cidr"),
            services: network(&values, "cluster_svc_cidr"),
            default_gateway: address(&values, "node_default_gateway"),
            dns_servers: addresses(&values, "node_dns_servers"),
            ntp_servers: texts(&values, "node_ntp_servers"),
            fallback_dns_servers: addresses(&values, "k8s_gateway_fallback_dns"),
            vlan_tag: parsed(&values, "node_vlan_tag"),
        },
        api: Api {
            address: address(&values, "cluster_api_addr"),
            alternative_names: texts(&values, "cluster_api_tls_sans"),
        },
        gateways: Gateways {
            internal: address(&values, "cluster_gateway_addr"),
            dns: address(&values, "cluster_dns_gateway_addr"),
            external: address(&values, "cloudflare_gateway_addr"),
        },
        bgp: bgp(scope, &values),
        load_balancer_mode: match text(&values, "cilium_loadbalancer_mode") {
            Some("snat") => LoadBalancerMode::Snat,
            _ => LoadBalancerMode::Dsr,
        },
        repository: Repository {
            name: parsed(&values, "repository_name"),
            branch: parsed(&values, "repository_branch"),
            visibility: match text(&values, "repository_visibility") {
                Some("private") => Visibility::Private,
                _ => Visibility::Public,
            },
        },
        cloudflare: Cloudflare {
            domains: texts(&values, "cloudflare_domains"),
            token: text(&values, "cloudflare_token").map(SecretString::from),
        },
        stacks: stacks(fields, &values),
        schedule_on_controllers: flag(&values, "allow_scheduling_on_control_planes"),
        spegel: flag(&values, "spegel_enabled"),
        nodes: scope.nodes.iter().map(node).collect(),
        values,
    })
}

fn texts<T: FromStr>(values: &Values, key: &str) -> Vec<T> {
    let list = values.get(key).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(|value| value.as_str()?.parse().ok())
        .collect()
}

fn network(values: &Values, key: &str) -> Option<IpNet> {
    parsed::<Cidr>(values, key).map(Cidr::network)
}

fn addresses(values: &Values, key: &str) -> Vec<IpAddr> {
    texts::<Address>(values, key)
        .into_iter()
        .map(Address::ip)
        .collect()
}

fn bgp(scope: &Scope<'_>, values: &Values) -> Option<Bgp> {
    let (router_asn, node_asn, _) = scope.asns()?;
    Some(Bgp {
        router: address(values, "cilium_bgp_router_addr")?,
        router_asn,
        node_asn,
    })
}

fn node(fields: &Fields<'_>) -> Node {
    let values = node_values(fields);
    let labels = values.get("nodeLabels").and_then(Value::as_object);
    Node {
        name: parsed(&values, "name"),
        address: address(&values, "address"),
        controller: flag(&values, "controller"),
        disk: parsed(&values, "disk"),
        mac_address: parsed(&values, "mac_addr"),
        schematic: parsed(&values, "schematic_id"),
        mtu: values
            .get("mtu")
            .and_then(Value::as_u64)
            .and_then(|mtu| u16::try_from(mtu).ok()),
        secureboot: flag(&values, "secureboot"),
        encrypt_disk: flag(&values, "encrypt_disk"),
        labels: labels
            .into_iter()
            .flatten()
            .filter_map(|(key, value)| Some((key.parse().ok()?, value.as_str()?.parse().ok()?)))
            .collect(),
        kernel_modules: texts(&values, "kernel_modules"),
        values,
    }
}
