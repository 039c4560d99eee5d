//! The optional stacks: what is enabled is there with everything it needs.

use std::net::IpAddr;

use secrecy::SecretString;

use crate::types::{DnsLabel, DomainName, Duration, ProxmoxUrl, Quantity, TokenId, Uuid};

/// The optional stacks. Has no `Debug`: it holds secrets.
#[derive(Clone)]
#[non_exhaustive]
pub struct Stacks {
    /// Proxmox, if the address of its API is set.
    pub proxmox: Option<Proxmox>,
    /// The gateway to language models, if enabled.
    pub ai_gateway: Option<AiGateway>,
    /// The gateway to MCP servers, if enabled.
    pub mcp: Option<Mcp>,
    /// Single sign-on, if enabled.
    pub oidc: Option<Oidc>,
}

/// Proxmox below the nodes.
#[derive(Clone)]
#[non_exhaustive]
pub struct Proxmox {
    /// The address of its API.
    pub api_url: ProxmoxUrl,
    /// Whether the API's certificate goes unchecked.
    pub insecure: bool,
    /// The region in topology labels.
    pub region: String,
    /// The storage that volumes are made in.
    pub storage: String,
    /// The storage driver's token; the driver is deployed if it is there.
    pub csi: Option<ProxmoxToken>,
    /// The cloud controller manager's token; it is deployed if the token is there.
    pub ccm: Option<ProxmoxToken>,
}

/// A Proxmox API token.
#[derive(Clone)]
#[non_exhaustive]
pub struct ProxmoxToken {
    /// Its name.
    pub id: TokenId,
    /// Its secret.
    pub secret: SecretString,
}

/// The gateway to language models.
#[derive(Clone)]
#[non_exhaustive]
pub struct AiGateway {
    /// Its address.
    pub address: IpAddr,
    /// The complete regions, at least one.
    pub regions: Vec<AiRegion>,
    /// The Entra application to sign in as in place of API keys.
    pub identity: Option<AzureIdentity>,
}

/// A resource of Azure's `OpenAI` service.
#[derive(Clone)]
#[non_exhaustive]
pub struct AiRegion {
    /// The region in the keys' names: `us_east` or `us_east2`.
    pub region: &'static str,
    /// The first label of its endpoint.
    pub resource_name: DnsLabel,
    /// Its key; none where the identity is used.
    pub api_key: Option<SecretString>,
}

/// An Entra application.
#[derive(Clone)]
#[non_exhaustive]
pub struct AzureIdentity {
    /// The tenant it is in.
    pub tenant: Uuid,
    /// Its id.
    pub client: Uuid,
    /// Its secret.
    pub secret: SecretString,
}

/// The gateway to MCP servers, with Keycloak, its database and Redis.
#[derive(Clone)]
#[non_exhaustive]
pub struct Mcp {
    /// Its address.
    pub address: IpAddr,
    /// The storage class of the database and Redis.
    pub storage_class: String,
    /// How long a tool call may take.
    pub request_timeout: Duration,
    /// The size of a volume of the database.
    pub postgres_storage: Quantity,
    /// The size of a Redis volume.
    pub redis_storage: Quantity,
}

/// Single sign-on.
#[derive(Clone)]
#[non_exhaustive]
pub struct Oidc {
    /// The address of the gateway for Keycloak.
    pub auth_gateway: IpAddr,
    /// The domain that a login is valid for.
    pub cookie_domain: DomainName,
    /// The enabled identity providers.
    pub providers: Vec<OidcProvider>,
}

/// An identity provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OidcProvider {
    /// Google.
    Google,
    /// Microsoft Entra.
    Entra,
    /// GitHub.
    GitHub,
}
