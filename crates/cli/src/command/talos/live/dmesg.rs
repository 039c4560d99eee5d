//! `talos dmesg`.

use camino::Utf8Path;

use super::lines;
use super::session::Reach;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Show the kernel's log of nodes
///
/// Talos writes its own log there, too. Of several nodes each line has its node before it.
///
/// Examples:
///   ichor talos dmesg -n k8s-0
///   ichor talos dmesg --follow
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Dmesg {
    #[command(flatten)]
    reach: Reach,

    /// Go on with what comes
    #[arg(short, long)]
    follow: bool,

    /// Only what comes
    #[arg(long, requires = "follow")]
    tail: bool,
}

impl Dmesg {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let session = self.reach.open(root)?;
        lines::follow(&session, ui, |node| node.dmesg(self.follow, self.tail))
    }
}
