//! One rule, and how tables of them are declared.

use diagnostics::{Diagnostic, Severity};

use crate::templates::Templates;

/// One rule that a configuration must satisfy, or is advised to.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    id: &'static str,
    severity: Severity,
    relaxed: bool,
    explanation: &'static str,
}

impl Rule {
    /// For the tables only.
    pub(super) const fn new(
        id: &'static str,
        severity: Severity,
        relaxed: bool,
        explanation: &'static str,
    ) -> Self {
        Self {
            id,
            severity,
            relaxed,
            explanation,
        }
    }

    /// The stable name that diagnostics carry.
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// How much it matters with the built-in templates.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Whether it is only a warning in a repository with its own templates.
    pub fn is_relaxed(&self) -> bool {
        self.relaxed
    }

    /// Why such a value cannot work, or looks wrong: one paragraph of Markdown.
    pub fn explanation(&self) -> &'static str {
        self.explanation
    }

    /// A problem of this rule.
    pub(crate) fn report(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.severity, self.id, message)
    }

    /// A problem of this rule in a repository that renders with these templates.
    pub(crate) fn report_with(
        &self,
        templates: Templates,
        message: impl Into<String>,
    ) -> Diagnostic {
        let severity = match templates {
            Templates::Own if self.relaxed => Severity::Warning,
            _ => self.severity,
        };
        Diagnostic::new(severity, self.id, message)
    }
}

/// Declares rules, and the slice of them.
macro_rules! declare {
    ($($name:ident: $severity:ident $id:literal, $explanation:literal;)*) => {
        $(
            pub(crate) static $name: crate::rules::rule::Rule =
                crate::rules::rule::declare!(@$severity $id, $explanation);
        )*
        pub(super) const TABLE: &[&crate::rules::rule::Rule] = &[$(&$name),*];
    };
    (@error $id:literal, $explanation:literal) => {
        crate::rules::rule::declare!(@@Error, false, $id, $explanation)
    };
    (@relaxed $id:literal, $explanation:literal) => {
        crate::rules::rule::declare!(@@Error, true, $id, $explanation)
    };
    (@warning $id:literal, $explanation:literal) => {
        crate::rules::rule::declare!(@@Warning, false, $id, $explanation)
    };
    (@@$severity:ident, $relaxed:literal, $id:literal, $explanation:literal) => {
        crate::rules::rule::Rule::new(
            $id,
            diagnostics::Severity::$severity,
            $relaxed,
            $explanation,
        )
    };
}

pub(super) use declare;
