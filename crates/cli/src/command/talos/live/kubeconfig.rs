//! `talos kubeconfig`.

use camino::{Utf8Path, Utf8PathBuf};
use repository::{View, names, write};
use talos_client::Client;
use zeroize::Zeroizing;

use super::session::Reach;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Write a kubeconfig for an administrator
///
/// Into `kubeconfig` at the root of the repository, for its owner alone. Each has a new
/// certificate, so one that is there stays unless `--force` is given.
///
/// Examples:
///   ichor talos kubeconfig
///   ichor talos kubeconfig --force ~/.kube/config
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Kubeconfig {
    /// The file; else `kubeconfig` at the root of the repository
    path: Option<Utf8PathBuf>,

    #[command(flatten)]
    reach: Reach,

    /// Replace the file that is there
    #[arg(short, long)]
    force: bool,
}

impl Kubeconfig {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let session = self.reach.open(root)?;
        let path = self
            .path
            .clone()
            .unwrap_or_else(|| names::KUBECONFIG.into());
        if View::on_disk(root).exists(path.as_str()) && !self.force {
            return Err(Failure::stopped(
                Exit::Protected,
                format!("`{path}` is there, and stays as it is"),
            )
            .hint("add `--force` to replace it, or name another file"));
        }
        let asked = if self.reach.names_nodes() {
            &session.nodes
        } else {
            &session.endpoints
        };
        let text = fetch(&session.client, asked)?;
        write::file(root, path.as_str(), text.as_bytes(), 0o600)?;
        ui.set("path", path.as_str());
        ui.status(format!("Wrote `{path}`."));
        Ok(Exit::Done)
    }
}

/// One of the first control plane that gives it.
pub(crate) fn fetch(client: &Client, nodes: &[String]) -> Result<Zeroizing<String>, Failure> {
    let mut failure =
        Failure::stopped(Exit::Usage, "no control plane is named").hint("name one with `--nodes`");
    for node in nodes {
        match client.node(node).kubeconfig() {
            Ok(text) => return Ok(text),
            Err(fault) => failure = fault.diagnostic().into(),
        }
    }
    Err(failure)
}
