//! What objects name of each other: that it is there, with the listener, port or key that is meant.
//!
//! The check `flux` does much of this for users (`flux/secret-missing`, `flux/route-backend` and the
//! like), and has to be silent where a chart or an operator might make a thing. Here nothing is let
//! off: what others make is written down in `oracles/stacks/made.yaml`, and a way to name something
//! that is not known here is a fault, too.

mod inventory;
mod pods;
mod references;

use std::collections::BTreeSet;

use anyhow::Result;
use serde_json::Value;

use self::inventory::Inventory;
use self::references::{Part, Reference, Shape};
use super::{Cluster, items, made, name, stand_ins, text};

/// What is named and not there, and what is written down as made and never named: one a line.
///
/// # Errors
///
/// Where the list of what others make cannot be read.
pub fn missing(clusters: &[Cluster]) -> Result<Vec<String>> {
    let all = made::read()?;
    let mut used = BTreeSet::new();
    let mut faults = BTreeSet::new();
    for cluster in clusters {
        let made = made::of(cluster, &all);
        let secrets = made::of_certificates(cluster);
        let mine = cluster
            .objects
            .iter()
            .chain(&cluster.before)
            .chain(&secrets);
        let inventory = Inventory::new(mine.chain(made.iter().copied()));
        let mut told = |object: &Value, at: &str, words: &str| {
            faults.insert(format!(
                "{}: {}: {at}: {words}",
                cluster.fixture,
                name(object)
            ));
        };
        for object in cluster.objects.iter().chain(&stand_ins::of_charts(cluster)) {
            for shape in references::of(object) {
                match shape {
                    Shape::Unknown(at) => told(
                        object,
                        &at,
                        "names something in a way that is not known here",
                    ),
                    Shape::Names(reference) => match find(&inventory, &reference) {
                        Ok(found) => {
                            used.insert(name(found));
                        }
                        Err(words) => told(object, &reference.at, &words),
                    },
                }
            }
            for (at, words) in pods::unselected(&inventory, object, &mut used) {
                told(object, &at, &words);
            }
        }
    }
    let mut faults: Vec<String> = faults.into_iter().collect();
    for made in &all {
        let name = name(&made.object);
        if !used.contains(&name) {
            faults.push(format!(
                "made.yaml: {}: nothing names the {name}",
                made.maker
            ));
        }
    }
    Ok(faults)
}

/// What a reference names, or what is missing.
fn find<'a>(inventory: &Inventory<'a>, to: &Reference) -> Result<&'a Value, String> {
    let Some(found) = inventory.find(&to.kind, &to.namespace, &to.name) else {
        let (kind, namespace, name) = (&to.kind, &to.namespace, &to.name);
        return Err(format!("nothing makes the {kind} `{namespace}/{name}`"));
    };
    let has = |pointer: &str, field: &str, wanted: &str| {
        let mut items = items(found, pointer).iter();
        items.any(|item| match item.pointer(field) {
            Some(Value::Number(number)) => number.to_string() == wanted,
            Some(Value::String(text)) => text == wanted,
            _ => false,
        })
    };
    let missing = match (&to.part, text(found, "/kind")) {
        (Part::Section(section), "Gateway") if !has("/spec/listeners", "/name", section) => {
            format!("has no listener `{section}`")
        }
        (Part::Section(section), "Service") if !has("/spec/ports", "/name", section) => {
            format!("has no port `{section}`")
        }
        (Part::Section(section), kind)
            if kind.ends_with("Route") && !has("/spec/rules", "/name", section) =>
        {
            format!("has no rule `{section}`")
        }
        (Part::Port(port), "Service") if !has("/spec/ports", "/port", port) => {
            format!("has no port {port}")
        }
        (Part::Key(key), "Secret" | "ConfigMap") => {
            let mut data = ["data", "stringData", "binaryData"].into_iter();
            let is_there =
                data.any(|data| found.get(data).is_some_and(|data| data.get(key).is_some()));
            if is_there {
                return Ok(found);
            }
            format!("has no key `{key}`")
        }
        _ => return Ok(found),
    };
    Err(format!("the {} {missing}", name(found)))
}

#[cfg(test)]
mod tests;
