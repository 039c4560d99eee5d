//! Answers that come one by one.

use std::time::Duration;

use prost::Message;
use tokio::time::timeout;
use tonic::Streaming;

use crate::api::cluster::HealthCheckProgress;
use crate::api::common::{Data, Metadata};
use crate::api::machine::{Event, FileInfo};
use crate::client::Client;
use crate::client::{Method, Node};
use crate::fault::{Fault, Kind};

/// What a node says, message by message: an iterator that waits for each. Dropping it ends the
/// call.
pub struct Stream<'c, A> {
    client: &'c Client,
    node: Node<'c>,
    method: Method,
    inner: Option<Streaming<A>>,
    patience: Option<Duration>,
}

/// A message that comes as one of many; nobody else makes such.
pub trait Item: Message + Default + 'static {
    /// Whose it is, and what went wrong there.
    fn metadata(&self) -> Option<&Metadata> {
        None
    }
}

impl<'c, A> Stream<'c, A> {
    pub(crate) fn new(
        client: &'c Client,
        node: Node<'c>,
        method: Method,
        inner: Streaming<A>,
    ) -> Self {
        Self {
            client,
            node,
            method,
            inner: Some(inner),
            patience: None,
        }
    }

    /// Ends it as slow where nothing comes for so long.
    #[must_use]
    pub fn within(self, patience: Duration) -> Self {
        Self {
            patience: Some(patience),
            ..self
        }
    }

    /// A failure of this call.
    pub(crate) fn fault(&self, kind: Kind, words: &str) -> Fault {
        self.node.fault(self.method, kind, words)
    }
}

impl<A: Item> Stream<'_, A> {
    fn message(&mut self) -> Option<Result<A, Fault>> {
        let inner = self.inner.as_mut()?;
        let next = match self.patience {
            None => self.client.wait(inner.message()),
            Some(patience) => {
                let next = self
                    .client
                    .wait(async { timeout(patience, inner.message()).await });
                match next {
                    Ok(next) => next,
                    Err(_) => return Some(Err(self.node.slow(self.method, patience))),
                }
            }
        };
        match next {
            Ok(Some(message)) => {
                let checked = self.node.check(self.method, message.metadata());
                Some(checked.map(|()| message))
            }
            Ok(None) => None,
            Err(status) => Some(Err(self.node.failed(self.method, &status))),
        }
    }
}

impl<A: Item> Iterator for Stream<'_, A> {
    type Item = Result<A, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.message();
        if !matches!(next, Some(Ok(_))) {
            self.inner = None;
        }
        next
    }
}

impl Stream<'_, Data> {
    /// All of it, up to so many bytes.
    ///
    /// # Errors
    ///
    /// A failure on the way; [`Kind::TooLarge`].
    pub fn all(mut self, most: usize) -> Result<Vec<u8>, Fault> {
        let mut all = Vec::new();
        while let Some(piece) = self.next() {
            let piece = piece?;
            if all.len() + piece.bytes.len() > most {
                return Err(self.fault(Kind::TooLarge, &format!("more than {most} bytes")));
            }
            all.extend_from_slice(&piece.bytes);
        }
        Ok(all)
    }
}

impl Item for Data {
    fn metadata(&self) -> Option<&Metadata> {
        self.metadata.as_ref()
    }
}

impl Item for Event {
    fn metadata(&self) -> Option<&Metadata> {
        self.metadata.as_ref()
    }
}

impl Item for FileInfo {
    fn metadata(&self) -> Option<&Metadata> {
        self.metadata.as_ref()
    }
}

impl Item for HealthCheckProgress {
    fn metadata(&self) -> Option<&Metadata> {
        self.metadata.as_ref()
    }
}

impl Item for crate::api::cosi::ListResponse {}
impl Item for crate::api::cosi::WatchResponse {}
impl Item for crate::api::lifecycle::PullResponse {}
impl Item for crate::api::lifecycle::UpgradeResponse {}
