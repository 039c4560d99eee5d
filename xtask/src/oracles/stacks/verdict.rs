//! What the translator says of each object, and which of it is as it should be.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::files;
use crate::stacks::{FOLDER, items, name, text};

/// Conditions that are true of what is taken.
const GOOD: [&str; 3] = ["Accepted", "Programmed", "ResolvedRefs"];

/// Kinds of which the translator says nothing of its own: they are read with what names them.
const SILENT: &[&str] = &[
    "AIServiceBackend",
    "BackendSecurityPolicy",
    "EnvoyProxy",
    "GatewayClass",
    "GatewayConfig",
    "HTTPRouteFilter",
    "ReferenceGrant",
];

/// What is said of an object.
pub(super) struct Verdict {
    /// In few words, to be recorded.
    pub(super) words: String,
    pub(super) faults: Vec<String>,
}

/// Conditions that are no faults, with the reasons why: `name Condition` and the reason.
pub(super) struct Remarks {
    known: BTreeMap<String, String>,
    seen: BTreeSet<String>,
}

impl Remarks {
    pub(super) fn read() -> Result<Self> {
        let path = files::root().join(FOLDER).join("remarks.txt");
        let text = files::text(&path)?;
        let lines = { text.lines() }.filter(|line| !line.is_empty() && !line.starts_with('#'));
        let known = lines
            .map(|line| {
                let (about, why) = line
                    .split_once(": ")
                    .with_context(|| format!("{path}: `{line}`"))?;
                Ok((about.to_owned(), why.to_owned()))
            })
            .collect::<Result<_>>()?;
        Ok(Self {
            known,
            seen: BTreeSet::new(),
        })
    }

    fn knows(&mut self, about: String) -> bool {
        let knows = self.known.contains_key(&about);
        if knows {
            self.seen.insert(about);
        }
        knows
    }

    /// Those that nothing was said of.
    pub(super) fn unused(&self) -> Vec<String> {
        let unused = self
            .known
            .keys()
            .filter(|about| !self.seen.contains(*about));
        let unused = unused.map(|about| format!("remarks.txt: `{about}` is said of nothing"));
        unused.collect()
    }
}

/// The statuses of all objects by name.
pub(super) fn of(resources: &Value) -> BTreeMap<String, &Value> {
    let mut found = BTreeMap::new();
    for value in resources
        .as_object()
        .into_iter()
        .flat_map(|all| all.values())
    {
        let one = std::slice::from_ref(value);
        let all = value.as_array().map_or(one, Vec::as_slice);
        found.extend(all.iter().map(|object| (name(object), object)));
    }
    found
}

/// The verdict on an object.
pub(super) fn on(
    object: &Value,
    said: &BTreeMap<String, &Value>,
    remarks: &mut Remarks,
) -> Verdict {
    let name = name(object);
    let mut faults = Vec::new();
    // Of such a route a stand-in is judged, under the same name.
    let asked = name.replace("AIGatewayRoute ", "HTTPRoute ");
    let mut told = BTreeSet::new();
    let status = said.get(&asked).and_then(|one| one.get("status"));
    for (of, condition) in status.map(conditions).unwrap_or_default() {
        let kind = text(condition, "/type");
        let (reason, message) = (text(condition, "/reason"), text(condition, "/message"));
        let is_true = text(condition, "/status") == "True";
        let about = if of.is_empty() {
            String::new()
        } else {
            format!("{of} ")
        };
        if is_true && GOOD.contains(&kind) {
            told.insert(format!("{about}{kind}"));
            continue;
        }
        let truth = if is_true { "" } else { "not " };
        told.insert(format!("{about}{truth}{kind} ({reason})"));
        if !remarks.knows(format!("{name} {truth}{kind}")) {
            faults.push(format!(
                "{name}: {about}{truth}{kind} ({reason}): {message}"
            ));
        }
    }
    for listener in status
        .map(|status| items(status, "/listeners"))
        .unwrap_or_default()
    {
        let (listener, routes) = (text(listener, "/name"), &listener["attachedRoutes"]);
        told.insert(format!("{listener} has {routes} routes"));
    }
    if told.is_empty() && SILENT.contains(&text(object, "/kind")) {
        told.insert("read".to_owned());
    } else if told.is_empty() {
        faults.push(format!("{name}: nothing is said of it"));
    }
    let words: Vec<String> = told.into_iter().collect();
    Verdict {
        words: words.join(", "),
        faults,
    }
}

/// All conditions of a status: of the object itself, of listeners, parents and ancestors.
fn conditions(status: &Value) -> Vec<(String, &Value)> {
    let own = items(status, "/conditions").iter();
    let mut all: Vec<_> = own.map(|condition| (String::new(), condition)).collect();
    for listener in items(status, "/listeners") {
        let of = text(listener, "/name");
        all.extend(
            items(listener, "/conditions")
                .iter()
                .map(|one| (of.to_owned(), one)),
        );
    }
    for (list, reference) in [("/parents", "/parentRef"), ("/ancestors", "/ancestorRef")] {
        for parent in items(status, list) {
            let to = parent.pointer(reference).unwrap_or(&Value::Null);
            let mut of = text(to, "/name").to_owned();
            let section = text(to, "/sectionName");
            if !section.is_empty() {
                of = format!("{of}/{section}");
            }
            all.extend(
                items(parent, "/conditions")
                    .iter()
                    .map(|one| (of.clone(), one)),
            );
        }
    }
    all
}

#[cfg(test)]
mod tests;
