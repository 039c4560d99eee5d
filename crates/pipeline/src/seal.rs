//! The stage that encrypts: each secret file by its rule, and what became of it. Nothing in here reaches the disk in the clear.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use diagnostics::{Diagnostic, Diagnostics, Location};
use secrets::{Change, File, Identity, Request, Timestamp, Update};
use tree::{Entry, RelPath, Sealing};

use crate::cache::Cache;
use crate::creation_rules::RulesInForce;
use crate::load::Inputs;
use crate::model::{Model, WITHHELD_KEY};
use crate::options::BuildOptions;
use crate::rules;
use repository::{View, names};

/// By what name the cache knows that a file on disk holds what was rendered.
const NAME: &str = "encrypted";

/// What the stage knows.
pub(crate) struct Sealer<'a> {
    view: &'a View<'static>,
    rules: &'a RulesInForce,
    cache: &'a Cache,
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

impl<'a> Sealer<'a> {
    /// By the rules that the checks let pass.
    pub(crate) fn new(
        inputs: &'a Inputs,
        model: &'a Model,
        rules: &'a RulesInForce,
        cache: &'a Cache,
        options: &'a BuildOptions,
    ) -> Self {
        Self {
            view: &inputs.view,
            rules,
            cache,
            identities: &model.identities,
            force: options.force.as_force(),
            now: options.now,
            outcomes: Mutex::default(),
        }
    }

    /// Encrypts a file that is secret, keeping what is equal in the file on disk.
    pub(crate) fn seal(&self, path: &RelPath, entry: &Entry) -> Result<Sealing, Diagnostics> {
        if !names::is_secret(path.as_str()) || is_encrypted(path, entry) {
            return Ok(Sealing::Plain);
        }
        let Some(rule) = self.rules.rules.rule_for(path.as_str()) else {
            return Err(no_rule(path, entry).into());
        };
        let previous = self.view.output(path.as_str())?;
        let withheld = holds_withheld_key(entry);
        if withheld && previous.is_none() {
            return Err(needs_age_key(path, entry).into());
        }
        let parts = [
            self.rules.text.as_bytes(),
            path.as_str().as_bytes(),
            entry.content.as_bytes(),
            previous.as_deref().unwrap_or_default(),
        ];
        let recalled = self.cache.recall(NAME, &parts);
        if let Some(previous) = &previous
            && recalled.known
        {
            let outcome = (Change::Unchanged, Diagnostics::new());
            self.outcomes().insert(path.clone(), outcome);
            return Ok(Sealing::Secret(previous.as_slice().into()));
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
        if encrypted.change == Change::Unchanged && encrypted.notes.is_empty() {
            self.cache.note(recalled);
        }
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
}

/// Whether the output is a SOPS file already: a template may be one, copied as it is.
pub(crate) fn is_encrypted(path: &RelPath, entry: &Entry) -> bool {
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

pub(crate) fn no_rule(path: &RelPath, entry: &Entry) -> Diagnostic {
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
