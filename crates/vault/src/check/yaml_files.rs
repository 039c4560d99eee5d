//! Whether what was rendered and committed is YAML at all.

use diagnostics::{Diagnostic, Diagnostics};

use super::super::names;
use repository::chart;
use repository::names::RENDERED;

fn is_rendered(shown: &str) -> bool {
    let folder = shown.split_once('/').map(|(folder, _)| folder);
    folder.is_some_and(|folder| RENDERED.contains(&folder))
}

/// What is no YAML of a file below the folders that `configure` writes.
pub(super) fn invalid(shown: &str, content: &[u8]) -> Diagnostics {
    let is_yaml = shown.ends_with(".yaml") || shown.ends_with(".yml");
    if !is_yaml || !is_rendered(shown) {
        return Diagnostics::new();
    }
    if chart::is_helmfile(shown, content) {
        return Diagnostics::new();
    }
    let source = match yaml::decode(shown, content, &yaml::Limits::default()) {
        Ok(source) => source,
        Err(problem) => return (*problem).into(),
    };
    let found: Diagnostics = yaml::parse(&source, &yaml::Limits::default())
        .diagnostics
        .into_iter()
        .filter(Diagnostic::is_error)
        .collect();
    // A token may be damaged so that its neighbours are in the clear.
    if names::is_named(shown)
        || names::may_be_encrypted(content)
        || names::is_secret_object(content)
    {
        found.without_lines()
    } else {
        found
    }
}
