//! `flux build`: in place of `flux build kustomization` and `flate build`.

use camino::Utf8Path;
use flux::assembled::Kustomization;
use flux::object::Object;
use flux::redact::Redaction;
use flux::value::Value;
use serde_json::json;

use super::render::WithHelm;
use super::repository::Where;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Ui, plural};

/// Print the objects that the cluster gets
///
/// Builds what Flux builds: kustomize, the patches and components of the Kustomization,
/// decryption where a key is at hand, variables. Values of Secrets are not shown.
///
/// Examples:
///   ichor flux build
///   ichor flux build echo
///   ichor flux build echo --helm
///   ichor flux build media/plex --path ../other-repository
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Build {
    /// Only these Kustomizations: a name, or a namespace and a name
    #[arg(value_name = "KUSTOMIZATION")]
    names: Vec<String>,

    #[command(flatten)]
    place: Where,

    #[command(flatten)]
    helm: WithHelm,
}

impl Build {
    pub(crate) fn run(&self, here: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let repository = self.place.open(here)?;
        let view = repository.on_disk();
        let renderer = self.helm.renderer()?;
        let mut assembled = repository.assemble(&view)?;
        if let Some(renderer) = &renderer {
            renderer.render(&repository, &view, &mut assembled, ui);
        }
        ui.problems(&assembled.problems);
        let redaction = Redaction::new(&assembled, repository.domains());
        let chosen: Vec<(usize, &Kustomization)> = { assembled.kustomizations.iter().enumerate() }
            .filter(|(_, one)| self.names.is_empty() || self.names.iter().any(|name| is(one, name)))
            .collect();
        if let Some(name) =
            { self.names.iter() }.find(|name| !chosen.iter().any(|(_, one)| is(one, name)))
        {
            return Err(unknown(name, &assembled.kustomizations));
        }
        let mut shown = Vec::new();
        for (index, one) in &chosen {
            let releases = assembled
                .releases
                .iter()
                .filter(|release| release.owner == *index);
            let made = releases.flat_map(|release| release.rendered.iter().flatten());
            let objects = one.objects.iter().chain(made);
            shown.extend(objects.map(|object| redaction.object(object)));
        }
        let objects = shown.iter().map(|json| Object(Value::from_json(json)));
        let text = flux::kustomize::to_yaml(&objects.collect::<Vec<_>>());
        let count = shown.len();
        ui.set("objects", shown);
        ui.set("kustomizations", json!(chosen.len()));
        ui.data(&text)?;
        ui.status(format!(
            "{} of {}.",
            plural(count, "object"),
            plural(chosen.len(), "Kustomization")
        ));
        Ok(if assembled.problems.has_errors() {
            Exit::Problems
        } else {
            Exit::Done
        })
    }
}

/// Whether a Kustomization is meant by `name` or `namespace/name`.
fn is(one: &Kustomization, name: &str) -> bool {
    match name.split_once('/') {
        Some((namespace, name)) => one.id.namespace == namespace && one.id.name == name,
        None => one.id.name == name,
    }
}

fn unknown(name: &str, all: &[Kustomization]) -> Failure {
    let failure = Failure::stopped(Exit::Usage, format!("there is no Kustomization `{name}`"));
    let names = all.iter().map(|one| one.id.name.as_str());
    match diagnostics::closest(name, names) {
        Some(close) => failure.hint(format!("did you mean `{close}`?")),
        None => failure.hint("`ichor flux test` lists them"),
    }
}
