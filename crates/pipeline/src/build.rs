//! The stages after reading, in their only order: model, render, check, encrypt, plan.

use config_model::Templates;
use diagnostics::{Diagnostic, Diagnostics, Location, Secrets, Severity, Source};
use rayon::prelude::*;
use render::{Analysis, Mention};
use secrecy::ExposeSecret;
use semver::Version;
use tree::{Change, Disk, Encrypted, Entry, Plan, RECORD_PATH, Record, RelPath, Rendered, Tree};

use crate::git_checks;
use crate::kustomization;
use crate::load::Inputs;
use crate::machine_checks;
use crate::model::Model;
use crate::names;
use crate::options::BuildOptions;
use crate::places::{in_template, without_excerpt};
use crate::seal::{Sealed, Sealer, is_secret};
use crate::templates::builtin::TEMPLATE_SET_VERSION;
use repository::chart;

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
    let (declarations, _) = config_model::declarations(inputs.variables.as_ref());
    let silenced = declarations.silenced();
    let rendered = render(inputs).map_err(|mut problems| {
        problems.silence(silenced);
        problems
    })?;
    let mut findings = rendered.warnings;
    findings.extend(check(inputs, rendered.model.origin, &rendered.tree));
    findings.extend(kustomization::check(
        &inputs.view,
        rendered.model.origin,
        &rendered.tree,
    ));
    findings.extend(git_checks::check(inputs, &rendered.model, &rendered.tree));
    findings.extend(newer_record(inputs));
    let (model, tree) = (&rendered.model, &rendered.tree);
    let (refused, (sealer, gates)) = rayon::join(
        || machine_checks::check(inputs, model, tree),
        || Sealer::new(inputs, model, tree, options),
    );
    findings.extend(refused);
    findings.extend(gates);
    findings.silence(silenced);
    if options.strict {
        findings.promote(|_| true);
    }
    let checked = rendered.tree.check(findings)?;
    let tree = checked.encrypt(|path, entry| sealer.seal(path, entry))?;
    let sealed = sealer.finish();
    let mut warnings = tree.warnings().clone();
    warnings.extend(sealed.notes.iter().cloned());
    warnings.silence(silenced);
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

/// Every rendered YAML file must be YAML, unless it is a template of a Helm chart; the place
/// is the template's.
///
/// In a repository with its own templates a file that Flux does not read may have been broken
/// since the cluster was made, and the rest must not wait for it.
fn check(inputs: &Inputs, templates: Templates, tree: &Tree<Rendered>) -> Diagnostics {
    let severity = |path: &RelPath| match templates {
        Templates::Own if path.starts_with("bootstrap") || path.starts_with("talos") => {
            Severity::Warning
        }
        _ => Severity::Error,
    };
    let exists = |path: &str| tree.get(path).is_some() || inputs.view.is_file(path);
    let entries: Vec<_> = tree.iter().collect();
    let found: Vec<Diagnostic> = entries
        .par_iter()
        .filter(|(path, _)| path.as_str().ends_with(".yaml") || path.as_str().ends_with(".yml"))
        .filter(|(path, entry)| {
            let content = entry.content.as_bytes();
            !chart::is_template(path.as_str(), exists)
                && !chart::is_helmfile(path.as_str(), content)
        })
        .flat_map_iter(|(path, entry)| invalid_yaml(path, entry, severity(path)))
        .collect();
    found.into_iter().collect()
}

fn invalid_yaml(path: &RelPath, entry: &Entry, severity: Severity) -> Vec<Diagnostic> {
    let Some(text) = entry.content.as_text() else {
        let problem = Diagnostic::error("output/not-utf8", format!("`{path}` is not UTF-8"));
        return vec![problem.at(entry.origin.location())];
    };
    let source = Source::new(path.as_str(), text);
    let source = source.clone().with_secrets([0..source.text().len()]);
    yaml::parse(&source, &yaml::Limits::default())
        .diagnostics
        .into_iter()
        .filter(Diagnostic::is_error)
        .map(|problem| {
            let mut place = in_template(entry, &problem);
            if is_secret(path) {
                place = without_excerpt(place);
            }
            let message = format!("`{path}` would not be valid YAML: {}", problem.message);
            Diagnostic::new(severity, "output/invalid-yaml", message)
                .at(place)
                .hint("quote the value in the template, or pass it through `tojson`")
        })
        .collect()
}

/// A program older than the template set that rendered last would render backwards.
fn newer_record(inputs: &Inputs) -> Option<Diagnostic> {
    let source = inputs.view.text(RECORD_PATH).ok()??;
    let (record, _) = Record::parse(&source);
    let theirs = Version::parse(record.template_set()).ok()?;
    if inputs.own.is_some() || theirs <= Version::parse(TEMPLATE_SET_VERSION).ok()? {
        return None;
    }
    let message = format!(
        "these files were rendered from template set {}, which is newer than this program's {TEMPLATE_SET_VERSION}",
        record.template_set()
    );
    Some(
        Diagnostic::error("record/newer-template-set", message)
            .at(source.whole())
            .hint("use the newer version of ichor, so that nothing is rendered backwards"),
    )
}
