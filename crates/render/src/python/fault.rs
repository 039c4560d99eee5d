//! What goes wrong while a template runs: a rule, a message, a hint, never a value.

use minijinja::{Error, ErrorKind};

/// A run-time problem of a template, without its place.
///
/// Messages name types, parameters and what stands in the template, never what a variable
/// holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) rule: &'static str,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

/// A value, or what went wrong.
pub(crate) type Outcome<T> = Result<T, Fault>;

/// Separates the parts of a fault inside of an [`Error`]; no template text holds it, as
/// messages are built from names.
const SEPARATOR: char = '\u{1}';

impl Fault {
    fn new(rule: &'static str, message: impl Into<String>) -> Self {
        Self {
            rule,
            message: message.into(),
            hint: None,
        }
    }

    /// A value of the wrong type.
    pub(crate) fn type_error(message: impl Into<String>) -> Self {
        Self::new("template/type", message)
    }

    /// A value of the right type that cannot be used.
    pub(crate) fn value_error(message: impl Into<String>) -> Self {
        Self::new("template/value", message)
    }

    /// Use of an undefined value.
    pub(crate) fn undefined(message: impl Into<String>) -> Self {
        Self::new("template/undefined", message)
    }

    /// A name that nothing declares.
    pub(crate) fn undeclared(message: impl Into<String>) -> Self {
        Self::new("template/undeclared", message)
    }

    /// Wrong arguments of a call.
    pub(crate) fn arguments(message: impl Into<String>) -> Self {
        Self::new("template/arguments", message)
    }

    /// A filter, test, function or method that does not exist, or is not supported.
    pub(crate) fn unknown(message: impl Into<String>) -> Self {
        Self::new("template/unknown", message)
    }

    /// A template that does not exist.
    pub(crate) fn missing_template(message: impl Into<String>) -> Self {
        Self::new("template/missing", message)
    }

    /// A credential file that is needed but absent.
    pub(crate) fn credential(message: impl Into<String>) -> Self {
        Self::new("template/credential", message)
    }

    /// More work or memory than a template may use.
    pub(crate) fn limit(message: impl Into<String>) -> Self {
        Self::new("template/limit", message)
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The fault that an error carries, if it came from one.
    pub(crate) fn from_error(error: &Error) -> Option<(String, String, Option<String>)> {
        let mut parts = error
            .detail()?
            .strip_prefix(SEPARATOR)?
            .splitn(3, SEPARATOR);
        let rule = parts.next()?.to_owned();
        let hint = parts.next()?;
        let message = parts.next()?.to_owned();
        let hint = (!hint.is_empty()).then(|| hint.to_owned());
        Some((rule, message, hint))
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        let detail = format!(
            "{SEPARATOR}{}{SEPARATOR}{}{SEPARATOR}{}",
            fault.rule,
            fault.hint.unwrap_or_default(),
            fault.message
        );
        Self::new(ErrorKind::InvalidOperation, detail)
    }
}
