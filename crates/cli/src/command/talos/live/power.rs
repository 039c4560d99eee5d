//! `talos reboot`, `talos shutdown`, `talos rollback`.

use std::time::Duration;

use camino::Utf8Path;
use clap::ValueEnum;
use cluster::quorum::Going;
use diagnostics::{Diagnostic, Diagnostics};
use serde_json::json;
use talos_client::api::machine::RebootMode;
use talos_client::{Fault, Node};

use super::going::{Etcd, Others};
use super::session::{Reach, Session};
use super::waiting::Waiting;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::stopwatch::Stopwatch;
use crate::ui::{Lines, Ui, plural};

/// Start nodes again, one after the other
///
/// Each is waited for before the next is started again: it must be in another boot, and answer.
/// A control plane is left alone where etcd would have no majority without it.
///
/// Examples:
///   ichor talos reboot -n k8s-0
///   ichor talos reboot -n k8s-0 --mode powercycle
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Reboot {
    #[command(flatten)]
    reach: Reach,

    /// How
    #[arg(short, long, value_enum, default_value = "default")]
    mode: Mode,

    /// Even where etcd would lose its majority
    #[arg(long)]
    force: bool,

    #[command(flatten)]
    waiting: Waiting,
}

/// How a machine starts again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Mode {
    /// By a new kernel, where the machine can
    Default,
    /// Through its firmware
    Powercycle,
    /// Without stopping anything before
    Force,
}

impl Mode {
    pub(super) fn of_talos(self) -> RebootMode {
        match self {
            Self::Default => RebootMode::Default,
            Self::Powercycle => RebootMode::Powercycle,
            Self::Force => RebootMode::Force,
        }
    }
}

impl Reboot {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let session = named(&self.reach, root)?;
        confirm("start again", &session, ui)?;
        let mode = self.mode.of_talos();
        // Without waiting they are gone all together.
        let together = self.waiting.patience().is_none();
        let etcd = Etcd::new(&session, self.force);
        one_by_one(&session, AGAIN, ui, |node, lines, ui| {
            let alone = [node.name().to_owned()];
            etcd.keep(node, if together { &session.nodes } else { &alone })?;
            let before = node.boot_id().map_err(|fault| session.told(&fault))?;
            node.reboot(mode).map_err(|fault| session.told(&fault))?;
            let Some(patience) = self.waiting.patience() else {
                return Ok("starts again");
            };
            lines.set(ui, session.name(node.name()), STARTS);
            back(node, &session, &before, patience)
        })
    }
}

/// What a node does that was told to start again.
pub(super) const STARTS: &str = "starts again; waiting until it is back";

/// What whoever stops in the middle may do next: these do it again to a node that is done.
const AGAIN: &str = "No other node was begun; name only those that are left.";

/// Waits until a node is in another boot.
pub(super) fn back(
    node: &Node<'_>,
    session: &Session,
    before: &str,
    patience: Duration,
) -> Result<&'static str, Diagnostic> {
    let name = session.name(node.name());
    let clock = Stopwatch::start();
    match cluster::wait_for_boot(node, before, patience, &clock) {
        Ok(()) => Ok("is back"),
        Err(fault) => Err(late(name, patience, fault)),
    }
}

fn late(name: &str, patience: Duration, fault: Option<Fault>) -> Diagnostic {
    let why = fault.map_or_else(
        || "it is still in the same boot".to_owned(),
        |fault| fault.to_string(),
    );
    cluster::rules::CLUSTER_NOT_READY
        .report(format!(
            "`{name}` is not back after {} s: {why}",
            patience.as_secs()
        ))
        .hint("look at its console; the nodes after it were left alone")
}

/// Switch nodes off, one after the other
///
/// Each is waited for until nothing answers any more. Control planes are left alone where etcd
/// would have no majority without them, unless all of them are named.
///
/// Examples:
///   ichor talos shutdown -n k8s-3
///   ichor talos shutdown -n k8s-3 --no-wait
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Shutdown {
    #[command(flatten)]
    reach: Reach,

    /// Without cordon and drain, and even where etcd would lose its majority
    #[arg(long)]
    force: bool,

    #[command(flatten)]
    waiting: Waiting,
}

impl Shutdown {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let session = named(&self.reach, root)?;
        confirm("switch off", &session, ui)?;
        let etcd = Etcd::new(&session, self.force);
        if let Err(problem) = etcd.keep_some(&session.nodes, Going::Away) {
            return Ok(super::ended(&problem.into(), ui));
        }
        let others = Others::new(&session)?;
        one_by_one(&session, AGAIN, ui, |node, lines, ui| {
            node.shutdown(self.force)
                .map_err(|fault| session.told(&fault))?;
            let Some(patience) = self.waiting.patience() else {
                return Ok("switches itself off");
            };
            let clock = Stopwatch::start();
            let name = session.name(node.name());
            lines.set(
                ui,
                name,
                "switches itself off; waiting until nothing answers",
            );
            others
                .leaving(node.name(), &session, patience, &clock)
                .until_off()?;
            Ok("is off")
        })
    }
}

/// Start the version again that ran before the last upgrade
///
/// Each node starts again for it, and is waited for before the next. A control plane is left alone
/// where etcd would have no majority without it.
#[derive(Debug, clap::Args)]
pub(crate) struct Rollback {
    #[command(flatten)]
    reach: Reach,

    /// Even where etcd would lose its majority
    #[arg(long)]
    force: bool,

    #[command(flatten)]
    waiting: Waiting,
}

impl Rollback {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let session = named(&self.reach, root)?;
        confirm("roll back", &session, ui)?;
        let together = self.waiting.patience().is_none();
        let etcd = Etcd::new(&session, self.force);
        one_by_one(&session, AGAIN, ui, |node, lines, ui| {
            let alone = [node.name().to_owned()];
            etcd.keep(node, if together { &session.nodes } else { &alone })?;
            let before = node.boot_id().map_err(|fault| session.told(&fault))?;
            node.rollback().map_err(|fault| session.told(&fault))?;
            let Some(patience) = self.waiting.patience() else {
                return Ok("goes back to the version before");
            };
            lines.set(ui, session.name(node.name()), STARTS);
            back(node, &session, &before, patience)
        })
    }
}

/// A session for nodes that were named: what stops a node is never done to all by default.
pub(super) fn named(reach: &Reach, root: &Utf8Path) -> Result<Session, Failure> {
    if !reach.names_nodes() {
        return Err(Failure::stopped(Exit::Usage, "no node is named")
            .hint("name those that are meant with `--nodes`"));
    }
    reach.open(root)
}

/// Asks before something is done to nodes.
pub(super) fn confirm(what: &str, session: &Session, ui: &mut Ui) -> Result<(), Failure> {
    confirm_some(what, session, &session.nodes, ui)
}

/// The same for some of the nodes of a session.
pub(super) fn confirm_some(
    what: &str,
    session: &Session,
    nodes: &[String],
    ui: &mut Ui,
) -> Result<(), Failure> {
    let names: Vec<_> = nodes
        .iter()
        .map(|node| match session.name(node) {
            name if name == node => format!("`{node}`"),
            name => format!("`{name}` ({node})"),
        })
        .collect();
    let question = format!(
        "{}{} {}: {}?",
        what[..1].to_uppercase(),
        &what[1..],
        plural(names.len(), "node"),
        names.join(", ")
    );
    match ui.confirm(&question) {
        Some(true) => Ok(()),
        Some(false) => Err(Failure::stopped(Exit::Protected, "nothing was done")),
        None => Err(Failure::stopped(
            Exit::Protected,
            format!("nobody can be asked whether to {what} {}", names.join(", ")),
        )
        .hint("add `--yes` if that is meant")),
    }
}

/// Does it to one node after the other. Where one fails, those after it are left alone. Who stops
/// it is told what goes on, and `then`.
pub(super) fn one_by_one(
    session: &Session,
    then: &str,
    ui: &mut Ui,
    act: impl Fn(&Node<'_>, &Lines, &mut Ui) -> Result<&'static str, Diagnostic>,
) -> Result<Exit, Failure> {
    let mut failed = Diagnostics::new();
    let mut listed = Vec::new();
    let lines = ui.lines(session.nodes.iter().map(|node| session.name(node)), then);
    for (index, name) in session.nodes.iter().enumerate() {
        let node = session.client.node(name);
        match act(&node, &lines, ui) {
            Ok(done) => {
                lines.end(ui, session.name(name), done);
                listed.push(json!({ "node": name, "done": done }));
            }
            Err(problem) => {
                drop(lines);
                failed.push(problem);
                ui.set("nodes", listed);
                let exit = super::ended(&failed, ui);
                left_alone(session, index + 1, ui);
                return Ok(exit);
            }
        }
    }
    drop(lines);
    ui.set("nodes", listed);
    Ok(super::ended(&failed, ui))
}

/// Says which nodes were left alone: those from a number on.
pub(super) fn left_alone(session: &Session, from: usize, ui: &mut Ui) {
    let left = session.nodes.iter().skip(from);
    let left: Vec<_> = left.map(|node| session.name(node)).collect();
    if !left.is_empty() {
        ui.important(format!("Left alone: {}.", left.join(", ")));
    }
    ui.set("left_alone", left);
}
