//! `talos version`.

use camino::Utf8Path;
use serde_json::json;

use super::session::Reach;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Show which Talos nodes run
///
/// Examples:
///   ichor talos version
///   ichor talos version --insecure -n 10.0.0.11   a machine in maintenance, from Talos 1.13 on
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Version {
    #[command(flatten)]
    reach: Reach,

    /// Machines in maintenance, which cannot prove who they are
    #[arg(short, long)]
    insecure: bool,
}

impl Version {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let session = if self.insecure {
            self.reach.open_maintenance(root, &[], &[])?
        } else {
            self.reach.open(root)?
        };
        let versions = session.client.versions(&session.nodes);
        let answers = super::answers(&session, versions);
        let mut rows = Vec::new();
        let mut listed = Vec::new();
        for (node, answer) in &answers.given {
            let version = answer.version.clone().unwrap_or_default();
            let platform = answer.platform.clone().unwrap_or_default();
            listed.push(json!({
                "node": node,
                "talos": version.tag,
                "commit": version.sha,
                "os": version.os,
                "architecture": version.arch,
                "platform": platform.name,
                "mode": platform.mode,
            }));
            rows.push(vec![
                node.clone(),
                version.tag,
                format!("{}/{}", version.os, version.arch),
                platform.name,
                platform.mode,
            ]);
        }
        let header = ["NODE", "TALOS", "OS/ARCH", "PLATFORM", "MODE"];
        super::told(&header, rows, listed, &answers.failed, ui)
    }
}
