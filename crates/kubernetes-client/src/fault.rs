//! Why a call failed: which server, what was asked, what it means, what to do.

use std::fmt;
use std::time::Duration;

use diagnostics::{Diagnostic, Rule, words};

use crate::rules;

/// What a failure means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nothing answers.
    Unreachable,
    /// Its certificate is not the cluster's, or not for this name or time.
    Untrusted,
    /// It does not know who calls.
    ClientRefused,
    /// What answers is not Kubernetes.
    NotKubernetes,
    /// The connection ended.
    Interrupted,
    /// No answer in time.
    Slow,
    /// More than is taken.
    TooLarge,
    /// Not what it should be.
    Malformed,
    /// Not with these rights.
    Denied,
    /// Not now: too many ask, or a disruption budget is spent.
    Busy,
    /// Not now: it starts or stops.
    NotReady,
    /// Not like this.
    Refused,
    /// There is none.
    Missing,
    /// There is one.
    Exists,
    /// It is in another state.
    Conflict,
    /// It went wrong in the server.
    Failed,
}

/// A call that failed. Holds no secret, and nothing that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The server, such as `https://10.0.0.10:6443`.
    pub server: String,
    /// What was asked, such as ``for node `k8s-0` ``.
    pub asked: String,
    /// What it means.
    pub kind: Kind,
    /// The words of the server or of the system, on one line; may be empty.
    pub words: String,
    /// After what time the server wants to be asked again.
    pub again: Option<Duration>,
}

impl Fault {
    pub(crate) fn new(server: &str, asked: &str, kind: Kind, said: &str) -> Self {
        Self {
            server: server.to_owned(),
            asked: words(asked),
            kind,
            words: words(said),
            again: None,
        }
    }

    /// Whether it is what an API server does that starts again, moves its address, or has too
    /// much to do.
    pub fn is_passing(&self) -> bool {
        matches!(
            self.kind,
            Kind::Unreachable | Kind::Interrupted | Kind::Slow | Kind::NotReady | Kind::Busy
        )
    }

    /// The failure as a problem.
    pub fn diagnostic(&self) -> Diagnostic {
        let problem = self.rule().report(self.to_string());
        match self.hint() {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    }

    fn rule(&self) -> &'static Rule {
        match self.kind {
            Kind::Unreachable => &rules::KUBERNETES_API_UNREACHABLE,
            Kind::Untrusted => &rules::KUBERNETES_API_UNTRUSTED,
            Kind::ClientRefused => &rules::KUBERNETES_API_CLIENT_REFUSED,
            Kind::NotKubernetes => &rules::KUBERNETES_API_NOT_KUBERNETES,
            Kind::Interrupted => &rules::KUBERNETES_API_INTERRUPTED,
            Kind::Slow => &rules::KUBERNETES_API_SLOW,
            Kind::TooLarge => &rules::KUBERNETES_API_TOO_LARGE,
            Kind::Malformed => &rules::KUBERNETES_API_MALFORMED,
            Kind::Denied => &rules::KUBERNETES_API_DENIED,
            Kind::Busy => &rules::KUBERNETES_API_BUSY,
            Kind::NotReady => &rules::KUBERNETES_API_NOT_READY,
            Kind::Refused => &rules::KUBERNETES_API_REFUSED,
            Kind::Missing => &rules::KUBERNETES_API_MISSING,
            Kind::Exists => &rules::KUBERNETES_API_EXISTS,
            Kind::Conflict => &rules::KUBERNETES_API_CONFLICT,
            Kind::Failed => &rules::KUBERNETES_API_FAILED,
        }
    }

    /// What happened, as a clause behind the server.
    fn clause(&self) -> &'static str {
        match self.kind {
            Kind::Unreachable => "does not answer",
            Kind::Untrusted => "has a certificate that is not the cluster's",
            Kind::ClientRefused => "does not take the certificate of the kubeconfig",
            Kind::NotKubernetes => "answers with something else than the API of Kubernetes",
            Kind::Interrupted => "ended the connection",
            Kind::Slow => "did not answer in time",
            Kind::TooLarge => "answers with more than is taken",
            Kind::Malformed => "answers with what cannot be read",
            Kind::Denied => "does not allow it",
            Kind::Busy => "takes no more now",
            Kind::NotReady => "is not ready",
            Kind::Refused => "does not take what was sent",
            Kind::Missing => "has no such thing",
            Kind::Exists => "has it already",
            Kind::Conflict => "has it in another state",
            Kind::Failed => "failed",
        }
    }

    fn hint(&self) -> Option<&'static str> {
        Some(match self.kind {
            Kind::Unreachable => {
                "does a control plane run, and is the address of the kubeconfig reached from here? `ichor talos health` tells more"
            }
            Kind::Untrusted => {
                "is it the kubeconfig of this cluster? `ichor talos kubeconfig --force` fetches the one that is"
            }
            Kind::ClientRefused => {
                "fetch a new one with `ichor talos kubeconfig --force`; `ichor doctor` tells whether this one has ended"
            }
            Kind::NotKubernetes => "the API of Kubernetes is on port 6443 of each control plane",
            Kind::Malformed => {
                "does something else answer there, or stand between? the API of Kubernetes is on port 6443 of each control plane"
            }
            // A webhook has its own reasons.
            Kind::Denied if !self.words.contains("admission webhook") => {
                "the kubeconfig belongs to somebody with fewer rights; `ichor talos kubeconfig` fetches an administrator's"
            }
            Kind::Slow | Kind::Interrupted | Kind::NotReady | Kind::Busy => {
                "run the same again in a minute"
            }
            _ => return None,
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { server, asked, .. } = self;
        write!(formatter, "`{server}` {}, asked {asked}", self.clause())?;
        if self.words.is_empty() {
            return Ok(());
        }
        write!(formatter, ": {}", self.words)
    }
}

impl std::error::Error for Fault {}
