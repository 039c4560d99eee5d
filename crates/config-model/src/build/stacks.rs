//! The optional stacks that are switched on.

use secrecy::SecretString;

use super::values::{address, flag, parsed, text};
use crate::fields::Fields;
use crate::model::{
    AiGateway, AiRegion, AzureIdentity, Mcp, Oidc, OidcProvider, Proxmox, ProxmoxToken, Stacks,
    Values,
};

pub(super) fn stacks(fields: &Fields<'_>, values: &Values) -> Stacks {
    Stacks {
        proxmox: proxmox(values),
        ai_gateway: fields
            .flag("envoy_ai_gateway_enabled")
            .then(|| ai_gateway(values))
            .flatten(),
        mcp: fields
            .flag("mcp_gateway_enabled")
            .then(|| mcp(values))
            .flatten(),
        oidc: fields.flag("oidc_enabled").then(|| oidc(values)).flatten(),
    }
}

fn proxmox(values: &Values) -> Option<Proxmox> {
    let token = |stack: &str| {
        Some(ProxmoxToken {
            id: parsed(values, &format!("proxmox_{stack}_token_id"))?,
            secret: secret(values, &format!("proxmox_{stack}_token_secret"))?,
        })
    };
    Some(Proxmox {
        api_url: parsed(values, "proxmox_api_url")?,
        insecure: flag(values, "proxmox_insecure"),
        region: text(values, "proxmox_region")?.to_owned(),
        storage: text(values, "proxmox_storage")?.to_owned(),
        csi: token("csi"),
        ccm: token("ccm"),
    })
}

fn ai_gateway(values: &Values) -> Option<AiGateway> {
    let identity = parsed(values, "azure_tenant_id").and_then(|tenant| {
        Some(AzureIdentity {
            tenant,
            client: parsed(values, "azure_client_id")?,
            secret: secret(values, "azure_client_secret")?,
        })
    });
    let region = |region: &'static str| {
        let api_key = secret(values, &format!("azure_openai_{region}_api_key"));
        (api_key.is_some() || identity.is_some()).then_some(())?;
        Some(AiRegion {
            region,
            resource_name: parsed(values, &format!("azure_openai_{region}_resource_name"))?,
            api_key,
        })
    };
    Some(AiGateway {
        address: address(values, "envoy_ai_gateway_addr")?,
        regions: ["us_east", "us_east2"]
            .into_iter()
            .filter_map(region)
            .collect(),
        identity,
    })
}

fn mcp(values: &Values) -> Option<Mcp> {
    Some(Mcp {
        address: address(values, "mcp_gateway_addr")?,
        storage_class: text(values, "mcp_storage_class")?.to_owned(),
        request_timeout: parsed(values, "mcp_request_timeout")?,
        postgres_storage: parsed(values, "keycloak_postgres_storage_size")?,
        redis_storage: parsed(values, "redis_storage_size")?,
    })
}

fn oidc(values: &Values) -> Option<Oidc> {
    let providers = [
        ("oidc_google_enabled", OidcProvider::Google),
        ("oidc_entra_enabled", OidcProvider::Entra),
        ("oidc_github_enabled", OidcProvider::GitHub),
    ];
    Some(Oidc {
        auth_gateway: address(values, "auth_gateway_addr")?,
        cookie_domain: parsed(values, "oidc_cookie_domain")?,
        providers: providers
            .into_iter()
            .filter(|(switch, _)| flag(values, switch))
            .map(|(_, provider)| provider)
            .collect(),
    })
}

fn secret(values: &Values, key: &str) -> Option<SecretString> {
    text(values, key).map(SecretString::from)
}
