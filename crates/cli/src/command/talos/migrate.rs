//! `talos migrate`.

use camino::Utf8Path;
use machines::{Refusal, Secrets};
use serde_json::json;
use talos::compare;
use talos::contract::Contract;

use super::options::{self, Reading};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Ui, plural};

/// Show what another configuration contract would change
///
/// Compares, by meaning, what each node gets now with what it would get; writes nothing. To
/// move, set `talosContract` in `versions.yaml`.
///
/// Examples:
///   ichor talos migrate --contract 1.13
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Migrate {
    /// The contract to move to, such as `1.13`
    #[arg(long, value_name = "VERSION")]
    contract: String,

    #[command(flatten)]
    pub(super) reading: Reading,
}

impl Migrate {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let target = contract(Some(&self.contract))?;
        let places = self.reading.places(root);
        let keys = options::keys(root);
        let machines = options::open(root, &places, &keys, Secrets::Optional)?;
        // What is wrong today is told by `validate`.
        let (today, _) = machines.generator();
        let (then, shared) = machines.generator_for(target);
        let mut problems = shared;
        let mut nodes = Vec::new();
        let mut refusals = Vec::new();
        for index in 0..then.len() {
            let (config, found) = then.node(index);
            problems.extend(found);
            let Some(config) = config else {
                continue;
            };
            refusals.extend(Refusal::all(&then, index, &config, target));
            let before = today
                .node(index)
                .0
                .map(|config| config.documents)
                .unwrap_or_default();
            nodes.push((
                config.hostname,
                compare::differences(&before, &config.documents),
            ));
        }
        let name = machines.talconfig.source().name();
        problems.extend(machines::told(refusals, name));
        let problems = machines.masked(machines::unique(problems));
        ui.problems(&problems);
        super::import::tell(&nodes, &machines.secrets(), ui)?;
        ui.set("from", json!(machines.contract.to_string()));
        ui.set("to", json!(target.to_string()));
        if problems.has_errors() {
            ui.count(&problems);
            return Ok(Exit::Problems);
        }
        let changed = nodes
            .iter()
            .filter(|(_, changes)| !changes.is_empty())
            .count();
        ui.status(format!(
            "From contract {} to {target}: {} would change.",
            machines.contract,
            plural(changed, "node")
        ));
        Ok(Exit::Done)
    }
}

/// A contract that the command line names; else the newest that needs no other patches.
pub(super) fn contract(text: Option<&str>) -> Result<Contract, Failure> {
    match text {
        Some(text) => Ok(Contract::parse(text)?),
        None => Ok(Contract::NEWEST_UNASKED),
    }
}
