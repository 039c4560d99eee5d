//! Objects that are looked at, and applied where they are not what they should be.

use diagnostics::Diagnostic;
use kubernetes_client::{Apply, Definition, Fault, Kind};
use serde_json::Value;

use super::{Apps, DEFINER, Event, MANAGER, Tell, Wish, known, text, told};
use crate::rules;
use crate::wait::until;

/// What became of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Became {
    /// It was as it should be, or is somebody else's.
    Kept,
    /// It was made or changed.
    Changed,
}

/// Labels by which Flux, or what makes Flux, says that an object is its own.
const FLUX: [&str; 3] = [
    "/metadata/labels/kustomize.toolkit.fluxcd.io~1name",
    "/metadata/labels/helm.toolkit.fluxcd.io~1name",
    "/metadata/labels/fluxcd.controlplane.io~1name",
];

/// By which Helm says of which release an object is.
const HELM: &str = "/metadata/annotations/meta.helm.sh~1release-name";

impl Apps<'_> {
    /// Makes an object what is wanted, unless it is so already, or Flux looks after it.
    pub(super) fn apply(
        &self,
        definition: &Definition,
        wish: &Wish,
        tell: &Tell<'_>,
    ) -> Result<Became, Diagnostic> {
        let object = &wish.object;
        let (namespace, name) = (
            text(object, "/metadata/namespace"),
            text(object, "/metadata/name"),
        );
        let shown = shown(definition, namespace, name);
        let placed = |problem: Diagnostic| problem.at(wish.place.clone());
        let live = self.ask(tell, |client| client.get(definition, namespace, name));
        if let Some(live) = live.map_err(placed)? {
            let is_ending = live.pointer("/metadata/deletionTimestamp").is_some();
            if is_ending {
                self.gone(definition, namespace, name, tell)
                    .map_err(placed)?;
            } else if is_flux(&live) || contains(&live, object) {
                return Ok(Became::Kept);
            }
        }
        let how = Apply {
            manager: MANAGER,
            takes_over: self.takes_over,
            is_strict: true,
            is_dry: false,
        };
        let mut owner = None;
        let applied = self.ask(tell, |client| {
            let applied = client.apply(definition, namespace, name, object, &how);
            if let Err(fault) = &applied
                && fault.kind == Kind::Conflict
            {
                owner = Some(foreign(&shown, fault));
            }
            applied
        });
        if let Some(owner) = owner {
            return Err(placed(owner));
        }
        applied.map_err(placed)?;
        told(tell, Event::Applied { object: shown });
        Ok(Became::Changed)
    }

    /// Applies the definition of a kind, unless one is there that has all its versions.
    pub(super) fn define(&self, object: &Value, tell: &Tell<'_>) -> Result<Became, Diagnostic> {
        let definition = definitions();
        let name = text(object, "/metadata/name");
        let live = self.ask(tell, |client| client.get(&definition, "", name))?;
        if let Some(live) = live {
            let owners = FLUX.iter().chain([&HELM]).map(|path| text(&live, path));
            let owner = { owners }.find(|owner| !owner.is_empty());
            if contains(&live, object) {
                return Ok(Became::Kept);
            }
            if let Some(owner) = owner {
                let there = served(&live);
                let missing: Vec<String> = { served(object).into_iter() }
                    .filter(|version| !there.contains(version))
                    .collect();
                if missing.is_empty() {
                    return Ok(Became::Kept);
                }
                return Err(rules::CLUSTER_OLD_DEFINITION
                    .report(format!(
                        "the definition of `{name}` has no {}, which a chart of the repository needs: it belongs to `{owner}`",
                        missing.join(", ")
                    ))
                    .hint(format!("upgrade or remove `{owner}`; then do the same again")));
            }
        }
        let how = Apply {
            manager: DEFINER,
            takes_over: true,
            is_strict: false,
            is_dry: false,
        };
        self.ask(tell, |client| {
            client.apply(&definition, "", name, object, &how)
        })?;
        told(
            tell,
            Event::Applied {
                object: shown(&definition, "", name),
            },
        );
        Ok(Became::Changed)
    }

    /// Waits until a kind can be used.
    pub(super) fn established(&self, name: &str, tell: &Tell<'_>) -> Result<(), Diagnostic> {
        let definition = definitions();
        let mut remind = reminder(tell, format!("`{name}`"));
        let ended = until(self.clock, self.patience, &mut remind, || {
            let live = self.ask(tell, |client| client.get(&definition, "", name))?;
            let condition = |kind: &str| {
                let live = live.as_ref()?;
                let conditions = live.pointer("/status/conditions")?.as_array()?;
                conditions.iter().find(|one| text(one, "/type") == kind)
            };
            match condition("Established") {
                Some(one) if text(one, "/status") == "True" => Ok(None),
                _ => {
                    let names = condition("NamesAccepted");
                    let why = names.filter(|one| text(one, "/status") == "False");
                    let why = why.map_or("the API server takes it in", |one| text(one, "/message"));
                    Ok(Some(why.to_owned()))
                }
            }
        });
        ended.map_err(|stopped| stopped.of(name, "the kind"))
    }

    /// Waits until an object that is being deleted is gone.
    fn gone(
        &self,
        definition: &Definition,
        namespace: &str,
        name: &str,
        tell: &Tell<'_>,
    ) -> Result<(), Diagnostic> {
        let shown = shown(definition, namespace, name);
        let mut remind = reminder(tell, shown.clone());
        let mut held = String::new();
        let ended = until(
            self.clock,
            self.patience.min(super::AWAY),
            &mut remind,
            || {
                let live = self.ask(tell, |client| client.get(definition, namespace, name))?;
                let Some(live) =
                    live.filter(|one| one.pointer("/metadata/deletionTimestamp").is_some())
                else {
                    return Ok(None);
                };
                held = holds(&live);
                Ok(Some("it is being deleted".to_owned()))
            },
        );
        ended.map_err(|stopped| match stopped {
            crate::wait::Stopped::Failed(problem) => problem,
            crate::wait::Stopped::Late { seconds, .. } => rules::CLUSTER_STUCK_DELETION
                .report(format!(
                    "{shown} is being deleted still after {seconds} s{held}"
                ))
                .hint("let what holds it go, or take its finalizers away; then do the same again"),
        })
    }
}

/// Tells what is waited for.
pub(super) fn reminder(tell: &Tell<'_>, what: String) -> impl FnMut(&str, u64) {
    move |until: &str, seconds: u64| {
        told(
            tell,
            Event::Waiting {
                what: what.clone(),
                until: until.to_owned(),
                seconds,
            },
        );
    }
}

/// What is called a definition of a kind.
pub(super) fn definitions() -> Definition {
    known(
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        "customresourcedefinitions",
        false,
    )
}

/// How an object is called in messages.
fn shown(definition: &Definition, namespace: &str, name: &str) -> String {
    if namespace.is_empty() {
        format!("{} `{name}`", definition.kind)
    } else {
        format!("{} `{namespace}/{name}`", definition.kind)
    }
}

/// Somebody else has set fields that are to be something else.
fn foreign(shown: &str, fault: &Fault) -> Diagnostic {
    let words = match fault.words.as_str() {
        "" => String::new(),
        words => format!(": {words}"),
    };
    rules::CLUSTER_FOREIGN_FIELDS
        .report(format!("somebody else has set fields of {shown}{words}"))
        .hint("`--force-conflicts` takes them over")
}

fn is_flux(live: &Value) -> bool {
    FLUX.iter().any(|path| live.pointer(path).is_some())
}

/// The versions that a definition serves.
fn served(definition: &Value) -> Vec<String> {
    let versions = definition.pointer("/spec/versions");
    let versions = versions.and_then(Value::as_array).into_iter().flatten();
    { versions.filter(|one| one.get("served") == Some(&Value::Bool(true))) }
        .map(|one| text(one, "/name").to_owned())
        .collect()
}

/// What keeps an object from being gone.
fn holds(live: &Value) -> String {
    let conditions = live.pointer("/status/conditions");
    let conditions = conditions.and_then(Value::as_array).into_iter().flatten();
    let mut held: Vec<&str> = { conditions.filter(|one| text(one, "/status") == "True") }
        .map(|one| text(one, "/message"))
        .collect();
    let finalizers = live.pointer("/metadata/finalizers");
    let finalizers = finalizers.and_then(Value::as_array).into_iter().flatten();
    held.extend(finalizers.filter_map(Value::as_str));
    if held.is_empty() {
        return String::new();
    }
    format!(": {}", diagnostics::words(&held.join("; ")))
}

/// Whether an object has all that is wanted, whatever it has beside it.
///
/// What the server leaves out (`null`, an empty list, `false`) is no difference.
pub(super) fn contains(live: &Value, wanted: &Value) -> bool {
    match (live, wanted) {
        (Value::Object(live), Value::Object(wanted)) => {
            wanted.iter().all(|(key, wanted)| match live.get(key) {
                Some(live) => contains(live, wanted),
                None => is_nothing(wanted),
            })
        }
        (Value::Array(live), Value::Array(wanted)) => {
            live.len() == wanted.len()
                && live
                    .iter()
                    .zip(wanted)
                    .all(|(live, wanted)| contains(live, wanted))
        }
        (live, wanted) => live == wanted,
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.values().all(is_nothing),
        Value::String(text) => text.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    }
}
