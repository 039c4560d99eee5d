//! Values of JSON text set and taken out.

use std::ops::Range;

use serde_json::Value as Json;

use super::problem::{EditProblem, Found};
use super::yaml::nested;
use crate::sops::document::json_members;
use crate::sops::path::{Path, Step};

/// The text with a value set, everything else as it was. Missing objects are made.
pub(super) fn set(text: &str, path: &Path, new: &Json) -> Result<String, EditProblem> {
    let members = json_members(text).ok_or(EditProblem::NoPlace)?;
    // The innermost value on the way that is there.
    for depth in (0..=path.steps.len()).rev() {
        let Some(at) = members
            .iter()
            .find(|member| member.path.steps == path.steps[..depth])
        else {
            continue;
        };
        let rest = &path.steps[depth..];
        let fits = match rest.first() {
            None => false,
            Some(Step::Key(_)) => text[at.value.clone()].starts_with('{'),
            Some(Step::Index(_)) => text[at.value.clone()].starts_with('['),
        };
        let old = &text[at.value.clone()];
        if !fits && !rest.is_empty() && !is_hollow(old) {
            let found = match old.as_bytes().first() {
                Some(b'{') => Found::Map,
                Some(b'[') => Found::List,
                _ => Found::Value,
            };
            return Err(EditProblem::Misfit(depth, found));
        }
        if !fits {
            return Ok(spliced(
                text,
                at.value.clone(),
                &nested(rest, new).to_string(),
            ));
        }
        let value = nested(&rest[1..], new);
        let member = match &rest[0] {
            Step::Key(key) => format!("{}: {value}", Json::from(&**key)),
            Step::Index(_) => value.to_string(),
        };
        let last = members.iter().rfind(|member| {
            member.path.steps.len() == depth + 1
                && member.path.steps[..depth] == path.steps[..depth]
        });
        let (place, addition) = match last {
            Some(last) => {
                let before = &text[..last.member.start];
                let blank = &before[before.trim_end_matches([' ', '\t', '\n', '\r']).len()..];
                (last.member.end, format!(",{blank}{member}"))
            }
            None => (at.value.start + 1, member),
        };
        return Ok(spliced(text, place..place, &addition));
    }
    Err(EditProblem::NoPlace)
}

/// Whether nothing is lost if this gives way.
fn is_hollow(value: &str) -> bool {
    let inner = |open, close| value.strip_prefix(open)?.strip_suffix(close);
    value == "null"
        || value == "\"\""
        || [inner('{', '}'), inner('[', ']')]
            .into_iter()
            .flatten()
            .any(|inner| inner.trim().is_empty())
}

/// The text without a value.
pub(super) fn unset(text: &str, path: &Path) -> Result<String, EditProblem> {
    let members = json_members(text).ok_or(EditProblem::NoPlace)?;
    let found = members
        .iter()
        .find(|member| member.path.steps == path.steps && !path.steps.is_empty())
        .ok_or(EditProblem::NoSuchValue)?;
    let range = found.member.clone();
    let before = text[..range.start].trim_end();
    let after = text[range.end..].trim_start();
    let range = if before.ends_with(',') {
        before.len() - 1..range.end
    } else if let Some(rest) = after.strip_prefix(',') {
        range.start..text.len() - rest.trim_start().len()
    } else {
        before.len()..text.len() - after.len()
    };
    Ok(spliced(text, range, ""))
}

fn spliced(text: &str, range: Range<usize>, new: &str) -> String {
    format!("{}{new}{}", &text[..range.start], &text[range.end..])
}
