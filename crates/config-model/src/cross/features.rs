//! The optional stacks: what is switched on has all it needs.

use diagnostics::{Diagnostics, Rule};

use super::domains::domains;
use super::scope::Scope;
use crate::fields::{Fields, Placed};
use crate::rules;
use crate::types::DomainName;

pub(super) fn check(scope: &Scope<'_>, diagnostics: &mut Diagnostics) {
    let cluster = scope.cluster;
    proxmox(cluster, diagnostics);
    ai_gateway(cluster, diagnostics);
    oidc(cluster, diagnostics);
    mcp(cluster, diagnostics);
}

/// Whether a key has a value that is not empty, or one that was reported already.
fn has(cluster: &Fields<'_>, key: &str) -> bool {
    cluster.is_set(key) || cluster.text(key).is_some()
}

/// Whether a key that counts has no value.
fn lacks(cluster: &Fields<'_>, key: &str) -> bool {
    cluster.counts(key) && !has(cluster, key)
}

/// Reports each of the keys that is not set, at the switch that needs it.
fn require(
    cluster: &Fields<'_>,
    switch: &str,
    keys: &[&str],
    rule: &'static Rule,
    diagnostics: &mut Diagnostics,
) {
    if !cluster.flag(switch) {
        return;
    }
    for key in keys.iter().filter(|key| lacks(cluster, key)) {
        diagnostics.push(
            rule.report(format!("`{switch}` is on, but `{key}` is not set"))
                .at(cluster.location(switch))
                .hint(format!("set `{key}`, or `{switch}: false`")),
        );
    }
}

fn proxmox(cluster: &Fields<'_>, diagnostics: &mut Diagnostics) {
    let mut needs_url = None;
    for stack in ["csi", "ccm"] {
        let id = format!("proxmox_{stack}_token_id");
        let secret = format!("proxmox_{stack}_token_secret");
        let (set, missing) = match (has(cluster, &id), has(cluster, &secret)) {
            (true, true) => {
                needs_url = needs_url.or(Some(id));
                continue;
            }
            (true, false) => (id, secret),
            (false, true) => (secret, id),
            (false, false) => continue,
        };
        if !cluster.counts(&missing) {
            continue;
        }
        diagnostics.push(
            rules::PROXMOX_PARTIAL_TOKEN
                .report(format!("`{set}` is set without `{missing}`"))
                .at(cluster.location(&set))
                .hint("set both, or neither"),
        );
    }
    if let Some(id) = needs_url
        && lacks(cluster, "proxmox_api_url")
    {
        diagnostics.push(
            rules::PROXMOX_MISSING_URL
                .report(format!("`{id}` is set without `proxmox_api_url`"))
                .at(cluster.location(&id)),
        );
    }
}

fn ai_gateway(cluster: &Fields<'_>, diagnostics: &mut Diagnostics) {
    const SWITCH: &str = "envoy_ai_gateway_enabled";
    const IDENTITY: [&str; 3] = ["azure_tenant_id", "azure_client_id", "azure_client_secret"];
    require(
        cluster,
        SWITCH,
        &["envoy_ai_gateway_addr"],
        &rules::AI_MISSING_KEY,
        diagnostics,
    );
    let (set, missing): (Vec<_>, Vec<_>) = IDENTITY
        .into_iter()
        .filter(|key| cluster.counts(key))
        .partition(|key| has(cluster, key));
    if let (Some(first), false) = (set.first(), missing.is_empty()) {
        let names: Vec<_> = missing.iter().map(|key| format!("`{key}`")).collect();
        diagnostics.push(
            rules::AI_PARTIAL_IDENTITY
                .report(format!("`{first}` is set without {}", names.join(" and ")))
                .at(cluster.location(first))
                .hint("set all three, or none"),
        );
    }
    let identity = !set.is_empty();
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

fn oidc(cluster: &Fields<'_>, diagnostics: &mut Diagnostics) {
    const SWITCH: &str = "oidc_enabled";
    require(
        cluster,
        SWITCH,
        &["auth_gateway_addr", "keycloak_oidc_client_secret"],
        &rules::OIDC_MISSING_KEY,
        diagnostics,
    );
    if cluster.flag(SWITCH)
        && cluster.counts("mcp_gateway_enabled")
        && !cluster.flag("mcp_gateway_enabled")
        && (cluster.set("mcp_gateway_enabled").is_some() || !cluster.is_set("mcp_gateway_enabled"))
    {
        diagnostics.push(
            rules::OIDC_MISSING_KEY
                .report(format!(
                    "`{SWITCH}` is on, but `mcp_gateway_enabled` is not"
                ))
                .at(cluster.location(SWITCH))
                .hint("set `mcp_gateway_enabled: true`: it runs the Keycloak that logins need"),
        );
    }
    for (provider, parts) in [
        ("google", ["client_id", "client_secret"].as_slice()),
        (
            "entra",
            ["tenant_id", "client_id", "client_secret"].as_slice(),
        ),
        ("github", ["client_id", "client_secret"].as_slice()),
    ] {
        let keys: Vec<_> = parts
            .iter()
            .map(|part| format!("oidc_{provider}_{part}"))
            .collect();
        let keys: Vec<_> = keys.iter().map(String::as_str).collect();
        require(
            cluster,
            &format!("oidc_{provider}_enabled"),
            &keys,
            &rules::OIDC_INCOMPLETE_PROVIDER,
            diagnostics,
        );
    }
    if has(cluster, "oidc_github_team") && lacks(cluster, "oidc_github_org") {
        diagnostics.push(
            rules::OIDC_TEAM_WITHOUT_ORGANISATION
                .report("`oidc_github_team` is set without `oidc_github_org`")
                .at(cluster.location("oidc_github_team")),
        );
    }
    if cluster.flag(SWITCH) {
        cookie_domain(cluster, diagnostics);
    }
}

fn cookie_domain(cluster: &Fields<'_>, diagnostics: &mut Diagnostics) {
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

fn mcp(cluster: &Fields<'_>, diagnostics: &mut Diagnostics) {
    const SWITCH: &str = "mcp_gateway_enabled";
    require(
        cluster,
        SWITCH,
        &[
            "mcp_gateway_addr",
            "keycloak_admin_password",
            "keycloak_postgres_password",
            "redis_password",
        ],
        &rules::MCP_MISSING_KEY,
        diagnostics,
    );
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
