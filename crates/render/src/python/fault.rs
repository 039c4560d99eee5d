//! What goes wrong while a template runs: a rule, a message, a hint, never a value.

use std::fmt;

use diagnostics::{Location, Rule};
use minijinja::{Error, ErrorKind};

use crate::remote::Exception;
use crate::rules;

/// A run-time problem of a template, without its place.
///
/// Messages name types, parameters and what stands in the template, never what a variable
/// holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) rule: &'static Rule,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    /// Where it is, if that is not where the template stands.
    pub(crate) location: Option<Box<Location>>,
}

/// A value, or what went wrong.
pub(crate) type Outcome<T> = Result<T, Fault>;

impl Fault {
    fn new(rule: &'static Rule, message: impl Into<String>) -> Self {
        Self {
            rule,
            message: message.into(),
            hint: None,
            location: None,
        }
    }

    /// What a plugin raised, or why it gave no answer.
    pub(crate) fn of_plugin(exception: Exception) -> Self {
        Self {
            rule: exception.rule,
            message: exception.message,
            hint: exception.hint,
            location: exception.location.map(Box::new),
        }
    }

    /// A value of the wrong type.
    pub(crate) fn type_error(message: impl Into<String>) -> Self {
        Self::new(&rules::TEMPLATE_TYPE, message)
    }

    /// A value of the right type that cannot be used.
    pub(crate) fn value_error(message: impl Into<String>) -> Self {
        Self::new(&rules::TEMPLATE_VALUE, message)
    }

    /// Use of an undefined value.
    pub(crate) fn undefined(message: impl Into<String>) -> Self {
        Self::new(&rules::TEMPLATE_UNDEFINED, message)
    }

    /// A name that nothing declares.
    pub(crate) fn undeclared(message: impl Into<String>) -> Self {
        Self::new(&rules::TEMPLATE_UNDECLARED, message)
    }

    /// Wrong arguments of a call.
    pub(crate) fn arguments(message: impl Into<String>) -> Self {
        Self::new(&rules::TEMPLATE_ARGUMENTS, message)
    }

    /// A filter, test, function or method that does not exist, or is not supported.
    pub(crate) fn unknown(message: impl Into<String>) -> Self {
        Self::new(&rules::TEMPLATE_UNKNOWN, message)
    }

    /// A template that does not exist.
    pub(crate) fn missing_template(message: impl Into<String>) -> Self {
        Self::new(&rules::TEMPLATE_MISSING, message)
    }

    /// A credential file that is needed but absent.
    pub(crate) fn credential(message: impl Into<String>) -> Self {
        Self::new(&rules::TEMPLATE_CREDENTIAL, message)
    }

    /// More work or memory than a template may use.
    pub(crate) fn limit(message: impl Into<String>) -> Self {
        Self::new(&rules::TEMPLATE_LIMIT, message)
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The fault that an error carries, if it came from one.
    pub(crate) fn from_error(error: &Error) -> Option<&Self> {
        std::error::Error::source(error)?.downcast_ref()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::new(ErrorKind::InvalidOperation, fault.rule.id()).with_source(fault)
    }
}
