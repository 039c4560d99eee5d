//! `versions`: the pins in force, and those that a bot raised elsewhere.

use camino::Utf8Path;
use pipeline::pins;
use serde_json::json;

use super::report;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Ui, plural};

/// Show or take over the versions that are deployed
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Versions {
    /// List every version and where it is decided
    List,
    /// Take versions that were raised in rendered files over into `versions.yaml`
    ///
    /// A bot that raises a version in a rendered file makes `configure` stop, since the next
    /// rendering would undo it. This command finds such files and raises the version where it
    /// is decided.
    Adopt,
}

impl Versions {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let inputs = report::read(root, ui)?;
        match self {
            Self::List => {
                let (model, _) = pipeline::Model::new(&inputs)?;
                let mut all = serde_json::Map::new();
                for (name, pin) in model.versions.iter() {
                    all.insert(
                        name.to_owned(),
                        json!({ "version": pin.version, "place": pin.location.to_string() }),
                    );
                    ui.data(&format!(
                        "{name:<24} {:<14} {}\n",
                        pin.version, pin.location
                    ))?;
                }
                ui.set("versions", all);
                Ok(Exit::Done)
            }
            Self::Adopt => {
                let options = report::options();
                let built = report::build(&inputs, &options, ui)?;
                let disk = report::disk(root)?;
                let plan = report::plan(&built, &disk, &options)?;
                let bumps = pins::bumped(&plan, &built.model);
                ui.set("adopted", json!(bumps));
                if bumps.is_empty() {
                    ui.status("No rendered file has another version than `versions.yaml`.");
                    return Ok(Exit::Done);
                }
                let text = pins::adopted(&inputs, &bumps)?;
                repository::write::file(root, "versions.yaml", text.as_bytes(), 0o644)?;
                for bump in &bumps {
                    ui.status(format!(
                        "  {}: {} → {} (from `{}`)",
                        bump.name, bump.from, bump.to, bump.path
                    ));
                }
                ui.status(format!(
                    "Took {} over into `versions.yaml`.",
                    plural(bumps.len(), "version")
                ));
                ui.next(&["`ichor configure`: renders with them.".to_owned()]);
                Ok(Exit::Done)
            }
        }
    }
}
