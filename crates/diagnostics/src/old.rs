//! The old ways to make a problem, of a name instead of a rule: until the last crate has a table.

use crate::{Diagnostic, Rule, Severity};

/// What the name of a rule was.
#[doc(hidden)]
pub trait OldName {
    /// A rule of this name.
    fn rule(self, severity: Severity) -> &'static Rule;
}

impl OldName for &'static str {
    fn rule(self, severity: Severity) -> &'static Rule {
        Box::leak(Box::new(Rule::declared(self, severity, false, "")))
    }
}

impl OldName for String {
    fn rule(self, severity: Severity) -> &'static Rule {
        let name: &'static str = Box::leak(self.into_boxed_str());
        name.rule(severity)
    }
}

impl OldName for &'static Rule {
    fn rule(self, _: Severity) -> &'static Rule {
        self
    }
}

#[doc(hidden)]
impl Diagnostic {
    pub fn error(rule: impl OldName, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, rule, message)
    }

    pub fn warning(rule: impl OldName, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, rule, message)
    }

    pub fn note(rule: impl OldName, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, rule, message)
    }

    pub fn new(severity: Severity, rule: impl OldName, message: impl Into<String>) -> Self {
        rule.rule(severity).report_as(severity, message)
    }
}

#[doc(hidden)]
impl Rule {
    pub fn as_str(&self) -> &'static str {
        self.id()
    }
}
