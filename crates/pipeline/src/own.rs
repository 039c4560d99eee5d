//! What a repository's own templates get beside the model: further data files, and the plugin.

use std::collections::BTreeSet;

use config_model::{Declarations, Input, PluginUse};
use diagnostics::{Diagnostics, Source};
use render::declare::Defines;
use render::makejinja;
use render::{Analysis, Context, Data};
use secrecy::SecretString;

use crate::gather::{gather, used_and_given};
use crate::load::{Inputs, OwnTemplates};
use crate::plugin::{self, Needs, Outcome, Withheld};

/// Everything that it depends on.
pub(crate) struct Own<'a> {
    pub(crate) inputs: &'a Inputs,
    pub(crate) own: &'a OwnTemplates,
    pub(crate) analysis: &'a Analysis,
    pub(crate) declarations: &'a Declarations,
    /// The keys that `cluster.yaml` and `nodes.yaml` set.
    pub(crate) written: &'a BTreeSet<&'a str>,
}

/// A context with all that a repository's own templates can name.
pub(crate) struct Completed {
    pub(crate) context: Context,
    /// The names that the plugin computes otherwise than they are rendered.
    pub(crate) different: Vec<String>,
    /// What is missing since the plugin does not run.
    pub(crate) withheld: Withheld,
    /// Warnings and notes.
    pub(crate) notes: Diagnostics,
}

impl Own<'_> {
    /// Adds to a context what the model does not know. Secrets are added to the list.
    pub(crate) fn complete(
        &self,
        context: Context,
        secrets: &mut Vec<SecretString>,
    ) -> Result<Completed, Diagnostics> {
        let (data, mut problems) = self.data();
        if problems.has_errors() {
            return Err(problems);
        }
        let further: Vec<_> = data
            .iter()
            .filter(|(name, _)| !self.written.contains(name.as_str()))
            .filter(|(name, _)| context.value(name).is_none())
            .cloned()
            .collect();
        let context = context
            .with_values(further, [])
            .at(repository::clock::now_without_zone());
        let Some(source) = &self.own.plugin else {
            return Ok(completed(context, problems));
        };
        let value = |name: &str| context.value(name).cloned();
        let needs = needs(self.analysis, source, self.declarations.plugin(), &value);
        let found = plugin::ask(&plugin::Request {
            view: &self.inputs.view,
            config: &self.own.config,
            source,
            chosen: self.declarations.plugin(),
            settings: &self.inputs.plugin,
            needs: &needs,
            data: &data,
            value: &value,
            analysis: self.analysis,
            secrets,
        });
        match found {
            Ok(Outcome::NotNeeded) => {
                problems.extend(plugin::path_filters(source));
                Ok(completed(context, problems))
            }
            Ok(Outcome::Withheld(withheld)) => {
                problems.extend(plugin::path_filters(source));
                let context = context.without(withheld.names.iter().cloned());
                Ok(Completed {
                    withheld,
                    ..completed(context, problems)
                })
            }
            Ok(Outcome::Given(given, notes)) => {
                problems.extend(notes);
                secrets.extend(given.secrets.iter().cloned());
                let context = context.with_values(given.values, given.secrets);
                let named = render::declare::defines(source).keys;
                let context = context.with_plugin(given.running, &named);
                Ok(Completed {
                    different: given.different,
                    ..completed(context, problems)
                })
            }
            Err(found) => {
                problems.extend(found);
                Err(problems)
            }
        }
    }

    /// The data files as makejinja reads them.
    fn data(&self) -> (Vec<(String, Data)>, Diagnostics) {
        let mut files = self.own.data.clone();
        for (path, source) in [
            ("cluster.yaml", &self.inputs.cluster),
            ("nodes.yaml", &self.inputs.nodes),
        ] {
            files.file(path, source.text().as_bytes(), 0o600);
        }
        makejinja::data(&self.own.config, &files)
    }
}

fn completed(context: Context, notes: Diagnostics) -> Completed {
    Completed {
        context,
        different: Vec::new(),
        withheld: Withheld::default(),
        notes,
    }
}

/// Names that only the plugin may give.
pub(crate) fn needs(
    analysis: &Analysis,
    plugin: &Source,
    chosen: PluginUse,
    value: &dyn Fn(&str) -> Option<Data>,
) -> Needs {
    let defines: Defines = render::declare::defines(plugin);
    let nodes = value("nodes");
    let has_key = |key: &str| match &nodes {
        Some(Data::List(nodes)) => nodes.iter().filter_map(Data::as_map).any(|node| {
            node.iter()
                .any(|(name, value)| name.as_text() == Some(key) && *value != Data::None)
        }),
        _ => false,
    };
    Needs::new(
        analysis,
        &defines,
        chosen,
        |name| value(name).is_some(),
        has_key,
    )
}

/// The question whether the repository's own plugin may run.
pub struct Question {
    /// What only it gives.
    pub needs: Needs,
    /// Its file.
    pub file: String,
}

/// What has to be asked before anything is built: where templates need the plugin and
/// `templates/variables.yaml` does not say whether it runs.
pub fn question(inputs: &Inputs) -> Option<Question> {
    let own = inputs.own.as_ref()?;
    let source = own.plugin.as_ref()?;
    let (declarations, _) = config_model::declarations(inputs.variables.as_ref());
    if declarations.plugin() != PluginUse::Unsaid || inputs.plugin.allowed {
        return None;
    }
    let gathered = gather(inputs);
    let analysis = gathered.reading.as_ref()?.analysis();
    let parsed = config_model::parse(&Input {
        cluster: &inputs.cluster,
        nodes: &inputs.nodes,
        variables: inputs.variables.as_ref(),
        templates: gathered.origin,
        used: Some(&used_and_given(analysis, Some(source))),
    });
    let asked = Own {
        inputs,
        own,
        analysis,
        declarations: &declarations,
        written: &BTreeSet::new(),
    };
    let (data, _) = asked.data();
    let values = parsed.values;
    let value = |name: &str| {
        let derived = values.as_ref().and_then(|values| values.get(name));
        let read = || data.iter().find(|(known, _)| known == name);
        derived
            .map(Data::from)
            .or_else(|| read().map(|(_, value)| value.clone()))
    };
    let needs = needs(analysis, source, PluginUse::Unsaid, &value);
    (!needs.is_empty()).then(|| Question {
        needs,
        file: source.name().to_owned(),
    })
}
