//! `validate`: every check, nothing written.

use camino::Utf8Path;
use pipeline::BuildOptions;

use super::report;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Ui, plural};

/// Check configuration, templates and what they render to
///
/// Runs every check of `configure` without comparing with the disk, and writes nothing.
#[derive(Debug, clap::Args)]
pub(crate) struct Validate {
    /// Treat warnings as errors
    #[arg(long)]
    strict: bool,
}

impl Validate {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let inputs = report::read_with_identities(root, ui)?;
        let options = BuildOptions {
            strict: self.strict,
            ..report::options()
        };
        let built = report::build(&inputs, &options, ui)?;
        let files = built.tree.len();
        ui.set("files", files);
        ui.status(format!(
            "Everything is right: {} for {}.",
            plural(files, "file"),
            plural(built.model.cluster.nodes().len(), "node")
        ));
        Ok(Exit::Done)
    }
}
