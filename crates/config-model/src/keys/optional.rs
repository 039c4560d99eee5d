//! The keys of the optional stacks in `cluster.yaml`.

use super::declaration::{Declaration, Section};
use super::kind::Kind;

const PROXMOX: &str = "Proxmox";
const AI: &str = "Envoy AI gateway";
const OIDC: &str = "Single sign-on";
const MCP: &str = "MCP gateway";
const KEYCLOAK: &str = "Keycloak";
const REDIS: &str = "Redis";

pub(super) fn table() -> Vec<Declaration> {
    [proxmox(), ai_gateway(), oidc(), mcp(), keycloak(), redis()].concat()
}

fn key(group: &'static str, name: &str, kind: Kind) -> Declaration {
    Declaration::new(Section::Cluster, group, name, kind)
}

fn proxmox() -> Vec<Declaration> {
    vec![
        key(PROXMOX, "proxmox_api_url", Kind::ProxmoxUrl)
            .about("The address of the Proxmox API.")
            .sample("\"https://192.168.1.5:8006/api2/json\""),
        key(PROXMOX, "proxmox_insecure", Kind::Boolean)
            .otherwise(true)
            .about("Whether the API's certificate goes unchecked.")
            .sample("true"),
        key(PROXMOX, "proxmox_region", Kind::Text)
            .otherwise("talos-k8s")
            .about("The region in the nodes' topology labels.")
            .sample("\"talos-k8s\""),
        key(PROXMOX, "proxmox_storage", Kind::Text)
            .otherwise("local-lvm")
            .about("The Proxmox storage that volumes are made in.")
            .sample("\"local-lvm\""),
        key(PROXMOX, "proxmox_csi_token_id", Kind::TokenId)
            .about("The API token of the storage driver. With its secret it enables the driver.")
            .sample("\"kubernetes-csi@pve!csi\""),
        key(PROXMOX, "proxmox_csi_token_secret", Kind::Text)
            .secret()
            .about("The secret of that token.")
            .placeholder("replace-with-the-csi-token-secret"),
        key(PROXMOX, "proxmox_ccm_token_id", Kind::TokenId)
            .about("The API token of the cloud controller manager. With its secret it enables it.")
            .sample("\"kubernetes-ccm@pve!ccm\""),
        key(PROXMOX, "proxmox_ccm_token_secret", Kind::Text)
            .secret()
            .about("The secret of that token.")
            .placeholder("replace-with-the-ccm-token-secret"),
    ]
}

fn ai_gateway() -> Vec<Declaration> {
    vec![
        key(AI, "envoy_ai_gateway_enabled", Kind::Boolean)
            .otherwise(false)
            .about("Whether to deploy a gateway to language models. Needs an address and a region.")
            .sample("false"),
        key(AI, "envoy_ai_gateway_addr", Kind::Address)
            .about("The AI gateway's address, an unused one.")
            .sample("\"192.168.1.14\""),
        key(AI, "azure_openai_us_east_api_key", Kind::Text)
            .otherwise("")
            .secret()
            .about("The key of the Azure OpenAI resource in US East.")
            .placeholder("replace-with-the-us-east-api-key"),
        key(AI, "azure_openai_us_east_resource_name", Kind::DnsLabel)
            .otherwise("")
            .about("The name of that resource: the first label of its endpoint.")
            .sample("\"myopenai\""),
        key(AI, "azure_openai_us_east2_api_key", Kind::Text)
            .otherwise("")
            .secret()
            .about("The key of the Azure OpenAI resource in US East 2.")
            .placeholder("replace-with-the-us-east2-api-key"),
        key(AI, "azure_openai_us_east2_resource_name", Kind::DnsLabel)
            .otherwise("")
            .about("The name of that resource.")
            .sample("\"myopenai-us2\""),
        key(AI, "azure_tenant_id", Kind::Uuid)
            .about("The Entra tenant to sign in to, in place of API keys. All three, or none.")
            .sample("\"12345678-1234-1234-1234-123456789abc\""),
        key(AI, "azure_client_id", Kind::Uuid)
            .about("The Entra application to sign in as.")
            .sample("\"87654321-4321-4321-4321-cba987654321\""),
        key(AI, "azure_client_secret", Kind::Text)
            .secret()
            .about("The secret of that application.")
            .placeholder("replace-with-the-azure-client-secret"),
    ]
}

fn oidc() -> Vec<Declaration> {
    vec![
        key(OIDC, "oidc_enabled", Kind::Boolean)
            .otherwise(false)
            .about("Whether applications ask for a login. Needs the MCP gateway, whose Keycloak it uses.")
            .sample("false"),
        key(OIDC, "auth_gateway_addr", Kind::Address)
            .otherwise("")
            .about("The address of the gateway for Keycloak, an unused one.")
            .sample("\"192.168.1.15\""),
        key(OIDC, "oidc_cookie_domain", Kind::Domain)
            .follows("the primary domain")
            .about("The domain that a login is valid for: the primary one, or one above it.")
            .sample("\"example.com\""),
        provider_switch("google", "Google"),
        provider_id("google", "client_id").sample("\"123456789-abc.apps.googleusercontent.com\""),
        provider_secret("google"),
        provider_switch("entra", "Microsoft Entra"),
        provider_id("entra", "tenant_id").sample("\"12345678-1234-1234-1234-123456789abc\""),
        provider_id("entra", "client_id").sample("\"87654321-4321-4321-4321-cba987654321\""),
        provider_secret("entra"),
        provider_switch("github", "GitHub"),
        provider_id("github", "client_id").sample("\"Iv1.0123456789abcdef\""),
        provider_secret("github"),
        key(OIDC, "oidc_github_org", Kind::Text)
            .otherwise("")
            .about("Only members of this organisation may log in.")
            .sample("\"my-org\""),
        key(OIDC, "oidc_github_team", Kind::Text)
            .otherwise("")
            .about("Only members of these teams of it may, separated by commas.")
            .sample("\"devs,admins\""),
    ]
}

fn provider_switch(provider: &str, title: &str) -> Declaration {
    key(OIDC, &format!("oidc_{provider}_enabled"), Kind::Boolean)
        .otherwise(false)
        .about(&format!("Whether users may log in with {title}."))
        .sample("false")
}

fn provider_id(provider: &str, part: &str) -> Declaration {
    let what = match part {
        "tenant_id" => "The tenant that the application is registered in.",
        _ => "The id of the application registered there.",
    };
    key(OIDC, &format!("oidc_{provider}_{part}"), Kind::Text)
        .otherwise("")
        .about(what)
}

fn provider_secret(provider: &str) -> Declaration {
    key(OIDC, &format!("oidc_{provider}_client_secret"), Kind::Text)
        .otherwise("")
        .secret()
        .about("The application's secret.")
        .placeholder(&format!("replace-with-the-{provider}-client-secret"))
}

fn mcp() -> Vec<Declaration> {
    vec![
        key(MCP, "mcp_gateway_enabled", Kind::Boolean)
            .otherwise(false)
            .about("Whether to deploy the gateway to MCP servers, with Keycloak, PostgreSQL and Redis.")
            .sample("false"),
        key(MCP, "mcp_gateway_addr", Kind::Address)
            .otherwise("")
            .about("The MCP gateway's address, an unused one.")
            .sample("\"192.168.1.16\""),
        key(MCP, "mcp_storage_class", Kind::Text)
            .otherwise("proxmox-csi")
            .about("The storage class of PostgreSQL and Redis.")
            .sample("\"proxmox-csi\""),
        key(MCP, "mcp_request_timeout", Kind::Duration)
            .otherwise("120s")
            .about("How long a tool call may take.")
            .sample("\"120s\""),
        key(MCP, "mcp_rate_limit_requests", Kind::at_least(1))
            .otherwise(100)
            .about("How many requests a minute one client may make.")
            .sample("100"),
    ]
}

fn keycloak() -> Vec<Declaration> {
    vec![
        key(KEYCLOAK, "keycloak_replicas", Kind::at_least(1))
            .otherwise(3)
            .about("How many Keycloaks run.")
            .sample("3"),
        key(KEYCLOAK, "keycloak_version", Kind::Text)
            .otherwise("26.4.7")
            .about("The version of Keycloak.")
            .sample("\"26.4.7\""),
        key(KEYCLOAK, "keycloak_realm", Kind::Text)
            .otherwise("k8s-cluster")
            .about("The realm that users are in.")
            .sample("\"k8s-cluster\""),
        key(KEYCLOAK, "keycloak_admin_password", Kind::Text)
            .otherwise("")
            .secret()
            .about("The password of Keycloak's administrator.")
            .placeholder("replace-with-a-keycloak-admin-password"),
        key(KEYCLOAK, "keycloak_oidc_client_secret", Kind::Text)
            .otherwise("")
            .secret()
            .about("The secret that Envoy Gateway shares with Keycloak.")
            .placeholder("replace-with-a-keycloak-oidc-client-secret"),
        key(KEYCLOAK, "keycloak_postgres_replicas", Kind::at_least(1))
            .otherwise(1)
            .about("How many PostgreSQL servers run for Keycloak.")
            .sample("1"),
        key(KEYCLOAK, "keycloak_postgres_version", Kind::Text)
            .otherwise("17")
            .about("The version of PostgreSQL.")
            .sample("\"17\""),
        key(KEYCLOAK, "keycloak_postgres_storage_size", Kind::Quantity)
            .otherwise("10Gi")
            .about("The size of each of their volumes.")
            .sample("\"10Gi\""),
        key(KEYCLOAK, "keycloak_postgres_password", Kind::Text)
            .otherwise("")
            .secret()
            .about("The password of Keycloak's database.")
            .placeholder("replace-with-a-postgres-password"),
    ]
}

fn redis() -> Vec<Declaration> {
    vec![
        key(REDIS, "redis_replicas", Kind::at_least(1))
            .otherwise(1)
            .about("How many Redis servers run.")
            .sample("1"),
        key(REDIS, "redis_version", Kind::Text)
            .otherwise("7.4")
            .about("The version of Redis.")
            .sample("\"7.4\""),
        key(REDIS, "redis_storage_size", Kind::Quantity)
            .otherwise("5Gi")
            .about("The size of each of their volumes.")
            .sample("\"5Gi\""),
        key(REDIS, "redis_password", Kind::Text)
            .otherwise("")
            .secret()
            .about("The password of Redis.")
            .placeholder("replace-with-a-redis-password"),
    ]
}
