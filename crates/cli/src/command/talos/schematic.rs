//! `talos schematic`.

use camino::{Utf8Path, Utf8PathBuf};
use machines::Secrets;
use repository::View;
use serde_json::json;

use super::options::{self, Reading};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Show the images of the nodes, or compute the id of a schematic
///
/// The id is computed here, never asked for: a new schematic must be uploaded to the image
/// factory once before its images exist.
///
/// Examples:
///   ichor talos schematic                   the images of every node
///   ichor talos schematic schematic.yaml    the id of a schematic
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Schematic {
    /// A schematic, as the image factory takes it
    pub(super) file: Option<Utf8PathBuf>,

    #[command(flatten)]
    pub(super) reading: Reading,
}

impl Schematic {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        if let Some(path) = &self.file {
            let id = machines::schematic_of(&View::on_disk(root), path)?;
            ui.set("id", json!(id));
            ui.data(&format!("{id}\n"))?;
            return Ok(Exit::Done);
        }
        let places = self.reading.places(root);
        let keys = options::keys(root);
        let machines = options::open(root, &places, &keys, Secrets::Optional)?;
        let (made, _) = machines.make()?;
        let mut listed = Vec::new();
        for node in &made {
            ui.data(&format!(
                "{}\n  install  {}\n  boot     {}\n",
                node.hostname, node.installer_image, node.boot_image
            ))?;
            listed.push(json!({
                "node": node.hostname,
                "installer": node.installer_image,
                "boot": node.boot_image,
            }));
        }
        ui.set("images", listed);
        Ok(Exit::Done)
    }
}
