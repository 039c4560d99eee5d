//! `talos etcd`.

#![expect(
    clippy::redundant_closure_for_method_calls,
    reason = "a method of a node is of one lifetime only, a closure of all"
)]

use camino::{Utf8Path, Utf8PathBuf};
use clap::Subcommand;
use cluster::quorum;
use repository::{View, write};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::session::Reach;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Show and save etcd, the memory of Kubernetes
#[derive(Debug, Subcommand)]
pub(crate) enum Etcd {
    Members(Members),
    Status(Status),
    Snapshot(Snapshot),
    Defrag(Defrag),
    RemoveMember(RemoveMember),
}

impl Etcd {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        match self {
            Self::Members(command) => command.run(root, ui),
            Self::Status(command) => command.run(root, ui),
            Self::Snapshot(command) => command.run(root, ui),
            Self::Defrag(command) => command.run(root, ui),
            Self::RemoveMember(command) => command.run(root, ui),
        }
    }
}

/// List the members, as each control plane knows them
#[derive(Debug, clap::Args)]
pub(crate) struct Members {
    #[command(flatten)]
    reach: Reach,
}

impl Members {
    fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let session = leading(&self.reach, root)?;
        let answers = super::ask(&session, |node| node.etcd_members());
        let mut rows = Vec::new();
        let mut listed = Vec::new();
        for (node, members) in &answers.given {
            let mut shown = Vec::new();
            for member in members {
                shown.push(json!({
                    "id": format!("{:016x}", member.id),
                    "hostname": member.hostname,
                    "peer_urls": member.peer_urls,
                    "client_urls": member.client_urls,
                    "learner": member.is_learner,
                }));
                rows.push(vec![
                    node.clone(),
                    format!("{:016x}", member.id),
                    member.hostname.clone(),
                    member.peer_urls.join(","),
                    member.client_urls.join(","),
                    member.is_learner.to_string(),
                ]);
            }
            listed.push(json!({ "node": node, "members": shown }));
        }
        let header = [
            "NODE",
            "ID",
            "HOSTNAME",
            "PEER URLS",
            "CLIENT URLS",
            "LEARNER",
        ];
        super::told(&header, rows, listed, &answers.failed, ui)
    }
}

/// Show how the member of each control plane is
#[derive(Debug, clap::Args)]
pub(crate) struct Status {
    #[command(flatten)]
    reach: Reach,
}

impl Status {
    fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let session = leading(&self.reach, root)?;
        let answers = super::ask(&session, |node| node.etcd_status());
        let mut rows = Vec::new();
        let mut listed = Vec::new();
        for (node, status) in &answers.given {
            listed.push(json!({
                "node": node,
                "member": format!("{:016x}", status.member_id),
                "size": status.db_size,
                "size_in_use": status.db_size_in_use,
                "leader": format!("{:016x}", status.leader),
                "raft_index": status.raft_index,
                "raft_term": status.raft_term,
                "raft_applied_index": status.raft_applied_index,
                "learner": status.is_learner,
                "protocol": status.protocol_version,
                "errors": status.errors,
            }));
            rows.push(vec![
                node.clone(),
                format!("{:016x}", status.member_id),
                status.db_size.to_string(),
                status.db_size_in_use.to_string(),
                (status.leader == status.member_id).to_string(),
                status.raft_index.to_string(),
                status.raft_term.to_string(),
                status.raft_applied_index.to_string(),
                status.is_learner.to_string(),
                status.protocol_version.clone(),
                status.errors.join("; "),
            ]);
        }
        let header = [
            "NODE",
            "MEMBER",
            "DB SIZE",
            "IN USE",
            "LEADER",
            "RAFT INDEX",
            "RAFT TERM",
            "APPLIED INDEX",
            "LEARNER",
            "PROTOCOL",
            "ERRORS",
        ];
        super::told(&header, rows, listed, &answers.failed, ui)
    }
}

/// Save a snapshot of etcd
///
/// It holds every secret of Kubernetes: it is written for its owner alone, and its checksum is
/// looked at before. A file that is there stays.
#[derive(Debug, clap::Args)]
pub(crate) struct Snapshot {
    /// The file
    path: Utf8PathBuf,

    #[command(flatten)]
    reach: Reach,
}

/// Twice what etcd takes for a database.
const LARGEST_SNAPSHOT: usize = 16 << 30;

impl Snapshot {
    fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let path = &self.path;
        if View::on_disk(root).exists(path.as_str()) {
            return Err(Failure::stopped(
                Exit::Protected,
                format!("`{path}` is there, and stays as it is"),
            )
            .hint("name another file"));
        }
        let session = leading(&self.reach, root)?;
        let mut failure = None;
        for name in &session.nodes {
            let taken = session
                .client
                .node(name)
                .etcd_snapshot()
                .and_then(|stream| stream.all(LARGEST_SNAPSHOT));
            let content = match taken {
                Ok(content) => content,
                Err(fault) => {
                    failure = Some(fault);
                    continue;
                }
            };
            if !is_whole(&content) {
                return Err(cluster::rules::CLUSTER_BAD_SNAPSHOT
                    .report(format!(
                        "the snapshot of `{name}` is not what its checksum says"
                    ))
                    .hint("run the same again, or name another control plane with `--nodes`")
                    .into());
            }
            write::new_file(root, path.as_str(), &content, 0o600, true)?;
            ui.set("path", path.as_str());
            ui.set("size", content.len());
            ui.status(format!(
                "Wrote `{path}`: {} bytes of `{name}`.",
                content.len()
            ));
            return Ok(Exit::Done);
        }
        Err(match failure {
            Some(fault) => fault.diagnostic().into(),
            None => Failure::stopped(Exit::Usage, "no control plane is named"),
        })
    }
}

/// Whether a snapshot ends with the SHA-256 of what is before that, as etcd writes it.
fn is_whole(content: &[u8]) -> bool {
    const CHECKSUM: usize = 32;
    let Some(split) = content.len().checked_sub(CHECKSUM) else {
        return false;
    };
    let (database, checksum) = content.split_at(split);
    // Pages of a database have 512 bytes or a multiple of them.
    database.len() % 512 == 0 && Sha256::digest(database).as_slice() == checksum
}

/// Free what the database does not use, one control plane after the other
///
/// A member answers nobody meanwhile. Where one fails, the others are left alone.
#[derive(Debug, clap::Args)]
pub(crate) struct Defrag {
    #[command(flatten)]
    reach: Reach,
}

impl Defrag {
    fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let session = leading(&self.reach, root)?;
        for name in &session.nodes {
            let node = session.client.node(name);
            let before = node.etcd_status().map_err(|fault| fault.diagnostic())?;
            node.etcd_defragment().map_err(|fault| fault.diagnostic())?;
            let after = node.etcd_status().map_err(|fault| fault.diagnostic())?;
            ui.status(format!(
                "`{}`: {} bytes, {} before.",
                session.name(name),
                after.db_size,
                before.db_size
            ));
        }
        Ok(Exit::Done)
    }
}

/// Take a member out that is gone and did not leave
///
/// It is named by its number or its host name, as `ichor talos etcd members` lists it. One that is
/// well is left alone: reset its node, which then leaves by itself.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct RemoveMember {
    /// Its number or its host name
    member: String,

    /// Even if it is well
    #[arg(long)]
    force: bool,

    #[command(flatten)]
    reach: Reach,
}

impl RemoveMember {
    fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let session = leading(&self.reach, root)?;
        let client = &session.client;
        let voters = quorum::voters(client, &session.nodes)?;
        let Some(voter) = quorum::meant(&voters, &self.member) else {
            let message = format!("etcd has no one member `{}`", self.member);
            return Err(Failure::stopped(Exit::Usage, message)
                .hint("`ichor talos etcd members` lists them with their numbers"));
        };
        let name = format!("{:016x} ({})", voter.id, voter.hostname);
        if voter.is_well && !self.force {
            let message = format!("the member {name} is well; nothing was done");
            return Err(Failure::stopped(Exit::Protected, message)
                .hint("`ichor talos reset` has its node leave; or `--force`"));
        }
        match ui.confirm(&format!("Take the member {name} out of etcd?")) {
            Some(true) => {}
            Some(false) => return Err(Failure::stopped(Exit::Protected, "nothing was done")),
            None => {
                let message = format!("nobody can be asked whether to take {name} out");
                return Err(
                    Failure::stopped(Exit::Protected, message).hint("add `--yes` if that is meant")
                );
            }
        }
        quorum::remove(client, &voters, voter)?;
        ui.set("removed", format!("{:016x}", voter.id));
        ui.status(format!("Took the member {name} out of etcd."));
        Ok(Exit::Done)
    }
}

/// The nodes that are named, or the control planes.
fn leading(reach: &Reach, root: &Utf8Path) -> Result<super::session::Session, Failure> {
    let mut session = reach.open(root)?;
    if !reach.names_nodes() {
        session.nodes = session.leads().to_vec();
    }
    Ok(session)
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::is_whole;

    #[test]
    fn snapshots_are_held_against_their_checksum() {
        let database = vec![7; 1024];
        let mut snapshot = database.clone();
        snapshot.extend_from_slice(&Sha256::digest(&database));
        assert!(is_whole(&snapshot));
        assert!(!is_whole(&snapshot[..snapshot.len() - 1]));
        snapshot[0] = 8;
        assert!(!is_whole(&snapshot));
        assert!(!is_whole(&[]));
    }
}
