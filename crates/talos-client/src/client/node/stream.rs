//! Answers that come one by one.

use std::time::Duration;

use prost::Message;
use tokio::time::{Instant, timeout};
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
    /// When it must be over, and how long that was from its begin.
    end: Option<(Instant, Duration)>,
}

/// A node that goes on to say a little would keep whoever gathers it for ever.
const GATHERED: u32 = 10;

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
            end: None,
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

    /// Ends it as slow where it is not over after so long, whatever comes until then.
    #[must_use]
    pub fn over_in(self, whole: Duration) -> Self {
        // A span that no clock holds has no end.
        let end = Instant::now().checked_add(whole);
        Self {
            end: end.map(|end| (end, whole)),
            ..self
        }
    }

    /// Of a call that gathers everything before it gives it back: no message may take longer than
    /// an answer, nor all of them longer than [`GATHERED`] answers.
    pub(crate) fn gathered(self) -> Self {
        let patience = self.client.patience().answer;
        self.within(patience)
            .over_in(patience.saturating_mul(GATHERED))
    }

    /// How long to wait for the next message, and what was asked for, if either has an end.
    fn patience(&self) -> Option<(Duration, Duration)> {
        let left = |(end, whole): (Instant, Duration)| {
            (end.saturating_duration_since(Instant::now()), whole)
        };
        let each = self.patience.map(|patience| (patience, patience));
        { self.end.map(left).into_iter().chain(each) }.min_by_key(|(wait, _)| *wait)
    }

    /// A failure of this call.
    pub(crate) fn fault(&self, kind: Kind, words: &str) -> Fault {
        self.node.fault(self.method, kind, words)
    }
}

impl<A: Item> Stream<'_, A> {
    fn message(&mut self) -> Option<Result<A, Fault>> {
        let patience = self.patience();
        let inner = self.inner.as_mut()?;
        let next = match patience {
            None => self.client.wait(inner.message()),
            // What is there already is no better where the time is over.
            Some((Duration::ZERO, whole)) => {
                return Some(Err(self.node.slow(self.method, whole)));
            }
            Some((wait, patience)) => {
                let next = self
                    .client
                    .wait(async { timeout(wait, inner.message()).await });
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
