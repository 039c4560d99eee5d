//! The creation rules by which secret files are encrypted.

use diagnostics::{Diagnostics, Location, Source};
use repository::names;
use secrets::{CreationRule, Rules};
use tree::{Rendered, Tree};

use crate::load::Inputs;
use crate::places::in_template;
use crate::rules;

/// The creation rules of a repository.
pub(crate) const RULES: &str = ".sops.yaml";

/// The rules that hold for what was rendered.
pub(crate) struct RulesInForce {
    /// None where they cannot be read.
    pub(crate) rules: Rules,
    /// The text that they stand in.
    pub(crate) text: String,
    /// What was found in reading them.
    pub(crate) findings: Diagnostics,
}

impl RulesInForce {
    /// Those that were rendered, or those on disk where a repository renders none.
    pub(crate) fn new(inputs: &Inputs, tree: &Tree<Rendered>) -> Self {
        let mut findings = Diagnostics::new();
        let rules = rules(inputs, tree, &mut findings);
        let rendered = tree.get(RULES).and_then(|entry| entry.content.as_text());
        let on_disk = inputs.creation_rules.as_ref().map(Source::text);
        Self {
            rules: rules.unwrap_or_default(),
            text: rendered.or(on_disk).unwrap_or_default().to_owned(),
            findings,
        }
    }
}

/// The rules that were rendered, or those on disk where a repository renders none.
fn rules(inputs: &Inputs, tree: &Tree<Rendered>, findings: &mut Diagnostics) -> Option<Rules> {
    let read = match tree.get(RULES) {
        Some(entry) => {
            let source = Source::new(RULES, entry.content.as_text().unwrap_or_default());
            Rules::parse(&source).map_err(|problems| {
                let at_template = problems.into_iter().map(|problem| {
                    let place = in_template(entry, problem.location.as_ref());
                    problem.at(place)
                });
                at_template.collect::<Diagnostics>()
            })
        }
        None => match &inputs.creation_rules {
            Some(source) => Rules::parse(source),
            None => {
                let first = tree
                    .iter()
                    .find(|(path, _)| names::is_secret(path.as_str()));
                findings.extend(first.map(|(path, entry)| {
                    rules::SOPS_NO_RULES.report(format!("there is no `.sops.yaml`, so nothing says how `{path}` is encrypted"),
                    )
                    .at(entry.origin.location())
                    .hint("add a template for `.sops.yaml`; `ichor template list` shows the built-in one")
                }));
                return None;
            }
        },
    };
    match read {
        Ok(rules) => {
            findings.extend(rules.notes().iter().cloned());
            Some(rules)
        }
        Err(problems) => {
            findings.extend(problems);
            None
        }
    }
}

/// Where a rule stands, in its template if it was rendered.
pub(crate) fn rule_place(tree: &Tree<Rendered>, rule: &CreationRule) -> Location {
    match tree.get(RULES) {
        Some(entry) => entry.trace(&rule.location).template,
        None => rule.location.clone(),
    }
}
