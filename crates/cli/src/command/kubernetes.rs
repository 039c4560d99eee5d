//! The API of Kubernetes, as the kubeconfig of the repository reaches it.

use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::{Diagnostic, Source};
use kubernetes_client::{Client, Patience};
use repository::{View, names};
use zeroize::Zeroizing;

use crate::environment;
use crate::exit::Exit;
use crate::failure::Failure;

/// Which kubeconfig counts.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct Kubernetes {
    /// The kubeconfig; else `kubeconfig` at the root of the repository, else what `KUBECONFIG` names
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<Utf8PathBuf>,
}

impl Kubernetes {
    /// Whether somebody named one.
    pub(super) fn is_named(&self) -> bool {
        self.kubeconfig.is_some()
    }

    /// The kubeconfig that counts.
    pub(super) fn find(&self, root: &Utf8Path) -> Result<Source, Failure> {
        let view = View::on_disk(root);
        let ours = Utf8PathBuf::from(names::KUBECONFIG);
        let path = match &self.kubeconfig {
            Some(path) => path.clone(),
            None if view.is_file(ours.as_str()) => ours,
            None => environment::kubeconfig().ok_or_else(|| none(&ours))?,
        };
        view.text(path.as_str())?.ok_or_else(|| none(&path))
    }

    /// A client of its current context, which waits for no answer longer than this.
    pub(super) fn open(&self, root: &Utf8Path, longest: Duration) -> Result<Client, Failure> {
        Ok(client(&self.find(root)?, longest)?)
    }

    /// The same, with the kubeconfig itself.
    pub(super) fn open_with_text(
        &self,
        root: &Utf8Path,
        longest: Duration,
    ) -> Result<(Client, Zeroizing<String>), Failure> {
        let source = self.find(root)?;
        let text = Zeroizing::new(source.text().to_owned());
        Ok((client(&source, longest)?, text))
    }
}

/// A client of the current context of a kubeconfig, which waits for no answer longer than this.
pub(super) fn client(source: &Source, longest: Duration) -> Result<Client, Diagnostic> {
    let usual = Patience::default();
    let patience = Patience {
        connect: usual.connect.min(longest),
        answer: usual.answer.min(longest),
    };
    Client::from_kubeconfig(source.text(), patience).map_err(|mut problem| {
        problem.message = format!("`{}`: {}", source.name(), problem.message);
        problem
    })
}

fn none(path: &Utf8Path) -> Failure {
    Failure::stopped(Exit::Usage, format!("there is no `{path}`")).hint(
        "`ichor talos kubeconfig` fetches one from a control plane; or name another with `--kubeconfig`",
    )
}
