//! What needs what, and what is reached from where: as data, as pictures, as a page.
//!
//! Everything in a [`Graph`] may be shown: texts that came from a Secret are masked.

mod dot;
mod layout;
mod mermaid;
mod needs;
mod network;
mod page;
mod picture;
mod svg;
mod tree;

use indexmap::IndexSet;
use serde::Serialize;

use crate::assembled::Assembled;
use crate::inventory::Inventory;
use crate::redact::Redaction;

pub use dot::dot;
pub use mermaid::mermaid;
pub use needs::{Edge, Node, Relation, State};
pub use network::{Certificate, Gateway, Listener, LoadBalancer, Network, Route};
pub use page::{Page, html};
pub use picture::{Arrow, Item, Picture, Shape};
pub use svg::svg;
pub use tree::tree;

/// What needs what, and what is reached from where.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Graph {
    /// Kustomizations, then releases, then what they come from and read.
    pub nodes: Vec<Node>,
    /// How they hang together.
    pub edges: Vec<Edge>,
    /// What is reached from where.
    pub network: Network,
}

impl Graph {
    /// The graph of a cluster. The texts that are `public` are shown though a Secret has them,
    /// too: the domains of a configuration.
    ///
    /// Several clusters stand after each other, and nothing leads from one to another.
    pub fn new(assembled: &Assembled, public: &[String]) -> Self {
        let redaction = Redaction::new(assembled, public);
        let Some(clusters) = assembled.clusters() else {
            return Self::of(assembled, &redaction);
        };
        let mut graph = Self::default();
        let mut nodes = Vec::new();
        let mut end = assembled.kustomizations.len();
        for cluster in &clusters {
            let first = cluster.kustomizations.first();
            let path = first.map_or("", |first| first.cluster.path.as_str());
            // Kustomizations keep their places, and all else comes after them.
            let own: Vec<usize> = { assembled.kustomizations.iter().enumerate() }
                .filter(|(_, one)| one.cluster.path == path)
                .map(|(index, _)| index)
                .collect();
            let rest = end;
            let place = |index: usize| match own.get(index) {
                Some(place) => *place,
                None => rest + index - own.len(),
            };
            let part = Self::of(cluster, &redaction);
            end += part.nodes.len() - own.len();
            for (index, mut node) in part.nodes.into_iter().enumerate() {
                path.clone_into(&mut node.cluster);
                nodes.push((place(index), node));
            }
            graph.edges.extend(part.edges.into_iter().map(|edge| Edge {
                from: place(edge.from),
                to: place(edge.to),
                ..edge
            }));
            graph.network.append(part.network, place);
        }
        nodes.sort_by_key(|(place, _)| *place);
        graph.nodes = nodes.into_iter().map(|(_, node)| node).collect();
        graph
    }

    fn of(assembled: &Assembled, redaction: &Redaction) -> Self {
        let inventory = Inventory::new(assembled);
        let (nodes, edges) = needs::of(&inventory, redaction);
        Self {
            network: network::of(&inventory, redaction),
            nodes,
            edges,
        }
    }

    /// Each cluster, in order; one without a name where there is one only.
    fn clusters(&self) -> IndexSet<&str> {
        self.nodes
            .iter()
            .map(|node| node.cluster.as_str())
            .collect()
    }

    /// What is reached in one cluster.
    fn network_of(&self, cluster: &str) -> Network {
        let mut network = self.network.clone();
        network.keep(|owner| self.cluster(owner) == cluster);
        network
    }

    /// The cluster of what a node applies; empty where there is one only.
    fn cluster(&self, owner: usize) -> &str {
        self.nodes.get(owner).map_or("", |node| &node.cluster)
    }

    /// As JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Which Kustomization waits for which, as a picture.
    pub fn dependencies(&self) -> Picture {
        picture::dependencies(self)
    }

    /// From addresses over Gateways and hosts to what answers, as a picture.
    pub fn reached(&self) -> Picture {
        picture::network(self)
    }
}

/// A graph with the edges that begin at each node at hand.
struct Links<'a> {
    graph: &'a Graph,
    outgoing: Vec<Vec<Edge>>,
}

impl<'a> Links<'a> {
    fn new(graph: &'a Graph) -> Self {
        let mut outgoing = vec![Vec::new(); graph.nodes.len()];
        for edge in &graph.edges {
            if let Some(list) = outgoing.get_mut(edge.from) {
                list.push(*edge);
            }
        }
        Self { graph, outgoing }
    }

    /// What a node has in a way.
    fn of(&self, from: usize, relation: Relation) -> impl Iterator<Item = (usize, &'a Node)> {
        let edges = self.outgoing.get(from).into_iter().flatten();
        let edges = edges.filter(move |edge| edge.relation == relation);
        edges.filter_map(|edge| Some((edge.to, self.graph.nodes.get(edge.to)?)))
    }
}
