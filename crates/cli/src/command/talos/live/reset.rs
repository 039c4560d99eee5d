//! `talos reset`.

use camino::Utf8Path;
use cluster::Leaving;
use cluster::quorum::Going;
use diagnostics::{Diagnostic, Diagnostics};
use serde_json::json;
use talos_client::api::machine::{ResetPartitionSpec, ResetRequest, WipeMode};

use super::going::{Etcd, Others};
use super::power::{named, one_by_one};
use super::session::{Reach, Session};
use super::waiting::Waiting;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::stopwatch::Stopwatch;
use crate::ui::{Ui, plural};

/// What whoever stops in the middle may do next: who is in maintenance already is left as it is.
const AGAIN: &str = "The same `ichor talos reset …` goes on from there.";

/// Make nodes forget their cluster, and wipe their disks
///
/// The cluster's name has to be typed, or given with `--cluster-name`. Nodes leave etcd before,
/// and are drained, unless `--graceful=false`. Each is waited for: with `--reboot` until it is in
/// maintenance, else until nothing answers. One that is in maintenance already is left as it is.
///
/// Examples:
///   ichor talos reset -n k8s-3 --reboot
///   ichor talos reset --all --reboot --graceful=false --system-labels-to-wipe STATE,EPHEMERAL
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Reset {
    #[command(flatten)]
    reach: Reach,

    /// Every node of the talosconfig: the end of the cluster
    #[arg(long, conflicts_with = "nodes")]
    all: bool,

    /// Cordon, drain, leave etcd before
    #[arg(long, action = clap::ArgAction::Set, default_value_t = true, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    graceful: bool,

    /// Start again, back into maintenance; else the machine is switched off
    #[arg(long)]
    reboot: bool,

    /// Wipe only these partitions of the system disk
    #[arg(long, value_name = "LABEL", value_delimiter = ',')]
    system_labels_to_wipe: Vec<String>,

    /// Wipe these disks, too
    #[arg(long, value_name = "DEVICE", value_delimiter = ',')]
    user_disks_to_wipe: Vec<String>,

    /// Even where etcd would lose its majority
    #[arg(long)]
    force: bool,

    /// The name of the cluster, where nobody can be asked
    #[arg(long, value_name = "NAME")]
    cluster_name: Option<String>,

    #[command(flatten)]
    waiting: Waiting,
}

impl Reset {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let session = if self.all {
            self.reach.open(root)?
        } else {
            named(&self.reach, root)?
        };
        let how = if self.graceful {
            Going::Leaves
        } else {
            Going::Lost
        };
        let etcd = Etcd::new(&session, self.force || self.all);
        if let Err(problem) = etcd.keep_some(&session.nodes, how) {
            return Ok(super::ended(&problem.into(), ui));
        }
        self.confirm(&session, ui)?;
        let labels = self.system_labels_to_wipe.iter();
        let partitions: Vec<_> = labels
            .map(|label| ResetPartitionSpec {
                label: label.clone(),
                wipe: true,
            })
            .collect();
        let request = ResetRequest {
            graceful: self.graceful,
            reboot: self.reboot,
            system_partitions_to_wipe: partitions,
            user_disks_to_wipe: self.user_disks_to_wipe.clone(),
            // The system disk, and those that are named.
            mode: WipeMode::All.into(),
        };
        let others = Others::new(&session)?;
        let patience = self.waiting.patience().unwrap_or_default();
        let clock = Stopwatch::start();
        let leaving = |name: &str| others.leaving(name, &session, patience, &clock);
        // Who leaves etcd does so one after the other; a cluster that ends has no order.
        if self.all && !self.graceful {
            return self.all_together(&session, &request, &leaving, ui);
        }
        one_by_one(&session, AGAIN, ui, |node, lines, ui| {
            let leaving = leaving(node.name());
            let name = leaving.name.clone();
            let member = { self.graceful.then(|| Etcd::member(node)) }.flatten();
            let done = self.act(&leaving, request.clone(), &mut |doing| {
                lines.set(ui, &name, doing);
            })?;
            if let Some(member) = member
                && self.waiting.patience().is_some()
            {
                etcd.has_left(node.name(), member)?;
            }
            Ok(done)
        })
    }

    /// Resets all nodes at a time.
    fn all_together<'a>(
        &self,
        session: &Session,
        request: &ResetRequest,
        leaving: &(dyn Fn(&str) -> Leaving<'a> + Sync),
        ui: &mut Ui,
    ) -> Result<Exit, Failure> {
        let names = session.nodes.iter().map(|node| session.name(node));
        let lines = ui.lines(names, AGAIN);
        for node in &session.nodes {
            lines.set(ui, session.name(node), "is to forget its cluster");
        }
        let done = session.client.each(&session.nodes, |node| {
            self.act(&leaving(node.name()), request.clone(), &mut |_| {})
        });
        let mut failed = Diagnostics::new();
        let mut listed = Vec::new();
        for (node, done) in session.nodes.iter().zip(done) {
            match done {
                Ok(done) => {
                    lines.end(ui, session.name(node), done);
                    listed.push(json!({ "node": node, "done": done }));
                }
                Err(problem) => failed.push(problem),
            }
        }
        drop(lines);
        ui.set("nodes", listed);
        Ok(super::ended(&failed, ui))
    }

    /// What a node does that was reset.
    fn doing(&self) -> &'static str {
        match self.waiting.patience() {
            None => "forgets its cluster",
            Some(_) if self.reboot => "forgets its cluster; waiting until it is in maintenance",
            Some(_) => "forgets its cluster; waiting until it is off",
        }
    }

    /// Whoever types the name of the cluster means this one.
    fn confirm(&self, session: &Session, ui: &mut Ui) -> Result<(), Failure> {
        let cluster = &session.cluster;
        let names: Vec<_> = session
            .nodes
            .iter()
            .map(|node| session.name(node))
            .collect();
        ui.important(format!(
            "{} of the cluster `{cluster}` will forget it, with all that is on their disks: {}.",
            plural(names.len(), "node"),
            names.join(", ")
        ));
        let typed = match &self.cluster_name {
            Some(name) => Some(name.clone()),
            None => ui.typed("Type the name of the cluster to go on:"),
        };
        match typed {
            Some(name) if name == *cluster => Ok(()),
            Some(_) => Err(Failure::stopped(
                Exit::Protected,
                "that is not the name of the cluster; nothing was done",
            )),
            None => Err(Failure::stopped(
                Exit::Protected,
                "nobody can be asked for the name of the cluster",
            )
            .hint("give it with `--cluster-name`")),
        }
    }

    /// Resets a node, and waits for what comes of it.
    fn act(
        &self,
        leaving: &Leaving<'_>,
        request: ResetRequest,
        tell: &mut dyn FnMut(&str),
    ) -> Result<&'static str, Diagnostic> {
        if leaving.is_in_maintenance() {
            return Ok("is in maintenance already");
        }
        let node = &leaving.node;
        // Where it keeps its configuration, only this tells that it was there.
        let boot = node.boot_id().ok();
        node.reset(request).map_err(|fault| fault.diagnostic())?;
        if self.waiting.patience().is_none() {
            return Ok(self.doing());
        }
        tell(self.doing());
        if self.reboot {
            leaving.until_forgotten(boot.as_deref())?;
            return Ok("is back");
        }
        leaving.until_off()?;
        Ok("is off")
    }
}
