//! The context of a cluster's templates: one pure function of what was read and checked.

use config_model::versions::{CONTRACT, Versions};
use config_model::{Cluster, Values};
use indexmap::IndexMap;

use crate::{Context, Credentials, Data};

impl Context {
    /// What a cluster's templates can name: every key of `cluster.yaml` by its name, with
    /// defaults and derived values; `nodes` with the keys of each node; `versions`, among them
    /// the contract in force as `1.13`, however it is written and whether or not it is.
    ///
    /// A key that is declared but not set, of a node too, is Jinja's chainable undefined.
    pub fn new(cluster: &Cluster, versions: &Versions, credentials: Credentials) -> Self {
        let mut builder = Self::builder();
        for (name, entry) in cluster.values().iter() {
            builder = match entry.value() {
                Some(value) => builder.set(name, Data::from(value)),
                None => builder.declare(name),
            };
        }
        let nodes = cluster.nodes().iter().map(|node| map(node.values()));
        builder = builder.set("nodes", Data::List(nodes.collect()));
        let mut node_keys = IndexMap::new();
        for node in cluster.nodes() {
            for (name, _) in node.values().iter() {
                node_keys.insert(name.to_owned(), ());
            }
        }
        builder = builder.declare_items("nodes", node_keys.into_keys());
        let contract = versions.contract().to_string();
        let pins = { versions.iter() }.map(|(name, pin)| (name, pin.version.as_str()));
        let pins = pins.filter(|(name, _)| *name != CONTRACT);
        let pins: Vec<_> = pins.chain([(CONTRACT, contract.as_str())]).collect();
        builder = builder.declare_items("versions", pins.iter().map(|(name, _)| *name));
        let pins = pins.into_iter();
        let pins = pins.map(|(name, version)| (Data::from(name), Data::from(version)));
        builder = builder.set("versions", Data::Map(pins.collect()));
        for secret in cluster.secrets() {
            builder = builder.secret(secret);
        }
        builder.credentials(credentials).build()
    }
}

fn map(values: &Values) -> Data {
    let set = values
        .iter()
        .filter_map(|(name, entry)| Some((Data::from(name), Data::from(entry.value()?))));
    Data::Map(set.collect())
}
