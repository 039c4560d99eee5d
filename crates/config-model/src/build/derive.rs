//! The values of all keys: set, by default, or derived from others.

use std::net::{IpAddr, Ipv4Addr};

use serde_json::Value;

use crate::cross::{Scope, domains};
use crate::fields::Fields;
use crate::keys::{Declaration, Default, Presence};
use crate::model::{Entry, State, Values};

/// The name server that is always among the fallbacks.
const FALLBACK: &str = "1.1.1.1";

/// The values of `cluster.yaml`.
pub(crate) fn cluster_values(scope: &Scope<'_>) -> Values {
    let cluster = scope.cluster;
    let domains: Vec<Value> = domains(cluster)
        .iter()
        .map(|domain| Value::from(domain.value.as_str()))
        .collect();
    values(cluster, |declaration| {
        Some(match declaration.name.as_str() {
            "k8s_gateway_fallback_dns" => fallback_dns(cluster),
            "node_default_gateway" => Value::from(scope.default_gateway()?.value.to_string()),
            "cloudflare_domains" => Value::Array(domains.clone()),
            "primary_domain" | "oidc_cookie_domain" => domains.first()?.clone(),
            "cilium_bgp_enabled" => Value::from(scope.bgp_enabled()),
            "spegel_enabled" if scope.nodes_complete || scope.nodes.is_empty() => {
                Value::from(scope.nodes.len() > 1)
            }
            _ => return None,
        })
    })
}

/// The values of one node.
pub(super) fn node_values(node: &Fields<'_>) -> Values {
    values(node, |_| None)
}

fn values(fields: &Fields<'_>, derive: impl Fn(&Declaration) -> Option<Value>) -> Values {
    let mut values = Values::default();
    for declaration in fields.declarations.section(fields.section) {
        let name = &declaration.name;
        let set = fields.set(name).cloned();
        let (value, state) = match (set, &declaration.default) {
            // One domain may be written without brackets; templates always get a list.
            (Some(Value::String(_)), _) if name == "cloudflare_domains" => {
                (derive(declaration), State::Set)
            }
            (Some(value), _) => (Some(value), State::Set),
            (None, Default::Value(value)) => (Some(value.clone()), State::Defaulted),
            (None, Default::Derived(_) | Default::Unset) => match derive(declaration) {
                Some(value)
                    if declaration.presence == Presence::Derived
                        || name == "cloudflare_domains" =>
                {
                    (Some(value), State::Derived)
                }
                Some(value) => (Some(value), State::Defaulted),
                None => (None, State::Unset),
            },
        };
        let secret = declaration.secret;
        values.insert(
            name,
            Entry {
                value,
                state,
                secret,
            },
        );
    }
    for (name, value) in &fields.extra {
        let entry = Entry {
            value: Some(value.clone()),
            state: State::Undeclared,
            secret: sounds_secret(name),
        };
        values.insert(name, entry);
    }
    values
}

/// Whether a key that nothing declares is probably a secret, told from its name. Taking all of
/// them for secrets would redact `true` and `1` from every message.
pub fn sounds_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    [
        "secret",
        "token",
        "password",
        "passphrase",
        "credential",
        "api_key",
        "private_key",
    ]
    .iter()
    .any(|word| name.contains(word))
}

/// The public ones of the nodes' name servers, then 1.1.1.1 if it is not among them.
fn fallback_dns(cluster: &Fields<'_>) -> Value {
    let mut servers: Vec<String> = cluster
        .list::<crate::types::Address>("node_dns_servers")
        .into_iter()
        .filter(|server| is_public(server.value.ip()))
        .map(|server| server.value.to_string())
        .collect();
    if !servers.iter().any(|server| server == FALLBACK) {
        servers.push(FALLBACK.to_owned());
    }
    Value::from(servers)
}

/// Whether an address is one of the internet. By the IANA special-purpose registry.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [first, second, ..] = address.octets();
            let shared = first == 100 && (64..128).contains(&second);
            let benchmark = first == 198 && (second & 0xfe) == 18;
            let protocols = address.octets()[..3] == [192, 0, 0];
            !(address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_documentation()
                || address >= Ipv4Addr::new(224, 0, 0, 0)
                || first == 0
                || shared
                || benchmark
                || protocols)
        }
        IpAddr::V6(address) => {
            !(address.is_loopback()
                || address.is_unspecified()
                || address.is_unique_local()
                || address.is_unicast_link_local()
                || address.is_multicast())
        }
    }
}
