//! What is read from a whole cluster: lint, graph, differences.

mod build;
mod diff;
mod fixtures;
mod graph;
mod lint;
mod properties;
mod redact;
mod secrets;
mod verdict;
