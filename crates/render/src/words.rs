//! Which filters and tests there are: Jinja2's, those of cluster templates, and a plugin's.

use std::sync::Arc;

use crate::checks;
use crate::filters;
use crate::plugin::{self, Plugin};
use crate::python::call::{Find, Function};

/// What finds filters and tests by name.
#[derive(Clone, Default)]
pub(crate) struct Words {
    /// Whether the filters of cluster templates exist.
    pub(crate) native: bool,
    /// A plugin that is asked.
    pub(crate) plugin: Option<Arc<dyn Plugin>>,
}

impl Find for Words {
    fn filter(&self, name: &str) -> Option<Function> {
        let built_in = || {
            if self.native {
                filters::find(name)
            } else {
                filters::find_built_in(name)
            }
        };
        self.choose(built_in, |names| &names.filters, name, plugin::filter)
    }

    fn test(&self, name: &str) -> Option<Function> {
        self.choose(
            || checks::find(name),
            |names| &names.tests,
            name,
            plugin::test,
        )
    }

    fn plugin(&self) -> Option<&Arc<dyn Plugin>> {
        self.plugin.as_ref()
    }
}

impl Words {
    fn choose(
        &self,
        built_in: impl FnOnce() -> Option<Function>,
        of_plugin: fn(&plugin::Names) -> &std::collections::BTreeSet<String>,
        name: &str,
        asks: Function,
    ) -> Option<Function> {
        let names = self.plugin.as_ref().map(|plugin| plugin.names());
        let defined = names.filter(|names| of_plugin(names).contains(name));
        match defined {
            Some(names) if names.before_built_in => Some(asks),
            Some(_) => built_in().or(Some(asks)),
            None => built_in(),
        }
    }

    /// The names of all filters.
    pub(crate) fn filters(&self) -> Vec<&str> {
        let native = if self.native { filters::NATIVE } else { &[] };
        let built_in = filters::BUILT_IN.iter().chain(native);
        let mut names: Vec<&str> = built_in.map(|(name, _)| *name).collect();
        names.extend(self.of_plugin(|names| &names.filters));
        names
    }

    /// The names of all tests.
    pub(crate) fn tests(&self) -> Vec<&str> {
        let mut names: Vec<&str> = checks::BUILT_IN.iter().map(|(name, _)| *name).collect();
        names.extend(self.of_plugin(|names| &names.tests));
        names
    }

    fn of_plugin(
        &self,
        of_plugin: fn(&plugin::Names) -> &std::collections::BTreeSet<String>,
    ) -> impl Iterator<Item = &str> {
        let names = self.plugin.as_ref().map(|plugin| of_plugin(plugin.names()));
        names.into_iter().flatten().map(String::as_str)
    }
}
