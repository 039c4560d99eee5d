//! A repository's own Python plugin, as far as templates see it: what it defines, and values
//! that stay with it.
//!
//! The plugin itself runs elsewhere, in a process that a caller started; here is what is asked
//! of it and how values travel.

mod ask;
mod remote;
pub(crate) mod wire;

use std::collections::BTreeSet;
use std::sync::Arc;

use diagnostics::Location;
use serde_json::Value as Json;

pub(crate) use ask::{filter, find_function, test};
pub use remote::Remote;
pub(crate) use remote::{compare, contains, item_of, items, length, negative, operate};

/// A running plugin that can be asked.
pub trait Plugin: Send + Sync {
    /// What it defines.
    fn names(&self) -> &Names;

    /// Asks one question and waits for the answer, both in the form that [`Answers`] and the
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
    pub rule: &'static str,
    /// What went wrong.
    pub message: String,
    /// The line of the plugin, where it is known.
    pub location: Option<Location>,
    /// What to do.
    pub hint: Option<String>,
}

/// What a plugin gave when it was loaded.
#[derive(Default)]
pub struct Answers {
    /// The values of its `data()`, and what it changed in the data that it was given.
    pub values: Vec<(String, crate::Data)>,
    /// What it defines.
    pub names: Names,
    /// Parts of makejinja's interface that it has and that are not asked for.
    pub unsupported: Vec<String>,
    /// Packages that it imports and that are not installed.
    pub absent: Vec<String>,
}

impl Answers {
    /// The question that loads plugins.
    ///
    /// `data` is what they get as `data`; `paths` are added to Python's, `plugins` are the
    /// names in `makejinja.toml`, `config` what its other settings say.
    pub fn question(
        data: &[(String, crate::Data)],
        paths: &[String],
        plugins: &[String],
        config: Json,
    ) -> Json {
        let data = data
            .iter()
            .map(|(name, value)| (name.clone(), wire::of_data(value)));
        serde_json::json!({
            "ask": "load",
            "data": Json::Object(data.collect()),
            "paths": paths,
            "plugins": plugins,
            "config": config,
        })
    }

    /// Reads the answer to [`Self::question`]; none if it is not one.
    pub fn read(answer: &Json, plugin: &Arc<dyn Plugin>) -> Option<Self> {
        let names = |key: &str| -> Option<BTreeSet<String>> {
            let listed = answer.get(key)?.as_array()?.iter();
            Some(listed.filter_map(Json::as_str).map(str::to_owned).collect())
        };
        let values = answer.get("values")?.as_object()?;
        Some(Self {
            values: values
                .iter()
                .map(|(name, value)| (name.clone(), wire::to_data(value, plugin)))
                .collect(),
            names: Names {
                functions: names("functions")?,
                filters: names("filters")?,
                tests: names("tests")?,
                before_built_in: false,
            },
            unsupported: names("unsupported")?.into_iter().collect(),
            absent: names("absent")?.into_iter().collect(),
        })
    }
}
