//! A client: credentials, ways to nodes, and connections that stay.

mod node;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use diagnostics::Diagnostic;
use futures_util::stream::{self, StreamExt as _};
use prost::Message;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::time::Instant;

pub(crate) use node::{Answer, Method, Reply};
pub use node::{Item, Node, Stream};

use crate::address::{Address, PORT};
use crate::connection::{self, Broken, Connection, Knock};
use crate::credentials::Credentials;
use crate::fault::{Fault, Kind};
use crate::rules;

/// How long what may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Until a machine has taken a connection.
    pub connect: Duration,
    /// Until it has answered a call that only asks or begins something.
    pub answer: Duration,
}

impl Default for Patience {
    /// 5 and 20 seconds.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(20),
        }
    }
}

/// For how long an address that did not answer is not tried again: of many calls to many nodes
/// each would wait for it.
const RESPITE: Duration = Duration::from_secs(2);

/// How many nodes are asked at a time.
const AT_A_TIME: usize = 64;

/// Calls nodes of one cluster, or machines that belong to none yet.
///
/// Calls block; of several nodes [`Client::each`] asks many at a time.
pub struct Client {
    threads: Handle,
    _end: Threads,
    credentials: Credentials,
    endpoints: Vec<Address>,
    /// The endpoint that answered last.
    preferred: AtomicUsize,
    slots: Mutex<HashMap<Address, Slot>>,
    patience: Patience,
}

/// What calls run on, until it is dropped.
struct Threads(Option<Runtime>);

impl Drop for Threads {
    fn drop(&mut self) {
        // Looking up a name cannot be stopped, and may take half a minute.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// The connection to one address, or why there is none.
type Slot = Arc<tokio::sync::Mutex<State>>;

#[derive(Default)]
enum State {
    #[default]
    Untried,
    Open(Connection),
    Broken(Broken, Instant),
}

/// A way to a node.
pub(crate) struct Way {
    pub(crate) connection: Connection,
    /// Whether what is at its end hands calls on.
    pub(crate) forwards: bool,
}

impl Client {
    /// With endpoints, which hand calls on to nodes that are none themselves; where there are
    /// none, each node is dialled.
    ///
    /// # Errors
    ///
    /// `talos-api/bad-address` for an endpoint; a system that starts no thread.
    pub fn new(
        credentials: Credentials,
        endpoints: &[String],
        patience: Patience,
    ) -> Result<Self, Diagnostic> {
        let endpoints = endpoints
            .iter()
            .map(|endpoint| Address::read(endpoint))
            .collect::<Result<_, _>>()?;
        let threads = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("talos-api")
            .enable_all()
            .build()
            .map_err(|error| {
                rules::TALOS_API_FAILED.report(format!("no calls can be made: {error}"))
            })?;
        Ok(Self {
            threads: threads.handle().clone(),
            _end: Threads(Some(threads)),
            credentials,
            endpoints,
            preferred: AtomicUsize::new(0),
            slots: Mutex::default(),
            patience,
        })
    }

    /// A node, by its name or address. Nothing is dialled yet.
    pub fn node<'c>(&'c self, name: &str) -> Node<'c> {
        Node::new(self, name)
    }

    /// Does the same with every node, many at a time, and gives what came of each in their
    /// order.
    pub fn each<T: Send>(&self, names: &[String], work: impl Fn(&Node<'_>) -> T + Sync) -> Vec<T> {
        let next = AtomicUsize::new(0);
        let (next, work) = (&next, &work);
        let mut found: Vec<(usize, T)> = std::thread::scope(|scope| {
            let helpers: Vec<_> = (0..names.len().min(AT_A_TIME))
                .map(|_| {
                    scope.spawn(move || {
                        let mut found = Vec::new();
                        loop {
                            let index = next.fetch_add(1, Ordering::Relaxed);
                            let Some(name) = names.get(index) else {
                                return found;
                            };
                            found.push((index, work(&self.node(name))));
                        }
                    })
                })
                .collect();
            let joined = helpers.into_iter().map(std::thread::ScopedJoinHandle::join);
            // A panic of a helper is one of ours.
            joined
                .flat_map(|found| match found {
                    Ok(found) => found,
                    Err(panic) => std::panic::resume_unwind(panic),
                })
                .collect()
        });
        found.sort_by_key(|(index, _)| *index);
        found.into_iter().map(|(_, value)| value).collect()
    }

    /// Asks every node the same, many at a time: where nothing but the answer is wanted, a thread
    /// for each would cost more than the call.
    pub(crate) fn ask_each<A: Reply + 'static>(
        &self,
        method: Method,
        message: impl Message + Clone + 'static,
        names: &[String],
    ) -> Vec<Result<A::Answer, Fault>> {
        let asked = names.iter().map(|name| {
            let message = message.clone();
            async move {
                let node = self.node(name);
                node.asked::<A>(method, message, self.patience.answer).await
            }
        });
        self.wait(stream::iter(asked).buffered(AT_A_TIME).collect())
    }

    /// Who is at an address, told by whether it takes a connection in this time. Nothing is sent.
    ///
    /// # Errors
    ///
    /// `talos-api/bad-address`.
    pub fn knock(&self, address: &str, patience: Duration) -> Result<Knock, Diagnostic> {
        let address = Address::read(address)?;
        Ok(self.wait(connection::knock(&address, patience)))
    }

    /// The same at many addresses at a time, in their order.
    ///
    /// # Errors
    ///
    /// `talos-api/bad-address`.
    pub fn knock_at_all(
        &self,
        addresses: &[String],
        patience: Duration,
    ) -> Result<Vec<Knock>, Diagnostic> {
        let addresses = addresses
            .iter()
            .map(|address| Address::read(address))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(self.wait(connection::knock_at_all(addresses, patience)))
    }

    pub(crate) fn patience(&self) -> Patience {
        self.patience
    }

    pub(crate) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.threads.block_on(work)
    }

    /// The way to a node: the node itself where it is an endpoint or there is none; else the
    /// endpoint that answers; and where none does, the node again.
    pub(crate) async fn way(&self, node: &str) -> Result<Way, Broken> {
        let target = Address::read(node).map_err(|problem| Broken {
            kind: Kind::Refused,
            words: problem.message,
        })?;
        let direct = |connection| Way {
            connection,
            forwards: false,
        };
        if self.credentials.maintenance || self.endpoints.is_empty() {
            return self.open(&target).await.map(direct);
        }
        let mut endpoints = self.endpoints.iter();
        let itself = { endpoints.clone() }
            .find(|endpoint| **endpoint == target)
            // A node is mostly named without the port that its endpoint has.
            .or_else(|| {
                endpoints.find(|endpoint| target.port() == PORT && endpoint.host() == target.host())
            });
        if let Some(endpoint) = itself {
            return self.open(endpoint).await.map(direct);
        }
        let first = self.preferred.load(Ordering::Relaxed);
        let mut broken = None;
        for offset in 0..self.endpoints.len() {
            let index = (first + offset) % self.endpoints.len();
            match self.open(&self.endpoints[index]).await {
                Ok(connection) => {
                    self.preferred.store(index, Ordering::Relaxed);
                    return Ok(Way {
                        connection,
                        forwards: true,
                    });
                }
                Err(why) => broken = broken.or(Some(why)),
            }
        }
        match (self.open(&target).await, broken) {
            (Ok(connection), _) => Ok(direct(connection)),
            (Err(_), Some(broken)) => Err(broken),
            (Err(broken), None) => Err(broken),
        }
    }

    /// The connection to an address, as it is, or a new one.
    async fn open(&self, address: &Address) -> Result<Connection, Broken> {
        let slot = {
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(slots.entry(address.clone()).or_default())
        };
        // Whoever comes second waits for the first, and has its connection.
        let mut state = slot.lock().await;
        match &*state {
            State::Open(connection) if !connection.is_closed() => return Ok(connection.clone()),
            State::Broken(why, since)
                if why.kind == Kind::Unreachable && since.elapsed() < RESPITE =>
            {
                return Err(why.clone());
            }
            _ => {}
        }
        let dialled = Connection::dial(address, &self.credentials, self.patience.connect).await;
        *state = match &dialled {
            Ok(connection) => State::Open(connection.clone()),
            Err(why) => State::Broken(why.clone(), Instant::now()),
        };
        dialled
    }
}
