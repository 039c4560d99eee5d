//! What a node may answer, to every call, and what it may say where HTTP/2 is spoken: no panic,
//! no call without an end, no failure without a meaning.
#![no_main]

#[path = "../../crates/talos-client/tests/nodes/every.rs"]
mod every;

use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use diagnostics::Source;
use libfuzzer_sys::fuzz_target;
use talos_client::{Client, Credentials};
use testkit::nodes::{Cluster, Guise, Node, babble, script};

/// What the nodes answer with.
static BYTES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

fn bytes() -> Vec<u8> {
    BYTES.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// A node that speaks gRPC, one that does not, and as whom they are called.
static WORLD: LazyLock<(Node, Node, Credentials)> = LazyLock::new(|| {
    let cluster = Cluster::new();
    let text = cluster.talosconfig(&[], &[]);
    let (config, _) = talos::talosconfig::read(&Source::new("talosconfig", text));
    let config = config.expect("it is a talosconfig");
    let context = config.current().expect("it has a context");
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let credentials = Credentials::of_context(context, now).expect("they can be read");
    let node = Node::start(&cluster, Guise::Member, |_| script(&bytes()));
    let other = Node::babble(&cluster, || babble(&bytes()));
    (node, other, credentials)
});

/// Keeps its connection as long as that is good.
static CLIENT: LazyLock<Client> = LazyLock::new(client);

fn client() -> Client {
    Client::new(WORLD.2.clone(), &[], every::SHORT).expect("it has no endpoints")
}

// The first byte is the call; its highest bit says that no gRPC is spoken.
fuzz_target!(|input: &[u8]| {
    let Some((number, rest)) = input.split_first() else {
        return;
    };
    *BYTES.lock().unwrap_or_else(PoisonError::into_inner) = rest.to_vec();
    let answer = if *number < 128 {
        every::call(&CLIENT.node(&WORLD.0.address()), *number)
    } else {
        // What does not answer is not dialled again for a while.
        every::call(&client().node(&WORLD.1.address()), *number)
    };
    if let Err(fault) = answer {
        every::told(&fault);
    }
    // Every call is written down.
    WORLD.0.forget();
});
