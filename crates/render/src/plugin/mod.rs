//! A repository's own Python plugin, as far as templates see it: what it defines, and values
//! that stay with it.
//!
//! The plugin itself runs elsewhere, in a process that a caller started; here is what is asked
//! of it and how values travel.

mod ask;
mod objects;
pub(crate) mod wire;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value as Json;

pub use crate::remote::{Exception, Names, Plugin, Remote};
pub(crate) use ask::{filter, find_function, test};
pub(crate) use objects::{compare, contains, item_of, items, length, negative, operate};

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
