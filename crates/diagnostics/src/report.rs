//! Problems collected.

use crate::{Diagnostic, Location, MASK, Rule, Severity};

/// All problems of a run, in the order of files and lines once [`Diagnostics::sort`]ed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Whether there is no problem at all, of any severity.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are, of any severity.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(Diagnostic::is_error)
    }

    /// Whether one of them breaks this rule.
    pub fn has(&self, rule: &Rule) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.is(rule))
    }

    /// How many there are of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.0
            .iter()
            .filter(|diagnostic| diagnostic.severity == severity)
            .count()
    }

    /// All of them, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// Orders by file, line, column and rule, and drops exact repetitions, so that the
    /// same input gives the same report whatever found a problem first.
    pub fn sort(&mut self) {
        self.0.sort_by(|left, right| {
            (&left.location, &left.rule, &left.message).cmp(&(
                &right.location,
                &right.rule,
                &right.message,
            ))
        });
        self.0.dedup();
    }

    /// Drops the warnings and notes of the rules with these ids; an error stays, whatever its
    /// rule.
    pub fn silence(&mut self, ids: &[String]) {
        self.0.retain(|diagnostic| {
            diagnostic.is_error() || !ids.iter().any(|id| id == diagnostic.rule.id())
        });
    }

    /// All of them without the lines that they stand in, unless those are masked: what cannot
    /// be read as it should may hold a secret anywhere.
    #[must_use]
    pub fn without_lines(mut self) -> Self {
        let hide = |location: &mut Location| {
            let excerpt = location.excerpt.take();
            location.excerpt = excerpt.filter(|excerpt| excerpt.text.contains(MASK));
        };
        for problem in &mut self.0 {
            problem.location.iter_mut().for_each(hide);
            for related in &mut problem.related {
                hide(&mut related.location);
            }
        }
        self
    }

    /// Those that others do not say already, wherever in a file they say it.
    #[must_use]
    pub fn without(mut self, others: &Self) -> Self {
        self.0.retain(|problem| {
            let mut others = others.iter();
            !others.any(|other| other.is(problem.rule) && other.message == problem.message)
        });
        self
    }

    /// Makes errors of the warnings that `choose` picks.
    pub fn promote(&mut self, choose: impl Fn(&Diagnostic) -> bool) {
        for diagnostic in &mut self.0 {
            if diagnostic.severity == Severity::Warning && choose(diagnostic) {
                diagnostic.severity = Severity::Error;
            }
        }
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        self.0.extend(diagnostics);
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(diagnostics: I) -> Self {
        Self(diagnostics.into_iter().collect())
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
