//! Nodes that answer as Talos does, or as nothing should: HTTP/2 with gRPC's frames over TLS on
//! the loopback, and what they say is a table of the test.
//!
//! They know no message: a test gives them bytes, so that it can also give them wrong ones.

mod authority;
mod script;
mod serve;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Runtime;

pub use authority::Cluster;
pub use script::{babble, script};

/// A call as a node got it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The path, such as `/machine.MachineService/Version`.
    pub path: String,
    /// The node that is meant, where that is not the one that was dialled.
    pub node: Option<String>,
    /// The nodes that are meant, of a call to many.
    pub nodes: Vec<String>,
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
    /// Begins the answer with a status and headers, in place of those of gRPC.
    Head(u16, Vec<(&'static str, &'static str)>),
    /// Ends the call with these trailers alone.
    Trailers(Vec<(&'static str, &'static str)>),
    /// Ends the call without trailers.
    End,
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
        Self::start_on(serve::threads(), address, cluster, guise, answer)
    }

    /// Starts as many members of a cluster, cheaply: on one thread together. `answer` is told the
    /// number of the node.
    pub fn start_many(
        cluster: &Cluster,
        count: usize,
        answer: impl Fn(usize, &Call) -> Vec<Step> + Send + Sync + 'static,
    ) -> Vec<Self> {
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let (threads, answer) = (serve::threads(), Arc::new(answer));
        let start = |number| {
            let (threads, answer) = (Arc::clone(&threads), Arc::clone(&answer));
            let answer = move |call: &Call| answer(number, call);
            Self::start_on(threads, anywhere, cluster, Guise::Member, answer)
        };
        (0..count).map(start).collect()
    }

    fn start_on(
        threads: Arc<Runtime>,
        address: SocketAddr,
        cluster: &Cluster,
        guise: Guise,
        answer: impl Fn(&Call) -> Vec<Step> + Send + Sync + 'static,
    ) -> Self {
        let calls = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&calls);
        let identity = cluster.identity(guise, address.ip(), "h2");
        let fingerprint = identity.key.clone();
        let answer = move |call: Call| {
            let steps = answer(&call);
            told.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(call);
            steps
        };
        let tongue = serve::Tongue::Grpc(Arc::new(answer));
        let server = serve::Server::start(threads, address, identity.tls, tongue);
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

    /// Starts what shakes hands as a node of a cluster does, and then says what is not even
    /// HTTP/2: bytes, with waits between them, whatever it hears. Other steps end it.
    pub fn babble(cluster: &Cluster, say: impl Fn() -> Vec<Step> + Send + Sync + 'static) -> Self {
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let identity = cluster.identity(Guise::Member, anywhere.ip(), "h2");
        let tongue = serve::Tongue::Other(Arc::new(say));
        let server = serve::Server::start(serve::threads(), anywhere, identity.tls, tongue);
        Self {
            address: server.address,
            fingerprint: identity.key,
            calls: Arc::default(),
            server: Some(server),
        }
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

    /// Forgets the calls so far.
    pub fn forget(&self) {
        self.calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
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
