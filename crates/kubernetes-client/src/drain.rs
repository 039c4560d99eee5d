//! A node emptied of its pods, as far as their disruption budgets allow.

use std::collections::BTreeMap;
use std::time::Duration;

use diagnostics::Diagnostic;
use kube::core::Request;
use kube::core::params::{DeleteParams, Preconditions};
use serde::Serialize;
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::client::Client;
use crate::fault::{Fault, Kind};
use crate::pod::{Pod, PodFilter};
use crate::rules;

/// How a node is drained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DrainOptions {
    /// For how long in all.
    pub patience: Duration,
    /// After what time pods that may not be evicted are deleted; never where there is none.
    pub delete_after: Option<Duration>,
    /// Between two looks.
    pub pause: Duration,
}

impl Default for DrainOptions {
    /// 5 minutes, nothing deleted, a look every 2 seconds.
    fn default() -> Self {
        Self {
            patience: Duration::from_mins(5),
            delete_after: None,
            pause: Duration::from_secs(2),
        }
    }
}

/// What happens, for whoever watches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "step")]
pub enum DrainStep {
    /// So many pods are to go.
    Begun {
        /// How many.
        pods: usize,
    },
    /// A pod was asked to end.
    Evicted {
        /// `namespace/name`.
        pod: String,
    },
    /// A pod may not end now: mostly a disruption budget says so.
    Held {
        /// `namespace/name`.
        pod: String,
        /// The words of the API server.
        why: String,
    },
    /// A pod was deleted, since it could not be evicted for so long.
    Deleted {
        /// `namespace/name`.
        pod: String,
    },
    /// A pod is gone.
    Gone {
        /// `namespace/name`.
        pod: String,
    },
    /// The API server does not answer now.
    Away {
        /// What it does instead.
        why: String,
    },
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Drained {
    /// Pods that were asked to end.
    pub evicted: usize,
    /// Pods that were deleted without asking.
    pub deleted: usize,
}

/// What is known of a pod that is to go.
#[derive(Default)]
struct Leaving {
    path: String,
    is_asked: bool,
    held: String,
    /// Not asked again before.
    rest: Option<Instant>,
}

impl Client {
    /// Has the pods of a node end, which is to be cordoned before, and waits until they are gone.
    /// Mirrors of static pods, pods of a `DaemonSet` and finished ones stay. A disruption budget
    /// that is spent is waited for; an API server that goes away, too.
    ///
    /// # Errors
    ///
    /// `kubernetes-api/not-drained` with the pods that are left and what held them; a fault that
    /// does not pass.
    pub fn drain(
        &self,
        node: &str,
        options: &DrainOptions,
        tell: &mut dyn FnMut(DrainStep),
    ) -> Result<Drained, Diagnostic> {
        let begin = Instant::now();
        let mut drained = Drained::default();
        let mut leaving: BTreeMap<String, Leaving> = BTreeMap::new();
        let mut is_begun = false;
        let mut away = None;
        loop {
            let spent = begin.elapsed();
            let which = PodFilter {
                node: Some(node),
                ..PodFilter::default()
            };
            match self.pods(which) {
                Ok(pods) => {
                    away = None;
                    let pods: Vec<Pod> = pods.into_iter().filter(is_to_go).collect();
                    if !is_begun {
                        is_begun = true;
                        tell(DrainStep::Begun { pods: pods.len() });
                    }
                    leaving.retain(|uid, left| {
                        let stays = pods.iter().any(|pod| pod.uid == *uid);
                        if !stays {
                            let pod = left.path.clone();
                            tell(DrainStep::Gone { pod });
                        }
                        stays
                    });
                    if pods.is_empty() {
                        return Ok(drained);
                    }
                    let by_force = options.delete_after.is_some_and(|after| spent >= after);
                    for pod in &pods {
                        let left = leaving.entry(pod.uid.clone()).or_default();
                        left.path = pod.path();
                        self.push(pod, left, by_force, &mut drained, tell)?;
                    }
                }
                Err(fault) if fault.is_passing() => {
                    let why = fault.to_string();
                    if away.as_ref() != Some(&why) {
                        away = Some(why.clone());
                        tell(DrainStep::Away { why });
                    }
                }
                Err(fault) => return Err(fault.diagnostic()),
            }
            if begin.elapsed() >= options.patience {
                return Err(late(node, &leaving, away, options.patience));
            }
            self.wait(async { sleep(options.pause).await });
        }
    }

    /// Has one pod end, if that was not done yet.
    fn push(
        &self,
        pod: &Pod,
        left: &mut Leaving,
        by_force: bool,
        drained: &mut Drained,
        tell: &mut dyn FnMut(DrainStep),
    ) -> Result<(), Diagnostic> {
        if left.is_asked || pod.is_ending {
            return Ok(());
        }
        if !by_force && left.rest.is_some_and(|rest| rest > Instant::now()) {
            return Ok(());
        }
        let path = pod.path();
        let done = if by_force {
            self.delete(pod)
        } else {
            self.evict(pod)
        };
        match done {
            Ok(()) => {
                left.is_asked = true;
                if by_force {
                    drained.deleted += 1;
                    tell(DrainStep::Deleted { pod: path });
                } else {
                    drained.evicted += 1;
                    tell(DrainStep::Evicted { pod: path });
                }
            }
            // It went by itself, or there is another one of its name by now.
            Err(fault) if matches!(fault.kind, Kind::Missing | Kind::Conflict) => {}
            // More than one budget for a pod is a failure of the server, and no webhook is certain.
            Err(fault)
                if fault.is_passing() || matches!(fault.kind, Kind::Failed | Kind::Denied) =>
            {
                left.rest = fault.again.map(|again| Instant::now() + again);
                if left.held != fault.words {
                    left.held.clone_from(&fault.words);
                    tell(DrainStep::Held {
                        pod: path,
                        why: fault.words,
                    });
                }
            }
            Err(fault) => return Err(fault.diagnostic()),
        }
        Ok(())
    }

    fn evict(&self, pod: &Pod) -> Result<(), Fault> {
        let eviction = json!({
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": { "namespace": pod.namespace, "name": pod.name },
            "deleteOptions": { "preconditions": { "uid": pod.uid } },
        });
        let asked = format!("to evict pod `{}`", pod.path());
        let request = Request::new(pods_of(pod)).create_subresource(
            "eviction",
            &pod.name,
            &kube::core::params::PostParams::default(),
            eviction.to_string().into_bytes(),
        );
        self.send(&asked, request).map(drop)
    }

    fn delete(&self, pod: &Pod) -> Result<(), Fault> {
        let params = DeleteParams::default().preconditions(Preconditions {
            uid: Some(pod.uid.clone()),
            ..Preconditions::default()
        });
        let asked = format!("to delete pod `{}`", pod.path());
        let request = Request::new(pods_of(pod)).delete(&pod.name, &params);
        self.send(&asked, request).map(drop)
    }
}

fn pods_of(pod: &Pod) -> String {
    format!("/api/v1/namespaces/{}/pods", pod.namespace)
}

/// Whether a drain is about it.
fn is_to_go(pod: &Pod) -> bool {
    !pod.is_mirror && !pod.is_finished && pod.controller != "DaemonSet"
}

fn late(
    node: &str,
    leaving: &BTreeMap<String, Leaving>,
    away: Option<String>,
    patience: Duration,
) -> Diagnostic {
    let seconds = patience.as_secs();
    if let Some(why) = away {
        return rules::KUBERNETES_API_NOT_DRAINED.report(format!(
            "node `{node}` is not drained after {seconds} s: {why}"
        ));
    }
    let mut left: Vec<String> = leaving
        .values()
        .map(|left| match left.held.as_str() {
            "" => format!("`{}`, which does not end", left.path),
            held => format!("`{}` ({held})", left.path),
        })
        .collect();
    left.sort();
    rules::KUBERNETES_API_NOT_DRAINED
        .report(format!(
            "node `{node}` is not drained after {seconds} s: it still has {}",
            left.join(", ")
        ))
        .hint("see what their disruption budgets want: `kubectl get pdb -A`")
}
