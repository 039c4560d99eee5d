//! One problem as data.

use std::fmt;

use serde::Serialize;

use crate::location::Location;
use crate::rule::{Rule, Severity};

/// A second place that belongs to a problem, such as the first of two duplicates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Related {
    /// Where it stands.
    pub location: Location,
    /// What stands there: a clause without a period.
    pub message: String,
}

/// One problem: what is wrong, where, and what to do. A [`Rule`] makes it.
///
/// `message` is a lower-case clause without a period, with values in backticks, and never
/// holds the value of a secret. `hint` speaks to the user (“use …”).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a diagnostic does nothing until it is collected"]
pub struct Diagnostic {
    /// The rule that is broken.
    pub rule: &'static Rule,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Where, if the problem has a place.
    pub location: Option<Location>,
    /// Other places that explain it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<Related>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Rule {
    /// A problem of this rule.
    pub fn report(&'static self, message: impl Into<String>) -> Diagnostic {
        self.report_as(self.severity(), message)
    }

    /// A problem of this rule where it matters more, or less, than it usually does.
    pub fn report_as(&'static self, severity: Severity, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            rule: self,
            severity,
            message: message.into(),
            location: None,
            related: Vec::new(),
            hint: None,
        }
    }

    /// A problem of this rule to those who answer for the matter themselves: a warning, if the
    /// rule is a relaxed one.
    pub fn report_relaxed(&'static self, message: impl Into<String>) -> Diagnostic {
        let severity = match self.severity() {
            Severity::Error if self.is_relaxed() => Severity::Warning,
            severity => severity,
        };
        self.report_as(severity, message)
    }
}

impl Diagnostic {
    /// Whether it breaks this rule.
    pub fn is(&self, rule: &Rule) -> bool {
        self.rule == rule
    }

    /// Adds the place, where it has one.
    pub fn at(mut self, location: impl Into<Option<Location>>) -> Self {
        if let Some(location) = location.into() {
            self.location = Some(location);
        }
        self
    }

    /// Adds what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds a second place.
    pub fn related(mut self, location: Location, message: impl Into<String>) -> Self {
        self.related.push(Related {
            location,
            message: message.into(),
        });
        self
    }

    /// Whether this is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// One line: `file:line:column: severity[rule]: message`, without excerpt and hint.
impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(location) = &self.location {
            write!(formatter, "{location}: ")?;
        }
        write!(
            formatter,
            "{}[{}]: {}",
            self.severity, self.rule, self.message
        )
    }
}
