//! A talconfig as it is written: its values by key, and where each stands.

use diagnostics::{Diagnostics, Location, Source};
use documents::substitute::{Variables, comments, substitute};
use serde::Deserialize;
use serde_json::Value;
use talos::fields::{Decoder, Faults, Kind, Removed, Spec};
use yaml::{Dialect, Limits, Node as Yaml};

use super::config::{Config, Node};
use super::own::Own;
use super::schema::schema;
use super::shared::Shared;

use crate::rules;

static FAULTS: Faults = Faults {
    unknown: &rules::TALCONFIG_UNKNOWN_KEY,
    wrong_type: &rules::TALCONFIG_WRONG_TYPE,
    rewritten: Some(&rules::TALCONFIG_REWRITTEN_TEXT),
};

/// A talconfig of which nothing is known but that its text could be read.
///
/// There is a [`Talconfig`](super::Talconfig) in it only if nothing is wrong. What else may be
/// wrong with its nodes can be found out from it, see [`Generator`](crate::nodes::Generator).
pub struct Raw {
    source: Source,
    root: Yaml,
    pub(crate) config: Config,
}

impl Raw {
    /// Puts the variables in and reads every key. There is one unless the text cannot be read at
    /// all; what does not fit its key is as if it were not there. The values as they were
    /// decoded come with it.
    pub(super) fn read(
        source: &Source,
        variables: &Variables,
    ) -> (Option<(Self, Value)>, Diagnostics) {
        let (source, mut problems) = substitute(source, &comments(source), variables);
        let parsed = yaml::parse(&source, &Limits::default());
        problems.extend(parsed.diagnostics);
        let Some(root) = parsed.documents.into_iter().next() else {
            if !problems.has_errors() {
                problems.push(
                    rules::TALCONFIG_EMPTY
                        .report("the file is empty")
                        .at(source.whole()),
                );
            }
            return (None, problems);
        };
        let removed = Removed::new();
        let mut decoder = Decoder {
            schema: schema(),
            faults: &FAULTS,
            source: &source,
            removed: &removed,
            problems: Diagnostics::new(),
        };
        let values = decoder.value(&root, &spec());
        problems.extend(decoder.problems);
        // Nodes that are alike are often merged from one: checks see them whole.
        let root = if source.text().contains("<<") {
            root.resolved(Dialect::Go)
        } else {
            root
        };
        let config = typed(&values).unwrap_or_else(|_| {
            // The table of keys and the types here are two tellings of one thing.
            problems.push(
                rules::TALCONFIG_WRONG_TYPE
                    .report("the file does not fit its keys")
                    .at(source.whole()),
            );
            Config::default()
        });
        let raw = Self {
            source,
            root,
            config,
        };
        (Some((raw, values)), problems)
    }

    /// The text, with the variables put in.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The tree of the text, for places.
    pub(crate) fn root(&self) -> &Yaml {
        &self.root
    }

    /// The name of the cluster; empty if there is none.
    pub fn cluster_name(&self) -> &str {
        &self.config.cluster_name
    }

    /// The version of Talos as it is written, if it is.
    pub fn talos_version(&self) -> Option<&str> {
        self.config.talos_version.as_deref()
    }

    /// The version of Kubernetes as it is written; empty if there is none.
    pub fn kubernetes_version(&self) -> &str {
        &self.config.kubernetes_version
    }

    /// The place of a key of the file itself; all of the file if it is not written.
    pub fn place_of(&self, key: &str) -> Location {
        match self.root.get(key) {
            Some(node) => self.source.location(node.range()),
            None => self.source.whole(),
        }
    }
}

/// The values by the types of their keys.
fn typed(values: &Value) -> serde_json::Result<Config> {
    let Some(map) = values.as_object() else {
        return Ok(Config::default());
    };
    let mut config = Config::deserialize(map)?;
    let nodes = map.get("nodes").and_then(Value::as_array);
    for (index, node) in nodes.into_iter().flatten().enumerate() {
        if let Some(node) = node.as_object() {
            let own = Own::deserialize(node)?;
            let shared = Shared::deserialize(node)?;
            config.nodes.push((index, Node { own, shared }));
        }
    }
    Ok(config)
}

fn spec() -> Spec {
    Spec {
        optional: true,
        ..Spec::of(Kind::Struct("Talconfig"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use talos::fields::{Kind, Spec};

    use super::{schema, spec, typed};

    /// A value with everything that a type can have; a list also with a null, a number as one
    /// that no register holds.
    fn full(spec: &Spec, depth: usize) -> Value {
        match &spec.kind {
            Kind::Text => "x".into(),
            Kind::Integer | Kind::Unsigned | Kind::Float => "99999999999999999999".into(),
            Kind::Bool => true.into(),
            Kind::Any | Kind::Arguments => json!({"x": [1, null]}),
            Kind::List(item) => json!([full(item, depth), null]),
            Kind::Keyed(keyed) => json!([full(&keyed.item, depth), null]),
            Kind::Map(item) => json!({"x": full(item, depth)}),
            Kind::Struct(name) => {
                assert!(depth < 20, "{name}");
                let fields = schema().fields(name).iter();
                fields
                    .map(|(field, spec)| ((*field).to_owned(), full(spec, depth + 1)))
                    .collect()
            }
        }
    }

    #[test]
    fn whatever_the_table_takes_has_a_type() {
        let values = full(&spec(), 0);
        let config = typed(&values).expect("it fits");
        assert_eq!(config.nodes.len(), 1);
        let shared = &config.nodes[0].1.shared;
        assert!(*shared == config.worker && !shared.is_bare());
        let interfaces = shared
            .network_interfaces
            .iter()
            .flat_map(crate::talconfig::List::iter);
        for (_, interface) in interfaces {
            interface.read().expect("it fits");
        }
        assert!(typed(&json!([])).is_ok());
    }
}
