//! What encryption would hide, and what it would not reach.

use std::collections::BTreeSet;

use config_model::Declarations;
use diagnostics::{Diagnostic, Diagnostics, Location};
use rayon::prelude::*;
use repository::names;
use secrecy::ExposeSecret;
use secrets::{CreationRule, File, Recipient, Rules};
use tree::{Entry, RelPath, Rendered, Tree};

use super::{Check, Over, Subject};
use crate::cache::Cache;
use crate::creation_rules::{RULES, rule_place};
use crate::model::Model;
use crate::places::hidden_in_template;
use crate::rules;
use crate::seal::{is_encrypted, no_rule};
use crate::templates::BUILT_IN_PREFIX;

/// Secrets shorter than this are not looked for: they would be found in ordinary words.
const SHORTEST_SOUGHT: usize = 12;

/// Rules, recipients and values of secret files; secrets in others.
pub(super) struct Secrets;

impl Check for Secrets {
    fn name(&self) -> &'static str {
        "secrets"
    }

    fn over(&self) -> &'static [Over] {
        &[Over::Rendered, Over::Tracked, Over::Index]
    }

    fn run(&self, subject: &Subject<'_>, tree: &Tree<Rendered>) -> Diagnostics {
        let Subject {
            model,
            rules,
            cache,
            ..
        } = subject;
        let mut findings = rules.findings.clone();
        // Without rules everything that follows would be a consequence.
        if !findings.has_errors() {
            let gates = Gates {
                rules: &rules.rules,
                text: &rules.text,
                cache,
            };
            findings.extend(gates.recipients(model, tree));
            findings.extend(gates.all(tree));
        }
        findings.extend(in_the_clear(model, tree));
        findings
    }
}

/// What has to be right before anything is encrypted.
struct Gates<'a> {
    rules: &'a Rules,
    text: &'a str,
    cache: &'a Cache,
}

impl Gates<'_> {
    /// The cluster must be able to decrypt what is encrypted for it; who else can is said.
    fn recipients(&self, model: &Model, tree: &Tree<Rendered>) -> Diagnostics {
        let mut found = Diagnostics::new();
        let Some(own) = &model.recipient else {
            return found;
        };
        let mut used: Vec<&CreationRule> = Vec::new();
        for (path, _) in tree
            .iter()
            .filter(|(path, _)| names::is_secret(path.as_str()))
        {
            let rule = self.rules.rule_for(path.as_str());
            used.extend(rule.filter(|rule| !used.iter().any(|known| std::ptr::eq(*known, *rule))));
        }
        let mut others = BTreeSet::new();
        for rule in used {
            let mut recipients = rule.rule.recipients().map(Recipient::as_str);
            if !recipients.any(|recipient| recipient == own) {
                found.push(
                    rules::SOPS_OWN_KEY_MISSING.report(format!("this rule does not encrypt to the cluster's own key `{own}`, so the cluster could not decrypt its secrets"),
                    )
                    .at(rule_place(tree, rule))
                    .hint("name it beside the others: `#{ age_key('public') }#`"),
                );
            }
            let all = rule.rule.recipients().map(Recipient::as_str);
            others.extend(all.filter(|recipient| recipient != own).map(str::to_owned));
        }
        if !others.is_empty() {
            let names: Vec<_> = others
                .iter()
                .map(|name| format!("`{}`", shortened(name)))
                .collect();
            found.push(
                rules::SOPS_OTHER_RECIPIENTS
                    .report(format!(
                        "beside the cluster, {} can decrypt its secrets",
                        names.join(", ")
                    ))
                    .at(Location::file(RULES)),
            );
        }
        found
    }

    /// What encryption would hide.
    fn all(&self, tree: &Tree<Rendered>) -> Vec<Diagnostic> {
        let placeholders = placeholders();
        let entries: Vec<_> = tree
            .iter()
            .filter(|(path, _)| names::is_secret(path.as_str()))
            .collect();
        entries
            .par_iter()
            .flat_map_iter(|(path, entry)| {
                let parts = [
                    self.text.as_bytes(),
                    path.as_str().as_bytes(),
                    entry.content.as_bytes(),
                ];
                let gate = || self.gate(path, entry, &placeholders);
                self.cache.unless_passed(Secrets.name(), &parts, gate)
            })
            .collect()
    }

    fn gate(&self, path: &RelPath, entry: &Entry, placeholders: &[&str]) -> Vec<Diagnostic> {
        let Some(rule) = self.rules.rule_for(path.as_str()) else {
            return vec![no_rule(path, entry)];
        };
        let file = File::new(path.as_str(), entry.content.as_bytes());
        if is_encrypted(path, entry) {
            let exposed = secrets::exposed(&file, &rule.rule).unwrap_or_else(|problems| problems);
            return exposed
                .into_iter()
                .map(|problem| hidden_in_template(entry, problem))
                .collect();
        }
        let built_in = entry.origin.template().starts_with(BUILT_IN_PREFIX);
        match secrets::lint(&file, &rule.rule, placeholders) {
            Ok(findings) => findings
                .into_iter()
                .map(|finding| {
                    let place = entry.locate(finding.range).without_excerpt();
                    let mut problem = finding.diagnostic.at(place);
                    problem.message = format!("in `{path}`, {}", problem.message);
                    promoted(problem, built_in)
                })
                .collect(),
            Err(problems) => problems
                .into_iter()
                .map(|problem| hidden_in_template(entry, problem))
                .collect(),
        }
    }
}

/// Secrets of the configuration that stand in an output which is not encrypted.
fn in_the_clear(model: &Model, tree: &Tree<Rendered>) -> Vec<Diagnostic> {
    let sought: Vec<&str> = model
        .secrets
        .iter()
        .map(|secret| secret.expose_secret().trim())
        .filter(|secret| secret.len() >= SHORTEST_SOUGHT)
        .collect();
    let entries: Vec<_> = tree
        .iter()
        .filter(|(path, _)| !names::is_secret(path.as_str()))
        .collect();
    entries
        .par_iter()
        .filter_map(|(path, entry)| {
            let text = entry.content.as_text()?;
            let at = sought.iter().find_map(|secret| text.find(secret))?;
            let built_in = entry.origin.template().starts_with(BUILT_IN_PREFIX);
            let problem = rules::SECRET_RENDERED_IN_CLEAR
                .report_relaxed(format!("`{path}` would hold a secret in the clear"))
                .at(entry.locate(at..at).without_excerpt())
                .hint("move it into a `*.sops.yaml` file, which is encrypted");
            Some(promoted(problem, built_in))
        })
        .collect()
}

/// What may be meant in a repository's own templates is an error in the built-in ones.
fn promoted(mut problem: Diagnostic, built_in: bool) -> Diagnostic {
    if built_in && problem.rule.is_relaxed() {
        problem.severity = problem.rule.severity();
    } else if problem.is(&secrets::rules::SECRET_BLANK) {
        // An optional part of somebody's own templates that is not in use.
        problem = problem.hint(
            "set the key that it comes from, or leave the entry out; where it is meant, write \
             `silence: [secret/blank]` into `templates/variables.yaml`",
        );
    }
    problem
}

/// The texts that our own samples stand for secrets with.
fn placeholders() -> Vec<&'static str> {
    Declarations::built_in()
        .iter()
        .filter_map(config_model::Declaration::placeholder_text)
        .collect()
}

/// Post-quantum recipients have some 2,000 characters.
fn shortened(recipient: &str) -> String {
    match recipient.char_indices().nth(70) {
        Some((end, _)) => format!("{}…", &recipient[..end]),
        None => recipient.to_owned(),
    }
}
