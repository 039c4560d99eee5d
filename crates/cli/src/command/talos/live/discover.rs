//! `talos discover`.

use std::time::Duration;

use camino::Utf8Path;
use cluster::discover::{EMPTY_SCHEMATIC, Found, Machine, Target, discover, targets};
use cluster::hardware::{Disk, Link, gibibytes};
use diagnostics::{Diagnostics, Source, visible};
use machines::Places;
use pipeline::nodes::{self, Draft, Known};
use pipeline::{Inputs, Missing};
use repository::{View, names, write};
use serde_json::json;
use talos_client::{Client, Credentials, Patience};

use super::session::read_context;
use super::span;
use crate::command::report;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Ui, plural};

/// Find machines in maintenance, and what to write of them into `nodes.yaml`
///
/// Asks every address for its disks, links, memory and schematic, and prints a node for each
/// machine that waits for its configuration. The disk that is proposed is the smallest that
/// neither turns nor is plugged in from outside, by its serial number; the MAC is that of the
/// link that carries the address. Members of a cluster are named and left alone. Names, and which
/// nodes are control planes, are proposals, too.
///
/// Examples:
///   ichor talos discover 10.0.0.0/24
///   ichor talos discover 10.0.0.11 10.0.0.12 --write   add them to `nodes.yaml`, comments kept
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Discover {
    /// Addresses, or networks of no more than 4096 of them
    #[arg(value_name = "ADDRESS", required = true)]
    targets: Vec<String>,

    /// Add what was found to `nodes.yaml`, if it is still valid then
    #[arg(long)]
    write: bool,

    /// How long to wait for each address of a network
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "1s")]
    timeout: Duration,
}

impl Discover {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let targets = targets(&self.targets)?;
        let view = View::on_disk(root);
        let environment = report::environment(ui);
        let inputs = match pipeline::load(&view, &environment) {
            Ok((inputs, _)) => Some(inputs),
            Err(Missing::NoConfiguration | Missing::Tidied) if self.write => {
                return Err(report::no_configuration(root));
            }
            Err(_) => None,
        };
        let nobody = Credentials::maintenance(Vec::new())?;
        let maintenance = Client::new(nobody, &[], Patience::default())?;
        let cluster = client(&view);
        let found = discover(&targets, self.timeout, &maintenance, cluster.as_ref())?;
        let known = inputs.as_ref().map(|inputs| nodes::known(&inputs.nodes));
        let known = known.unwrap_or_default();
        let (new, failed) = tell(&targets, found, &known, ui);
        let drafts = nodes::drafted(&known, new.iter().map(draft).collect());
        ui.set("nodes", drafts.iter().map(listed).collect::<Vec<_>>());
        if !drafts.is_empty() {
            ui.data(&format!("nodes:\n{}", nodes::text(&drafts, 2)))?;
        }
        match (&inputs, drafts.as_slice()) {
            (_, []) => ui.status("No machine waits for a configuration that is not known already."),
            (Some(inputs), drafts) if self.write => {
                add(root, inputs, drafts)?;
                let nodes = plural(drafts.len(), "node");
                ui.status(format!("Added {nodes} to `nodes.yaml`."));
                ui.next(&["Look through `nodes.yaml`, then run `ichor configure`.".to_owned()]);
            }
            _ => ui.status("Nothing was written: add `--write`, or copy them into `nodes.yaml`."),
        }
        Ok(super::ended(&failed, ui))
    }
}

/// A client of the cluster, if a talosconfig is there.
fn client(view: &View<'_>) -> Option<Client> {
    let path = Places::find(view).output.join(names::TALOSCONFIG);
    let source = view.text(path.as_str()).ok()??;
    let (_, context) = read_context(&source, None).ok()?;
    let now = repository::clock::system_time();
    let credentials = Credentials::of_context(&context, now).ok()?;
    Client::new(credentials, &[], Patience::default()).ok()
}

/// Says what is at each address, and gives the machines that are new, with what went wrong.
fn tell(
    targets: &[Target],
    found: Vec<Found>,
    known: &[Known],
    ui: &mut Ui,
) -> (Vec<Machine>, Diagnostics) {
    let mut new = Vec::new();
    let mut failed = Diagnostics::new();
    let mut told = Vec::new();
    for (Target { address, .. }, found) in targets.iter().zip(found) {
        let (is, words) = match found {
            Found::Nobody => continue,
            Found::Machine(machine) => {
                let macs: Vec<String> = machine.links.iter().map(Link::mac).collect();
                let mut known = known.iter();
                let node = known
                    .find(|node| node.address == machine.address || macs.contains(&node.mac_addr));
                match node {
                    Some(node) => ("known", format!("is `{}` of `nodes.yaml`", node.name)),
                    None => {
                        new.push(*machine);
                        ("new", "waits for a configuration".to_owned())
                    }
                }
            }
            Found::Member(name) => ("member", format!("is `{name}`, a member of this cluster")),
            Found::Other(fault) => ("other", format!("is left alone: {fault}")),
            Found::Failed(fault) => {
                failed.push(fault.diagnostic());
                continue;
            }
        };
        told.push(json!({ "address": address, "is": is }));
        ui.status(format!("  {address} {}", visible(&words)));
    }
    ui.set("found", told);
    (new, failed)
}

/// What a machine would be as a node.
fn draft(machine: &Machine) -> Draft {
    let link = machine.links.first();
    let disks: Vec<String> = machine.disks.iter().map(Disk::words).collect();
    let disk = match disks.as_slice() {
        [] => "there is none that Talos could be installed to".to_owned(),
        [one] => one.clone(),
        [one, others @ ..] => format!("{one}; others: {}", others.join(", ")),
    };
    let memory = machine
        .memory
        .map(|memory| format!("{} of memory", gibibytes(memory)));
    let about: Vec<String> = [Some(machine.talos.clone()), memory]
        .into_iter()
        .flatten()
        .filter(|words| !words.is_empty())
        .collect();
    let about = about.join(", ");
    let schematic = match machine.schematic {
        Some(_) => String::new(),
        None => "its image has no schematic; this is the one without extensions".to_owned(),
    };
    let name = link.map_or(String::new(), |link| link.name.clone());
    Draft {
        name: host_name(&machine.hostname),
        address: machine.address.clone(),
        controller: false,
        disk: machine.disk().map(str::to_owned),
        mac_addr: link.map(Link::mac),
        schematic_id: machine
            .schematic
            .clone()
            .unwrap_or_else(|| EMPTY_SCHEMATIC.to_owned()),
        secureboot: machine.secureboot,
        about: Some(visible(&about))
            .filter(|about| !about.is_empty())
            .into_iter()
            .collect(),
        remarks: [disk, name, schematic].map(|remark| visible(&remark)),
    }
}

/// A name that a node can have, or none.
fn host_name(name: &str) -> String {
    let name = name.to_lowercase();
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_name = name.len() <= 63
        && name.bytes().all(fits)
        && !name.starts_with('-')
        && !name.ends_with('-')
        && name != "localhost";
    if is_name { name } else { String::new() }
}

fn listed(draft: &Draft) -> serde_json::Value {
    json!({
        "name": draft.name,
        "address": draft.address,
        "controller": draft.controller,
        "disk": draft.disk,
        "mac_addr": draft.mac_addr,
        "schematic_id": draft.schematic_id,
        "secureboot": draft.secureboot,
        "about": draft.about,
        "remarks": draft.remarks,
    })
}

/// Adds nodes to the file, unless it would not be valid any more.
fn add(root: &Utf8Path, inputs: &Inputs, drafts: &[Draft]) -> Result<(), Failure> {
    let name = inputs.nodes.name();
    if name != "nodes.yaml" {
        let message = format!("`{name}` is encrypted, and nothing was written");
        let hint = format!("copy them into it with `ichor secrets edit {name}`");
        return Err(Failure::stopped(Exit::Protected, message).hint(hint));
    }
    let text = nodes::added(&inputs.nodes, drafts)?;
    let problems = nodes::judged(inputs, &Source::new(name, text.as_str()));
    if !problems.is_empty() {
        return Err(problems.into());
    }
    Ok(write::replace(root, name, text.as_bytes())?)
}
