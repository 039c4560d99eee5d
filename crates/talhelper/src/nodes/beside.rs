//! The documents that the keys of a node become, next to the one of v1alpha1.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::effect::{Effect, Step};
use super::network;
use super::node::Findings;
use crate::talconfig::{Firewall, Keys, List, Shared, Texts, Volume};
use talos::contract::Contract;
use talos::fields::document_name;

use crate::rules;

/// The steps, in the order in which talhelper writes the documents.
pub(super) fn steps(contract: Contract, findings: &mut Findings<'_>) -> Vec<Step> {
    let shared = &*findings.node.shared;
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
    if let Some(firewall) = &shared.ingress_firewall {
        step("ingressFirewall", ingress(firewall));
    }
    step("extensionServices", extension_services(shared));
    for (key, kind, list) in [
        ("volumes", "VolumeConfig", &shared.volumes),
        ("userVolumes", "UserVolumeConfig", &shared.user_volumes),
    ] {
        step(key, volumes(key, kind, list.as_ref(), findings));
    }
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
    let shared = &*findings.node.shared;
    let silent = shared.disable_search_domain;
    let servers = shared.nameservers.as_ref().filter(|list| !list.is_empty());
    if servers.is_none() && !silent {
        return Vec::new();
    }
    let mut made = document("ResolverConfig");
    let mut addresses = Vec::new();
    for (index, server) in servers.into_iter().flat_map(Texts::written) {
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
    if node.own.ignore_hostname {
        made.insert("auto".into(), "stable".into());
    } else {
        made.insert("auto".into(), "off".into());
        made.insert("hostname".into(), node.hostname().into());
    }
    made.into()
}

/// `NetworkDefaultActionConfig` and the rules.
fn ingress(firewall: &Firewall) -> Vec<Value> {
    let mut default = document("NetworkDefaultActionConfig");
    let action = match firewall.default_action.as_str() {
        "" => "accept",
        action => action,
    };
    default.insert("ingress".into(), action.into());
    let mut out = vec![default.into()];
    for (_, rule) in firewall.rules.iter() {
        let mut made = named("NetworkRuleConfig", &rule.name);
        put(&mut made, "portSelector", rule.port_selector.as_ref());
        put(&mut made, "ingress", rule.ingress.as_ref());
        out.push(made.into());
    }
    out
}

/// `ExtensionServiceConfig`s.
fn extension_services(shared: &Shared) -> Vec<Value> {
    let services = shared.extension_services.iter();
    services
        .flat_map(List::iter)
        .map(|(_, service)| {
            let mut made = named("ExtensionServiceConfig", &service.name);
            put(&mut made, "configFiles", service.config_files.as_ref());
            put(&mut made, "environment", service.environment.as_ref());
            made.into()
        })
        .collect()
}

/// `VolumeConfig`s or `UserVolumeConfig`s. Two of one name are a mistake.
fn volumes(
    key: &'static str,
    kind: &str,
    list: Option<&List<Volume>>,
    findings: &mut Findings<'_>,
) -> Vec<Value> {
    let mut names: Vec<&str> = Vec::new();
    let mut out = Vec::new();
    for (index, volume) in list.into_iter().flat_map(List::iter) {
        if names.contains(&volume.name.as_str()) {
            findings.add(
                &rules::TALCONFIG_DUPLICATE_VOLUME,
                format!("two volumes have the name `{}`", volume.name),
                &format!("{key}.{index}.name"),
            );
            continue;
        }
        names.push(&volume.name);
        let mut made = named(kind, &volume.name);
        put(&mut made, "volumeType", volume.volume_type.as_ref());
        put(&mut made, "provisioning", volume.provisioning.as_ref());
        put(&mut made, "filesystem", volume.filesystem.as_ref());
        put(&mut made, "encryption", volume.encryption.as_ref());
        out.push(made.into());
    }
    out
}

/// Takes over a value that is there.
fn put(made: &mut Keys, key: &str, value: Option<&Value>) {
    if let Some(value) = value {
        made.insert(key.to_owned(), value.clone());
    }
}
