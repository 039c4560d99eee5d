//! The core keys of `cluster.yaml`.

use serde_json::json;

use super::declaration::{Declaration, Section};
use super::kind::Kind;

const NETWORK: &str = "Network";
const API: &str = "Kubernetes API";
const GATEWAYS: &str = "Gateways";
const REPOSITORY: &str = "Repository";
const CLOUDFLARE: &str = "Domains and Cloudflare";
const CILIUM: &str = "Cilium";
const NODES: &str = "Scheduling and images";

pub(super) fn table() -> Vec<Declaration> {
    [
        network(),
        api(),
        gateways(),
        repository(),
        cloudflare(),
        cilium(),
        scheduling(),
    ]
    .concat()
}

fn key(group: &'static str, name: &str, kind: Kind) -> Declaration {
    Declaration::new(Section::Cluster, group, name, kind)
}

fn network() -> Vec<Declaration> {
    vec![
        key(NETWORK, "node_cidr", Kind::Cidr)
            .required()
            .about("The network that the nodes are in, without host bits.")
            .sample("\"192.168.1.0/24\""),
        key(NETWORK, "node_dns_servers", Kind::some(Kind::Address))
            .otherwise(json!(["1.1.1.1", "1.0.0.1"]))
            .about("Name servers that the nodes ask.")
            .sample("[\"1.1.1.1\", \"1.0.0.1\"]"),
        key(NETWORK, "node_ntp_servers", Kind::list(Kind::AddressOrHost))
            .otherwise(json!(["162.159.200.1", "162.159.200.123"]))
            .about("Time servers that the nodes ask, by address or host name.")
            .sample("[\"162.159.200.1\", \"162.159.200.123\"]"),
        key(
            NETWORK,
            "k8s_gateway_fallback_dns",
            Kind::list(Kind::Address),
        )
        .follows("the public ones of `node_dns_servers`, then `1.1.1.1` if absent")
        .about("Name servers that k8s-gateway asks for names that are not the cluster's.")
        .sample("[\"1.1.1.1\"]"),
        key(NETWORK, "node_default_gateway", Kind::Address)
            .follows("the first host of `node_cidr`")
            .about("The router of the nodes' network.")
            .sample("\"192.168.1.1\""),
        key(NETWORK, "node_vlan_tag", Kind::VlanTag)
            .about("The tag of the VLAN that the nodes are in, where the switch ports are trunks.")
            .sample("\"100\""),
        key(NETWORK, "cluster_pod_cidr", Kind::Cidr)
            .otherwise("10.42.0.0/16")
            .about("The network of pods: a /24 of it for each node, overlapping no other network.")
            .sample("\"10.42.0.0/16\""),
        key(NETWORK, "cluster_svc_cidr", Kind::Cidr)
            .otherwise("10.43.0.0/16")
            .about("The network of services. Host 1 is the Kubernetes API and host 10 is CoreDNS.")
            .sample("\"10.43.0.0/16\""),
    ]
}

fn api() -> Vec<Declaration> {
    vec![
        key(API, "cluster_api_addr", Kind::Address)
            .required()
            .about("The virtual address of the Kubernetes API, an unused one in `node_cidr`.")
            .sample("\"192.168.1.10\""),
        key(
            API,
            "cluster_api_tls_sans",
            Kind::list(Kind::AlternativeName),
        )
        .about("Further names or addresses in the certificate of the Kubernetes API.")
        .sample("[\"k8s.example.com\"]"),
    ]
}

fn gateways() -> Vec<Declaration> {
    vec![
        key(GATEWAYS, "cluster_gateway_addr", Kind::Address)
            .required()
            .about("The address of the gateway for the home network, an unused one in `node_cidr` unless BGP is on.")
            .sample("\"192.168.1.11\""),
        key(GATEWAYS, "cluster_dns_gateway_addr", Kind::Address)
            .required()
            .about("The address of k8s-gateway, which answers for the cluster's names on the home network. Another unused one.")
            .sample("\"192.168.1.12\""),
        key(GATEWAYS, "cloudflare_gateway_addr", Kind::Address)
            .required()
            .about("The address of the gateway for the Cloudflare tunnel. Another unused one.")
            .sample("\"192.168.1.13\""),
    ]
}

fn repository() -> Vec<Declaration> {
    vec![
        key(REPOSITORY, "repository_name", Kind::Repository)
            .required()
            .about("The repository on GitHub that Flux reads, as `owner/repo`.")
            .placeholder("your-name/your-repository"),
        key(REPOSITORY, "repository_branch", Kind::Branch)
            .otherwise("main")
            .about("The branch that Flux reads.")
            .sample("\"main\""),
        key(
            REPOSITORY,
            "repository_visibility",
            Kind::Choice(words(&["public", "private"])),
        )
        .otherwise("public")
        .about("`private` makes Flux use the deploy key.")
        .sample("\"public\""),
    ]
}

fn cloudflare() -> Vec<Declaration> {
    vec![
        key(CLOUDFLARE, "cloudflare_domains", Kind::OneOrList(Box::new(Kind::Domain)))
            .shown()
            .about("The domains managed by Cloudflare. The first is the primary one. Required, unless `cloudflare_domain` is set.")
            .placeholders("your-domain.example"),
        key(CLOUDFLARE, "cloudflare_domain", Kind::OneOrList(Box::new(Kind::Domain)))
            .about("The older spelling of `cloudflare_domains`: one domain, or a list.")
            .sample("\"example.com\""),
        key(CLOUDFLARE, "primary_domain", Kind::Domain)
            .derived("the first domain")
            .about("The first of `cloudflare_domains`."),
        key(CLOUDFLARE, "cloudflare_token", Kind::Token)
            .required()
            .secret()
            .about("A Cloudflare API token that may edit the domains' DNS records.")
            .placeholder("replace-with-your-cloudflare-api-token"),
    ]
}

fn cilium() -> Vec<Declaration> {
    vec![
        key(CILIUM, "cilium_bgp_router_addr", Kind::Address)
            .about("The router to announce addresses to by BGP. All three BGP keys are set, or none.")
            .sample("\"192.168.1.1\""),
        key(CILIUM, "cilium_bgp_router_asn", Kind::Asn)
            .about("The router's autonomous system number.")
            .sample("\"64513\""),
        key(CILIUM, "cilium_bgp_node_asn", Kind::Asn)
            .about("The nodes' autonomous system number.")
            .sample("\"64514\""),
        key(CILIUM, "cilium_bgp_enabled", Kind::Boolean)
            .derived("whether all three BGP keys are set")
            .about("Whether addresses are announced by BGP."),
        key(CILIUM, "cilium_loadbalancer_mode", Kind::Choice(words(&["dsr", "snat"])))
            .otherwise("dsr")
            .about("How answers leave: `dsr` directly from the node of the pod, `snat` by the node that was asked.")
            .sample("\"dsr\""),
    ]
}

fn scheduling() -> Vec<Declaration> {
    vec![
        key(NODES, "allow_scheduling_on_control_planes", Kind::Boolean)
            .otherwise(true)
            .about("Whether controllers run applications as well. `false` needs a worker.")
            .sample("true"),
        key(NODES, "spegel_enabled", Kind::Boolean)
            .follows("whether there is more than one node")
            .about("Whether nodes share the images they have pulled.")
            .sample("true"),
    ]
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}
