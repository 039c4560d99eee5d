//! The cluster as a whole.

use std::net::IpAddr;

use ipnet::IpNet;
use secrecy::SecretString;

use super::node::Node;
use super::stacks::Stacks;
use super::values::Values;
use crate::types::{
    AddressOrHost, AlternativeName, Asn, BranchName, DomainName, RepositoryName, VlanTag,
};

/// A cluster of which every rule was checked. Made by [`parse`](crate::parse) only.
///
/// Values that every cluster of the built-in templates has, such as the API's address, are
/// missing only where a repository's own templates do without them.
///
/// Has no `Debug`: it holds secrets.
#[derive(Clone)]
pub struct Cluster(Parts);

/// What a cluster consists of, before it counts as one.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) network: Network,
    pub(crate) api: Api,
    pub(crate) gateways: Gateways,
    pub(crate) bgp: Option<Bgp>,
    pub(crate) load_balancer_mode: LoadBalancerMode,
    pub(crate) repository: Repository,
    pub(crate) cloudflare: Cloudflare,
    pub(crate) stacks: Stacks,
    pub(crate) schedule_on_controllers: bool,
    pub(crate) spegel: bool,
    pub(crate) nodes: Vec<Node>,
    pub(crate) values: Values,
}

impl Cluster {
    pub(crate) fn new(parts: Parts) -> Self {
        Self(parts)
    }

    /// Networks and the servers that nodes ask.
    pub fn network(&self) -> &Network {
        &self.0.network
    }

    /// The Kubernetes API.
    pub fn api(&self) -> &Api {
        &self.0.api
    }

    /// The addresses of the gateways.
    pub fn gateways(&self) -> &Gateways {
        &self.0.gateways
    }

    /// BGP, if it is on.
    pub fn bgp(&self) -> Option<&Bgp> {
        self.0.bgp.as_ref()
    }

    /// How answers of load balancers leave the cluster.
    pub fn load_balancer_mode(&self) -> LoadBalancerMode {
        self.0.load_balancer_mode
    }

    /// The repository that Flux reads.
    pub fn repository(&self) -> &Repository {
        &self.0.repository
    }

    /// Domains and the token to manage them.
    pub fn cloudflare(&self) -> &Cloudflare {
        &self.0.cloudflare
    }

    /// The optional stacks.
    pub fn stacks(&self) -> &Stacks {
        &self.0.stacks
    }

    /// Whether controllers run applications as well.
    pub fn schedules_on_controllers(&self) -> bool {
        self.0.schedule_on_controllers
    }

    /// Whether nodes share the images they have pulled.
    pub fn spegel(&self) -> bool {
        self.0.spegel
    }

    /// The nodes in written order; with the built-in templates at least one.
    pub fn nodes(&self) -> &[Node] {
        &self.0.nodes
    }

    /// The values of all keys of `cluster.yaml` by name, those of `templates/variables.yaml`
    /// and the derived ones included.
    pub fn values(&self) -> &Values {
        &self.0.values
    }

    /// Every secret text of both files, for redaction.
    pub fn secrets(&self) -> Vec<SecretString> {
        let of_nodes = self.0.nodes.iter().flat_map(|node| node.values().secrets());
        self.0.values.secrets().chain(of_nodes).collect()
    }
}

/// Networks and the servers that nodes ask.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Network {
    /// The network of nodes.
    pub nodes: Option<IpNet>,
    /// The network of pods.
    pub pods: Option<IpNet>,
    /// The network of services.
    pub services: Option<IpNet>,
    /// The router of the nodes' network.
    pub default_gateway: Option<IpAddr>,
    /// Name servers, at least one.
    pub dns_servers: Vec<IpAddr>,
    /// Time servers.
    pub ntp_servers: Vec<AddressOrHost>,
    /// Name servers that k8s-gateway asks.
    pub fallback_dns_servers: Vec<IpAddr>,
    /// The tag of the nodes' VLAN.
    pub vlan_tag: Option<VlanTag>,
}

/// The Kubernetes API.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Api {
    /// Its virtual address.
    pub address: Option<IpAddr>,
    /// Further names in its certificate.
    pub alternative_names: Vec<AlternativeName>,
}

/// The addresses of the gateways that every cluster has.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gateways {
    /// For the home network.
    pub internal: Option<IpAddr>,
    /// For names on the home network.
    pub dns: Option<IpAddr>,
    /// For the Cloudflare tunnel.
    pub external: Option<IpAddr>,
}

/// The BGP session between router and nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bgp {
    /// The router.
    pub router: IpAddr,
    /// The router's number.
    pub router_asn: Asn,
    /// The nodes' number.
    pub node_asn: Asn,
}

/// How answers of load balancers leave the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LoadBalancerMode {
    /// Directly, from the node of the pod.
    Dsr,
    /// By the node that was asked.
    Snat,
}

/// The repository that Flux reads.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repository {
    /// Its name on GitHub.
    pub name: Option<RepositoryName>,
    /// Its branch.
    pub branch: Option<BranchName>,
    /// Who may read it.
    pub visibility: Visibility,
}

/// Who may read the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Visibility {
    /// Everybody.
    Public,
    /// Holders of the deploy key.
    Private,
}

/// Domains and the token to manage them. Has no `Debug`: it holds the token.
#[derive(Clone)]
#[non_exhaustive]
pub struct Cloudflare {
    /// The domains; the first is the primary one.
    pub domains: Vec<DomainName>,
    /// The API token.
    pub token: Option<SecretString>,
}

impl Cloudflare {
    /// The first domain.
    pub fn primary_domain(&self) -> Option<&DomainName> {
        self.domains.first()
    }
}
