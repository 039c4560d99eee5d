//! From fields that satisfy every rule to the cluster.

mod derive;
mod parts;
mod stacks;

pub(crate) use parts::cluster;
