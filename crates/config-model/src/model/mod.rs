//! The validated cluster.

mod cluster;
mod node;
mod values;

pub use cluster::{Cluster, Visibility};
pub use node::Node;
pub use values::{Entry, State, Values};
