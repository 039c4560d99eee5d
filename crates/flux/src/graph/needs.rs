//! Kustomizations, releases, what they come from and what they read.

use std::collections::HashMap;

use indexmap::IndexSet;
use serde::Serialize;

use crate::assembled::{Outcome, Release};
use crate::inventory::{Inventory, kinds};
use crate::object::{Id, Object};
use crate::redact::Redaction;
use crate::value::Value;

/// A Kustomization, a `HelmRelease`, or what these come from or read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Node {
    /// The folder where its cluster begins; empty where there is one cluster only.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cluster: String,
    /// The kind.
    pub kind: String,
    /// The namespace.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// What it is made of: a folder, a chart and its version, an address.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// What is known of it.
    pub state: State,
}

/// What is known of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It is there.
    Known,
    /// Its build fails.
    Failed,
    /// It comes from elsewhere, or is suspended.
    Elsewhere,
    /// It is only named.
    Named,
}

/// From what has something to what it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Edge {
    /// A place in [`super::Graph::nodes`].
    pub from: usize,
    /// A place in [`super::Graph::nodes`].
    pub to: usize,
    /// How the first has the second.
    pub relation: Relation,
}

/// How one node has another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Relation {
    /// It applies it.
    Applies,
    /// It waits for it.
    DependsOn,
    /// It is fetched from it.
    Source,
    /// It takes values from it.
    Reads,
}

/// Nodes by kind, namespace and name.
#[derive(Default)]
struct Nodes {
    all: Vec<Node>,
    found: HashMap<(String, String, String), usize>,
}

impl Nodes {
    fn add(&mut self, id: &Id, shown: &Id, detail: String, state: State) -> usize {
        let index = self.all.len();
        self.found.insert(
            (id.kind.clone(), id.namespace.clone(), id.name.clone()),
            index,
        );
        self.all.push(Node {
            cluster: String::new(),
            kind: shown.kind.clone(),
            namespace: shown.namespace.clone(),
            name: shown.name.clone(),
            detail,
            state,
        });
        index
    }

    /// The node of this name; one that is only named where there is none.
    fn named(&mut self, inventory: &Inventory<'_>, redaction: &Redaction, to: &Named<'_>) -> usize {
        let key = (
            to.kind.to_owned(),
            to.namespace.to_owned(),
            to.name().to_owned(),
        );
        if let Some(index) = self.found.get(&key) {
            return *index;
        }
        let group = match to.kind {
            "Secret" | "ConfigMap" => "",
            "Kustomization" => kinds::KUSTOMIZATION.0,
            "HelmRelease" => kinds::HELM_RELEASE.0,
            _ => kinds::SOURCES,
        };
        let object = inventory.find((group, to.kind), to.namespace, to.name());
        let id = Id {
            kind: to.kind.to_owned(),
            namespace: to.namespace.to_owned(),
            name: to.name().to_owned(),
            ..Id::default()
        };
        match object {
            Some(entry) => {
                let shown = redaction.id(entry.object);
                let detail = { entry.object.0.at(&["spec", "url"]) }.map(|url| redaction.text(url));
                self.add(&id, &shown, detail.unwrap_or_default(), State::Known)
            }
            None => {
                let shown = Id {
                    name: redaction.text(to.value),
                    ..id.clone()
                };
                self.add(&id, &shown, String::new(), State::Named)
            }
        }
    }
}

/// Something that is named.
struct Named<'a> {
    kind: &'a str,
    namespace: &'a str,
    value: &'a Value,
}

impl<'a> Named<'a> {
    /// What a map with `name`, and perhaps `kind` and `namespace`, names.
    fn new(map: &'a Value, kind: &'a str, namespace: &'a str) -> Option<Self> {
        let text = |key| {
            map.get(key)
                .and_then(Value::as_text)
                .filter(|text| !text.is_empty())
        };
        let value = map.get("name").filter(|name| name.as_text().is_some())?;
        Some(Self {
            kind: text("kind").unwrap_or(kind),
            namespace: text("namespace").unwrap_or(namespace),
            value,
        })
    }

    fn name(&self) -> &'a str {
        self.value.as_text().unwrap_or_default()
    }
}

pub(super) fn of(inventory: &Inventory<'_>, redaction: &Redaction) -> (Vec<Node>, Vec<Edge>) {
    let assembled = inventory.assembled;
    let mut nodes = Nodes::default();
    let mut edges = IndexSet::new();
    for one in &assembled.kustomizations {
        let shown = redaction.id(&one.object);
        let detail = one.path.clone().unwrap_or_default();
        let state = match one.outcome {
            Outcome::Built => State::Known,
            Outcome::Failed => State::Failed,
            Outcome::Elsewhere => State::Elsewhere,
        };
        let shown = if shown.name.is_empty() {
            one.id.clone()
        } else {
            shown
        };
        nodes.add(&one.id, &shown, detail, state);
    }
    for release in &assembled.releases {
        let shown = redaction.id(&release.object);
        nodes.add(&release.id, &shown, chart(release, redaction), State::Known);
    }
    for (index, one) in assembled.kustomizations.iter().enumerate() {
        if let Some(from) = one.parent {
            edges.insert(Edge {
                from,
                to: index,
                relation: Relation::Applies,
            });
        }
        let lists: [(&[&str], Relation); 3] = [
            (&["spec", "dependsOn"], Relation::DependsOn),
            (&["spec", "sourceRef"], Relation::Source),
            (&["spec", "postBuild", "substituteFrom"], Relation::Reads),
        ];
        let from = (index, one.id.kind.as_str(), one.id.namespace.as_str());
        add(
            inventory,
            redaction,
            &mut nodes,
            &mut edges,
            from,
            &one.object,
            &lists,
        );
    }
    for (index, release) in assembled.releases.iter().enumerate() {
        let index = assembled.kustomizations.len() + index;
        edges.insert(Edge {
            from: release.owner,
            to: index,
            relation: Relation::Applies,
        });
        let lists: [(&[&str], Relation); 4] = [
            (&["spec", "dependsOn"], Relation::DependsOn),
            (&["spec", "chartRef"], Relation::Source),
            (&["spec", "chart", "spec", "sourceRef"], Relation::Source),
            (&["spec", "valuesFrom"], Relation::Reads),
        ];
        let from = (
            index,
            release.id.kind.as_str(),
            release.id.namespace.as_str(),
        );
        add(
            inventory,
            redaction,
            &mut nodes,
            &mut edges,
            from,
            &release.object,
            &lists,
        );
    }
    (nodes.all, edges.into_iter().collect())
}

fn add(
    inventory: &Inventory<'_>,
    redaction: &Redaction,
    nodes: &mut Nodes,
    edges: &mut IndexSet<Edge>,
    (from, kind, namespace): (usize, &str, &str),
    object: &Object,
    lists: &[(&[&str], Relation)],
) {
    for (path, relation) in lists {
        let Some(value) = object.0.at(path) else {
            continue;
        };
        let single = std::slice::from_ref(value);
        let entries = value.as_list().unwrap_or(single);
        for to in entries
            .iter()
            .filter_map(|entry| Named::new(entry, kind, namespace))
        {
            let to = nodes.named(inventory, redaction, &to);
            let edge = Edge {
                from,
                to,
                relation: *relation,
            };
            edges.insert(edge);
        }
    }
}

fn chart(release: &Release, redaction: &Redaction) -> String {
    let Some(chart) = &release.chart else {
        return String::new();
    };
    let name = match chart.name.as_str() {
        "" => chart.address.rsplit('/').next().unwrap_or_default(),
        name => name,
    };
    redaction
        .secrets()
        .mask(format!("{name} {}", chart.version).trim())
}
