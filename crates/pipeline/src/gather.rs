//! What is rendered and how, and what that needs, before anything of it is known to be right.

use std::sync::Arc;

use config_model::{Parsed, Section, Templates, UsedKeys};
use diagnostics::{Diagnostic, Diagnostics, Source};
use render::makejinja::Existing;
use render::{Analysis, Options, Reading, TemplateSet, UndefinedMode};

use crate::gathered::Gathered;
use crate::load::Inputs;
use crate::templates::{self, Overridden, SUFFIX};

/// The keys that templates name.
pub(crate) fn used_keys(analysis: &Analysis) -> UsedKeys {
    UsedKeys::new(analysis.mentions().iter().filter_map(|mention| {
        let section = match mention.of.as_deref() {
            None => Section::Cluster,
            Some("nodes") => Section::Nodes,
            Some(_) => return None,
        };
        Some((section, mention.name.clone()))
    }))
}

/// The keys that templates name, and the defaults that a plugin gives to built-in ones.
pub(crate) fn used_and_given(analysis: &Analysis, plugin: Option<&Source>) -> UsedKeys {
    let defaults = plugin.map(render::declare::built_in_defaults);
    used_keys(analysis).with_defaults(defaults.unwrap_or_default())
}

/// The keys that a repository's own templates name; none where every key counts.
pub(crate) fn used(inputs: &Inputs, gathered: &Gathered) -> Option<UsedKeys> {
    let is_own = gathered.origin == Templates::Own;
    let reading = gathered.reading.as_ref().filter(|_| is_own)?;
    Some(used_and_given(reading.analysis(), inputs.own_plugin()))
}

/// The configuration with these files in the place of its own. Nothing is run.
pub(crate) fn parsed(inputs: &Inputs, cluster: &Source, nodes: &Source) -> Parsed {
    let gathered = gather(inputs);
    config_model::parse(&config_model::Input {
        cluster,
        nodes,
        variables: inputs.variables.as_ref(),
        templates: gathered.origin,
        used: used(inputs, gathered).as_ref(),
    })
}

/// What is wrong with the configuration with these files in the place of its own, and is not with
/// its own. Nothing is run.
pub(crate) fn judged(inputs: &Inputs, cluster: &Source, nodes: &Source) -> Diagnostics {
    let before = parsed(inputs, &inputs.cluster, &inputs.nodes).diagnostics;
    let after = parsed(inputs, cluster, nodes).diagnostics.without(&before);
    after.into_iter().filter(Diagnostic::is_error).collect()
}

/// The templates and how they are rendered. The first who asks pays for it.
pub(crate) fn gather(inputs: &Inputs) -> &Gathered {
    inputs.gathered.get_or_init(|| {
        let (origin, set, options, problems) = choose(inputs);
        let read = |set| Arc::new(Reading::new(without_blank_patches(set), options));
        Gathered {
            origin,
            reading: set.map(read),
            problems,
        }
    })
}

/// Leaves out overrides of Talos patches that hold nothing, so that `talos_patches()` does
/// not list them.
fn without_blank_patches(set: Overridden) -> TemplateSet {
    let overridden = |name: &str| {
        let listed = |names: &[String]| names.iter().any(|listed| listed == name);
        listed(&set.replaced) || listed(&set.added)
    };
    let kept = set.templates.iter().filter(|template| {
        let blank = template.content.iter().all(u8::is_ascii_whitespace);
        !(blank && template.name.ends_with(SUFFIX) && overridden(&template.name))
    });
    TemplateSet::new(kept.cloned())
}

/// The templates, not read yet.
pub(crate) fn choose(inputs: &Inputs) -> (Templates, Option<Overridden>, Options, Diagnostics) {
    let Some(own) = &inputs.own else {
        let set = templates::built_in(&inputs.overrides);
        return (
            Templates::BuiltIn,
            Some(set),
            Options::default(),
            Diagnostics::new(),
        );
    };
    let mut options = own.config.options().clone();
    if inputs.variables.is_some() || !own.has_settings {
        // Everything is declared now, so that a misspelt name is an error.
        options.undefined = UndefinedMode::Declared;
    }
    let root = inputs.root().as_str();
    match own.config.select(root, &own.files, &Existing::default()) {
        Ok(selection) => {
            // Where `makejinja.toml` names the overrides, they were chosen with the rest, by its
            // patterns and with its partial templates.
            let listed = own.config.inputs.iter();
            let chosen = listed.map(|input| input.value.as_str()).any(is_overrides);
            let none = templates::Files::new();
            let set = templates::own(
                selection.templates.iter().cloned(),
                if chosen { &none } else { &inputs.overrides },
                &own.config.jinja_suffix,
            );
            (Templates::Own, Some(set), options, selection.warnings)
        }
        Err(problems) => (Templates::Own, None, options, problems),
    }
}

fn is_overrides(input: &str) -> bool {
    input == templates::OVERRIDES
}
