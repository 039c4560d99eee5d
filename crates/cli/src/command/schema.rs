//! `schema`: JSON Schemas for editors.

use camino::Utf8Path;
use clap::ValueEnum;
use repository::View;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Print the JSON Schema of a configuration file
///
/// An editor with the YAML language server completes and checks a file whose first line is
/// `# yaml-language-server: $schema=PATH`. The keys that `templates/variables.yaml` declares
/// are part of the schemas.
///
/// Examples:
///   ichor schema cluster > cluster.schema.json
///   ichor schema --write
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Schema {
    /// The file that is described
    #[arg(value_enum, required_unless_present = "write")]
    file: Option<Described>,

    /// Write all of them to `.ichor/schema/`, where the samples' first lines look for them
    #[arg(long, conflicts_with = "file")]
    write: bool,
}

/// What can be described.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Described {
    /// cluster.yaml
    Cluster,
    /// nodes.yaml
    Nodes,
    /// templates/variables.yaml
    Variables,
    /// versions.yaml
    Versions,
}

impl Schema {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let schemas = pipeline::schema::all(&View::on_disk(root))?;
        let Some(file) = self.file else {
            for schema in schemas.iter() {
                schema.write(root)?;
                ui.status(format!("Wrote `{}`.", schema.path()));
            }
            return Ok(Exit::Done);
        };
        let schema = match file {
            Described::Cluster => &schemas.cluster,
            Described::Nodes => &schemas.nodes,
            Described::Variables => &schemas.variables,
            Described::Versions => &schemas.versions,
        };
        ui.set("schema", schema.value.clone());
        ui.data(&schema.text())?;
        Ok(Exit::Done)
    }
}
