//! `talos patch`.

use camino::Utf8Path;
use machines::Secrets;
use serde_json::json;

use super::options::{self, Reading};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Ui, plural};

/// Show what one patch does to the configuration of one node
///
/// The patch is applied behind all others, as one more for all nodes would be. Writes nothing.
/// Warns of a patch that does nothing, and says what Talos would refuse.
///
/// Examples:
///   ichor talos patch k8s-0 @talos/patches/global/machine-sysctls.yaml
///   ichor talos patch k8s-0 '{"machine": {"sysctls": {"vm.swappiness": "1"}}}'
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Patch {
    /// The node, by its name or one of its addresses
    node: String,

    /// The patch, or `@` and a file
    pub(super) patch: String,

    #[command(flatten)]
    pub(super) reading: Reading,
}

impl Patch {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let places = self.reading.places(root);
        let keys = options::keys(root);
        let machines = options::open(root, &places, &keys, Secrets::Optional)?;
        let (generator, _) = machines.generator();
        let index = options::node(&generator, &self.node)?;
        let tried = machines::try_patch(&machines, &generator, index, &self.patch)?;
        let problems = machines.masked(tried.problems);
        ui.problems(&problems);
        let nodes = [(tried.hostname, tried.changes)];
        super::import::tell(&nodes, &machines.secrets(), ui)?;
        ui.set("node", json!(nodes[0].0));
        if problems.has_errors() {
            ui.count(&problems);
            return Ok(Exit::Problems);
        }
        ui.status(format!(
            "{} on `{}`.",
            plural(nodes[0].1.len(), "change"),
            nodes[0].0
        ));
        Ok(Exit::Done)
    }
}
