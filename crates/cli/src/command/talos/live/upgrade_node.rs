//! `talos upgrade-node`.

use std::time::Duration;

use camino::Utf8Path;
use clap::ArgAction;
use cluster::upgrade::{
    DrainOptions, Event, Outcome, Pods, Step, Target, Upgrade, Verdict, Workloads,
};
use diagnostics::{Diagnostic, Diagnostics};
use machines::{Made, Places, Secrets};
use repository::View;
use serde_json::{Value, json};
use talos::generate::Role;

use super::kubeconfig::fetch;
use super::power::{Mode, confirm_some};
use super::session::{Reach, Session};
use super::time::span;
use super::which::{Which, address};
use crate::command::talos::options;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::stopwatch::Stopwatch;
use crate::ui::{Lines, Ui};

/// Bring nodes to another Talos, or to other extensions, one after the other
///
/// Each gets the installer image that its configuration names: the version of the talconfig, and
/// its own schematic. Its image is pulled, its pods are moved elsewhere, the image is installed,
/// the node starts again, and is waited for until it is ready; control planes first, and none
/// while etcd would lose its majority. It looks at a node before every step, so that it can be
/// stopped at any time: the same command goes on from there. One that fails stays without new
/// pods, and those after it are left alone.
///
/// Examples:
///   ichor talos upgrade-node --all --dry-run
///   ichor talos upgrade-node k8s-0
///   ichor talos upgrade-node k8s-0 --image factory.talos.dev/installer/SCHEMATIC:v1.13.9
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct UpgradeNode {
    #[command(flatten)]
    which: Which,

    #[command(flatten)]
    reach: Reach,

    /// The installer; else the one that each node's configuration names
    #[arg(short, long, value_name = "IMAGE", value_parser = image)]
    image: Option<String>,

    /// How nodes start again
    #[arg(short = 'm', long, value_enum, default_value = "default")]
    reboot_mode: Mode,

    /// Move pods elsewhere before
    #[arg(long, action = ArgAction::Set, default_value_t = true, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    drain: bool,

    /// How long pods have until they are gone
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "5m")]
    drain_timeout: Duration,

    /// Delete pods that their disruption budget has kept for so long
    #[arg(long, value_name = "TIME", value_parser = span)]
    delete_if_eviction_fails_after: Option<Duration>,

    /// How long each node has until it is back
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "30m")]
    timeout: Duration,

    /// Even where etcd loses its majority meanwhile
    #[arg(short, long)]
    force: bool,

    /// Only show what would be done
    #[arg(long)]
    dry_run: bool,
}

/// What can be a reference of an image.
fn image(text: &str) -> Result<String, String> {
    let is_fine = |one: char| one.is_ascii_alphanumeric() || "._-/:@[]".contains(one);
    if text.starts_with(|one: char| one.is_ascii_alphanumeric() || one == '[')
        && text.chars().all(is_fine)
    {
        return Ok(text.to_owned());
    }
    Err("it is no reference of an image, such as `ghcr.io/siderolabs/installer:v1.13.9`".to_owned())
}

impl UpgradeNode {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let keys = options::keys(root);
        let places = Places::find(&View::on_disk(root));
        let machines = options::open(root, &places, &keys, Secrets::Required)?;
        let (made, notes) = machines.make()?;
        ui.problems(&notes);
        let chosen = self.which.of(&self.reach, &machines, &made)?;
        let targets: Vec<Target> = chosen.iter().map(|made| self.target(made)).collect();
        let addresses: Vec<String> = targets.iter().map(|one| one.address.clone()).collect();
        let session = self.reach.open_for(root, &addresses)?;
        let leads: Vec<String> = { made.iter() }
            .filter(|made| made.role == Role::ControlPlane)
            .map(|made| address(made).to_owned())
            .collect();
        let pods = if self.drain {
            Some(self.pods(&session, &leads)?)
        } else {
            None
        };
        let clock = Stopwatch::start();
        let upgrade = Upgrade {
            targets: &targets,
            leads: &leads,
            client: &session.client,
            workloads: pods.as_ref().map(|pods| pods as &dyn Workloads),
            reboot: self.reboot_mode.of_talos(),
            force: self.force,
            patience: self.timeout,
            clock: &clock,
        };
        let plan = upgrade.plan();
        let due = show(&targets, &plan, ui)?;
        let refused: Diagnostics = plan.into_iter().filter_map(Result::err).collect();
        if self.dry_run || due.is_empty() {
            if due.is_empty() && refused.is_empty() {
                ui.status("Nothing to do: every node runs its image.");
            }
            return Ok(super::ended(&refused, ui));
        }
        confirm_some("upgrade", &session, &due, ui)?;
        let names = targets.iter().map(|target| target.name.as_str());
        let lines = ui.lines(
            names,
            "The same `ichor talos upgrade-node …` goes on from there.",
        );
        let mut unheard = None;
        let outcome = upgrade.run(&mut |event| {
            if let Err(error) = told(&event, &lines, ui) {
                unheard.get_or_insert(error);
            }
        });
        drop(lines);
        if let Some(error) = unheard {
            return Err(error.into());
        }
        Ok(end(&targets, outcome, ui))
    }

    /// Kubernetes, which moves pods.
    fn pods(&self, session: &Session, leads: &[String]) -> Result<Pods, Failure> {
        let kubeconfig = fetch(&session.client, leads)?;
        let options = DrainOptions {
            patience: self.drain_timeout,
            delete_after: self.delete_if_eviction_fails_after,
            ..DrainOptions::default()
        };
        Ok(Pods::new(&kubeconfig, leads, options)?)
    }

    fn target(&self, made: &Made) -> Target {
        Target {
            name: made.hostname.clone(),
            address: address(made).to_owned(),
            role: made.role,
            image: self
                .image
                .clone()
                .unwrap_or_else(|| made.installer_image.clone()),
        }
    }
}

/// Shows what would be done to each node, and gives the addresses of those that anything is.
fn show(
    targets: &[Target],
    plan: &[Result<Verdict, Diagnostic>],
    ui: &mut Ui,
) -> Result<Vec<String>, Failure> {
    let mut due = Vec::new();
    let mut rows = Vec::new();
    let mut listed = Vec::new();
    for (target, verdict) in targets.iter().zip(plan) {
        let Ok(verdict) = verdict else { continue };
        let words = match verdict {
            Verdict::Nothing => "runs its image".to_owned(),
            Verdict::Finish => "runs its image, and takes pods again".to_owned(),
            Verdict::Upgrade {
                schematic: true, ..
            } => "gets another schematic".to_owned(),
            Verdict::Upgrade { from, to, .. } => match to {
                Some(to) => format!("{from} -> {to}"),
                None => format!("{from} -> what is in the image"),
            },
        };
        if *verdict != Verdict::Nothing {
            due.push(target.address.clone());
        }
        listed.push(json!({ "node": target.name, "image": target.image, "plan": verdict }));
        rows.push(vec![target.name.clone(), words, target.image.clone()]);
    }
    ui.set("plan", listed);
    if !rows.is_empty() {
        ui.table(&["NODE", "UPGRADE", "IMAGE"], rows)?;
    }
    Ok(due)
}

fn told(event: &Event, lines: &Lines, ui: &mut Ui) -> std::io::Result<()> {
    if ui.is_json() {
        return ui.event(&json!(event));
    }
    match event {
        Event::Step {
            node,
            step: Step::Done,
        } => lines.end(ui, node, "upgraded"),
        Event::Step { node, step } => lines.set(ui, node, doing(*step)),
        Event::Line { node, line } => lines.log(ui, node, line),
        Event::Waiting {
            node,
            until,
            seconds,
        } => lines.waiting(ui, node, until, *seconds),
    }
    Ok(())
}

fn doing(step: Step) -> &'static str {
    match step {
        Step::Majority => "are the other control planes ready",
        Step::Pull => "pulls its image",
        Step::Drain => "its pods are moved elsewhere",
        Step::Install => "installs its image",
        Step::Reboot => "starts again",
        Step::Uncordon => "takes pods again",
        Step::Done => "upgraded",
    }
}

fn end(targets: &[Target], outcome: Outcome, ui: &mut Ui) -> Exit {
    let names = |indices: &[usize]| -> Vec<&str> {
        { indices.iter() }
            .map(|index| targets[*index].name.as_str())
            .collect()
    };
    let left = names(&outcome.left);
    let said = (!left.is_empty()).then(|| format!("Left alone: {}.", left.join(", ")));
    let changed: Vec<Value> = names(&outcome.changed)
        .into_iter()
        .map(Value::from)
        .collect();
    let left: Vec<Value> = left.into_iter().map(Value::from).collect();
    ui.set("changed", changed);
    ui.set("left_alone", left);
    let failed: Diagnostics = outcome.failed.into_values().collect();
    let exit = super::ended(&failed, ui);
    if let Some(said) = said {
        ui.important(said);
    }
    exit
}
