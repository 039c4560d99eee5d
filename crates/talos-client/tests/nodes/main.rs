//! Calls to nodes that answer as Talos does, and as nothing should.

mod answers;
mod connections;
mod every;
mod hostile;
mod resources;

use std::time::{Duration, SystemTime};

use diagnostics::{Diagnostic, Source};
use prost::Message;
use talos::talosconfig::{Talosconfig, read};
use talos_client::{Client, Credentials, Patience};
use testkit::nodes::{Call, Cluster, Guise, Node, Step};

/// What a test waits for at most.
const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(20),
    answer: Duration::from_secs(20),
};

fn config(text: &str) -> Talosconfig {
    let (config, problems) = read(&Source::new("talosconfig", text));
    config.unwrap_or_else(|| panic!("{:?}", problems.iter().next()))
}

fn credentials(cluster: &Cluster) -> Credentials {
    let config = config(&cluster.talosconfig(&[], &[]));
    let context = config.current().expect("there is one");
    Credentials::of_context(context, now()).unwrap_or_else(|problem| panic!("{problem}"))
}

/// 2026-11-29.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_hours(498_864)
}

fn client(cluster: &Cluster, endpoints: &[String], patience: Patience) -> Client {
    Client::new(credentials(cluster), endpoints, patience).expect("the endpoints are addresses")
}

/// A cluster of one node that answers every call like this.
fn node(answer: impl Fn(&Call) -> Vec<Step> + Send + Sync + 'static) -> (Cluster, Node) {
    let cluster = Cluster::new();
    let node = Node::start(&cluster, Guise::Member, answer);
    (cluster, node)
}

fn message(message: impl Message) -> Step {
    Step::Message(message.encode_to_vec())
}

fn rule(problem: &Diagnostic) -> &'static str {
    problem.rule.id()
}
