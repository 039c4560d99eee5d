//! `talos reset`.

use camino::Utf8Path;
use talos_client::Kind;
use talos_client::api::machine::{ResetPartitionSpec, ResetRequest, WipeMode};

use super::power::{named, one_by_one};
use super::session::{Reach, Session};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Ui, plural};

/// Make nodes forget their cluster, and wipe their disks
///
/// The cluster's name has to be typed, or given with `--cluster-name`. Nodes leave etcd before,
/// and are drained, unless `--graceful=false`.
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
}

impl Reset {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let session = if self.all {
            self.reach.open(root)?
        } else {
            named(&self.reach, root)?
        };
        let spared = || {
            let mut nodes = session.context.nodes.iter();
            nodes.any(|node| !session.nodes.contains(node))
        };
        if !self.force && !self.all && spared() {
            self.keep_quorum(&session)?;
        }
        self.confirm(&session, ui)?;
        let labels = self.system_labels_to_wipe.iter();
        let partitions: Vec<_> = labels
            .map(|label| ResetPartitionSpec {
                label: label.clone(),
                wipe: true,
            })
            .collect();
        let mode = if self.user_disks_to_wipe.is_empty() {
            WipeMode::SystemDisk
        } else {
            WipeMode::All
        };
        let request = ResetRequest {
            graceful: self.graceful,
            reboot: self.reboot,
            system_partitions_to_wipe: partitions,
            user_disks_to_wipe: self.user_disks_to_wipe.clone(),
            mode: mode.into(),
        };
        one_by_one(&session, ui, |node, _| {
            node.reset(request.clone())
                .map(|_| "forgets its cluster")
                .map_err(|fault| fault.diagnostic())
        })
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

    /// Stops where those members of etcd that are left would not be a majority.
    fn keep_quorum(&self, session: &Session) -> Result<(), Failure> {
        let mut members = None;
        for endpoint in &session.endpoints {
            match session.client.node(endpoint).etcd_members() {
                Ok(found) => {
                    members = Some(found);
                    break;
                }
                // There is no etcd that could lose anything.
                Err(fault) if fault.kind == Kind::NotReady => return Ok(()),
                Err(_) => {}
            }
        }
        let Some(members) = members else {
            return Err(cluster::rules::CLUSTER_NO_QUORUM
                .report("no control plane tells which members etcd has")
                .hint("`--force` resets the nodes whatever becomes of etcd")
                .into());
        };
        let voters: Vec<_> = members.iter().filter(|member| !member.is_learner).collect();
        let goes = |member: &&&talos_client::api::machine::EtcdMember| {
            session.nodes.iter().any(|node| {
                session.name(node) == member.hostname
                    || member.peer_urls.iter().any(|url| is_at(url, node))
            })
        };
        let going = voters.iter().filter(goes).count();
        let left = voters.len() - going;
        // Those that leave before are not counted any more; those that do not, are.
        let counted = if self.graceful { left } else { voters.len() };
        if going == 0 || (left > 0 && left > counted / 2) {
            return Ok(());
        }
        Err(cluster::rules::CLUSTER_NO_QUORUM
            .report(format!(
                "etcd has {}, and {} of them would be gone",
                plural(voters.len(), "member"),
                going
            ))
            .hint("reset one control plane at a time; or `--force`, and etcd stands still")
            .into())
    }
}

/// Whether a URL of a peer is at an address.
fn is_at(url: &str, address: &str) -> bool {
    let host = url.split("://").nth(1).unwrap_or(url);
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    host.trim_matches(['[', ']']) == address
}
