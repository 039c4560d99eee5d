//! The validated cluster.

mod cluster;
mod node;
mod stacks;
mod values;

pub(crate) use cluster::Parts;
pub use cluster::{
    Api, Bgp, Cloudflare, Cluster, Gateways, LoadBalancerMode, Network, Repository, Visibility,
};
pub use node::Node;
pub use stacks::{
    AiGateway, AiRegion, AzureIdentity, Mcp, Oidc, OidcProvider, Proxmox, ProxmoxToken, Stacks,
};
pub use values::{Entry, State, Values};
