//! Problems of one text, as many as anybody reads.

use std::ops::Range;

use diagnostics::{Diagnostic, Diagnostics, Source};

use crate::limits::Limits;
use crate::node::Mapping;
use crate::rules;

/// How many problems of one text are told: a file with more has one cause, or was made to be
/// a nuisance.
const MOST: usize = 200;

/// How many anchors are looked through for one that an undefined alias may have meant.
const MOST_NAMES: usize = 500;

/// Problems collected.
pub(super) struct Problems<'a> {
    source: &'a Source,
    told: Diagnostics,
    /// All, with those that are not told.
    count: usize,
}

impl<'a> Problems<'a> {
    pub(super) fn new(source: &'a Source) -> Self {
        Self {
            source,
            told: Diagnostics::new(),
            count: 0,
        }
    }

    /// Whether no more are told.
    pub(super) fn is_full(&self) -> bool {
        self.count >= MOST
    }

    pub(super) fn push(&mut self, problem: Diagnostic) {
        self.push_with(|_| problem);
    }

    /// Two entries with one key. Keys that are lists or maps are not compared.
    pub(super) fn duplicate_keys(&mut self, mapping: &Mapping) {
        for (first, later) in mapping.duplicates() {
            self.push_with(|source| {
                let name = shortened(later.key.text().unwrap_or_default());
                rules::YAML_DUPLICATE_KEY
                    .report(format!("the key `{name}` is set twice"))
                    .at(source.location(later.key.range()))
                    .related(source.location(first.key.range()), "first set here")
                    .hint("remove one of the two")
            });
        }
    }

    /// An alias of no anchor before it; `names` are those that there are.
    pub(super) fn undefined_alias(&mut self, name: &str, range: Range<usize>, names: &[String]) {
        self.push_with(|source| {
            // Without the name: it may be a secret that was not quoted.
            let problem = rules::YAML_UNDEFINED_ALIAS
                .report("no anchor of this name precedes the alias")
                .at(source.location(range));
            let nearest = names.iter().rev().take(MOST_NAMES).map(String::as_str);
            match diagnostics::closest(name, nearest) {
                Some(close) => problem.hint(format!("did you mean `*{}`?", shortened(close))),
                None => problem.hint("put the value in quotes if the `*` belongs to it"),
            }
        });
    }

    /// All, in order of place.
    pub(super) fn finish(mut self) -> Diagnostics {
        if let Some(more) = self.count.checked_sub(MOST).filter(|&more| more > 0) {
            self.told.push(
                rules::YAML_TOO_MANY_PROBLEMS
                    .report(format!("{more} more problems are not listed"))
                    .at(self.source.whole()),
            );
        }
        self.told.sort();
        self.told
    }

    /// Makes the problem only if it will be told: finding its place takes time.
    fn push_with(&mut self, problem: impl FnOnce(&Source) -> Diagnostic) {
        if !self.is_full() {
            self.told.push(problem(self.source));
        }
        self.count += 1;
    }
}

/// The problem of too many levels, without its place.
pub(super) fn too_deep(limits: &Limits) -> Diagnostic {
    rules::YAML_TOO_DEEP.report(format!(
        "lists and maps are nested more than {} deep",
        limits.effective_depth()
    ))
}

/// A name for a message, cut where it is very long.
fn shortened(name: &str) -> String {
    const LONGEST: usize = 60;
    match name.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}
