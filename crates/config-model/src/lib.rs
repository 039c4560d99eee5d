//! The cluster that a user described, once it is known to be consistent.
//!
//! Text comes in ([`Input`]); a [`Cluster`] or every problem comes out ([`parse`]):
//!
//! - the *raw* files mirror `cluster.yaml` and `nodes.yaml` and remember where each value
//!   was written;
//! - the table of [`Declarations`] says what each key takes; a repository adds its own keys in
//!   `templates/variables.yaml`;
//! - [`Cluster`] is what the rest of the workspace sees. Holding one means that every rule
//!   of [`rules::rules`] was checked.
//!
//! **Invariant:** nothing in this crate reads a file, an environment variable or the clock,
//! and no message, excerpt or `Debug` holds the value of a secret.

mod build;
pub mod credentials;
mod cross;
mod fields;
pub mod fixture;
mod input;
mod keys;
mod lower;
mod mask;
mod model;
mod parse;
mod raw;
pub mod rules;
pub mod sample;
pub mod schema;
mod templates;
pub mod types;
mod variables;
pub mod versions;

pub use input::{Input, Parsed, WrittenKey};
pub use keys::{Declaration, Declarations, Default, Field, Kind, Presence, Section};
pub use model::{
    AiGateway, AiRegion, Api, AzureIdentity, Bgp, Cloudflare, Cluster, Entry, Gateways,
    LoadBalancerMode, Mcp, Network, Node, Oidc, OidcProvider, Proxmox, ProxmoxToken, Repository,
    Stacks, State, Values, Visibility,
};
pub use parse::parse;
pub use templates::Templates;

/// The built-in keys, and those that a repository's `templates/variables.yaml` declares.
pub fn declarations(
    variables: Option<&diagnostics::Source>,
) -> (Declarations, diagnostics::Diagnostics) {
    variables.map_or_else(
        || {
            (
                Declarations::built_in().clone(),
                diagnostics::Diagnostics::new(),
            )
        },
        variables::parse,
    )
}
