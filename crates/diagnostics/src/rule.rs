//! What a problem breaks: rules, and the tables that they stand in.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Serialize, Serializer};

/// How much a problem matters. Errors sort first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The work cannot go on; nothing is written.
    Error,
    /// It may work but looks wrong.
    Warning,
    /// Worth knowing, nothing to do.
    Note,
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        })
    }
}

/// One rule: its stable name, how much it matters, and why such a thing cannot work.
///
/// Rules stand in tables that [`rules!`](crate::rules) declares, and problems are made of
/// them only, so that none goes undocumented. Code that asks which problem it has compares
/// the rule ([`Diagnostic::is`](crate::Diagnostic::is)), never its name.
pub struct Rule {
    id: &'static str,
    severity: Severity,
    relaxed: bool,
    why: &'static str,
}

/// The rules of one topic, as [`rules!`](crate::rules) declares them.
pub type Table = &'static [&'static Rule];

impl Rule {
    /// For [`rules!`](crate::rules) only.
    #[doc(hidden)]
    pub const fn declared(
        id: &'static str,
        severity: Severity,
        relaxed: bool,
        why: &'static str,
    ) -> Self {
        Self {
            id,
            severity,
            relaxed,
            why,
        }
    }

    /// The stable name, such as `node/duplicate-name`. Tests, documentation and users' scripts
    /// refer to it, so it never changes once released.
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// How much it matters.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Whether it is only a warning to those who answer for the matter themselves.
    pub fn is_relaxed(&self) -> bool {
        self.relaxed
    }

    /// Why such a thing cannot work, or looks wrong: one paragraph of Markdown.
    pub fn why(&self) -> &'static str {
        self.why
    }
}

/// Rules are told apart by their ids.
impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

impl Hash for Rule {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

impl PartialOrd for Rule {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// By their ids.
impl Ord for Rule {
    fn cmp(&self, other: &Self) -> Ordering {
        self.id.cmp(other.id)
    }
}

/// Its id.
impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.id)
    }
}

/// Its id.
impl fmt::Debug for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.id)
    }
}

/// Its id.
impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id)
    }
}

/// Declares the rules of a topic, and `TABLE`, which lists them.
///
/// The severities are `error`, `warning`, `note` and `relaxed`: an error that is a warning to
/// those who answer for the matter themselves.
///
/// ```
/// diagnostics::rules! {
///     NODE_NONE: error "node/none",
///         "A cluster needs at least one node.";
/// }
///
/// let problem = NODE_NONE.report("there is no node");
/// assert!(problem.is(&NODE_NONE));
/// assert_eq!(TABLE.len(), 1);
/// ```
#[macro_export]
macro_rules! rules {
    ($($name:ident: $severity:ident $id:literal, $why:literal;)*) => {
        $(
            #[doc = $why]
            #[allow(unreachable_pub, reason = "a test's own table stands in a private module")]
            pub static $name: $crate::Rule = $crate::rules!(@$severity $id, $why);
        )*
        #[allow(dead_code, reason = "a test's own table is in no list of a crate")]
        pub(crate) const TABLE: $crate::Table = &[$(&$name),*];
    };
    (@error $id:literal, $why:literal) => {
        $crate::Rule::declared($id, $crate::Severity::Error, false, $why)
    };
    (@relaxed $id:literal, $why:literal) => {
        $crate::Rule::declared($id, $crate::Severity::Error, true, $why)
    };
    (@warning $id:literal, $why:literal) => {
        $crate::Rule::declared($id, $crate::Severity::Warning, false, $why)
    };
    (@note $id:literal, $why:literal) => {
        $crate::Rule::declared($id, $crate::Severity::Note, false, $why)
    };
}

#[cfg(test)]
mod tests {
    use crate::Diagnostic;
    use crate::Severity::{Error, Note, Warning};

    crate::rules! {
        STRICT: error "a/strict", "It cannot work.";
        LOOSE: relaxed "a/loose", "It cannot work.";
        ODD: warning "a/odd", "It looks wrong.";
        NEWS: note "a/news", "It is worth knowing.";
    }

    #[test]
    fn a_problem_has_the_severity_of_its_rule_unless_said_otherwise() {
        let of = |problem: Diagnostic| problem.severity;
        let usual: Vec<_> = TABLE.iter().map(|rule| of(rule.report("x"))).collect();
        let relaxed: Vec<_> = TABLE
            .iter()
            .map(|rule| of(rule.report_relaxed("x")))
            .collect();
        assert_eq!(usual, [Error, Error, Warning, Note]);
        assert_eq!(relaxed, [Error, Warning, Warning, Note]);
        assert_eq!(of(ODD.report_as(Error, "x")), Error);
    }

    #[test]
    fn a_rule_is_shown_as_its_id() {
        let problem = STRICT.report("no");
        assert_eq!(problem.to_string(), "error[a/strict]: no");
        assert_eq!(format!("{:?}", problem.rule), "a/strict");
        let json = serde_json::to_value(&problem).expect("it is plain data");
        assert_eq!(json["rule"], "a/strict");
    }
}
