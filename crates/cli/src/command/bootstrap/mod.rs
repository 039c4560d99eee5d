//! `bootstrap`: from machines to a cluster that Flux looks after.

mod apps;
mod talos;

use camino::Utf8Path;
use clap::{Args, Subcommand};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

use apps::BootstrapApps;
use talos::BootstrapTalos;

/// Start a cluster on machines that wait for it
///
/// Without a word behind it: first `ichor bootstrap talos`, and once that has ended well, `ichor
/// bootstrap apps`. Both look before every step, so that the same command goes on where it was
/// stopped.
///
/// Examples:
///   ichor bootstrap          everything, from machines in maintenance on
///   ichor bootstrap talos    nodes, etcd, and a kubeconfig
///   ichor bootstrap apps     the network, and what Flux brings
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, args_conflicts_with_subcommands = true)]
pub(crate) struct Bootstrap {
    #[command(subcommand)]
    what: Option<What>,

    #[command(flatten)]
    talos: BootstrapTalos,
}

#[derive(Debug, Subcommand)]
enum What {
    Talos(BootstrapTalos),
    Apps(BootstrapApps),
}

impl Bootstrap {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        match &self.what {
            Some(What::Talos(command)) => command.run(false, root, ui),
            Some(What::Apps(command)) => command.run(root, ui),
            None => {
                // What is wrong with the apps is told before machines are touched.
                BootstrapApps::check(root)?;
                match self.talos.run(true, root, ui)? {
                    Exit::Done => BootstrapApps::after(self.talos.wait_timeout).run(root, ui),
                    exit => Ok(exit),
                }
            }
        }
    }
}
