//! `talos migrate`.

use camino::Utf8Path;
use diagnostics::Diagnostics;
use machines::{Machines, Places, Refusal, Secrets};
use pipeline::migrate::{self, Proof, Reason, What};
use repository::View;
use serde_json::json;
use talos::compare;
use talos::contract::Contract;
use talos::migrate::Subsystem;
use vault::Keys;

use super::options::{self, Reading};
use crate::command::report;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Ui, plural};

/// Show what another configuration contract would change, and move to 1.14
///
/// Compares, by meaning, what each node gets now with what it would get. With the contract 1.14,
/// which has documents in place of the one big section, patches are rewritten too: each is shown
/// with its reason, and what Talos reads on every node before and after is compared. Nothing is
/// written without `--write`, which also sets `talosContract` in `versions.yaml`. Exits with 1
/// where something is left to do by hand, and then writes nothing.
///
/// Examples:
///   ichor talos migrate --contract 1.13
///   ichor talos migrate --contract 1.14
///   ichor talos migrate --contract 1.14 --write
///   ichor talos migrate --contract 1.14 --subsystem kubelet --write
///   ichor talos migrate --contract 1.14 --keep kubelet --write
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Migrate {
    /// The contract to move to, such as `1.13`
    #[arg(long, value_name = "VERSION")]
    contract: String,

    /// Move this part alone, with the contract as it is: all patches stay as they are, and the
    /// part becomes documents behind them. Can be given several times. Parts are cluster, ca,
    /// aggregator-ca, etcd-encryption, discovery, network, api-server, controller-manager,
    /// scheduler, proxy, core-dns, manifests, kubelet, node, static-pods, install, resolver,
    /// kube-prism, talos-api-access, image-cache, sysctls, sysfs, kernel-modules, udev, files,
    /// runtime-spec, time, environment, hostname, registries, volumes
    #[arg(long, value_name = "PART")]
    subsystem: Vec<String>,

    /// Move all parts but this one, in the same way: for what documents cannot say yet. Can be
    /// given several times
    #[arg(long, value_name = "PART", conflicts_with = "subsystem")]
    keep: Vec<String>,

    /// Write the patches and the contract
    #[arg(long)]
    write: bool,

    #[command(flatten)]
    pub(super) reading: Reading,
}

impl Migrate {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let target = contract(Some(&self.contract))?;
        let places = self.reading.places(root);
        let keys = options::keys(root);
        let machines = options::open(root, &places, &keys, Secrets::Optional)?;
        if target.to_string() == migrate::TARGET && machines.contract < target {
            return self.documents(root, &places, &machines, &keys, ui);
        }
        if self.write {
            let failure = Failure::stopped(Exit::Usage, "there is nothing to write");
            return Err(failure.hint(format!(
                "set `talosContract` in `versions.yaml`: patches are the same at {target}"
            )));
        }
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

impl Migrate {
    /// The parts that are named.
    fn parts(names: &[String]) -> Result<Vec<Subsystem>, Failure> {
        let read = |name: &String| {
            Subsystem::parse(name).ok_or_else(|| {
                let failure = Failure::stopped(Exit::Usage, format!("there is no part `{name}`"));
                let names = Subsystem::ALL.iter().map(|part| part.name());
                match diagnostics::closest(name, names) {
                    Some(close) => failure.hint(format!("did you mean `{close}`?")),
                    None => failure.hint("`ichor talos migrate --help` names them"),
                }
            })
        };
        names.iter().map(read).collect()
    }

    /// Moves to the contract that has documents.
    fn documents(
        &self,
        root: &Utf8Path,
        places: &Places,
        today: &Machines<'_>,
        keys: &Keys,
        ui: &mut Ui,
    ) -> Result<Exit, Failure> {
        let view = View::on_disk(root);
        let environment = report::environment(ui);
        let parts = if self.keep.is_empty() {
            Self::parts(&self.subsystem)?
        } else {
            Subsystem::all_but(&Self::parts(&self.keep)?)
        };
        let moving = if parts.is_empty() {
            migrate::plan(&view, places)?
        } else {
            migrate::plan_parts(&view, &today.in_documents, &parts)?
        };
        let diffs = moving.changes.diffs();
        let now = repository::clock::system_time();
        let mut problems = today.masked(moving.problems.clone());
        // What nodes would refuse follows from patches that are left as they are.
        let proven = if problems.has_errors() {
            Ok((Vec::new(), Diagnostics::new()))
        } else {
            migrate::prove(&view, places, &moving, today, keys, &environment, now)
        };
        if !self.write {
            for (_, diff) in &diffs {
                ui.diff_data(&diff.text)?;
            }
        }
        let reasons: Vec<_> = moving.reasons.iter().map(why).collect();
        for reason in &reasons {
            ui.status(reason.clone());
        }
        let files: Vec<_> = diffs
            .iter()
            .map(|(path, diff)| json!({ "path": path, "diff": diff.text }))
            .collect();
        ui.set("changes", files);
        ui.set("reasons", json!(reasons));
        ui.set("from", json!(today.contract.to_string()));
        ui.set("to", json!(migrate::TARGET));
        let proofs = match proven {
            Ok((proofs, found)) => {
                problems.extend(found);
                proofs
            }
            Err(found) => {
                problems.extend(found);
                Vec::new()
            }
        };
        problems.sort();
        ui.problems(&problems);
        if !proofs.is_empty() {
            tell(&proofs, today, ui)?;
        }
        if problems.has_errors() {
            ui.count(&problems);
            return Ok(Exit::Problems);
        }
        if !self.write {
            ui.status("Nothing was written; `--write` does it.");
            return Ok(Exit::Done);
        }
        moving.changes.write(root)?;
        for (path, _) in moving.changes.iter() {
            ui.status(format!("  wrote {path}"));
        }
        Ok(Exit::Done)
    }
}

/// Why something changes.
fn why(reason: &Reason) -> String {
    let place = &reason.place;
    match &reason.what {
        What::Part(part) => {
            let from: Vec<_> = part.from.iter().map(|path| format!("`{path}`")).collect();
            let verb = if from.len() == 1 { "is" } else { "are" };
            format!("{place}: {} {verb} in `{}`", from.join(", "), part.title)
        }
        What::Dropped(path, why) => format!("{place}: `{path}` is left out: {why}"),
    }
}

/// Says of every node whether it reads the same.
fn tell(proofs: &[Proof], machines: &Machines<'_>, ui: &mut Ui) -> Result<(), Failure> {
    let same = proofs
        .iter()
        .filter(|proof| proof.differences.are_none())
        .count();
    let other = |proof: &Proof| {
        let both = [&proof.differences.identity, &proof.differences.other];
        (
            proof.hostname.clone(),
            both.into_iter().flatten().cloned().collect(),
        )
    };
    let nodes: Vec<_> = proofs.iter().map(other).collect();
    super::import::tell(&nodes, &machines.secrets(), ui)?;
    ui.set("same", json!(same));
    let some = if same == proofs.len() {
        String::new()
    } else {
        format!("{same} of ")
    };
    let it = if proofs.len() == 1 {
        "it reads"
    } else {
        "they read"
    };
    ui.status(format!(
        "{some}{} would read what {it} now, but for what is new.",
        plural(proofs.len(), "node")
    ));
    Ok(())
}

/// A contract that the command line names; else the newest that needs no other patches.
pub(super) fn contract(text: Option<&str>) -> Result<Contract, Failure> {
    match text {
        Some(text) => Ok(Contract::parse(text)?),
        None => Ok(Contract::NEWEST_UNASKED),
    }
}
