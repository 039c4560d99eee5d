//! The documents that the keys of a node become, next to the one of v1alpha1.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::effect::{Effect, Step};
use super::keys::{Keys, flag, items, maps, section, text};
use super::network;
use super::node::Findings;
use talos::contract::Contract;
use talos::fields::document_name;

use crate::rules;

/// The steps, in the order in which talhelper writes the documents.
pub(super) fn steps(contract: Contract, findings: &mut Findings<'_>) -> Vec<Step> {
    let values = &findings.node.values;
    let own_network = contract.minor() >= 12;
    let mut out = Vec::new();
    let mut twice = Vec::new();
    let mut names = HashSet::new();
    let mut step = |key: &'static str, documents: Vec<Value>| {
        for name in documents.iter().map(document_name) {
            if !names.insert(name.clone()) {
                twice.push((key, name));
            }
        }
        if !documents.is_empty() {
            out.push(Step {
                key,
                effect: Effect::Merge(documents),
            });
        }
    };
    if own_network {
        step("nameservers", resolver(findings));
        step("hostname", vec![hostname(findings)]);
    }
    if let Some(firewall) = section(values, "ingressFirewall") {
        step("ingressFirewall", ingress(firewall));
    }
    step("extensionServices", extension_services(values));
    step("volumes", volumes("volumes", "VolumeConfig", findings));
    step(
        "userVolumes",
        volumes("userVolumes", "UserVolumeConfig", findings),
    );
    if own_network {
        step("networkInterfaces", network::documents(findings));
    }
    for (key, name) in twice {
        let message = format!("two documents `{name}` come of this");
        findings.add(&rules::TALCONFIG_DUPLICATE_DOCUMENT, message, key);
    }
    out
}

fn document(kind: &str) -> Keys {
    let mut out = Map::new();
    out.insert("apiVersion".into(), "v1alpha1".into());
    out.insert("kind".into(), kind.into());
    out
}

/// The same, with a name.
fn named(kind: &str, name: &str) -> Keys {
    let mut out = document(kind);
    out.insert("name".into(), name.into());
    out
}

/// `ResolverConfig`, if there is anything to say.
fn resolver(findings: &mut Findings<'_>) -> Vec<Value> {
    let values = &findings.node.values;
    let silent = flag(values, "disableSearchDomain");
    let servers = items(values, "nameservers");
    if servers.is_empty() && !silent {
        return Vec::new();
    }
    let mut made = document("ResolverConfig");
    let mut addresses = Vec::new();
    for (index, server) in servers.iter().enumerate() {
        let server = server.as_str().unwrap_or_default();
        if network::is_address(server) {
            addresses.push(json!({"address": server}));
        } else {
            findings.add(
                &rules::TALCONFIG_BAD_ADDRESS,
                format!("`{server}` is not the address of a name server"),
                &format!("nameservers.{index}"),
            );
        }
    }
    if !addresses.is_empty() {
        made.insert("nameservers".into(), addresses.into());
    }
    made.insert("searchDomains".into(), json!({"disableDefault": silent}));
    vec![made.into()]
}

/// `HostnameConfig`.
fn hostname(findings: &Findings<'_>) -> Value {
    let node = findings.node;
    let mut made = document("HostnameConfig");
    if flag(&node.values, "ignoreHostname") {
        made.insert("auto".into(), "stable".into());
    } else {
        made.insert("auto".into(), "off".into());
        made.insert("hostname".into(), node.hostname().into());
    }
    made.into()
}

/// `NetworkDefaultActionConfig` and the rules.
fn ingress(firewall: &Keys) -> Vec<Value> {
    let mut default = document("NetworkDefaultActionConfig");
    let action = match text(firewall, "defaultAction") {
        "" => "accept",
        action => action,
    };
    default.insert("ingress".into(), action.into());
    let mut out = vec![default.into()];
    for (_, rule) in maps(firewall, "rules") {
        let mut made = named("NetworkRuleConfig", text(rule, "name"));
        for key in ["portSelector", "ingress"] {
            if let Some(value) = rule.get(key) {
                made.insert(key.to_owned(), value.clone());
            }
        }
        out.push(made.into());
    }
    out
}

/// `ExtensionServiceConfig`s.
fn extension_services(values: &Keys) -> Vec<Value> {
    maps(values, "extensionServices")
        .map(|(_, service)| {
            let mut made = named("ExtensionServiceConfig", text(service, "name"));
            for key in ["configFiles", "environment"] {
                if let Some(value) = service.get(key) {
                    made.insert(key.to_owned(), value.clone());
                }
            }
            made.into()
        })
        .collect()
}

/// `VolumeConfig`s or `UserVolumeConfig`s. Two of one name are a mistake.
fn volumes(key: &'static str, kind: &str, findings: &mut Findings<'_>) -> Vec<Value> {
    let mut names: Vec<&str> = Vec::new();
    let mut out = Vec::new();
    for (index, volume) in maps(&findings.node.values, key) {
        let name = text(volume, "name");
        if names.contains(&name) {
            findings.add(
                &rules::TALCONFIG_DUPLICATE_VOLUME,
                format!("two volumes have the name `{name}`"),
                &format!("{key}.{index}.name"),
            );
            continue;
        }
        names.push(name);
        let mut made = named(kind, name);
        for key in ["volumeType", "provisioning", "filesystem", "encryption"] {
            if let Some(value) = volume.get(key) {
                made.insert(key.to_owned(), value.clone());
            }
        }
        out.push(made.into());
    }
    out
}
