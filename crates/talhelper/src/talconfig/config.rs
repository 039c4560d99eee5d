//! A talconfig once it is decoded, and its nodes with what their roles give them.

use diagnostics::Source;
use serde_json::{Map, Value};
use yaml::Node;

/// A talconfig, decoded: a map by its keys, without nulls, truth values as such, texts as texts.
#[derive(Clone)]
pub struct Talconfig {
    /// The text, variables filled in, for places.
    pub source: Source,
    /// The tree of the text, for places.
    pub root: Node,
    /// The values by key; see `talconfig.schema` for their types.
    pub values: Value,
}

impl Talconfig {
    /// Each node with what its role gives it: a node's own value wins whole; patches are the
    /// role's, then the node's; extra manifests and certificate names the node's, then the role's.
    pub fn nodes(&self) -> Vec<Map<String, Value>> {
        let nodes = self.values.get("nodes").and_then(Value::as_array);
        nodes
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .map(|node| self.merged(node))
            .collect()
    }

    fn merged(&self, node: &Map<String, Value>) -> Map<String, Value> {
        let flag = |key: &str| node.get(key).and_then(Value::as_bool).unwrap_or_default();
        let role = if flag("controlPlane") {
            "controlPlane"
        } else {
            "worker"
        };
        let mut merged = node.clone();
        for (key, theirs) in self
            .values
            .get(role)
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let (joins, role_first) = match key.as_str() {
                "patches" => (!flag("overridePatches"), true),
                "extraManifests" => (!flag("overrideExtraManifests"), false),
                "certSANs" => (!flag("overrideMachineCertSANs"), false),
                _ => (false, false),
            };
            match (merged.get(key).cloned(), theirs) {
                (Some(Value::Array(mine)), Value::Array(theirs)) if joins => {
                    let all = if role_first {
                        theirs.iter().chain(&mine).cloned().collect()
                    } else {
                        mine.iter().chain(theirs).cloned().collect()
                    };
                    merged.insert(key.clone(), all);
                }
                (Some(mine), _) if !is_zero(key, &mine) => {}
                _ => {
                    merged.insert(key.clone(), theirs.clone());
                }
            }
        }
        merged
    }
}

/// Whether Go sees no value at all: a list or a map that is there is one, even if it is empty;
/// a section that cannot be absent is none if nothing is set in it.
fn is_zero(key: &str, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::String(text) => text.is_empty(),
        Value::Object(map) if key == "machineSpec" => {
            map.iter().all(|(key, value)| is_zero(key, value))
        }
        Value::Array(_) | Value::Object(_) => false,
        Value::Number(number) => number.as_f64() == Some(0.0),
    }
}
