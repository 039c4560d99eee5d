//! Why a call to a node failed: which node, which call, what it means, what to do.

use std::fmt;

use diagnostics::{Diagnostic, Rule, words};
use tonic::Code;

use crate::rules;

/// What a failure means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nothing answers.
    Unreachable,
    /// The machine waits for its first configuration.
    InMaintenance,
    /// Its certificate is not the cluster's.
    Untrusted,
    /// Its certificate is the cluster's, for another name.
    WrongName,
    /// Its certificate counts at another time.
    NotValidNow,
    /// It is another machine than that of the fingerprint.
    WrongFingerprint,
    /// It does not take our certificate.
    ClientRefused,
    /// What answers is not Talos.
    NotTalos,
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
    /// Not now.
    NotReady,
    /// Not in this version.
    Unsupported,
    /// Not like this.
    Refused,
    /// There is none.
    Missing,
    /// There is one.
    Exists,
    /// It went wrong on the node.
    Failed,
}

/// A call to a node that failed. Holds no secret, and nothing that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The node, as it was named.
    pub node: String,
    /// The call, by its name in the Talos API.
    pub call: &'static str,
    /// What it means.
    pub kind: Kind,
    /// The words of the node or of the system, on one line; may be empty.
    pub words: String,
}

impl Fault {
    pub(crate) fn new(node: &str, call: &'static str, kind: Kind, said: &str) -> Self {
        Self {
            node: node.to_owned(),
            call,
            kind,
            words: words(said),
        }
    }

    /// Whether it is what a node does that reboots, starts, or is about to.
    pub fn is_passing(&self) -> bool {
        matches!(
            self.kind,
            Kind::Unreachable | Kind::Interrupted | Kind::Slow
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
            Kind::Unreachable => &rules::TALOS_API_UNREACHABLE,
            Kind::InMaintenance => &rules::TALOS_API_IN_MAINTENANCE,
            Kind::Untrusted => &rules::TALOS_API_UNTRUSTED,
            Kind::WrongName => &rules::TALOS_API_WRONG_NAME,
            Kind::NotValidNow => &rules::TALOS_API_NOT_VALID_NOW,
            Kind::WrongFingerprint => &rules::TALOS_API_WRONG_FINGERPRINT,
            Kind::ClientRefused => &rules::TALOS_API_CLIENT_REFUSED,
            Kind::NotTalos => &rules::TALOS_API_NOT_TALOS,
            Kind::Interrupted => &rules::TALOS_API_INTERRUPTED,
            Kind::Slow => &rules::TALOS_API_SLOW,
            Kind::TooLarge => &rules::TALOS_API_TOO_LARGE,
            Kind::Malformed => &rules::TALOS_API_MALFORMED,
            Kind::Denied => &rules::TALOS_API_DENIED,
            Kind::NotReady => &rules::TALOS_API_NOT_READY,
            Kind::Unsupported => &rules::TALOS_API_UNSUPPORTED,
            Kind::Refused => &rules::TALOS_API_REFUSED,
            Kind::Missing => &rules::TALOS_API_MISSING,
            Kind::Exists => &rules::TALOS_API_EXISTS,
            Kind::Failed => &rules::TALOS_API_FAILED,
        }
    }

    /// What happened, as a clause behind the node.
    fn clause(&self) -> &'static str {
        match self.kind {
            Kind::Unreachable => "does not answer",
            Kind::InMaintenance => "is in maintenance: it waits for its configuration",
            Kind::Untrusted => "has a certificate that is not the cluster's",
            Kind::WrongName => "has a certificate for other names",
            Kind::NotValidNow => "has a certificate that does not count now",
            Kind::WrongFingerprint => "has another fingerprint",
            Kind::ClientRefused => "does not take the certificate of the talosconfig",
            Kind::NotTalos => "answers with something else than the Talos API",
            Kind::Interrupted => "ended the connection",
            Kind::Slow => "did not answer in time",
            Kind::TooLarge => "answers with more than is taken",
            Kind::Malformed => "answers with what cannot be read",
            Kind::Denied => "does not allow it",
            Kind::NotReady => "cannot do it now",
            Kind::Unsupported => "does not know how",
            Kind::Refused => "does not take what was sent",
            Kind::Missing => "has no such thing",
            Kind::Exists => "has it already",
            Kind::Failed => "failed",
        }
    }

    fn hint(&self) -> Option<&'static str> {
        Some(match self.kind {
            Kind::Unreachable => {
                "is it on, and is its port 50000 open from here? A machine that reboots is back in a few minutes"
            }
            Kind::InMaintenance => {
                "give it its configuration: `ichor talos apply-node --insecure NODE`, or all of a new cluster with `ichor bootstrap talos`"
            }
            Kind::Untrusted => {
                "is this the cluster's talosconfig, and is the address that of one of its nodes?"
            }
            Kind::WrongName => {
                "call it by one of its addresses, or add the name to `machine.certSANs`"
            }
            Kind::NotValidNow => "compare the clock of the machine with the one here",
            Kind::WrongFingerprint => {
                "compare it with the one on the console of the machine; it is another one after each boot in maintenance"
            }
            Kind::ClientRefused => {
                "make a new one with `ichor talos generate-config`, from the secrets of this cluster"
            }
            Kind::NotTalos => "the Talos API is on port 50000 of each node",
            Kind::Denied => "a talosconfig with the role `os:admin` may do everything",
            Kind::NotReady => "wait until it is up, and run the same again",
            Kind::Unsupported => "upgrade the node, or ask one that is newer",
            Kind::Slow | Kind::Interrupted => "run the same again once the node is up",
            Kind::TooLarge
            | Kind::Malformed
            | Kind::Refused
            | Kind::Missing
            | Kind::Exists
            | Kind::Failed => return None,
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { node, call, .. } = self;
        write!(formatter, "`{node}` {}, asked for {call}", self.clause())?;
        if self.words.is_empty() {
            return Ok(());
        }
        write!(formatter, ": {}", self.words)
    }
}

impl std::error::Error for Fault {}

/// What a code of gRPC means, as a node gives it.
pub(crate) fn meaning(code: Code) -> Kind {
    match code {
        Code::PermissionDenied | Code::Unauthenticated => Kind::Denied,
        Code::FailedPrecondition => Kind::NotReady,
        Code::Unimplemented => Kind::Unsupported,
        Code::InvalidArgument | Code::OutOfRange => Kind::Refused,
        Code::NotFound => Kind::Missing,
        Code::AlreadyExists => Kind::Exists,
        Code::DeadlineExceeded => Kind::Slow,
        Code::Unavailable => Kind::Unreachable,
        Code::Cancelled | Code::Aborted => Kind::Interrupted,
        Code::ResourceExhausted => Kind::TooLarge,
        Code::Ok | Code::Unknown | Code::Internal | Code::DataLoss => Kind::Failed,
    }
}
