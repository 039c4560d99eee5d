//! `template declare`: the first `templates/variables.yaml` of a repository.

use config_model::{Declarations, PluginUse, Section};
use diagnostics::{Diagnostic, Diagnostics, Location};
use render::declare::{self, Declared, Request, Used};
use render::{Template, TemplateSet};

use crate::gather::choose;
use crate::load::Inputs;
use crate::rules;

/// Works out which keys a repository's own templates use and nothing declares.
///
/// `chosen` is what the user says of the plugin; `Unsaid` leaves what the file says.
///
/// # Errors
///
/// Templates or settings that cannot be read.
pub fn declare(inputs: &Inputs, chosen: PluginUse) -> Result<Declared, Diagnostics> {
    let (_, set, options, problems) = choose(inputs);
    let Some(set) = set else {
        return Err(problems);
    };
    let analysis = render::analyze(&set.templates, &options);
    let (declarations, problems) = config_model::declarations(inputs.variables.as_ref());
    if problems.has_errors() {
        return Err(problems);
    }
    let mut used: Vec<Used> = analysis
        .mentions()
        .iter()
        .filter(|mention| !mention.called)
        .filter_map(|mention| {
            let section = match mention.of.as_deref() {
                None => Section::Cluster,
                Some("nodes") => Section::Nodes,
                Some(_) => return None,
            };
            let name = mention.name.clone();
            (!is_given(section, &name, &declarations)).then_some(Used { section, name })
        })
        .collect();
    used.sort();
    used.dedup();
    let called = analysis.mentions().iter().filter(|mention| mention.called);
    let functions = called.chain(analysis.unknown());
    let mut declared = declare::declare(&Request {
        used: &used,
        functions: &functions.map(|mention| mention.name.clone()).collect(),
        plugin_use: match chosen {
            PluginUse::Unsaid => declarations.plugin(),
            chosen => chosen,
        },
        plugin: inputs.own.as_ref().and_then(|own| own.plugin.as_ref()),
        cluster: &inputs.cluster,
        nodes: &inputs.nodes,
        declarations: &declarations,
        existing: inputs.variables.as_ref(),
    });
    declared.diagnostics.extend(empty_patches(&set.templates));
    declared.diagnostics.silence(declarations.silenced());
    Ok(declared)
}

/// What is different on purpose: makejinja's plugin lists every patch that has a template, and
/// talhelper stops at one that rendered to nothing.
fn empty_patches(set: &TemplateSet) -> Option<Diagnostic> {
    let text = |template: &Template| String::from_utf8_lossy(&template.content).into_owned();
    let listed = set
        .iter()
        .any(|template| text(template).contains("talos_patches("));
    let conditional = set.iter().find(|template| {
        template.name.contains("talos/patches/") && text(template).trim_start().starts_with("#%")
    });
    let first = conditional.filter(|_| listed)?;
    Some(
        rules::DECLARE_EMPTY_PATCHES.report("`talos_patches()` leaves out patches whose templates render to nothing, which makejinja's plugin lists",
        )
        .at(Location::file(&*first.shown_as)),
    )
}

/// Names that every context has, beside declared keys.
fn is_given(section: Section, name: &str, declarations: &Declarations) -> bool {
    let always = section == Section::Cluster && matches!(name, "nodes" | "versions" | "env");
    always || declarations.get(section, name).is_some()
}
