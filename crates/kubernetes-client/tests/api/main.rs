//! Calls to an API server that answers as Kubernetes does, and as nothing should.

mod answers;
mod drain;
mod lists;
mod objects;

use std::time::Duration;

use kubernetes_client::{Client, Patience};
use testkit::kubernetes::{Api, Asked, Reply};
use testkit::nodes::{Cluster, Guise};

/// What a test waits for at most.
const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(20),
    answer: Duration::from_secs(20),
};

fn client(cluster: &Cluster, server: &str, patience: Patience) -> Client {
    let kubeconfig = cluster.kubeconfig(server);
    Client::from_kubeconfig(&kubeconfig, patience).unwrap_or_else(|problem| panic!("{problem}"))
}

/// A server that answers every call like this, and a client of it.
fn served(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> (Client, Api) {
    let cluster = Cluster::new();
    let api = Api::start(&cluster, Guise::Member, answer);
    (client(&cluster, &api.url(), PATIENCE), api)
}
