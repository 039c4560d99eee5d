//! What the language of declarations cannot say of the optional stacks.

use diagnostics::Diagnostics;

use super::constraints::{has, lacks};
use super::domains::domains;
use super::scope::Scope;
use crate::fields::{Fields, Placed};
use crate::rules;
use crate::types::DomainName;

pub(super) fn check(scope: &Scope<'_>, diagnostics: &mut Diagnostics) {
    let cluster = scope.cluster;
    regions(cluster, diagnostics);
    cookie_domain(cluster, diagnostics);
    storage_class(cluster, diagnostics);
    realm(cluster, diagnostics);
}

/// A region has a resource and a way to sign in; one of them is complete.
fn regions(cluster: &Fields<'_>, diagnostics: &mut Diagnostics) {
    const SWITCH: &str = "envoy_ai_gateway_enabled";
    const IDENTITY: [&str; 3] = ["azure_tenant_id", "azure_client_id", "azure_client_secret"];
    let identity = IDENTITY.iter().any(|key| has(cluster, key));
    let mut complete = 0;
    let mut counts = false;
    for region in ["us_east", "us_east2"] {
        let key = format!("azure_openai_{region}_api_key");
        let resource = format!("azure_openai_{region}_resource_name");
        counts |= cluster.counts(&resource);
        let signs_in = identity || has(cluster, &key);
        let (set, missing) = match (has(cluster, &resource), signs_in) {
            (true, true) => {
                complete += 1;
                continue;
            }
            (true, false) => (resource, key),
            (false, _) if has(cluster, &key) => (key, resource),
            (false, _) => continue,
        };
        if cluster.flag(SWITCH) && cluster.counts(&missing) {
            diagnostics.push(
                rules::AI_PARTIAL_REGION
                    .report(format!(
                        "`{set}` is set without `{missing}`, so the region stays off"
                    ))
                    .at(cluster.location(&set)),
            );
        }
    }
    if cluster.flag(SWITCH) && counts && complete == 0 {
        diagnostics.push(
            rules::AI_NO_REGION
                .report(format!("`{SWITCH}` is on, but no region is complete"))
                .at(cluster.location(SWITCH))
                .hint(
                    "set `azure_openai_us_east_resource_name` and `azure_openai_us_east_api_key`, \
                     or those of `us_east2`",
                ),
        );
    }
}

/// The cookie is for a domain that the others are, or are below.
fn cookie_domain(cluster: &Fields<'_>, diagnostics: &mut Diagnostics) {
    if !cluster.flag("oidc_enabled") {
        return;
    }
    let domains = domains(cluster);
    let Some(primary) = domains.first() else {
        return;
    };
    let set: Option<Placed<DomainName>> = cluster.typed("oidc_cookie_domain");
    if cluster.is_set("oidc_cookie_domain") && set.is_none() {
        return;
    }
    let cookie = set.as_ref().unwrap_or(primary);
    if !primary.value.is_within(&cookie.value) {
        diagnostics.push(
            rules::OIDC_COOKIE_DOMAIN
                .report(format!(
                    "the primary domain `{}` is not `{}` and not below it",
                    primary.value, cookie.value
                ))
                .at(cluster.location("oidc_cookie_domain"))
                .hint(format!("use `{}`", primary.value)),
        );
        return;
    }
    // Without the key the cookie is for the primary domain only, which nobody asked for.
    if set.is_none() {
        return;
    }
    for domain in domains
        .iter()
        .skip(1)
        .filter(|domain| !domain.value.is_within(&cookie.value))
    {
        diagnostics.push(
            rules::OIDC_COOKIE_DOMAIN_FURTHER
                .report(format!(
                    "logins do not extend to `{}`, which is not below `{}`",
                    domain.value, cookie.value
                ))
                .at(cluster.location_of(domain.range.clone())),
        );
    }
}

/// The storage class that is the default is made by another stack.
fn storage_class(cluster: &Fields<'_>, diagnostics: &mut Diagnostics) {
    const SWITCH: &str = "mcp_gateway_enabled";
    let csi = ["proxmox_csi_token_id", "proxmox_csi_token_secret"]
        .iter()
        .all(|key| !lacks(cluster, key));
    if cluster.flag(SWITCH) && !csi && cluster.text("mcp_storage_class") == Some("proxmox-csi") {
        let at = if cluster.is_set("mcp_storage_class") {
            "mcp_storage_class"
        } else {
            SWITCH
        };
        diagnostics.push(
            rules::MCP_STORAGE_CLASS
                .report("the storage class `proxmox-csi` is used, but the Proxmox CSI driver is not enabled")
                .at(cluster.location(at))
                .hint("set `mcp_storage_class` to a class that the cluster has"),
        );
    }
}

/// Users are in another realm than those who look after Keycloak.
fn realm(cluster: &Fields<'_>, diagnostics: &mut Diagnostics) {
    const KEY: &str = "keycloak_realm";
    if cluster.text(KEY) == Some("master") {
        diagnostics.push(
            rules::MCP_ADMIN_REALM
                .report("`master` is the realm of Keycloak's administrators")
                .at(cluster.location(KEY))
                .hint("name a realm for users, such as `k8s-cluster`"),
        );
    }
}
