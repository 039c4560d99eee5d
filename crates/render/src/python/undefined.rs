//! Jinja2's undefined values, in each of makejinja's modes.

use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr};
use minijinja::{Error, State, Value};

use super::fault::{Fault, Outcome};
use super::quote::quoted;
use crate::options::UndefinedMode;

/// A value that is not there, with what is known of why.
#[derive(Debug)]
pub(crate) struct Undefined {
    pub(crate) mode: UndefinedMode,
    pub(crate) origin: Origin,
}

/// What gave an undefined value.
#[derive(Debug, Clone)]
pub(crate) enum Origin {
    /// A variable.
    Name(String),
    /// An attribute or key of a value of the named type.
    Attribute {
        owner: &'static str,
        name: String,
        /// Whether the key was text, not a number.
        is_text: bool,
    },
    /// Anything else: a clause, worded as Jinja2 words it.
    Other(String),
}

impl Undefined {
    pub(crate) fn value(mode: UndefinedMode, origin: Origin) -> Value {
        Value::from_object(Self { mode, origin })
    }

    /// What is undefined, as a clause.
    pub(crate) fn describe(&self) -> String {
        match &self.origin {
            Origin::Name(name) => format!("`{name}` is undefined"),
            Origin::Attribute { owner, name, .. } => format!("{owner} has no attribute `{name}`"),
            Origin::Other(clause) => in_house(clause),
        }
    }

    /// The error of using it.
    pub(crate) fn fault(&self) -> Fault {
        Fault::undefined(self.describe())
    }

    /// Whether every use but `is defined` is an error.
    pub(crate) fn is_strict(&self) -> bool {
        self.mode == UndefinedMode::Strict
    }

    /// Whether its attributes are undefined again, instead of an error.
    pub(crate) fn is_chainable(&self) -> bool {
        matches!(
            self.mode,
            UndefinedMode::Chainable | UndefinedMode::Declared
        )
    }

    /// An error if it is strict.
    pub(crate) fn allow(&self) -> Outcome<()> {
        if self.is_strict() {
            Err(self.fault())
        } else {
            Ok(())
        }
    }

    /// What it prints.
    pub(crate) fn print(&self) -> Outcome<String> {
        match self.mode {
            UndefinedMode::Strict => Err(self.fault()),
            UndefinedMode::Debug => Ok(match &self.origin {
                Origin::Name(name) => format!("{{{{ {name} }}}}"),
                Origin::Attribute {
                    owner,
                    name,
                    is_text,
                } => {
                    let owner = debug_owner(owner);
                    let name = if *is_text { quoted(name) } else { name.clone() };
                    format!("{{{{ no such element: {owner}[{name}] }}}}")
                }
                Origin::Other(clause) => {
                    format!("{{{{ undefined value printed: {clause} }}}}")
                }
            }),
            _ => Ok(String::new()),
        }
    }
}

/// Jinja2's clause as messages here put it.
fn in_house(clause: &str) -> String {
    let clause = clause.trim_end_matches('.').replace('\'', "`");
    let mut characters = clause.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => String::new(),
    }
}

/// Jinja2 says `None` and `dict object`, messages here “a dict”.
fn debug_owner(owner: &str) -> String {
    let bare = owner.trim_start_matches("an ").trim_start_matches("a ");
    if bare == "None" {
        bare.to_owned()
    } else {
        format!("{bare} object")
    }
}

impl Object for Undefined {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Empty
    }

    fn is_true(self: &Arc<Self>) -> bool {
        false
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, _: &[Value]) -> Result<Value, Error> {
        let fault = match &self.origin {
            Origin::Name(name) => Fault::unknown(format!("there is no function `{name}`")).hint(
                "put what it gives into `cluster.yaml`, or define it in the plugin that `makejinja.toml` names",
            ),
            _ => self.fault(),
        };
        Err(fault.into())
    }

    fn render(self: &Arc<Self>, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Ok(())
    }
}
