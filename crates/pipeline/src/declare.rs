//! `template declare`: the first `templates/variables.yaml` of a repository.

use config_model::{Declarations, Section};
use diagnostics::Diagnostics;
use render::declare::{self, Declared, Request, Used};

use crate::load::Inputs;
use crate::model;

/// Works out which keys a repository's own templates use and nothing declares.
///
/// # Errors
///
/// Templates or settings that cannot be read.
pub fn declare(inputs: &Inputs) -> Result<Declared, Diagnostics> {
    let (_, set, options, problems) = model::gather(inputs);
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
    Ok(declare::declare(&Request {
        used: &used,
        plugin: inputs.own.as_ref().and_then(|own| own.plugin.as_ref()),
        cluster: &inputs.cluster,
        nodes: &inputs.nodes,
        declarations: &declarations,
        existing: inputs.variables.as_ref(),
    }))
}

/// Names that every context has, beside declared keys.
fn is_given(section: Section, name: &str, declarations: &Declarations) -> bool {
    let always = section == Section::Cluster && matches!(name, "nodes" | "versions" | "env");
    always || declarations.get(section, name).is_some()
}
