//! The default of a declaration.

use diagnostics::{Diagnostics, Source};
use serde_json::Value;

use crate::keys::Kind;
use crate::lower::{Reading, lower};
use crate::raw::RawEntry;
use crate::rules;

/// The default, if it is a value that the key itself would take. An empty text always is: it
/// counts as not set.
pub(super) fn default_value(
    entry: &RawEntry,
    default: &RawEntry,
    kind: &Kind,
    secret: bool,
    source: &Source,
    problems: &mut Diagnostics,
) -> Option<Value> {
    if default.value.text() == Some("") {
        return Some(Value::from(""));
    }
    let mut found = Diagnostics::new();
    let hidden = secret.then(|| default.value.range());
    let source = source.clone().with_secrets(hidden);
    let mut reading = Reading {
        source: &source,
        name: &entry.name,
        secret,
        placeholder: None,
        diagnostics: &mut found,
    };
    let value = lower(&mut reading, &default.value, kind);
    for problem in found {
        if !problem.is_error() {
            problems.push(problem);
            continue;
        }
        let mut invalid = rules::VARIABLES_INVALID_DEFAULT.report(format!(
            "the default of `{}` is wrong: {}",
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
