//! From fields that satisfy every rule to the cluster.

mod derive;
mod parts;
mod stacks;

pub(crate) use derive::cluster_values;
pub use derive::sounds_secret;
pub(crate) use parts::cluster;
