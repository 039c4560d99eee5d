//! The API servers of a cluster: whoever of them answers.

use std::sync::atomic::{AtomicUsize, Ordering};

use diagnostics::Diagnostic;
use kubernetes_client::{Client, Fault};
use talos_client::Address;

/// One API by several ways: the address that all share, and servers of their own. A node that is
/// worked on may be one of them.
pub(crate) struct Servers {
    shared: Client,
    own: Vec<Client>,
    /// The one that answered last; 0 is the shared one.
    preferred: AtomicUsize,
}

impl Servers {
    pub(crate) fn new(shared: Client, own: Vec<Client>) -> Self {
        Self {
            shared,
            own,
            preferred: AtomicUsize::new(0),
        }
    }

    /// Asks the first that answers, beginning with the one that did last.
    pub(crate) fn ask<T>(
        &self,
        question: impl Fn(&Client) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let first = self.preferred.load(Ordering::Relaxed);
        let all = self.own.len() + 1;
        let mut answer = question(self.way(first));
        for offset in 1..all {
            match &answer {
                Err(fault) if fault.is_passing() => {}
                _ => break,
            }
            let index = (first + offset) % all;
            let next = question(self.way(index));
            let is_passing = next.as_ref().is_err_and(Fault::is_passing);
            if !is_passing {
                self.preferred.store(index, Ordering::Relaxed);
                answer = next;
            }
        }
        answer
    }

    /// One that answers now, or the shared one.
    pub(crate) fn answering(&self) -> &Client {
        // It is noted who did.
        let _away = self.ask(Client::ready);
        self.way(self.preferred.load(Ordering::Relaxed))
    }

    fn way(&self, index: usize) -> &Client {
        match index.checked_sub(1) {
            Some(own) => self.own.get(own).unwrap_or(&self.shared),
            None => &self.shared,
        }
    }
}

/// The API server of a control plane by its own address.
///
/// # Errors
///
/// `talos-api/bad-address`.
pub(crate) fn url(address: &str, port: u16) -> Result<String, Diagnostic> {
    let address = Address::read(address)?;
    let host = address.host();
    Ok(if host.contains(':') {
        format!("https://[{host}]:{port}")
    } else {
        format!("https://{host}:{port}")
    })
}
