//! What keeps an app from running: one conclusion, and what shows it.
//!
//! An app is a Kustomization or a release of Helm, with its sources, what it depends on, what it
//! brings, and its pods; or anything else that has the name. What it comes of is already known
//! ([`crate::overview`]); here more is asked of the few objects that matter: events, the last
//! lines of containers that end, and whether the Secrets and `ConfigMap`s are there that they
//! name. Of a Secret nothing but its metadata is ever asked for.

mod events;
mod focus;
mod inputs;
mod logs;

use diagnostics::Secrets;
use kubernetes_client::Client;
use serde::Serialize;

use crate::cause::Cause;
use crate::overview::clean;
use crate::overview::{Facts, Finding, First, Group, Judged, Level, Object, Unanswered};
use crate::reconcile::State;

pub use events::Event;
pub use focus::{Focus, find};
pub use logs::Printed;

/// What keeps an app from running.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// What is meant by the name.
    pub app: Vec<Object>,
    /// What it comes of; nothing where all of it is well.
    pub conclusion: Option<First>,
    /// From the app to what it comes of, step by step.
    pub chain: Vec<Finding>,
    /// Everything that was looked at, and how it is.
    pub objects: Vec<Seen>,
    /// Pods of it that are not well.
    pub pods: Vec<Group>,
    /// Secrets and `ConfigMap`s that it names and that are not there.
    pub missing: Vec<Object>,
    /// Warnings about it, the newest last.
    pub events: Vec<Event>,
    /// The last lines of containers that do not run.
    pub logs: Vec<Printed>,
    /// What could not be asked, and why.
    pub unanswered: Vec<Unanswered>,
}

/// An object that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// Which.
    pub object: Object,
    /// How it is; nothing where it is what it should be.
    pub level: Option<Level>,
    /// In whose words, or its revision.
    pub told: String,
}

/// Looks closer at an app. Whatever is told of it passes the secrets that are known.
pub fn diagnose(client: &Client, facts: &Facts, judged: &Judged, focus: &Focus) -> Diagnosis {
    let secrets = &facts.secrets;
    let mut unanswered = Vec::new();
    let chain = chain(judged, focus);
    let groups: Vec<Group> = { judged.groups.iter() }
        .filter(|group| focus.has_group(group))
        .cloned()
        .collect();
    let missing = inputs::missing(client, facts, focus, &groups, &mut unanswered);
    let mut conclusion = chain.last().and_then(|root| {
        let mut first = judged.first.iter();
        first.find(|one| one.object == root.object).cloned()
    });
    if let Some(conclusion) = &mut conclusion {
        name_missing(conclusion, &missing);
        conclusion.why = clean(&conclusion.why, secrets);
    }
    let masked = |mut finding: Finding| {
        finding.why = clean(&finding.why, secrets);
        finding
    };
    Diagnosis {
        app: focus.app.clone(),
        conclusion,
        chain: chain.into_iter().map(masked).collect(),
        objects: seen(facts, focus, secrets),
        events: events::about(client, focus, &groups, secrets, &mut unanswered),
        logs: logs::of(client, &groups, secrets, &mut unanswered),
        pods: groups,
        missing,
        unanswered,
    }
}

/// From the worst of an app to what that comes of.
fn chain(judged: &Judged, focus: &Focus) -> Vec<Finding> {
    let about = |object: &Object| judged.findings.iter().find(|one| one.object == *object);
    // Of the app itself, else of what it brings; the worst comes first.
    let of = |objects: &[Object]| {
        let mut findings = judged.findings.iter();
        let is_it = |one: &&Finding| objects.contains(&one.object);
        findings.find(is_it).cloned()
    };
    let parts: Vec<Object> = { judged.groups.iter() }
        .filter(|group| focus.has_group(group))
        .map(|group| group.owner.clone())
        .collect();
    let start = of(&focus.app)
        .or_else(|| of(&focus.brought))
        .or_else(|| of(&parts));
    let mut chain: Vec<Finding> = Vec::new();
    let mut next = start;
    while let Some(one) = next {
        next = { one.after.as_ref() }
            .filter(|after| chain.iter().all(|known| known.object != **after))
            .and_then(about)
            .cloned();
        chain.push(one);
    }
    chain
}

/// A container that cannot be made, or never becomes ready, for want of what is named here.
fn name_missing(conclusion: &mut First, missing: &[Object]) {
    let lacks = matches!(
        conclusion.cause,
        Cause::MissingInput
            | Cause::SourceCredentials
            | Cause::Container
            | Cause::NotReady
            | Cause::Variables
    );
    let is_named = missing.iter().any(|one| conclusion.why.contains(&one.name));
    if let Some(first) = missing.first().filter(|_| lacks && !is_named) {
        conclusion.why = format!("{}; there is no {first}", conclusion.why);
    }
}

/// Everything of Flux that belongs to it, and how it is.
fn seen(facts: &Facts, focus: &Focus, secrets: &Secrets) -> Vec<Seen> {
    let of_focus = facts.flux.iter().filter(|one| focus.has(&one.object()));
    of_focus
        .map(|one| {
            let (level, told) = match &one.state {
                State::Ready { .. } => (None, one.revision.clone()),
                State::Suspended => (Some(Level::Remark), "suspended".to_owned()),
                State::Waiting { until } => (Some(Level::Waiting), until.clone()),
                State::Failed { why } => (Some(Level::Failing), why.clone()),
            };
            Seen {
                object: one.object(),
                level,
                told: clean(&told, secrets),
            }
        })
        .collect()
}
