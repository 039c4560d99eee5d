//! Flux: whether it has the cluster, and what it brings.

use std::time::Duration;

use diagnostics::Diagnostic;
use kubernetes_client::Kind as FaultKind;
use serde_json::Value;

use super::objects::reminder;
use super::{Apps, Event, Release, SETTLE, Tell, known, text, told};
use crate::overview::Instance;
use crate::reconcile::subject::brought;
use crate::reconcile::{Helm, Kind, Outcome as Brought, Reconcile, State, Subject, Subjects};
use crate::rules;
use crate::wait::{Stopped, found};

/// What Flux's first objects are called where nobody says, and their namespace.
const FIRST: &str = "flux-system";

impl Apps<'_> {
    /// The object that flux-operator makes a Flux of, if there is one.
    pub(super) fn instance(&self, tell: &Tell<'_>) -> Result<Option<Value>, Diagnostic> {
        let kind = known(
            "fluxcd.controlplane.io/v1",
            "FluxInstance",
            "fluxinstances",
            true,
        );
        let all = self.ask(tell, |client| match client.objects(&kind, None) {
            Err(fault) if fault.kind == FaultKind::Missing => Ok(Vec::new()),
            answer => answer,
        })?;
        Ok(all.into_iter().next())
    }

    /// Where the Flux of a cluster without such an object has its files from.
    pub(super) fn root_source(&self, tell: &Tell<'_>) -> Result<String, Diagnostic> {
        let kind = known(
            "source.toolkit.fluxcd.io/v1",
            "GitRepository",
            "gitrepositories",
            true,
        );
        let source = self.ask(tell, |client| client.get(&kind, FIRST, FIRST))?;
        Ok(source.map_or(String::new(), |source| {
            text(&source, "/spec/url").to_owned()
        }))
    }

    /// Whether Flux knows a release.
    pub(super) fn is_with_flux(
        &self,
        release: &Release,
        tell: &Tell<'_>,
    ) -> Result<bool, Diagnostic> {
        let kind = known(
            "helm.toolkit.fluxcd.io/v2",
            "HelmRelease",
            "helmreleases",
            true,
        );
        let found = self.ask(tell, |client| {
            client.get(&kind, &release.namespace, &release.name)
        })?;
        Ok(found.is_some())
    }

    /// The revision that Flux has applied, if it has one.
    pub(super) fn revision(
        &self,
        instance: Option<&Value>,
        tell: &Tell<'_>,
    ) -> Result<Option<String>, Diagnostic> {
        let root = root(instance);
        let kind = known(
            "kustomize.toolkit.fluxcd.io/v1",
            "Kustomization",
            "kustomizations",
            true,
        );
        let found = self.ask(tell, |client| {
            client.get(&kind, &root.namespace, &root.name)
        })?;
        let found = found.map(|object| text(&object, "/status/lastAppliedRevision").to_owned());
        Ok(found.filter(|revision| !revision.is_empty()))
    }

    /// Waits until Flux runs, has applied a revision, and what it brings is ready.
    pub(super) fn bring(&self, tell: &Tell<'_>) -> Result<Brought, Diagnostic> {
        let instance = self.instance_ready(tell)?;
        let subjects = self.subjects(tell)?;
        let first = self.first(instance.as_ref(), &subjects, tell)?;
        let machine = Reconcile {
            client: self.client,
            subjects: &subjects,
            is_told: false,
            settle: SETTLE,
            with_source: false,
            helm: Helm::Usual,
            follow: true,
            stamp: self.stamp,
            patience: self.patience,
            clock: self.clock,
        };
        Ok(machine.run(&first, &mut |event| told(tell, Event::Flux(event))))
    }

    /// Waits until flux-operator says that Flux runs, where it is what makes it.
    fn instance_ready(&self, tell: &Tell<'_>) -> Result<Option<Value>, Diagnostic> {
        let mut failing: Option<Duration> = None;
        let mut remind = reminder(tell, "FluxInstance".to_owned());
        let ended = found(self.clock, self.patience, &mut remind, || {
            let Some(instance) = self.instance(tell)? else {
                return Ok(Ok(None));
            };
            let why = match state(&instance) {
                State::Ready { .. } | State::Suspended => return Ok(Ok(Some(instance))),
                State::Waiting { until } => {
                    failing = None;
                    return Ok(Err(until));
                }
                State::Failed { why } => why,
            };
            let now = self.clock.elapsed();
            let since = *failing.get_or_insert(now);
            if now.saturating_sub(since) < SETTLE {
                return Ok(Err(why));
            }
            Err(rules::CLUSTER_FLUX_NOT_READY.report(format!(
                "FluxInstance `{}/{}`: {why}",
                text(&instance, "/metadata/namespace"),
                text(&instance, "/metadata/name")
            )))
        });
        ended.map_err(|stopped| late(stopped, "FluxInstance"))
    }

    /// Waits until the kinds of Flux are known.
    fn subjects(&self, tell: &Tell<'_>) -> Result<Subjects, Diagnostic> {
        let mut remind = reminder(tell, "Flux".to_owned());
        let ended = found(self.clock, self.patience, &mut remind, || {
            self.ask(tell, kubernetes_client::Client::ready)?;
            match Subjects::of(self.client) {
                Err(problem) if problem.is(&rules::CLUSTER_NO_FLUX) => {
                    Ok(Err("its kinds are not known yet".to_owned()))
                }
                answer => answer.map(Ok),
            }
        });
        ended.map_err(|stopped| late(stopped, "Flux"))
    }

    /// Waits until there is what Flux begins with.
    fn first(
        &self,
        instance: Option<&Value>,
        subjects: &Subjects,
        tell: &Tell<'_>,
    ) -> Result<Vec<Subject>, Diagnostic> {
        let root = root(instance);
        let mut remind = reminder(tell, root.to_string());
        let ended = found(self.clock, self.patience, &mut remind, || {
            let answer = self.ask(tell, |client| subjects.find(client, &root))?;
            if answer.is_some() {
                return Ok(Ok(vec![root.clone()]));
            }
            if instance.is_some() {
                return Ok(Err("flux-operator makes it".to_owned()));
            }
            let topmost = self.topmost(subjects)?;
            if topmost.is_empty() {
                return Ok(Err("there is no Kustomization yet".to_owned()));
            }
            Ok(Ok(topmost))
        });
        ended.map_err(|stopped| late(stopped, "what Flux begins with"))
    }

    /// The Kustomizations that no other has brought.
    fn topmost(&self, subjects: &Subjects) -> Result<Vec<Subject>, Diagnostic> {
        let all = subjects.all(self.client, Kind::Kustomization, None)?;
        let below: Vec<Subject> = all.iter().flat_map(brought).collect();
        let all = all
            .iter()
            .filter_map(|object| crate::reconcile::subject::subject(Kind::Kustomization, object));
        Ok(all.filter(|one| !below.contains(one)).collect())
    }
}

/// What Flux begins with.
fn root(instance: Option<&Value>) -> Subject {
    let namespace = instance.map_or("", |one| text(one, "/metadata/namespace"));
    let namespace = if namespace.is_empty() {
        FIRST
    } else {
        namespace
    };
    let name = instance.map_or("", |one| text(one, "/spec/sync/name"));
    Subject {
        kind: Kind::Kustomization,
        namespace: namespace.to_owned(),
        // What flux-operator takes where the object names none.
        name: if name.is_empty() { namespace } else { name }.to_owned(),
    }
}

/// How what flux-operator makes of Flux is.
fn state(instance: &Value) -> State {
    match serde_json::from_value::<Instance>(instance.clone()) {
        Ok(instance) => instance.state,
        Err(_) => State::Waiting {
            until: "it cannot be read".to_owned(),
        },
    }
}

fn late(stopped: Stopped, what: &str) -> Diagnostic {
    match stopped {
        Stopped::Failed(problem) => problem,
        Stopped::Late { missing, seconds } => rules::CLUSTER_FLUX_NOT_READY
            .report(format!("{what} is not ready after {seconds} s: {missing}"))
            .hint("it goes on in the cluster; the same again waits on"),
    }
}
