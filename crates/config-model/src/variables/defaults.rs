//! A value in a declaration: its default, or its example.

use diagnostics::{Diagnostics, Source};
use serde_json::Value;

use crate::keys::Kind;
use crate::lower::{Reading, lower};
use crate::raw::RawEntry;
use crate::rules;

/// The value, if the key itself would take it; `what` messages call it. An empty text always is
/// one: it counts as not set.
pub(super) fn declared_value(
    what: &str,
    entry: &RawEntry,
    declared: &RawEntry,
    kind: &Kind,
    secret: bool,
    source: &Source,
    problems: &mut Diagnostics,
) -> Option<Value> {
    if declared.value.text() == Some("") {
        return Some(Value::from(""));
    }
    let mut found = Diagnostics::new();
    let hidden = secret.then(|| declared.value.range());
    let source = source.clone().with_secrets(hidden);
    let mut reading = Reading {
        source: &source,
        name: &entry.name,
        secret,
        placeholder: None,
        diagnostics: &mut found,
    };
    let value = lower(&mut reading, &declared.value, kind);
    for problem in found {
        if !problem.is_error() {
            problems.push(problem);
            continue;
        }
        let mut invalid = rules::VARIABLES_INVALID_DEFAULT.report(format!(
            "the {what} of `{}` is wrong: {}",
            entry.name, problem.message
        ));
        if let Some(place) = problem.location {
            invalid = invalid.at(place);
        }
        if let Some(hint) = problem.hint {
            invalid = invalid.hint(hint);
        }
        problems.push(invalid);
    }
    value.map(|lowered| lowered.value)
}
