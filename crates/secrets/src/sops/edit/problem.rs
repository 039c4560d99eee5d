//! Why an edit fails.

use diagnostics::{Diagnostic, Location};

use crate::rules;
use crate::sops::path::{Path, Step};

/// Why a value cannot be set or taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EditProblem {
    /// The file has not that many documents.
    NoDocument,
    /// It stands in what an alias refers to.
    Alias,
    /// There is nothing at that path.
    NoSuchValue,
    /// The format has no place for it.
    NoPlace,
    /// What stands behind so many of its steps is of another kind than the next one asks for.
    Misfit(usize, Found),
}

/// What stands in the way, and would be lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Map,
    List,
    Value,
}

impl EditProblem {
    pub(super) fn diagnostic(self, name: &str, path: &Path) -> Diagnostic {
        let (rule, message) = match self {
            Self::NoDocument => (
                &rules::SOPS_NO_SUCH_VALUE,
                "the file has not that many documents".to_owned(),
            ),
            Self::Alias => (
                &rules::SOPS_ALIAS,
                format!("`{path}` stands in what an alias refers to"),
            ),
            Self::NoSuchValue => (
                &rules::SOPS_NO_SUCH_VALUE,
                format!("there is no value at `{path}`"),
            ),
            Self::NoPlace => (
                &rules::SOPS_NO_PLACE,
                format!("this kind of file has no place for such a value at `{path}`"),
            ),
            Self::Misfit(depth, found) => {
                return misfit(depth, found, path).at(Location::file(name));
            }
        };
        rule.report(message).at(Location::file(name))
    }
}

fn misfit(depth: usize, found: Found, path: &Path) -> Diagnostic {
    let part = |steps: &[Step]| Path {
        document: path.document,
        steps: steps.to_vec(),
    };
    let at = match depth {
        0 => "the document".to_owned(),
        _ => format!("`{}`", part(&path.steps[..depth])),
    };
    let message = match (found, path.steps.get(depth)) {
        (Found::Map, Some(step)) => format!(
            "{at} is a map, and has no item `{}`",
            part(std::slice::from_ref(step))
        ),
        (Found::List, Some(step)) => format!(
            "{at} is a list, and has no key `{}`",
            part(std::slice::from_ref(step))
        ),
        _ => format!("{at} is a value, and has nothing below it"),
    };
    let hint = match found {
        Found::Map => "name a key, as in `[\"a\"]`",
        Found::List => "name an item, as in `[0]`",
        Found::Value => {
            "take it out first with `ichor secrets unset` if a map or a list is to stand there"
        }
    };
    rules::SOPS_PATH_DOES_NOT_FIT.report(message).hint(hint)
}
