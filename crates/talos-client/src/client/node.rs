//! One node, and how calls to it are made: one `node` a call, a deadline, limits, and a look into
//! the metadata of each answer.

mod stream;

use std::error::Error as _;
use std::time::Duration;

use http::uri::PathAndQuery;
use prost::Message;
use tokio::time::timeout;
use tonic::client::Grpc;
use tonic::metadata::MetadataValue;
use tonic::{Code, Request, Response, Status};
use tonic_prost::ProstCodec;

use crate::api::common::Metadata;
use crate::client::Client;
use crate::connection::{Broken, Connection};
use crate::fault::{Fault, Kind, meaning};

pub use stream::{Item, Stream};

/// The largest message of the Talos API.
const LARGEST: usize = 32 << 20;

/// A call by its path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Method(pub(crate) &'static str);

impl Method {
    /// Its name without the service.
    pub(crate) fn name(self) -> &'static str {
        self.0.rsplit('/').next().unwrap_or(self.0)
    }
}

/// One of the answers in a reply, which say whose they are.
pub(crate) trait Answer {
    /// Whose, and what went wrong there.
    fn metadata(&self) -> Option<&Metadata>;
}

/// A reply that holds an answer for each node that was asked.
pub(crate) trait Reply: Message + Default {
    /// What it holds.
    type Answer: Answer;
    /// Them.
    fn answers(self) -> Vec<Self::Answer>;
}

/// A node of a client.
#[derive(Clone)]
pub struct Node<'c> {
    client: &'c Client,
    name: String,
}

impl<'c> Node<'c> {
    pub(crate) fn new(client: &'c Client, name: &str) -> Self {
        Self {
            client,
            name: name.to_owned(),
        }
    }

    pub(crate) fn client(&self) -> &'c Client {
        self.client
    }

    /// The node as it was named.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A failure of a call to it.
    pub(crate) fn fault(&self, method: Method, kind: Kind, words: &str) -> Fault {
        Fault::new(&self.name, method.name(), kind, words)
    }

    /// Asks for one answer of this node.
    pub(crate) fn ask<A: Reply + 'static>(
        &self,
        method: Method,
        message: impl Message + 'static,
    ) -> Result<A::Answer, Fault> {
        let patience = self.client.patience().answer;
        self.ask_within::<A>(method, message, patience)
    }

    /// The same where it may take long.
    pub(crate) fn ask_within<A: Reply + 'static>(
        &self,
        method: Method,
        message: impl Message + 'static,
        patience: Duration,
    ) -> Result<A::Answer, Fault> {
        let asked = self.asked::<A>(method, message, patience);
        self.client.wait(asked)
    }

    /// The same for whoever waits for several.
    pub(crate) async fn asked<A: Reply + 'static>(
        &self,
        method: Method,
        message: impl Message + 'static,
        patience: Duration,
    ) -> Result<A::Answer, Fault> {
        let reply: A = self.called(method, message, patience).await?;
        let mut answers = reply.answers();
        let (Some(answer), true) = (answers.pop(), answers.is_empty()) else {
            return Err(self.fault(method, Kind::Malformed, "one answer was expected"));
        };
        self.check(method, answer.metadata())?;
        Ok(answer)
    }

    /// One message for one message.
    pub(crate) fn unary<A: Message + Default + 'static>(
        &self,
        method: Method,
        message: impl Message + 'static,
        patience: Duration,
    ) -> Result<A, Fault> {
        self.client.wait(self.called(method, message, patience))
    }

    async fn called<A: Message + Default + 'static>(
        &self,
        method: Method,
        message: impl Message + 'static,
        patience: Duration,
    ) -> Result<A, Fault> {
        let (mut grpc, request, connection) = self.prepare(method, message).await?;
        let path = PathAndQuery::from_static(method.0);
        let answer = grpc.unary(request, path, ProstCodec::default());
        self.in_time(method, answer, patience, &connection).await
    }

    /// One message for many. The first word must come in time; what follows may take as long as
    /// it takes, unless [`Stream::within`] says otherwise.
    pub(crate) fn stream<A: Message + Default + 'static>(
        &self,
        method: Method,
        message: impl Message + 'static,
    ) -> Result<Stream<'c, A>, Fault> {
        let patience = self.client.patience().answer;
        let call = async {
            let (mut grpc, request, connection) = self.prepare(method, message).await?;
            let path = PathAndQuery::from_static(method.0);
            let answer = grpc.server_streaming(request, path, ProstCodec::default());
            self.in_time(method, answer, patience, &connection).await
        };
        let inner = self.client.wait(call)?;
        Ok(Stream::new(self.client, self.clone(), method, inner))
    }

    /// Waits for an answer, or for its first word.
    async fn in_time<A>(
        &self,
        method: Method,
        answer: impl Future<Output = Result<Response<A>, Status>>,
        patience: Duration,
        connection: &Connection,
    ) -> Result<A, Fault> {
        let answer = timeout(patience, answer).await;
        match answer.map_err(|_| self.slow(method, patience))? {
            Ok(answer) => Ok(answer.into_inner()),
            Err(status) => Err(self.ended(method, &status, connection).await),
        }
    }

    async fn prepare<Q>(
        &self,
        method: Method,
        message: Q,
    ) -> Result<(Grpc<Connection>, Request<Q>, Connection), Fault> {
        let way = self.client.way(&self.name).await;
        let way = way.map_err(|broken| self.broken(method, &broken))?;
        let mut grpc = Grpc::new(way.connection.clone()).max_decoding_message_size(LARGEST);
        let mut request = Request::new(message);
        if way.forwards {
            let name = MetadataValue::try_from(self.name.as_str())
                .map_err(|_| self.fault(method, Kind::Refused, "its name is no host"))?;
            request.metadata_mut().insert("node", name);
        }
        if let Err(error) = grpc.ready().await {
            let why = way.connection.why().await;
            return Err(match why {
                Some(broken) => self.broken(method, &broken),
                None => self.fault(method, Kind::Interrupted, &error.to_string()),
            });
        }
        Ok((grpc, request, way.connection))
    }

    /// A call that failed, by what ended its connection or by its status.
    async fn ended(&self, method: Method, status: &Status, connection: &Connection) -> Fault {
        let fault = self.failed(method, status);
        if fault.kind != Kind::Interrupted {
            return fault;
        }
        connection.give_up();
        match connection.why().await {
            Some(broken) => self.broken(method, &broken),
            None => fault,
        }
    }

    /// Looks for a failure that came as an answer.
    pub(crate) fn check(&self, method: Method, metadata: Option<&Metadata>) -> Result<(), Fault> {
        let Some(metadata) = metadata.filter(|metadata| !metadata.error.is_empty()) else {
            return Ok(());
        };
        let kind = match &metadata.status {
            Some(status) => meaning(Code::from_i32(status.code)),
            None => Kind::Failed,
        };
        let said = metadata
            .status
            .as_ref()
            .map_or("", |status| &status.message);
        let said = if said.is_empty() {
            &metadata.error
        } else {
            said
        };
        Err(self.fault(method, kind, said))
    }

    fn broken(&self, method: Method, broken: &Broken) -> Fault {
        self.fault(method, broken.kind, &broken.words)
    }

    pub(crate) fn slow(&self, method: Method, patience: Duration) -> Fault {
        self.fault(method, Kind::Slow, &format!("{} s", patience.as_secs()))
    }

    /// What a status means: as a node gave it, or as the connection ended.
    pub(crate) fn failed(&self, method: Method, status: &Status) -> Fault {
        if let Some(broken) = status.source().and_then(Broken::of) {
            return self.broken(method, &broken);
        }
        // These come from here, where the frames are taken apart.
        let said = status.message();
        let kind = match status.code() {
            _ if status.source().is_some() => Kind::Interrupted,
            Code::OutOfRange | Code::ResourceExhausted
                if said.contains("message length too large") =>
            {
                Kind::TooLarge
            }
            Code::Internal
                if said.contains("decod")
                    || said.starts_with("protocol error: ")
                    || said.starts_with("Missing response message") =>
            {
                Kind::Malformed
            }
            Code::Unimplemented if said.starts_with("Content is compressed with") => {
                Kind::Malformed
            }
            // The answer ended without its end, as one does whose server goes away.
            Code::Unknown if said.contains("missing grpc-status") => Kind::Interrupted,
            code => meaning(code),
        };
        self.fault(method, kind, said)
    }
}
