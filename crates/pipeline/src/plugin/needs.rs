//! Which names templates use that nothing built in gives.

use std::collections::BTreeMap;

use config_model::{Declarations, PluginUse, Section};
use diagnostics::{Diagnostic, Diagnostics, Location};
use render::declare::Defines;
use render::plugin::Exception;
use render::{Analysis, Mention};

/// How many names a message lists.
const LISTED: usize = 8;

/// Names that only the plugin may give, each with its first place.
#[derive(Debug, Clone, Default)]
pub struct Needs {
    names: BTreeMap<String, Location>,
    /// Whether some are filters, tests or keys of nodes, without which no template is whole.
    fixed: bool,
}

impl Needs {
    /// Values that the plugin sets, functions, filters and tests that it may define.
    ///
    /// `has_value` tells whether a variable has a value without it, `has_key` whether nodes
    /// have one at a key. What the plugin assigns counts whether there is a value or not, unless
    /// it never runs: then the value that is written down is the one.
    pub(crate) fn new(
        analysis: &Analysis,
        defines: &Defines,
        chosen: PluginUse,
        has_value: impl Fn(&str) -> bool,
        has_key: impl Fn(&str) -> bool,
    ) -> Self {
        let built_in = Declarations::built_in();
        // A value that it sets or changes, or a function that is passed on without being called.
        let is_given = |name: &str, has_value: bool| {
            let given = defines.keys.contains(name) || defines.functions.contains(name);
            let changed = chosen != PluginUse::Never && defines.assigned.contains(name);
            changed || !has_value && given
        };
        let needed = |mention: &&Mention| match mention.of.as_deref() {
            None if mention.called => !has_value(&mention.name) && is_named(defines, &mention.name),
            None => {
                built_in.get(Section::Cluster, &mention.name).is_none()
                    && is_given(&mention.name, has_value(&mention.name))
            }
            Some("nodes") => {
                built_in.get(Section::Nodes, &mention.name).is_none()
                    && is_given(&mention.name, has_key(&mention.name))
            }
            Some(_) => false,
        };
        let values: Vec<_> = analysis.mentions().iter().filter(needed).collect();
        let words = analysis.unknown().iter();
        let words: Vec<_> = words.filter(|word| is_named(defines, &word.name)).collect();
        let fixed = !words.is_empty() || values.iter().any(|mention| mention.of.is_some());
        let mut names = BTreeMap::new();
        for mention in values.into_iter().chain(words) {
            names
                .entry(mention.name.clone())
                .or_insert_with(|| mention.location.clone());
        }
        Self { names, fixed }
    }

    /// Whether nothing is missing.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }

    /// The names in a sentence.
    pub fn listed(&self) -> String {
        let shown: Vec<_> = self
            .names()
            .take(LISTED)
            .map(|name| format!("`{name}`"))
            .collect();
        match self.names.len().checked_sub(LISTED) {
            Some(more @ 1..) => format!("{} and {more} more", shown.join(", ")),
            _ => shown.join(", "),
        }
    }

    /// The question whether the plugin may run for them.
    pub fn question(&self, plugin: &str) -> String {
        format!(
            "Templates use {}, which only `{plugin}` gives. Run it with Python?",
            self.listed()
        )
    }

    pub(super) fn first_place(&self) -> Option<Location> {
        self.names.values().min().cloned()
    }

    /// The problem of each name where a template comes to need it; none where one cannot be put
    /// off until then.
    pub(super) fn withheld(&self, problem: &Diagnostic) -> Option<Vec<(String, Exception)>> {
        let name = |name: &str| {
            let why = Exception {
                rule: &render::rules::PLUGIN_WITHHELD,
                message: format!("`{name}`: {}", problem.message),
                location: None,
                hint: problem.hint.clone(),
            };
            (name.to_owned(), why)
        };
        (!self.fixed).then(|| self.names().map(name).collect())
    }

    /// A problem at the first place of each name.
    pub(super) fn refused(&self, problem: &Diagnostic) -> Diagnostics {
        self.names
            .iter()
            .map(|(name, place)| {
                let mut problem = problem.clone().at(place.clone());
                problem.message = format!("`{name}`: {}", problem.message);
                problem
            })
            .collect()
    }
}

/// Whether the plugin defines or imports it, or names it anywhere.
fn is_named(defines: &Defines, name: &str) -> bool {
    defines.names.contains(name) || defines.keys.contains(name)
}

#[cfg(test)]
mod tests {
    use diagnostics::Source;
    use render::{Options, Template, TemplateSet};

    use super::*;

    const PLUGIN: &str = "
class Plugin:
    def __init__(self, data):
        self._data = data

    def data(self):
        self._data['count'] = 3
        self._data.setdefault('spare', 1)
        return self._data

    def functions(self):
        return [shout]

def shout(text):
    return text
";

    fn needs(template: &str, chosen: PluginUse) -> String {
        let template = Template::new("a.j2", template.as_bytes().to_vec(), "a.j2", ".j2");
        let analysis = render::analyze(&TemplateSet::new([template]), &Options::default());
        let defines = render::declare::defines(&Source::new("plugin.py", PLUGIN));
        let known = |name: &str| matches!(name, "written" | "count" | "spare" | "cluster_name");
        Needs::new(&analysis, &defines, chosen, known, |_| false).listed()
    }

    #[test]
    fn only_what_nothing_built_in_has_needs_it() {
        for (template, wanted) in [
            ("", ""),
            // Built in, set, or nobody's.
            (
                "#{ cluster_name }##{ written }##{ nobody }##{ nobody_either() }#",
                "",
            ),
            // A value that stands in for one that is there is not needed.
            ("#{ spare }#", ""),
            // One that changes it is.
            ("#{ count }#", "`count`"),
            ("#{ shout(written) }# #{ written | upper }#", "`shout`"),
            ("#{ written | shout }#", "`shout`"),
        ] {
            assert_eq!(needs(template, PluginUse::Missing), wanted, "{template}");
        }
        assert_eq!(needs("#{ count }#", PluginUse::Never), "");
    }
}
