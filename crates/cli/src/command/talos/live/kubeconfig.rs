//! `talos kubeconfig`.

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::Source;
use machines::kubeconfig::{Merging, is_whole, merged};
use repository::{View, names, write};
use talos_client::Client;
use zeroize::Zeroizing;

use super::session::Reach;
use crate::environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Write a kubeconfig for an administrator
///
/// Into `kubeconfig` at the root of the repository, for its owner alone. Each has a new
/// certificate, so one that is there stays unless `--force` is given. With `--merge` it is put
/// into a kubeconfig of other clusters, which keep their entries byte for byte; a name that is
/// taken gets a number behind it.
///
/// Examples:
///   ichor talos kubeconfig
///   ichor talos kubeconfig --merge                    into what `KUBECONFIG` names, or ~/.kube/config
///   ichor talos kubeconfig --merge --force            and replaces the entries of the same names
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Kubeconfig {
    /// The file; else `kubeconfig` at the root of the repository, or with `--merge` your own
    path: Option<Utf8PathBuf>,

    #[command(flatten)]
    reach: Reach,

    /// Replace the file that is there, or with `--merge` its entries of the same names
    #[arg(short, long)]
    force: bool,

    /// Add it to the kubeconfig that is there, and make it the current context
    #[arg(short, long)]
    merge: bool,

    /// What the context is called in the kubeconfig that it is added to
    #[arg(long, value_name = "NAME", requires = "merge")]
    force_context_name: Option<String>,
}

impl Kubeconfig {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let session = self.reach.open(root)?;
        let path = self.path()?;
        let view = View::on_disk(root);
        let exists = view.exists(path.as_str());
        if exists && !self.force && !self.merge {
            return Err(Failure::stopped(
                Exit::Protected,
                format!("`{path}` is there, and stays as it is"),
            )
            .hint("add `--force` to replace it, `--merge` to add to it, or name another file"));
        }
        let asked = if self.reach.names_nodes() {
            session.nodes.as_slice()
        } else {
            session.leads()
        };
        let text = fetch(&session.client, asked)?;
        ui.set("path", path.as_str());
        if exists && self.merge {
            let existing = view.text(path.as_str())?;
            let existing = existing.unwrap_or_else(|| Source::new(path.as_str(), ""));
            let new = Source::new("the kubeconfig of the node", text.as_str());
            let merging = Merging {
                replace: self.force,
                context: self.force_context_name.as_deref(),
            };
            let merged = merged(&existing, &new, merging)?;
            for (what, from, to) in &merged.renamed {
                ui.status(format!("  the {what} `{from}` is `{to}` there"));
            }
            ui.set("context", merged.context.as_str());
            write::file(root, path.as_str(), merged.text.as_bytes(), 0o600)?;
            let context = &merged.context;
            ui.status(format!(
                "Added to `{path}`; its context `{context}` is the current one."
            ));
            return Ok(Exit::Done);
        }
        write::file(root, path.as_str(), text.as_bytes(), 0o600)?;
        ui.status(format!("Wrote `{path}`."));
        Ok(Exit::Done)
    }

    fn path(&self) -> Result<Utf8PathBuf, Failure> {
        match &self.path {
            Some(path) => Ok(path.clone()),
            None if self.merge => {
                let own = environment::kubeconfig().or_else(environment::own_kubeconfig);
                own.ok_or_else(|| {
                    let message = "there is no home folder with a kubeconfig in it";
                    Failure::stopped(Exit::Usage, message).hint("name the file")
                })
            }
            None => Ok(names::KUBECONFIG.into()),
        }
    }
}

/// One of the first control plane that gives it.
pub(crate) fn fetch(client: &Client, nodes: &[String]) -> Result<Zeroizing<String>, Failure> {
    let mut failure =
        Failure::stopped(Exit::Usage, "no control plane is named").hint("name one with `--nodes`");
    for node in nodes {
        match client.node(node).kubeconfig() {
            Ok(text) if is_whole(&Source::new(names::KUBECONFIG, text.as_str())) => {
                return Ok(text);
            }
            Ok(_) => {
                failure = talos_client::rules::TALOS_API_MALFORMED
                    .report(format!("`{node}` answers with what is no kubeconfig"))
                    .into();
            }
            Err(fault) => failure = fault.diagnostic().into(),
        }
    }
    Err(failure)
}
