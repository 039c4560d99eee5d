//! What a Flux object says of itself.

use diagnostics::words;
use serde::Serialize;
use serde_json::Value;

/// How an object is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum State {
    /// It is on its way.
    Waiting {
        /// To what.
        until: String,
    },
    /// It is what it should be.
    Ready {
        /// The revision that it has brought, where it names one.
        revision: Option<String>,
    },
    /// Flux leaves it alone.
    Suspended,
    /// It is not what it should be.
    Failed {
        /// What it says of that.
        why: String,
    },
}

/// Whether Flux leaves an object alone.
pub(crate) fn is_suspended(object: &Value) -> bool {
    object.pointer("/spec/suspend") == Some(&Value::Bool(true))
}

/// How an object is: after a stamp where it got one, and with a revision where one is expected.
///
/// An object that fails is not ready *and* on its way, since Flux tries again: whoever only looks
/// whether it is on its way (kstatus, `flux reconcile`) waits for it in vain.
///
/// ```
/// use cluster::reconcile::{State, verdict};
/// use serde_json::json;
///
/// let object = json!({
///     "metadata": { "generation": 2 },
///     "status": {
///         "lastHandledReconcileAt": "mine",
///         "observedGeneration": 1,
///         "conditions": [
///             { "type": "Reconciling", "status": "True", "reason": "ProgressingWithRetry" },
///             { "type": "Ready", "status": "False", "reason": "BuildFailed", "message": "no such file" },
///         ],
///     },
/// });
/// let why = "no such file".to_owned();
/// assert_eq!(verdict(&object, Some("mine"), None), State::Failed { why });
/// assert!(matches!(verdict(&object, Some("other"), None), State::Waiting { .. }));
/// ```
pub fn verdict(object: &Value, stamp: Option<&str>, revision: Option<&str>) -> State {
    let status = |path: &str| object.pointer(path).and_then(Value::as_str);
    let [ready, stalled] = ["Ready", "Stalled"].map(|kind| condition(object, kind));
    let said = Said {
        is_suspended: is_suspended(object),
        handled: status("/status/lastHandledReconcileAt"),
        is_observed: object.pointer("/status/observedGeneration")
            == object.pointer("/metadata/generation"),
        attempted: status("/status/lastAttemptedRevision"),
        applied: status("/status/lastAppliedRevision"),
        artifact: status("/status/artifact/revision"),
        ready,
        stalled,
    };
    said.verdict(stamp, revision)
}

/// What of an object decides how it is.
pub(crate) struct Said<'o> {
    pub(crate) is_suspended: bool,
    /// The last stamp that its controller has dealt with.
    pub(crate) handled: Option<&'o str>,
    /// Whether its controller has seen its last change.
    pub(crate) is_observed: bool,
    /// The revision that was tried last.
    pub(crate) attempted: Option<&'o str>,
    /// The revision that is there.
    pub(crate) applied: Option<&'o str>,
    /// The revision of what a source has fetched.
    pub(crate) artifact: Option<&'o str>,
    pub(crate) ready: Option<Condition<'o>>,
    pub(crate) stalled: Option<Condition<'o>>,
}

impl Said<'_> {
    /// How it is; see [`verdict`].
    pub(crate) fn verdict(self, stamp: Option<&str>, revision: Option<&str>) -> State {
        let Self { ready, stalled, .. } = self;
        if self.is_suspended {
            return State::Suspended;
        }
        let waiting = |until: &str| State::Waiting {
            until: until.to_owned(),
        };
        if stamp.is_some() && self.handled != stamp {
            return waiting("its controller has not looked at it yet");
        }
        let is_attempted = revision.is_none() || self.attempted == revision;
        if let Some(stalled) = stalled.filter(|stalled| stalled.status == "True") {
            // Why it gave up at last says more than that it did.
            let why = ready.as_ref().filter(|ready| ready.status == "False");
            return State::Failed {
                why: words(why.unwrap_or(&stalled).message),
            };
        }
        let Some(ready) = ready else {
            return waiting("its controller has not looked at it yet");
        };
        // Others are to be ready before; that is no failure of its own.
        if ready.reason == "DependencyNotReady" {
            return waiting(&words(ready.message));
        }
        let is_unread = ready.reason == "ArtifactFailed";
        match ready.status {
            "True" if !self.is_observed => {
                waiting("its controller has not seen its last change yet")
            }
            "True" if !is_attempted => waiting("it has the revision before still"),
            "True" => State::Ready {
                revision: self.applied.or(self.artifact).map(words),
            },
            // What it says is of another revision, unless it has got at none.
            "False" if !is_attempted && self.attempted.is_some() && !is_unread => {
                waiting("it has the revision before still")
            }
            "False" => State::Failed {
                why: words(ready.message),
            },
            _ => waiting(&words(ready.message)),
        }
    }
}

/// What an object says of itself.
pub(crate) struct Condition<'o> {
    pub(crate) status: &'o str,
    pub(crate) reason: &'o str,
    pub(crate) message: &'o str,
}

fn condition<'o>(object: &'o Value, kind: &str) -> Option<Condition<'o>> {
    let conditions = object.pointer("/status/conditions")?.as_array()?;
    let found = conditions
        .iter()
        .find(|one| one.get("type").and_then(Value::as_str) == Some(kind))?;
    let text = |key: &str| found.get(key).and_then(Value::as_str).unwrap_or_default();
    Some(Condition {
        status: text("status"),
        reason: text("reason"),
        message: text("message"),
    })
}
