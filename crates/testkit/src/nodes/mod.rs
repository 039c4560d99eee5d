//! Nodes that answer as Talos does, or as nothing should: HTTP/2 with gRPC's frames over TLS on
//! the loopback, and what they say is a table of the test.
//!
//! They know no message: a test gives them bytes, so that it can also give them wrong ones.

mod authority;
mod serve;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub use authority::Cluster;

/// A call as a node got it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The path, such as `/machine.MachineService/Version`.
    pub path: String,
    /// The node that is meant, where that is not the one that was dialled.
    pub node: Option<String>,
    /// The message.
    pub message: Vec<u8>,
}

/// What a node does about a call, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Sends a message.
    Message(Vec<u8>),
    /// Sends bytes without a frame around them.
    Bytes(Vec<u8>),
    /// Does nothing for a while.
    Wait(Duration),
    /// Ends the call with a code of gRPC and words.
    Status(u32, &'static str),
    /// Ends the call as no gRPC does, with a page.
    Page,
    /// Resets the stream.
    Reset,
    /// Closes the connection.
    HangUp,
}

/// Who a node claims to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guise {
    /// A node of the cluster.
    Member,
    /// The same under a name that nobody calls it by.
    Misnamed,
    /// The same with a certificate that has ended.
    Ended,
    /// A machine in maintenance.
    Maintenance,
}

/// A node, which is there until it is dropped.
pub struct Node {
    address: SocketAddr,
    fingerprint: String,
    calls: Arc<Mutex<Vec<Call>>>,
    server: Option<serve::Server>,
}

impl Node {
    /// Starts a node of a cluster on a free port of the loopback. What `answer` gives is done; a
    /// call that ends without a status ends well.
    pub fn start(
        cluster: &Cluster,
        guise: Guise,
        answer: impl Fn(&Call) -> Vec<Step> + Send + Sync + 'static,
    ) -> Self {
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self::start_at(anywhere, cluster, guise, answer)
    }

    /// The same at an address of the loopback: where another one was, say.
    pub fn start_at(
        address: SocketAddr,
        cluster: &Cluster,
        guise: Guise,
        answer: impl Fn(&Call) -> Vec<Step> + Send + Sync + 'static,
    ) -> Self {
        let calls = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&calls);
        let identity = cluster.identity(guise, address.ip(), "h2");
        let fingerprint = identity.key.clone();
        let server = serve::Server::start(address, identity.tls, move |call: Call| {
            let steps = answer(&call);
            told.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(call);
            steps
        });
        Self {
            address: server.address,
            fingerprint,
            calls,
            server: Some(server),
        }
    }

    /// Where it is: `address:port`.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// `SubjectPublicKeyInfo` of its certificate, in base64.
    pub fn public_key(&self) -> &str {
        &self.fingerprint
    }

    /// Every call so far.
    pub fn calls(&self) -> Vec<Call> {
        self.calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Switches it off; its address stays its own.
    pub fn stop(&mut self) {
        self.server = None;
    }
}

/// A message within gRPC's frame.
pub fn frame(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("a message of a test is small");
    let mut framed = vec![0];
    framed.extend(length.to_be_bytes());
    framed.extend(message);
    framed
}
