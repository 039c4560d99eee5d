//! Flux objects, told to look again now, and followed until what they bring is there.
//!
//! An object is stamped (`reconcile.fluxcd.io/requestedAt`). Its controller says when it has
//! dealt with that stamp, and only then does what the object says count: ready, or why not. Of a
//! Kustomization that is ready, what it has brought is followed: its Kustomizations, its
//! releases of Helm, and theirs.
//!
//! `flux reconcile` waits for an object that fails until its time is over, and gives no reason;
//! what the object itself says is told here at once.

pub(crate) mod subject;
pub(crate) mod verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use diagnostics::Diagnostic;
use kubernetes_client::Client;
use serde::Serialize;
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::rules;
use crate::wait::{PAUSE, REMINDER};

pub use subject::{Kind, Subject, Subjects};
pub(crate) use verdict::{Condition, Said};
pub use verdict::{State, verdict};

/// Under which name fields are set. kustomize-controller takes over what those have set whose
/// name begins with `kubectl`, and drops it where git has none: a suspension would end with the
/// next look at what is above it (seen with kustomize-controller 1.9).
const MANAGER: &str = "ichor";

/// What else a HelmRelease is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Helm {
    /// Nothing.
    #[default]
    Usual,
    /// To upgrade even where nothing has changed.
    Force,
    /// To forget its failures, and try again.
    Reset,
}

/// What happens, for whoever watches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
pub enum Event {
    /// An object was told to look again.
    Asked {
        /// Which.
        object: Subject,
    },
    /// An object is what it should be, or is suspended, or fails.
    Found {
        /// Which.
        object: Subject,
        /// How it is.
        #[serde(flatten)]
        state: State,
    },
    /// Nothing can be done but wait.
    Waiting {
        /// For which object.
        object: Subject,
        /// Until what.
        until: String,
        /// For how long by now.
        seconds: u64,
    },
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Objects that are ready.
    pub ready: Vec<Subject>,
    /// Objects that are suspended: they are left alone, and what they bring is not followed.
    pub suspended: Vec<Subject>,
    /// Objects that are not, and why.
    pub failed: BTreeMap<Subject, Diagnostic>,
}

/// Objects that are to look again.
pub struct Reconcile<'a> {
    /// Calls the API server.
    pub client: &'a Client,
    /// What Flux's kinds are called there.
    pub subjects: &'a Subjects,
    /// Whether they are told at all; else they are followed as they are, and told once where they
    /// fail.
    pub is_told: bool,
    /// For how long one may fail before that counts: whatever it needs may come still.
    pub settle: Duration,
    /// Whether their sources look again before.
    pub with_source: bool,
    /// What a `HelmRelease` is told.
    pub helm: Helm,
    /// Whether what they bring is followed.
    pub follow: bool,
    /// A mark that no other run has: the time, say.
    pub stamp: &'a str,
    /// Until when.
    pub patience: Duration,
    /// By which clock.
    pub clock: &'a dyn Clock,
}

/// Someone whose end is waited for.
struct Open {
    subject: Subject,
    /// Who waits for it: it is their source.
    next: Option<Subject>,
    /// Whether it was stamped.
    is_asked: bool,
    /// The source that another one has it from, and the revision that it is to bring where it has
    /// the same.
    revision: Option<(Subject, String)>,
    /// Since when it fails.
    failing: Option<Duration>,
    reminded: Duration,
}

impl Open {
    fn new(subject: Subject, now: Duration) -> Self {
        Self {
            subject,
            next: None,
            is_asked: false,
            revision: None,
            failing: None,
            reminded: now,
        }
    }

    /// Who was meant, where this is only a source.
    fn meant(self) -> Subject {
        self.next.unwrap_or(self.subject)
    }
}

impl Reconcile<'_> {
    /// Tells them, and waits for them and for what they bring.
    pub fn run(&self, wanted: &[Subject], tell: &mut dyn FnMut(Event)) -> Outcome {
        let mut outcome = Outcome::default();
        let mut open = Vec::new();
        let mut known: BTreeSet<Subject> = BTreeSet::new();
        let begin = self.clock.elapsed();
        for subject in wanted {
            if !known.insert(subject.clone()) {
                continue;
            }
            match self.begin(subject, tell, &mut outcome) {
                Ok(Some(one)) => open.push(one),
                Ok(None) => {}
                Err(problem) => drop(outcome.failed.insert(subject.clone(), problem)),
            }
        }
        while !open.is_empty() {
            let ready = outcome.ready.len();
            let mut still = Vec::new();
            for one in std::mem::take(&mut open) {
                self.look(one, begin, tell, &mut outcome, &mut known, &mut still);
            }
            open = still;
            // What one that is ready has brought may be ready as well.
            if !open.is_empty() && outcome.ready.len() == ready {
                self.clock.pause(PAUSE);
            }
        }
        outcome
    }

    /// Stamps an object, or first its source where that is wanted.
    fn begin(
        &self,
        subject: &Subject,
        tell: &mut dyn FnMut(Event),
        outcome: &mut Outcome,
    ) -> Result<Option<Open>, Diagnostic> {
        let object = self.subjects.get(self.client, subject)?;
        if verdict::is_suspended(&object) {
            suspended(subject, tell, outcome);
            return Ok(None);
        }
        if !self.is_told {
            return Ok(Some(Open::new(subject.clone(), self.clock.elapsed())));
        }
        let source = subject::source_of(subject, &object).filter(|_| self.with_source);
        let Some(source) = source else {
            return self.ask(subject.clone(), None, tell).map(Some);
        };
        if verdict::is_suspended(&self.subjects.get(self.client, &source)?) {
            return Err(rules::CLUSTER_FLUX_NOT_READY
                .report(format!("{source} is suspended"))
                .hint(format!("`ichor resume {}` lets it go on", source.words())));
        }
        self.ask(source, Some(subject.clone()), tell).map(Some)
    }

    /// Stamps one, before what is to be stamped next.
    fn ask(
        &self,
        subject: Subject,
        next: Option<Subject>,
        tell: &mut dyn FnMut(Event),
    ) -> Result<Open, Diagnostic> {
        self.stamp(&subject)?;
        tell(Event::Asked {
            object: subject.clone(),
        });
        Ok(Open {
            next,
            is_asked: true,
            ..Open::new(subject, self.clock.elapsed())
        })
    }

    /// Looks at one, and at whom it brings where it is ready.
    fn look(
        &self,
        mut one: Open,
        begin: Duration,
        tell: &mut dyn FnMut(Event),
        outcome: &mut Outcome,
        known: &mut BTreeSet<Subject>,
        still: &mut Vec<Open>,
    ) {
        let state = match self.verdict(&one.subject, one.is_asked, one.revision.as_ref()) {
            Ok(state) => state,
            Err(problem) => {
                outcome.failed.insert(one.meant(), problem);
                return;
            }
        };
        match state {
            State::Waiting { until } => {
                if let Err(problem) = self.late(&one.subject, &until, begin) {
                    outcome.failed.insert(one.meant(), problem);
                    return;
                }
                self.remind(&one.subject, until, begin, &mut one.reminded, tell);
                still.push(one);
            }
            State::Suspended => suspended(&one.subject, tell, outcome),
            State::Failed { why } if self.bears(&mut one) => {
                self.remind(&one.subject, why, begin, &mut one.reminded, tell);
                still.push(one);
            }
            State::Failed { why } => {
                tell(Event::Found {
                    object: one.subject.clone(),
                    state: State::Failed { why: why.clone() },
                });
                let words = format!("{}: {why}", one.subject);
                let problem = rules::CLUSTER_FLUX_NOT_READY.report(words);
                outcome.failed.insert(one.meant(), problem);
            }
            State::Ready { revision } if one.next.is_some() => {
                tell(Event::Found {
                    object: one.subject.clone(),
                    state: State::Ready { revision },
                });
                let next = one.meant();
                match self.ask(next.clone(), None, tell) {
                    Ok(open) => still.push(open),
                    Err(problem) => drop(outcome.failed.insert(next, problem)),
                }
            }
            State::Ready { revision } => {
                if self.follow {
                    let (source, all) = self.brought(&one.subject);
                    let expected = source.zip(revision.clone());
                    for brought in all {
                        if known.insert(brought.clone()) {
                            let is_kustomization = brought.kind == Kind::Kustomization;
                            still.push(Open {
                                revision: expected.clone().filter(|_| is_kustomization),
                                ..Open::new(brought, self.clock.elapsed())
                            });
                        }
                    }
                }
                tell(Event::Found {
                    object: one.subject.clone(),
                    state: State::Ready { revision },
                });
                outcome.ready.push(one.subject);
            }
        }
    }

    /// The source of a Kustomization, and the Kustomizations and releases that it has applied.
    fn brought(&self, subject: &Subject) -> (Option<Subject>, Vec<Subject>) {
        match self.subjects.get(self.client, subject) {
            Ok(object) => (
                subject::source_of(subject, &object),
                subject::brought(&object),
            ),
            // It was there just now.
            Err(_) => (None, Vec::new()),
        }
    }

    /// How an object is. While its API server does not answer, that is waited for.
    fn verdict(
        &self,
        subject: &Subject,
        is_asked: bool,
        expected: Option<&(Subject, String)>,
    ) -> Result<State, Diagnostic> {
        let stamp = is_asked.then_some(self.stamp);
        match self.subjects.find(self.client, subject) {
            Ok(Some(object)) => {
                let source = subject::source_of(subject, &object);
                let same = expected.filter(|(from, _)| Some(from) == source.as_ref());
                let revision = same.map(|(_, revision)| revision.as_str());
                Ok(verdict(&object, stamp, revision))
            }
            Ok(None) => Err(subject::nobody(subject)),
            Err(fault) if fault.is_passing() => Ok(State::Waiting {
                until: fault.to_string(),
            }),
            Err(fault) => Err(fault.diagnostic()),
        }
    }

    /// Whether a failure does not count yet. Before it does, the object is told to look again:
    /// what it did not find may have come, and by itself it looks after an hour only.
    fn bears(&self, one: &mut Open) -> bool {
        let now = self.clock.elapsed();
        let failing = now.saturating_sub(*one.failing.get_or_insert(now));
        if !one.is_asked && !self.settle.is_zero() && failing >= self.settle / 3 {
            one.is_asked = self.stamp(&one.subject).is_ok();
        }
        failing < self.settle
    }

    fn stamp(&self, subject: &Subject) -> Result<(), Diagnostic> {
        let mut annotations = json!({ "reconcile.fluxcd.io/requestedAt": self.stamp });
        let more = match (&subject.kind, self.helm) {
            (Kind::HelmRelease, Helm::Force) => Some("reconcile.fluxcd.io/forceAt"),
            (Kind::HelmRelease, Helm::Reset) => Some("reconcile.fluxcd.io/resetAt"),
            _ => None,
        };
        if let Some(more) = more {
            annotations[more] = self.stamp.into();
        }
        let patch = json!({ "metadata": { "annotations": annotations } });
        { self.subjects.change(self.client, subject, &patch, MANAGER) }
            .map_err(|fault| fault.diagnostic())
    }

    /// Whether the time is over.
    fn late(&self, subject: &Subject, until: &str, begin: Duration) -> Result<(), Diagnostic> {
        let spent = self.clock.elapsed().saturating_sub(begin);
        if spent < self.patience {
            return Ok(());
        }
        Err(rules::CLUSTER_FLUX_NOT_READY
            .report(format!(
                "{subject} is not ready after {} s: {until}",
                spent.as_secs()
            ))
            .hint("it goes on in the cluster; the same again waits on"))
    }

    fn remind(
        &self,
        subject: &Subject,
        until: String,
        begin: Duration,
        reminded: &mut Duration,
        tell: &mut dyn FnMut(Event),
    ) {
        let now = self.clock.elapsed();
        if now.saturating_sub(*reminded) < REMINDER {
            return;
        }
        *reminded = now;
        tell(Event::Waiting {
            object: subject.clone(),
            until,
            seconds: now.saturating_sub(begin).as_secs(),
        });
    }
}

fn suspended(subject: &Subject, tell: &mut dyn FnMut(Event), outcome: &mut Outcome) {
    tell(Event::Found {
        object: subject.clone(),
        state: State::Suspended,
    });
    outcome.suspended.push(subject.clone());
}

/// Has Flux leave objects alone, or look after them again. Whether that is a change.
///
/// # Errors
///
/// Whatever keeps the API server from it.
pub fn suspend(
    client: &Client,
    subjects: &Subjects,
    subject: &Subject,
    is_wanted: bool,
) -> Result<bool, Diagnostic> {
    let object = subjects.get(client, subject)?;
    if verdict::is_suspended(&object) == is_wanted {
        return Ok(false);
    }
    // What was never suspended has no such field.
    let value = if is_wanted { json!(true) } else { Value::Null };
    let patch = json!({ "spec": { "suspend": value } });
    { subjects.change(client, subject, &patch, MANAGER) }
        .map(|()| true)
        .map_err(|fault| fault.diagnostic())
}
