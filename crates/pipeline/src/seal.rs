//! The stage that encrypts: the rule of each secret file, the gates before, and what became
//! of it. Nothing in here reaches the disk in the clear.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use config_model::Declarations;
use diagnostics::{Diagnostic, Diagnostics, Location, Source};
use rayon::prelude::*;
use secrecy::ExposeSecret;
use secrets::{Change, CreationRule, File, Identity, Recipient, Request, Rules, Timestamp, Update};
use tree::{Entry, RelPath, Rendered, Sealing, Tree};

use crate::load::Inputs;
use crate::model::{Model, WITHHELD_KEY};
use crate::options::BuildOptions;
use crate::places::{hidden_in_template, in_template};
use crate::rules;
use crate::templates::BUILT_IN_PREFIX;
use repository::{View, names};

/// The creation rules of a repository.
pub(crate) const RULES: &str = ".sops.yaml";

/// Secrets shorter than this are not looked for: they would be found in ordinary words.
const SHORTEST_SOUGHT: usize = 12;

/// What the stage knows.
pub(crate) struct Sealer<'a> {
    view: &'a View<'static>,
    rules: Rules,
    identities: &'a [Identity],
    force: tree::Force<'a>,
    now: Timestamp,
    outcomes: Mutex<Outcomes>,
}

type Outcomes = BTreeMap<RelPath, (Change, Diagnostics)>;

/// What became of the secret files.
#[derive(Debug, Default)]
pub struct Sealed {
    /// How many there are.
    pub files: usize,
    /// Those that stay as they are because nobody here can decrypt them: whether they hold
    /// what was rendered is unknown. In order of path.
    pub unproven: Vec<RelPath>,
    /// Which were encrypted again because their rule changed, and what else is worth knowing.
    pub notes: Diagnostics,
}

/// Whether an output is to be encrypted. `.sops.yaml` itself holds the rules, and no secret.
pub(crate) fn is_secret(path: &RelPath) -> bool {
    names::is_secret(path.as_str())
}

impl<'a> Sealer<'a> {
    /// Gathers the rules, and passes every file through the gates.
    pub(crate) fn new(
        inputs: &'a Inputs,
        model: &'a Model,
        tree: &Tree<Rendered>,
        options: &'a BuildOptions,
    ) -> (Self, Diagnostics) {
        let mut findings = Diagnostics::new();
        let rules = rules(inputs, tree, &mut findings);
        let sealer = Self {
            view: &inputs.view,
            rules: rules.unwrap_or_default(),
            identities: &model.identities,
            force: options.force.as_force(),
            now: options.now,
            outcomes: Mutex::default(),
        };
        // Without rules everything that follows would be a consequence.
        if !findings.has_errors() {
            findings.extend(sealer.recipients(model, tree));
            findings.extend(sealer.gates(tree));
        }
        findings.extend(in_the_clear(model, tree));
        (sealer, findings)
    }

    /// Encrypts a file that is secret, keeping what is equal in the file on disk.
    pub(crate) fn seal(&self, path: &RelPath, entry: &Entry) -> Result<Sealing, Diagnostics> {
        if !is_secret(path) || is_encrypted(path, entry) {
            return Ok(Sealing::Plain);
        }
        let Some(rule) = self.rules.rule_for(path.as_str()) else {
            return Err(no_rule(path, entry).into());
        };
        let previous = self.view.output(path.as_str())?;
        let withheld = holds_withheld_key(entry);
        if withheld && previous.is_none() {
            return Err(needs_age_key(path, entry).into());
        }
        let mut request = Request {
            plaintext: File::new(path.as_str(), entry.content.as_bytes()),
            previous: previous
                .as_deref()
                .map(|content| File::new(path.as_str(), content)),
            rule: &rule.rule,
            // What was rendered without the key is not what belongs into the file.
            identities: if withheld { &[] } else { self.identities },
            now: self.now,
        };
        let mut result = secrets::encrypt(&request);
        if result.is_err() && !withheld && self.force.covers(path) {
            request.previous = None;
            result = secrets::encrypt(&request);
        }
        let encrypted = result.map_err(|problems| with_way_out(path, problems.without_lines()))?;
        let outcome = (encrypted.change, encrypted.notes);
        self.outcomes().insert(path.clone(), outcome);
        Ok(Sealing::Secret(encrypted.content.into()))
    }

    /// What became of all files.
    pub(crate) fn finish(self) -> Sealed {
        let outcomes = std::mem::take(&mut *self.outcomes());
        let mut sealed = Sealed {
            files: outcomes.len(),
            ..Sealed::default()
        };
        for (path, (change, notes)) in outcomes {
            sealed.notes.extend(notes);
            match change {
                Change::Unproven => sealed.unproven.push(path),
                Change::Updated(update) => sealed.notes.extend(rule_changed(&path, &update)),
                Change::Created | Change::Unchanged => {}
            }
        }
        sealed
    }

    fn outcomes(&self) -> MutexGuard<'_, Outcomes> {
        // A panic elsewhere leaves whole entries behind.
        self.outcomes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The cluster must be able to decrypt what is encrypted for it; who else can is said.
    fn recipients(&self, model: &Model, tree: &Tree<Rendered>) -> Diagnostics {
        let mut found = Diagnostics::new();
        let Some(own) = &model.recipient else {
            return found;
        };
        let mut used: Vec<&CreationRule> = Vec::new();
        for (path, _) in tree.iter().filter(|(path, _)| is_secret(path)) {
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
    fn gates(&self, tree: &Tree<Rendered>) -> Vec<Diagnostic> {
        let placeholders = placeholders();
        let entries: Vec<_> = tree.iter().filter(|(path, _)| is_secret(path)).collect();
        entries
            .par_iter()
            .flat_map_iter(|(path, entry)| self.gate(path, entry, &placeholders))
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
                let first = tree.iter().find(|(path, _)| is_secret(path));
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

/// Secrets of the configuration that stand in an output which is not encrypted.
fn in_the_clear(model: &Model, tree: &Tree<Rendered>) -> Vec<Diagnostic> {
    let sought: Vec<&str> = model
        .secrets
        .iter()
        .map(|secret| secret.expose_secret().trim())
        .filter(|secret| secret.len() >= SHORTEST_SOUGHT)
        .collect();
    let entries: Vec<_> = tree.iter().filter(|(path, _)| !is_secret(path)).collect();
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

/// Whether the output is a SOPS file already: a template may be one, copied as it is.
fn is_encrypted(path: &RelPath, entry: &Entry) -> bool {
    let file = File::new(path.as_str(), entry.content.as_bytes());
    // Nearly every file is told apart by this, without being parsed.
    let marked = entry
        .content
        .as_bytes()
        .windows(4)
        .any(|bytes| bytes == b"ENC[");
    marked && matches!(secrets::status(&file), Ok(Some(_)))
}

fn holds_withheld_key(entry: &Entry) -> bool {
    entry
        .content
        .as_text()
        .is_some_and(|text| text.contains(WITHHELD_KEY))
}

fn rule_place(tree: &Tree<Rendered>, rule: &CreationRule) -> Location {
    match tree.get(RULES) {
        Some(entry) => entry.trace(&rule.location).template,
        None => rule.location.clone(),
    }
}

fn no_rule(path: &RelPath, entry: &Entry) -> Diagnostic {
    rules::SOPS_NO_RULE
        .report(format!(
            "no rule of `.sops.yaml` is for `{path}`, so it cannot be encrypted"
        ))
        .at(entry.origin.location())
        .hint("add a creation rule whose `path_regex` matches it, or rename the template")
}

fn needs_age_key(path: &RelPath, entry: &Entry) -> Diagnostic {
    rules::SECRET_NEEDS_AGE_KEY
        .report(format!(
            "`{path}` holds the age key itself, which is not here"
        ))
        .at(entry.origin.location())
        .hint("put `age.key` beside `cluster.yaml`; without it only files that exist can be kept")
}

fn with_way_out(path: &RelPath, problems: Diagnostics) -> Diagnostics {
    let given_up =
        format!("`ichor configure --force {path}` gives the file up and encrypts it anew");
    problems
        .into_iter()
        .map(|mut problem| {
            problem.hint = Some(match problem.hint.take() {
                Some(hint) => format!("{hint}; {given_up}"),
                None => given_up.clone(),
            });
            problem
        })
        .collect()
}

fn rule_changed(path: &RelPath, update: &Update) -> Option<Diagnostic> {
    let what = match (update.keys, update.selector) {
        (true, true) => "its recipients and its selector changed",
        (true, false) => "its recipients changed",
        (false, true) => "its selector changed",
        (false, false) => return None,
    };
    Some(
        rules::SOPS_RULE_CHANGED
            .report(format!(
                "`{path}` is encrypted again as far as needed: {what}"
            ))
            .at(Location::file(path.as_str())),
    )
}

/// Post-quantum recipients have some 2,000 characters.
fn shortened(recipient: &str) -> String {
    match recipient.char_indices().nth(70) {
        Some((end, _)) => format!("{}…", &recipient[..end]),
        None => recipient.to_owned(),
    }
}
