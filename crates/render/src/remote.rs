//! A plugin that can be asked, and an object that stays with it: sets, addresses, dates, and
//! whatever else has no counterpart here.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use diagnostics::{Location, Rule};
use serde_json::Value as Json;

/// A running plugin that can be asked.
pub trait Plugin: Send + Sync {
    /// What it defines.
    fn names(&self) -> &Names;

    /// Asks one question and waits for the answer, both in the form that `plugin::Answers` and the
    /// host of the plugin agree on.
    ///
    /// # Errors
    ///
    /// What the plugin raised, or why it gives no answer.
    fn ask(&self, question: &Json) -> Result<Json, Exception>;
}

/// The names that a plugin defines, and whether they go before built-in ones.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// Functions.
    pub functions: BTreeSet<String>,
    /// Filters.
    pub filters: BTreeSet<String>,
    /// Tests.
    pub tests: BTreeSet<String>,
    /// Whether they take the place of built-in ones of the same name.
    pub before_built_in: bool,
}

/// Why a plugin gave no answer. Its text may hold what the plugin works with: known secrets
/// are replaced before it is shown.
#[derive(Debug, Clone)]
pub struct Exception {
    /// The rule that is broken.
    pub rule: &'static Rule,
    /// What went wrong.
    pub message: String,
    /// The line of the plugin, where it is known.
    pub location: Option<Location>,
    /// What to do.
    pub hint: Option<String>,
}

/// An object of the plugin.
#[derive(Clone)]
pub struct Remote {
    pub(crate) plugin: Arc<dyn Plugin>,
    pub(crate) id: u64,
    pub(crate) kind: String,
    /// As printed; none where that is different in every run.
    pub(crate) text: Option<String>,
    /// As printed inside of a list.
    pub(crate) repr: Option<String>,
    pub(crate) truth: bool,
    pub(crate) callable: bool,
}

impl Remote {
    pub(crate) fn read(answer: &Json, plugin: &Arc<dyn Plugin>) -> Option<Self> {
        let text = |key: &str| answer.get(key)?.as_str().map(str::to_owned);
        let flag = |key: &str| answer.get(key)?.as_bool();
        Some(Self {
            plugin: plugin.clone(),
            id: answer.get("id")?.as_u64()?,
            kind: text("kind")?,
            text: text("text"),
            repr: text("repr"),
            truth: flag("true")?,
            callable: flag("callable")?,
        })
    }
}

impl PartialEq for Remote {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "<{}>", self.kind)
    }
}
