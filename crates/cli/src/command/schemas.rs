//! `schemas`: the cache of definitions of kinds.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Subcommand;
use pipeline::manifests::schemas::{Definitions, FOLDER};
use repository::View;
use serde_json::json;

use super::flux::WithHelm;
use super::flux::repository::Where;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Ui, plural};

/// The definitions of kinds that objects are held against
#[derive(Debug, Subcommand)]
pub(crate) enum Schemas {
    Sync(Sync),
}

impl Schemas {
    pub(crate) fn run(&self, here: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        match self {
            Self::Sync(command) => command.run(here, ui),
        }
    }
}

/// Gather the definitions of kinds that charts and folders have
///
/// Takes the custom resource definitions of the charts that `ichor charts sync` fetched, with
/// `--helm` also of those that their templates make, and of the files below the folder of
/// `--from`. Puts them into `.ichor/schemas`, which may be deleted. Checks know these kinds then
/// beside those that are built in.
///
/// Examples:
///   ichor schemas sync
///   ichor schemas sync --helm
///   ichor schemas sync --from ../definitions
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Sync {
    /// A folder with definitions in YAML or JSON, to be looked through as a whole
    #[arg(long, value_name = "DIR")]
    from: Vec<Utf8PathBuf>,

    #[command(flatten)]
    helm: WithHelm,

    #[command(flatten)]
    place: Where,
}

impl Sync {
    fn run(&self, here: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let repository = self.place.open(here)?;
        let view = repository.on_disk();
        let renderer = self.helm.renderer()?;
        let mut assembled = repository.assemble(&view)?;
        if let Some(renderer) = &renderer {
            renderer.render(&repository, &view, &mut assembled, ui);
        }
        let mut definitions = Definitions::default();
        let texts = repository.definitions(&view, &assembled);
        let mut of_charts: usize = texts.iter().map(|text| definitions.add_text(text)).sum();
        let made = { assembled.releases.iter() }
            .flat_map(|release| release.rendered.iter().flatten())
            .map(|object| &object.0);
        of_charts += definitions.add(made);
        let mut of_folders = 0;
        for folder in &self.from {
            let path = here.join(folder);
            let view = View::on_disk(path.as_path());
            if !view.is_folder("") {
                let message = format!("`{folder}` is no folder");
                return Err(Failure::stopped(Exit::Usage, message));
            }
            of_folders += definitions.add_folder(&view);
        }
        let names: BTreeSet<&str> = definitions.names().collect();
        if !names.is_empty() {
            definitions.keep(&repository.root)?;
        }
        for name in &names {
            ui.data(&format!("{name}\n"))?;
        }
        ui.set("definitions", json!(names));
        ui.status(format!(
            "{} in `{FOLDER}`: {of_charts} of charts, {of_folders} of folders.",
            plural(names.len(), "definition"),
        ));
        ui.problems(&assembled.problems);
        Ok(Exit::Done)
    }
}
