//! From fields that satisfy every rule to the cluster.

mod derive;

pub(crate) use derive::cluster_values;
pub use derive::sounds_secret;

use crate::cross::Scope;
use crate::model::{Cluster, Node};

/// The cluster. With the built-in templates the rules exclude that anything is missing that
/// it needs.
pub(crate) fn cluster(scope: &Scope<'_>) -> Cluster {
    let nodes = scope.nodes.iter();
    let nodes = nodes.map(|fields| Node::new(derive::node_values(fields)));
    Cluster::new(cluster_values(scope), nodes.collect())
}
