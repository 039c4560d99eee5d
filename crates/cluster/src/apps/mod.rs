//! Apps, from nodes that wait for a network to a cluster that Flux looks after.
//!
//! Nodes are registered; namespaces, secrets and the kinds that charts bring are there; the
//! releases that have to run before Flux can are installed, each behind those it needs; Flux has
//! applied a revision, and what that brings is ready. It looks before every step, and what is
//! there already is left alone. Once Flux has applied a revision, everything is Flux's: nothing is
//! written any more but what is told to Flux.
//!
//! Objects are applied under a name that begins with `kubectl`: kustomize-controller and
//! flux-operator take over fully what such a manager has set, and of no other (seen with
//! kustomize-controller 1.9 and flux-operator 0.58). So a value that goes from git goes from the
//! cluster.

mod event;
mod handover;
mod identity;
mod objects;
mod program;
mod releases;
mod steps;
mod stored;

use std::cell::RefCell;
use std::time::Duration;

use diagnostics::{Diagnostic, Diagnostics, Location};
use kubernetes_client::{Client, Definition, Fault};
use serde_json::Value;
use zeroize::Zeroize as _;

pub use event::{Event, Step};
pub use program::{Chart, Fetch, Program};

use crate::clock::Clock;
use crate::reconcile::Outcome as Brought;
use crate::wait::{PAUSE, REMINDER};

/// Under which name fields are set.
const MANAGER: &str = "kubectl-ichor";

/// Under which name the definitions of kinds are: helm-controller applies those of its charts under
/// it, and of no other name (seen with 1.6), so that a field which a later chart drops goes.
const DEFINER: &str = "helm-controller";

/// How long an API server may be away before that is a failure.
const AWAY: Duration = Duration::from_mins(3);

/// For how long an object of Flux may fail before that counts.
const SETTLE: Duration = Duration::from_mins(1);

/// What a repository wants of a cluster before Flux can look after it.
#[derive(Default)]
pub struct Wanted {
    /// The names of its nodes.
    pub nodes: Vec<String>,
    /// The authority that its API server has its certificate from, where it is known: as
    /// `certificate-authority-data`.
    pub authority: Option<String>,
    /// Where its Flux gets the repository from, where that is known.
    pub origin: Option<String>,
    /// Its namespaces.
    pub namespaces: Vec<Wish>,
    /// Its secrets, in the clear, each with a namespace.
    pub secrets: Vec<Wish>,
    /// Releases of whose charts only the definitions of kinds are applied: Flux installs the rest.
    pub definitions: Vec<Release>,
    /// Releases, and for each the places of those that it needs.
    pub releases: Vec<(Release, Vec<usize>)>,
}

/// An object that is wanted.
pub struct Wish {
    /// As it is to be. May be a Secret in the clear.
    pub object: Value,
    /// Where the repository has it.
    pub place: Option<Location>,
}

impl Drop for Wish {
    /// A Secret in the clear is wiped.
    fn drop(&mut self) {
        wipe(&mut self.object);
    }
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(map) => map.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A release of Helm.
#[derive(Debug, Clone, Default)]
pub struct Release {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Its values.
    pub values: Value,
    /// Where the repository has it.
    pub place: Option<Location>,
}

impl Release {
    /// `namespace/name`, by which it is told from others.
    pub fn path(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }
}

/// Why Helm did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Its words, without values of the release.
    pub words: String,
    /// Whether the API server did not answer.
    pub is_away: bool,
    /// What to do about it, where that is known.
    pub hint: Option<&'static str>,
}

/// What Helm does.
pub trait Helm: Sync {
    /// Gets whatever it needs for releases. Nothing was written before.
    ///
    /// # Errors
    ///
    /// What cannot be had, or does not fit.
    fn prepare(&self) -> Result<(), Diagnostics>;

    /// The definitions of kinds that the chart of a release brings along.
    ///
    /// # Errors
    ///
    /// Helm's words.
    fn definitions(&self, release: &Release) -> Result<Vec<Value>, String>;

    /// The version of the chart of a release, as the chart says it; none where it is not at hand.
    fn version(&self, release: &Release) -> Option<String>;

    /// Whether somebody still works at a release, whom an earlier run has started.
    fn is_busy(&self, release: &Release) -> bool;

    /// Installs a release or upgrades it, and waits until what it makes is ready.
    ///
    /// # Errors
    ///
    /// Why it is not there.
    fn upgrade(&self, release: &Release, tell: &mut dyn FnMut(&str)) -> Result<(), Refusal>;

    /// Takes a release back to what it was before an upgrade that was cut off.
    ///
    /// # Errors
    ///
    /// Why it is not.
    fn rollback(&self, release: &Release) -> Result<(), Refusal>;
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Whether anything was changed.
    pub changed: bool,
    /// Whether Flux had the cluster before.
    pub was_handed_over: bool,
    /// What Flux brings.
    pub brought: Brought,
    /// What went wrong; where it is empty, everything is ready.
    pub failed: Diagnostics,
    /// What is not as the repository has it, and was left alone.
    pub notes: Diagnostics,
}

/// The apps of a cluster.
pub struct Apps<'a> {
    /// Calls its API server.
    pub client: &'a Client,
    /// What is wanted.
    pub wanted: &'a Wanted,
    /// Who installs releases.
    pub helm: &'a dyn Helm,
    /// Whether fields are taken over that somebody else has set.
    pub takes_over: bool,
    /// A mark that no other run has: the time, say.
    pub stamp: &'a str,
    /// Until when nodes are there, and until when Flux has brought everything.
    pub patience: Duration,
    /// By which clock.
    pub clock: &'a dyn Clock,
}

/// Whom events are told to; a step may be inside another call that tells.
pub(crate) type Tell<'t> = RefCell<&'t mut dyn FnMut(Event)>;

pub(crate) fn told(tell: &Tell<'_>, event: Event) {
    (tell.borrow_mut())(event);
}

impl Apps<'_> {
    /// Goes through all steps, and stops at the first that something fails in.
    pub fn run(&self, tell: &mut dyn FnMut(Event)) -> Outcome {
        let mut outcome = Outcome::default();
        let tell = RefCell::new(tell);
        if let Err(problems) = self.steps(&tell, &mut outcome) {
            outcome.failed.extend(problems);
        }
        outcome
    }

    /// Asks until the API server answers.
    fn ask<T>(
        &self,
        tell: &Tell<'_>,
        mut question: impl FnMut(&Client) -> Result<T, Fault>,
    ) -> Result<T, Diagnostic> {
        let patience = self.patience.min(AWAY);
        let begin = self.clock.elapsed();
        let mut reminded = begin;
        loop {
            let fault = match question(self.client) {
                Ok(answer) => return Ok(answer),
                Err(fault) => fault,
            };
            let now = self.clock.elapsed();
            let spent = now.saturating_sub(begin);
            if !fault.is_passing() || spent >= patience {
                return Err(fault.diagnostic());
            }
            if now.saturating_sub(reminded) >= REMINDER {
                reminded = now;
                told(
                    tell,
                    Event::Waiting {
                        what: "the API server".to_owned(),
                        until: fault.to_string(),
                        seconds: spent.as_secs(),
                    },
                );
            }
            self.clock.pause(fault.again.unwrap_or(PAUSE).min(REMINDER));
        }
    }
}

/// A kind that every API server has.
fn known(api_version: &str, kind: &str, plural: &str, is_namespaced: bool) -> Definition {
    Definition {
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        plural: plural.to_owned(),
        is_namespaced,
    }
}

/// The kind of Secrets.
fn secrets() -> Definition {
    known("v1", "Secret", "secrets", true)
}

/// A text of an object.
fn text<'o>(object: &'o Value, pointer: &str) -> &'o str {
    let found = object.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_default()
}
