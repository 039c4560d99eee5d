//! The steps, in their order.

use std::collections::BTreeSet;

use diagnostics::{Diagnostic, Diagnostics};
use kubernetes_client::Client;
use serde_json::Value;

use super::objects::{Became, contains, reminder};
use super::{Apps, Event, Outcome, Step, Tell, Wish, known, secrets, text, told};
use crate::rules;
use crate::wait::{Stopped, until};

/// What became of several.
#[derive(Default)]
struct Tally {
    changed: usize,
    kept: usize,
    problems: Diagnostics,
}

impl Tally {
    fn count(&mut self, became: Result<Became, Diagnostic>) {
        match became {
            Ok(Became::Changed) => self.changed += 1,
            Ok(Became::Kept) => self.kept += 1,
            Err(problem) => self.problems.push(problem),
        }
    }
}

/// A step has ended well.
fn done(step: Step, changed: usize, kept: usize, tell: &Tell<'_>, outcome: &mut Outcome) {
    outcome.changed |= changed > 0;
    told(
        tell,
        Event::Done {
            step,
            changed,
            kept,
        },
    );
}

/// Ends a step, unless something failed in it.
fn close(
    step: Step,
    tally: Tally,
    tell: &Tell<'_>,
    outcome: &mut Outcome,
) -> Result<(), Diagnostics> {
    outcome.changed |= tally.changed > 0;
    if !tally.problems.is_empty() {
        return Err(tally.problems);
    }
    done(step, tally.changed, tally.kept, tell, outcome);
    Ok(())
}

impl Apps<'_> {
    pub(super) fn steps(&self, tell: &Tell<'_>, outcome: &mut Outcome) -> Result<(), Diagnostics> {
        self.has_our_authority()?;
        self.ask(tell, Client::ready)?;
        let instance = self.instance(tell)?;
        self.has_our_flux(instance.as_ref(), tell)?;
        self.nodes(tell)?;
        let revision = self.revision(instance.as_ref(), tell)?;
        if let Some(revision) = revision {
            outcome.was_handed_over = true;
            told(tell, Event::HandedOver { revision });
            outcome.notes.extend(self.other_secrets(tell)?);
        } else {
            told(tell, Event::Begun { step: Step::Charts });
            self.helm.prepare()?;
            let count = self.wanted.definitions.len() + self.wanted.releases.len();
            done(Step::Charts, 0, count, tell, outcome);
            self.objects(tell, outcome)?;
            self.definitions(tell, outcome)?;
            told(
                tell,
                Event::Begun {
                    step: Step::Releases,
                },
            );
            let (changed, kept) = self.releases(tell)?;
            done(Step::Releases, changed, kept, tell, outcome);
        }
        told(tell, Event::Begun { step: Step::Flux });
        outcome.brought = self.bring(tell)?;
        let failed = std::mem::take(&mut outcome.brought.failed);
        outcome.failed.extend(failed.into_values());
        if outcome.failed.is_empty() {
            let kept = outcome.brought.ready.len() + outcome.brought.suspended.len();
            done(Step::Flux, 0, kept, tell, outcome);
        }
        Ok(())
    }

    /// Waits until every node is registered. None is ready before there is a network.
    fn nodes(&self, tell: &Tell<'_>) -> Result<(), Diagnostic> {
        told(tell, Event::Begun { step: Step::Nodes });
        let mut count = 0;
        let mut remind = reminder(tell, "nodes".to_owned());
        let ended = until(self.clock, self.patience, &mut remind, || {
            let nodes = self.ask(tell, Client::nodes)?;
            self.has_our_nodes(&nodes)?;
            count = nodes.len();
            let there: BTreeSet<&str> = nodes.iter().map(|node| node.name.as_str()).collect();
            let missing: Vec<String> = { self.wanted.nodes.iter() }
                .filter(|name| !there.contains(name.as_str()))
                .map(|name| format!("`{name}`"))
                .collect();
            if missing.is_empty() && count > 0 {
                return Ok(None);
            }
            let missing = if missing.is_empty() {
                "any node".to_owned()
            } else {
                missing.join(", ")
            };
            Ok(Some(format!("{missing} registers with Kubernetes")))
        });
        match ended {
            Ok(()) => {
                told(
                    tell,
                    Event::Done {
                        step: Step::Nodes,
                        changed: 0,
                        kept: count,
                    },
                );
                Ok(())
            }
            Err(Stopped::Failed(problem)) => Err(problem),
            Err(Stopped::Late { missing, seconds }) => Err(rules::CLUSTER_NODES_MISSING
                .report(format!("after {seconds} s it is not so that {missing}"))
                .hint("`ichor talos status` tells how far each node is")),
        }
    }

    /// Namespaces, and the secrets in them.
    fn objects(&self, tell: &Tell<'_>, outcome: &mut Outcome) -> Result<(), Diagnostics> {
        let namespace = known("v1", "Namespace", "namespaces", false);
        let secret = secrets();
        let both = [
            (Step::Namespaces, namespace, &self.wanted.namespaces),
            (Step::Secrets, secret, &self.wanted.secrets),
        ];
        for (step, definition, wishes) in both {
            told(tell, Event::Begun { step });
            let mut tally = Tally::default();
            for wish in wishes {
                tally.count(self.apply(&definition, wish, tell));
            }
            close(step, tally, tell, outcome)?;
        }
        Ok(())
    }

    /// The kinds that charts bring along, which Flux's objects are of.
    fn definitions(&self, tell: &Tell<'_>, outcome: &mut Outcome) -> Result<(), Diagnostics> {
        let step = Step::Definitions;
        told(tell, Event::Begun { step });
        let mut tally = Tally::default();
        let mut names = Vec::new();
        for release in &self.wanted.definitions {
            let found = self.helm.definitions(release).map_err(|why| {
                let words = format!(
                    "the kinds that the chart of `{}` brings are not known: {why}",
                    release.path()
                );
                let problem = rules::CLUSTER_RELEASE_FAILED.report(words);
                problem.at(release.place.clone())
            });
            match found {
                Err(problem) => tally.problems.push(problem),
                Ok(found) => {
                    for definition in found {
                        let became = self.define(&definition, tell);
                        if matches!(became, Ok(Became::Changed)) {
                            names.push(text(&definition, "/metadata/name").to_owned());
                        }
                        tally.count(became);
                    }
                }
            }
        }
        for name in names {
            if let Err(problem) = self.established(&name, tell) {
                tally.problems.push(problem);
            }
        }
        close(step, tally, tell, outcome)
    }

    /// Secrets that are others in the cluster than in the repository, where Flux has it already.
    fn other_secrets(&self, tell: &Tell<'_>) -> Result<Diagnostics, Diagnostic> {
        let definition = secrets();
        let mut notes = Diagnostics::new();
        for Wish { object, place } in &self.wanted.secrets {
            let namespace = text(object, "/metadata/namespace");
            let name = text(object, "/metadata/name");
            let live = self.ask(tell, |client| client.get(&definition, namespace, name))?;
            let data = |of: &Value| of.get("data").cloned().unwrap_or_default();
            let why = match &live {
                None => "is not in the cluster",
                Some(live) if !contains(&data(live), &data(object)) => {
                    "is another one in the cluster than in the repository"
                }
                Some(_) => continue,
            };
            let problem = rules::CLUSTER_OTHER_SECRET
                .report(format!("Secret `{namespace}/{name}` {why}"))
                .hint("Flux has the cluster, so nothing was changed; `kubectl apply` it, or `ichor doctor` tells more");
            notes.push(problem.at(place.clone()));
        }
        Ok(notes)
    }
}
