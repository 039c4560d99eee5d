//! What is read from a whole cluster: lint, graph, differences.

mod build;
mod graph;
mod lint;
