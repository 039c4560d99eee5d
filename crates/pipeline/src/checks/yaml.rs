//! Whether what was rendered is YAML at all.

use config_model::Templates;
use diagnostics::{Diagnostic, Diagnostics, Severity, Source};
use rayon::prelude::*;
use repository::chart;
use repository::names;
use tree::{Entry, RelPath, Rendered, Tree};
use yaml::Once;

use super::{Check, Over, Subject};
use crate::places::in_template;
use crate::rules;

/// Every rendered YAML file must be YAML, unless it is a template of a Helm chart; the place
/// is the template's.
///
/// In a repository with its own templates a file that Flux does not read may have been broken
/// since the cluster was made, and the rest must not wait for it.
pub(super) struct Yaml;

impl Check for Yaml {
    fn name(&self) -> &'static str {
        "yaml"
    }

    fn over(&self) -> &'static [Over] {
        &[Over::Rendered, Over::Tracked]
    }

    fn run(&self, subject: &Subject<'_>, tree: &Tree<Rendered>) -> Diagnostics {
        check(subject, tree)
    }
}

fn check(subject: &Subject<'_>, tree: &Tree<Rendered>) -> Diagnostics {
    let Subject { inputs, cache, .. } = subject;
    let severity = |path: &RelPath| match subject.model.origin {
        Templates::Own if path.starts_with("bootstrap") || path.starts_with("talos") => {
            Severity::Warning
        }
        _ => Severity::Error,
    };
    let exists = |path: &str| tree.get(path).is_some() || inputs.view.is_file(path);
    let entries: Vec<_> = tree.iter().collect();
    let found: Vec<Diagnostic> = entries
        .par_iter()
        .filter(|(path, _)| path.as_str().ends_with(".yaml") || path.as_str().ends_with(".yml"))
        .filter(|(path, entry)| {
            let content = entry.content.as_bytes();
            !chart::is_template(path.as_str(), exists)
                && !chart::is_helmfile(path.as_str(), content)
        })
        .flat_map_iter(|(path, entry)| {
            // A place is in the template, which counts only where there is something to place.
            let parts = [path.as_str().as_bytes(), entry.content.as_bytes()];
            cache.unless_passed(Yaml.name(), &parts, || {
                invalid_yaml(&subject.parsed, path, entry, severity(path))
            })
        })
        .collect();
    found.into_iter().collect()
}

fn invalid_yaml(
    parsed: &Once,
    path: &RelPath,
    entry: &Entry,
    severity: Severity,
) -> Vec<Diagnostic> {
    let Some(text) = entry.content.as_text() else {
        let problem = rules::OUTPUT_NOT_UTF8.report(format!("`{path}` is not UTF-8"));
        return vec![problem.at(entry.origin.location())];
    };
    let source = Source::new(path.as_str(), text);
    let source = source.clone().with_secrets([0..source.text().len()]);
    let parsed = parsed.parse(&source);
    { parsed.diagnostics.iter() }
        .filter(|problem| problem.is_error())
        .map(|problem| {
            let mut place = in_template(entry, problem.location.as_ref());
            if names::is_secret(path.as_str()) {
                place = place.without_excerpt();
            }
            let message = format!("`{path}` would not be valid YAML: {}", problem.message);
            rules::OUTPUT_INVALID_YAML
                .report_as(severity, message)
                .at(place)
                .hint("quote the value in the template, or pass it through `tojson`")
        })
        .collect()
}
