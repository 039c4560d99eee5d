//! Keys against templates: what is set but never used, what is used but never declared.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use config_model::{Templates, WrittenKey};
use diagnostics::{Diagnostic, Source};
use render::{Analysis, UndefinedMode};

use crate::gather::used_keys;
use crate::model::Model;
use crate::rules;

/// How many names a message lists.
const LISTED: usize = 12;

/// Without declarations, a repository's own templates are read leniently, and what would be an
/// error is listed in one warning; else keys that nothing uses are.
///
/// What the text of a plugin names, that may read.
pub(crate) fn check(
    model: &Model,
    analysis: &Analysis,
    plugin: Option<&Source>,
) -> Vec<Diagnostic> {
    let mut unused = unused(&model.written, analysis);
    if let Some(plugin) = plugin {
        let is_of_name = |character: char| character.is_alphanumeric() || character == '_';
        let words: BTreeSet<_> = plugin
            .text()
            .split(|character| !is_of_name(character))
            .collect();
        unused.retain(|key| !words.contains(key.name.as_str()));
    }
    if model.is_lenient() {
        return Vec::from_iter(lenient(&unused, &undeclared(model, analysis)));
    }
    Vec::from_iter(set_in_vain(&unused))
}

fn set_in_vain(unused: &[&WrittenKey]) -> Option<Diagnostic> {
    let first = unused.first()?;
    let names: Vec<_> = unused.iter().map(|key| key.name.as_str()).collect();
    let message = match names.len() {
        1 => format!("no template uses `{}`", first.name),
        _ => format!("no template uses {}", list(&names)),
    };
    Some(
        rules::KEY_UNUSED.report(message)
            .at(first.location.clone())
            .hint("remove what is not needed; a key may belong to an application that is not in these templates"),
    )
}

fn lenient(unused: &[&WrittenKey], undeclared: &BTreeSet<String>) -> Option<Diagnostic> {
    let unused: Vec<_> = unused
        .iter()
        .filter(|key| !key.declared)
        .map(|key| key.name.as_str())
        .collect();
    let undeclared: Vec<_> = undeclared.iter().map(String::as_str).collect();
    let parts: Vec<_> = [
        ("templates use undeclared", undeclared),
        ("nothing uses", unused),
    ]
    .into_iter()
    .filter(|(_, names)| !names.is_empty())
    .map(|(what, names)| format!("{what} {}", list(&names)))
    .collect();
    if parts.is_empty() {
        return None;
    }
    Some(
        rules::TEMPLATE_NOT_DECLARED.report(parts.join("; "))
            .hint("`ichor template declare` writes `templates/variables.yaml`, after which misspellings are errors"),
    )
}

fn unused<'a>(written: &'a [WrittenKey], analysis: &Analysis) -> Vec<&'a WrittenKey> {
    let used = used_keys(analysis);
    let is_unused = |key: &&WrittenKey| !used.uses(key.section, &key.name);
    written.iter().filter(is_unused).collect()
}

/// Names that templates use and that no key has.
fn undeclared(model: &Model, analysis: &Analysis) -> BTreeSet<String> {
    let known: BTreeSet<_> = model.context.names().collect();
    analysis
        .mentions()
        .iter()
        .filter(|mention| mention.of.is_none() && !mention.called)
        .filter(|mention| !known.contains(mention.name.as_str()))
        .map(|mention| mention.name.clone())
        .collect()
}

fn list(names: &[&str]) -> String {
    let shown: Vec<_> = names
        .iter()
        .take(LISTED)
        .map(|name| format!("`{name}`"))
        .collect();
    let mut text = shown.join(", ");
    if names.len() > LISTED {
        // Writing to a string cannot fail.
        let _ = write!(text, " and {} more", names.len() - LISTED);
    }
    text
}

impl Model {
    /// Whether undeclared names and keys are let through.
    pub fn is_lenient(&self) -> bool {
        let undefined = self.templates.options().undefined;
        self.origin == Templates::Own && undefined != UndefinedMode::Declared
    }
}
