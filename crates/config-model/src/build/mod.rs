//! From fields that satisfy every rule to the cluster.

mod derive;
mod parts;
mod stacks;
mod values;

pub(crate) use derive::cluster_values;
pub use derive::sounds_secret;
pub(crate) use parts::cluster;
