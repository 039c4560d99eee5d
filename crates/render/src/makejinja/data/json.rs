//! Data in JSON.

use diagnostics::{Diagnostics, Source};
use yaml::Limits;

use super::{Values, not_a_map};
use crate::Data;
use crate::rules;

/// Reads an object.
pub(super) fn read(name: &str, bytes: &[u8], problems: &mut Diagnostics) -> Option<Values> {
    let source = match yaml::decode(name, bytes, &Limits::default()) {
        Ok(source) => source,
        Err(problem) => {
            problems.push(*problem);
            return None;
        }
    };
    match serde_json::from_str(source.text()) {
        Ok(serde_json::Value::Object(entries)) => Some(
            entries
                .into_iter()
                .map(|(key, value)| (key, Data::from(value)))
                .collect(),
        ),
        Ok(other) => {
            let kind = match other {
                serde_json::Value::Array(_) => "a list",
                serde_json::Value::Null => "nothing",
                _ => "a single value",
            };
            problems.push(not_a_map(source.location(0..0), kind));
            None
        }
        Err(error) => {
            let place = place(&source, error.line(), error.column());
            // The message of the error may hold a value.
            problems.push(
                rules::MAKEJINJA_DATA_SYNTAX
                    .report("this is no JSON")
                    .at(place),
            );
            None
        }
    }
}

/// `column` counts bytes from 1; it is 0 where the end of the line is meant.
fn place(source: &Source, line: usize, column: usize) -> diagnostics::Location {
    let start: usize = source
        .text()
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let at = start + column.saturating_sub(1);
    source.location(at..at + 1)
}
