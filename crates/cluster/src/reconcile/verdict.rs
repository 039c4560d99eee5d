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
    if is_suspended(object) {
        return State::Suspended;
    }
    let status = |path: &str| object.pointer(path).and_then(Value::as_str);
    let waiting = |until: &str| State::Waiting {
        until: until.to_owned(),
    };
    let is_handled = match stamp {
        Some(stamp) => status("/status/lastHandledReconcileAt") == Some(stamp),
        None => true,
    };
    if !is_handled {
        return waiting("its controller has not looked at it yet");
    }
    let [ready, stalled] = ["Ready", "Stalled"].map(|kind| condition(object, kind));
    let attempted = status("/status/lastAttemptedRevision");
    let is_attempted = revision.is_none() || attempted == revision;
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
    let is_observed =
        object.pointer("/status/observedGeneration") == object.pointer("/metadata/generation");
    match ready.status {
        "True" if !is_observed => waiting("its controller has not seen its last change yet"),
        "True" if !is_attempted => waiting("it has the revision before still"),
        "True" => {
            let applied = status("/status/lastAppliedRevision");
            let revision = applied.or_else(|| status("/status/artifact/revision"));
            State::Ready {
                revision: revision.map(words),
            }
        }
        // What it says is of another revision.
        "False" if !is_attempted => waiting("it has the revision before still"),
        "False" => State::Failed {
            why: words(ready.message),
        },
        _ => waiting(&words(ready.message)),
    }
}

struct Condition<'o> {
    status: &'o str,
    reason: &'o str,
    message: &'o str,
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
