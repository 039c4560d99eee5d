//! The stages after reading, in their only order: model, render, check, encrypt, plan.

use diagnostics::{Diagnostics, Location, Secrets};
use render::{Analysis, Mention};
use secrecy::ExposeSecret;
use std::sync::OnceLock;
use tree::{Change, Disk, Encrypted, Plan, RelPath, Rendered, Tree};

use crate::cache::Cache;
use crate::checks::{Stage, Subject};
use crate::creation_rules::RulesInForce;
use crate::load::Inputs;
use crate::model::Model;
use crate::names;
use crate::options::BuildOptions;
use crate::seal::{Sealed, Sealer};
use crate::templates::builtin::TEMPLATE_SET_VERSION;

/// What is rendered, before it is known to be right. Has no `Debug`: it holds secrets.
pub struct RenderedTree {
    /// Every output in the clear.
    pub tree: Tree<Rendered>,
    /// What led to it.
    pub model: Model,
    /// Outputs whose template rendered to nothing.
    pub empty: Vec<RelPath>,
    /// What is worth knowing, without any error.
    pub warnings: Diagnostics,
}

/// What can be written.
pub struct Built {
    /// Every output, ready for the disk.
    pub tree: Tree<Encrypted>,
    /// What led to it.
    pub model: Model,
    /// What became of the secret files in it.
    pub sealed: Sealed,
    /// What is worth knowing, without any error.
    pub warnings: Diagnostics,
}

/// Renders the repository in memory, as far as the golden trees hold it.
///
/// # Errors
///
/// Every problem of every stage that could still run.
pub fn render(inputs: &Inputs) -> Result<RenderedTree, Diagnostics> {
    let (model, mut warnings) = Model::new(inputs)?;
    let analysis = model.templates.analysis();
    let output = model.templates.render(&model.context);
    warnings.extend(names::check(&model, analysis, inputs.own_plugin()));
    let output = match output {
        Ok(output) => output,
        Err(problems) => {
            warnings.extend(model.withheld.told(problems));
            return Err(warnings);
        }
    };
    Ok(RenderedTree {
        tree: output.tree,
        model,
        empty: output.empty,
        warnings,
    })
}

/// Runs every stage up to the tree that can be written.
///
/// # Errors
///
/// Every problem found.
pub fn build(inputs: &Inputs, options: &BuildOptions) -> Result<Built, Diagnostics> {
    render::on_deep_stacks(|| stages(inputs, options))
}

fn stages(inputs: &Inputs, options: &BuildOptions) -> Result<Built, Diagnostics> {
    let rendered = render(inputs).map_err(|mut problems| {
        problems.silence(&inputs.silenced);
        problems
    })?;
    let cache = Cache::open(inputs, options.now);
    let built = checked_and_sealed(inputs, options, rendered, &cache);
    cache.close(built.is_ok());
    built
}

fn checked_and_sealed(
    inputs: &Inputs,
    options: &BuildOptions,
    rendered: RenderedTree,
    cache: &Cache,
) -> Result<Built, Diagnostics> {
    let rules = RulesInForce::new(inputs, &rendered.tree);
    let stage = Stage {
        subject: Subject {
            inputs,
            model: &rendered.model,
            rules: &rules,
            cache,
            whole: options.whole,
            parsed: yaml::Once::default(),
            lacking: OnceLock::new(),
        },
        before: rendered.warnings,
        strict: options.strict,
    };
    let checked = rendered.tree.check(&stage)?;
    let sealer = Sealer::new(inputs, &rendered.model, &rules, cache, options);
    let tree = checked.encrypt(|path, entry| sealer.seal(path, entry))?;
    let sealed = sealer.finish();
    let mut warnings = tree.warnings().clone();
    warnings.extend(sealed.notes.iter().cloned());
    warnings.silence(&inputs.silenced);
    warnings.sort();
    if options.strict {
        warnings.promote(|_| true);
        if warnings.has_errors() {
            return Err(warnings);
        }
    }
    Ok(Built {
        tree,
        model: rendered.model,
        sealed,
        warnings,
    })
}

impl Built {
    /// Compares with the disk. Writes nothing.
    ///
    /// # Errors
    ///
    /// What makes a comparison impossible.
    pub fn plan(&self, disk: &Disk, options: &BuildOptions) -> Result<Plan, Diagnostics> {
        let options = tree::Options {
            template_set: TEMPLATE_SET_VERSION,
            force: options.force.as_force(),
            adopt: options.adopt,
        };
        let plan = render::on_deep_stacks(|| Plan::new(&self.tree, disk, &options));
        let mut plan = plan?;
        if plan.summary().foreign > 0 && !self.model.differs.is_empty() {
            let analysis = self.model.templates.analysis();
            plan.explain_foreign(|change| self.why(change, analysis));
        }
        Ok(plan)
    }

    /// The first place in a template that prints what the plugin computes otherwise.
    fn why(&self, change: &Change, analysis: &Analysis) -> Option<(Location, String)> {
        let template = change.template.as_deref()?;
        let name = |mention: &Mention| match mention.of.as_deref() {
            None => Some(mention.name.clone()),
            Some("nodes") => Some(format!("nodes.{}", mention.name)),
            Some(_) => None,
        };
        analysis
            .mentions()
            .iter()
            .filter(|mention| mention.location.file == template)
            .find_map(|mention| {
                let name = name(mention).filter(|name| self.model.differs.contains(name))?;
                let message = format!(
                    "the plugin gives `{name}` another value, which `plugin: all` in `templates/variables.yaml` takes"
                );
                Some((mention.location.clone(), message))
            })
    }

    /// Every secret of the model, which no text that is shown may hold.
    pub fn secrets(&self) -> Secrets {
        Secrets::new(self.model.secrets.iter().map(ExposeSecret::expose_secret))
    }
}
