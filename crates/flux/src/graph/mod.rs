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
    pub fn new(assembled: &Assembled, public: &[String]) -> Self {
        let redaction = Redaction::new(assembled, public);
        let inventory = Inventory::new(assembled);
        let (nodes, edges) = needs::of(&inventory, &redaction);
        Self {
            network: network::of(&inventory, &redaction),
            nodes,
            edges,
        }
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
