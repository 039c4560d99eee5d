//! The list of pages, in the order in which they are shown.

use super::Page;

macro_rules! page {
    ($name:literal, $about:literal) => {
        page!($name, $about, [])
    };
    ($name:literal, $about:literal, [$($key:literal),*]) => {
        Page {
            name: $name,
            about: $about,
            needs: &[$($key),*],
            text: include_str!(concat!("../../../../docs/", $name, ".md")),
        }
    };
}

/// Every page: what one does, what may be wrong, the stacks, and what is looked up.
pub const PAGES: &[Page] = &[
    page!(
        "configuration",
        "the two files that describe a cluster, and keys of your own"
    ),
    page!(
        "templates",
        "what outputs are rendered from, and how to change that"
    ),
    page!("ownership", "what ichor writes, removes and leaves alone"),
    page!(
        "secrets",
        "SOPS files: which are meant, day to day, recipients, hooks, merges"
    ),
    page!("talos", "the machine configurations of the nodes"),
    page!(
        "talos-live",
        "nodes that run: from bare machines to a cluster, upgrades, etcd"
    ),
    page!(
        "talos-1.14",
        "configurations as documents: what changes, how to move, how to go back"
    ),
    page!(
        "operations",
        "a cluster that Flux looks after: apps, status, reconcile, doctor"
    ),
    page!(
        "debugging",
        "when something does not run, and what shows why"
    ),
    page!(
        "split-dns",
        "names of the cluster at home: which DNS server asks whom"
    ),
    page!(
        "bgp",
        "how a router learns the addresses of services",
        [
            "cilium_bgp_router_addr",
            "cilium_bgp_router_asn",
            "cilium_bgp_node_asn"
        ]
    ),
    page!(
        "proxmox-csi",
        "Proxmox: volumes, and the cloud controller manager",
        ["proxmox_csi_token_id", "proxmox_csi_token_secret"]
    ),
    page!(
        "envoy-ai-gateway-testing",
        "the AI gateway: a request for every model, and what may be wrong",
        ["envoy_ai_gateway_enabled"]
    ),
    page!(
        "envoy-ai-gw/RESEARCH-FINDINGS",
        "the AI gateway: how it works, and why it is built so",
        ["envoy_ai_gateway_enabled"]
    ),
    page!(
        "envoy-gateway-oidc-sso",
        "single sign-on: how logins go, and what may be wrong",
        ["mcp_gateway_enabled", "oidc_enabled"]
    ),
    page!(
        "oidc-google-setup",
        "logins with Google",
        ["mcp_gateway_enabled", "oidc_enabled", "oidc_google_enabled"]
    ),
    page!(
        "oidc-entra-setup",
        "logins with Microsoft Entra ID",
        ["mcp_gateway_enabled", "oidc_enabled", "oidc_entra_enabled"]
    ),
    page!(
        "oidc-github-setup",
        "logins with GitHub",
        ["mcp_gateway_enabled", "oidc_enabled", "oidc_github_enabled"]
    ),
    page!(
        "mcp-architecture-k8s-assessment",
        "the gateway to MCP servers, with Keycloak, PostgreSQL and Redis",
        ["mcp_gateway_enabled"]
    ),
    page!(
        "flux",
        "what the cluster gets: put together, checked, compared, drawn"
    ),
    page!("commands", "every command with its flags and examples"),
    page!("exit-codes", "what an exit code says"),
    page!("environment", "environment variables that are read"),
    page!(
        "rules",
        "everything that can be wrong, and why it cannot work"
    ),
    page!("cache", "what is not done twice, and why that is safe"),
    page!(
        "moving",
        "from a repository of go-task and makejinja to ichor, and back"
    ),
    page!(
        "from-tasks",
        "every command of go-task, flux, kubectl and talosctl, and what does it here"
    ),
    page!("makejinja", "`ichor render` in place of makejinja"),
];
