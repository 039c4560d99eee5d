//! Releases of Helm, each behind those that it needs, independent ones side by side.

use std::cell::RefCell;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use diagnostics::{Diagnostic, Diagnostics};
use kubernetes_client::{Client, Pod, PodFilter};
use serde_json::{Map, Value};

use super::objects::reminder;
use super::{AWAY, Apps, Event, Refusal, Release, Tell, known, text, told};
use crate::rules;
use crate::wait::{PAUSE, REMINDER, until};

/// How long it is listened before it is looked whether there is something to remind of.
const TICK: Duration = Duration::from_millis(200);

/// What runs pods.
const RUNNERS: [(&str, &str); 3] = [
    ("DaemonSet", "daemonsets"),
    ("Deployment", "deployments"),
    ("StatefulSet", "statefulsets"),
];

/// Where Helm writes whose release an object is.
const OWNER: &str = "/metadata/annotations/meta.helm.sh~1release-name";

/// So many pods are named.
const NAMED: usize = 4;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Running { since: Duration, reminded: Duration },
    Done,
    Failed,
}

enum Message {
    Happened(Event),
    Ended(usize, Result<bool, Diagnostic>),
}

impl Apps<'_> {
    /// Installs what is not there. How many were, and how many had to be left alone.
    pub(super) fn releases(&self, tell: &Tell<'_>) -> Result<(usize, usize), Diagnostics> {
        let all = &self.wanted.releases;
        let mut states = vec![State::Open; all.len()];
        let mut problems = Diagnostics::new();
        let (mut changed, mut kept) = (0, 0);
        thread::scope(|scope| {
            let (sender, receiver) = channel();
            loop {
                for index in self.startable(&states) {
                    let now = self.clock.elapsed();
                    states[index] = State::Running {
                        since: now,
                        reminded: now,
                    };
                    let sender = sender.clone();
                    scope.spawn(move || self.work(index, &sender));
                }
                if !states
                    .iter()
                    .any(|one| matches!(one, State::Running { .. }))
                {
                    break;
                }
                match receiver.recv_timeout(TICK) {
                    Ok(Message::Happened(event)) => told(tell, event),
                    Ok(Message::Ended(index, ended)) => {
                        let release = all[index].0.path();
                        states[index] = match ended {
                            Ok(is_new) => {
                                *(if is_new { &mut changed } else { &mut kept }) += 1;
                                told(
                                    tell,
                                    Event::Installed {
                                        release,
                                        already: !is_new,
                                    },
                                );
                                State::Done
                            }
                            Err(problem) => {
                                problems.push(problem);
                                told(tell, Event::Failed { release });
                                State::Failed
                            }
                        };
                    }
                    Err(RecvTimeoutError::Timeout) => self.remind_of(&mut states, tell),
                    // This loop holds a sender itself.
                    Err(RecvTimeoutError::Disconnected) => break,
                }
            }
        });
        let open: Vec<&Release> = { all.iter().zip(&states) }
            .filter(|(_, state)| **state == State::Open)
            .map(|((release, _), _)| release)
            .collect();
        if problems.is_empty() && open.is_empty() {
            return Ok((changed, kept));
        }
        if let Some(first) = open.first() {
            let names: Vec<String> = { open.iter() }
                .map(|release| format!("`{}`", release.path()))
                .collect();
            let words = format!(
                "not begun, since they need what is not there: {}",
                names.join(", ")
            );
            let problem = rules::CLUSTER_RELEASE_FAILED.report(words);
            // Behind what they need, which stands before them.
            problems.push(problem.at(first.place.clone()));
        }
        Err(problems)
    }

    /// Those that nothing is missing for.
    fn startable(&self, states: &[State]) -> Vec<usize> {
        let all = self.wanted.releases.iter().enumerate();
        let is_done = |need: &usize| states.get(*need) == Some(&State::Done);
        {
            all.filter(|(index, (_, needs))| {
                states[*index] == State::Open && needs.iter().all(is_done)
            })
        }
        .map(|(index, _)| index)
        .collect()
    }

    /// One of them, in a thread of its own.
    fn work(&self, index: usize, sender: &Sender<Message>) {
        let mut pass = |event| {
            // Nobody listens any more.
            drop(sender.send(Message::Happened(event)));
        };
        let release = &self.wanted.releases[index].0;
        let ended = self.release(release, &RefCell::new(&mut pass));
        drop(sender.send(Message::Ended(index, ended)));
    }

    /// Has a release installed, unless it is there. Whether anything was done.
    fn release(&self, release: &Release, tell: &Tell<'_>) -> Result<bool, Diagnostic> {
        let begin = self.clock.elapsed();
        loop {
            self.alone(release, tell)?;
            if self.is_there(release, tell)? {
                return Ok(false);
            }
            told(
                tell,
                Event::Installing {
                    release: release.path(),
                },
            );
            let mut say = |words: &str| {
                told(
                    tell,
                    Event::Said {
                        release: release.path(),
                        words: words.to_owned(),
                    },
                );
            };
            let Err(why) = self.helm.upgrade(release, &mut say) else {
                return Ok(true);
            };
            let is_away = why.is_away || self.client.ready().is_err_and(|fault| fault.is_passing());
            let spent = self.clock.elapsed().saturating_sub(begin);
            if !is_away || spent >= self.patience.min(AWAY) {
                return Err(self.failed(release, &why));
            }
            self.clock.pause(PAUSE);
            self.ask(tell, Client::ready)?;
        }
    }

    /// Waits for who works at a release still, whom an earlier run has left behind.
    fn alone(&self, release: &Release, tell: &Tell<'_>) -> Result<(), Diagnostic> {
        let path = release.path();
        let mut remind = reminder(tell, path.clone());
        let ended = until(self.clock, self.patience, &mut remind, || {
            let is_busy = self.helm.is_busy(release);
            Ok(is_busy.then(|| "the Helm of an earlier run still works at it".to_owned()))
        });
        ended.map_err(|stopped| stopped.of(&path, "the end of an earlier run"))
    }

    /// Whether a release needs nothing; what an interrupted run has left of it is cleared away.
    fn is_there(&self, release: &Release, tell: &Tell<'_>) -> Result<bool, Diagnostic> {
        let Some(stored) = self.stored(release, tell)? else {
            return Ok(false);
        };
        // Its controller mends what is pending, and upgrades what is old.
        if self.is_with_flux(release, tell)? {
            return Ok(true);
        }
        match stored.record.status.as_str() {
            "deployed" => return Ok(stored.is(release, self.helm.version(release).as_deref())),
            "pending-install" => self.forget(release, &stored, tell)?,
            "pending-upgrade" | "pending-rollback" => {
                { self.helm.rollback(release) }.map_err(|why| self.failed(release, &why))?;
            }
            _ => {}
        }
        Ok(false)
    }

    fn failed(&self, release: &Release, why: &Refusal) -> Diagnostic {
        let mut words = format!("`{}` is not installed: {}", release.path(), why.words);
        let troubles = self.troubles(release);
        if !troubles.is_empty() {
            words.push_str("; ");
            words.push_str(&troubles.join(", "));
        }
        let problem = rules::CLUSTER_RELEASE_FAILED.report(words);
        let problem = problem.at(release.place.clone());
        match why.hint {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    }

    /// Reminds of those that take long, with what their pods say.
    fn remind_of(&self, states: &mut [State], tell: &Tell<'_>) {
        let now = self.clock.elapsed();
        for (state, (release, _)) in states.iter_mut().zip(&self.wanted.releases) {
            let State::Running { since, reminded } = state else {
                continue;
            };
            if now.saturating_sub(*reminded) < REMINDER {
                continue;
            }
            *reminded = now;
            let troubles = self.troubles(release);
            let words = if troubles.is_empty() {
                "what it makes is not ready yet".to_owned()
            } else {
                troubles.join(", ")
            };
            told(
                tell,
                Event::Waiting {
                    what: release.path(),
                    until: words,
                    seconds: now.saturating_sub(*since).as_secs(),
                },
            );
        }
    }

    /// Why pods of a release are not ready, as they say themselves: Helm does not.
    fn troubles(&self, release: &Release) -> Vec<String> {
        let filter = PodFilter {
            namespace: Some(&release.namespace),
            ..PodFilter::default()
        };
        // It is said beside something else.
        let pods = self.client.pods(filter).unwrap_or_default();
        let own = self.selectors(release);
        let is_own = |pod: &&Pod| {
            { own.iter() }.any(|labels| {
                { labels.iter() }
                    .all(|(key, value)| pod.labels.get(key).map(String::as_str) == value.as_str())
            })
        };
        let pods = pods.iter().filter(is_own);
        let pods = pods.filter(|pod| !pod.is_ready && !pod.is_finished);
        let told = pods.filter(|pod| !pod.reason.is_empty());
        { told.take(NAMED) }
            .map(|pod| format!("pod `{}`: {}", pod.name, diagnostics::words(&pod.reason)))
            .collect()
    }

    /// By which labels the pods of a release are known, as what runs them says: not every chart
    /// gives its pods the name of the release (that of Cilium does not).
    fn selectors(&self, release: &Release) -> Vec<Map<String, Value>> {
        let mut selectors = Vec::new();
        for (kind, plural) in RUNNERS {
            let kind = known("apps/v1", kind, plural, true);
            let found = self.client.objects(&kind, Some(&release.namespace));
            for object in found.unwrap_or_default() {
                let labels = object.pointer("/spec/selector/matchLabels");
                if text(&object, OWNER) == release.name
                    && let Some(Value::Object(labels)) = labels
                    && !labels.is_empty()
                {
                    selectors.push(labels.clone());
                }
            }
        }
        selectors
    }
}
