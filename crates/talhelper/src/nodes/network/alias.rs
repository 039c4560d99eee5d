//! Names for interfaces that are chosen by what they are: `LinkAliasConfig`.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{Device, document};
use crate::talconfig::Selector;

/// The devices with names for those that have none, each alias as a document.
pub(super) fn named<'a>(mut devices: Vec<Device<'a>>, out: &mut Vec<Value>) -> Vec<Device<'a>> {
    let mut used: HashSet<String> = devices
        .iter()
        .filter(|device| !device.name.is_empty())
        .map(|device| device.name.clone())
        .collect();
    let mut counters = [0_u32; 4];
    for device in &mut devices {
        let kind = device.kind;
        let Some(selector) = &kind.device_selector else {
            continue;
        };
        if device.name.is_empty() {
            let kinds = [
                kind.bond.is_some(),
                kind.bridge.is_some(),
                kind.wireguard.is_some(),
            ];
            let kind = kinds.iter().position(|is| *is).unwrap_or(kinds.len());
            let stem = ["bond", "br", "wg", "ethSel"]
                .get(kind)
                .unwrap_or(&"ethSel");
            let Some(counter) = counters.get_mut(kind) else {
                continue;
            };
            loop {
                device.name = format!("{stem}{counter}");
                *counter += 1;
                if used.insert(device.name.clone()) {
                    break;
                }
            }
        }
        out.extend(alias(&device.name, selector));
    }
    devices
}

/// The alias of a selector; none if it selects nothing.
pub(super) fn alias(name: &str, selector: &Selector) -> Option<Value> {
    let mut terms: Vec<String> = [
        (&selector.hardware_addr, "mac(link.hardware_addr)"),
        (&selector.permanent_addr, "mac(link.permanent_addr)"),
        (&selector.bus_path, "link.bus_path"),
        (&selector.driver, "link.driver"),
        (&selector.pci_id, "link.pciid"),
    ]
    .into_iter()
    .filter(|(text, _)| !text.is_empty())
    .map(|(text, of)| {
        // The text becomes one of CEL, in which a backslash and a quote mean something.
        let pattern = text.replace('\\', "\\\\").replace('"', "\\\"");
        format!("glob(\"{pattern}\", {of})")
    })
    .collect();
    if let Some(physical) = selector.physical {
        terms.push(format!(
            "link.type {} 1",
            if physical { "==" } else { "!=" }
        ));
    }
    if terms.is_empty() {
        return None;
    }
    let mut made = document("LinkAliasConfig", name);
    made.insert("selector".into(), json!({"match": terms.join(" && ")}));
    Some(made.into())
}
