//! `talos validate`.

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::Diagnostics;
use machines::Secrets;
use repository::View;

use super::options::{self, Reading};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Ui, plural};

/// Check the talconfig and what its nodes would get, or machine configurations
///
/// Without files: the talconfig, its patches and variables, and the configuration of every
/// node as strictly as Talos checks it. Secrets are not needed: built-in ones that nobody uses
/// stand in for them. With files: each as a machine configuration.
///
/// Examples:
///   ichor talos validate
///   ichor talos validate talos/clusterconfig/kubernetes-k8s-0.yaml
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Validate {
    /// Machine configurations to check
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<Utf8PathBuf>,

    /// The contract to check files by, such as `1.13`; else the newest
    #[arg(long, value_name = "VERSION", requires = "files")]
    contract: Option<String>,

    #[command(flatten)]
    pub(super) reading: Reading,

    /// Treat warnings as errors
    #[arg(long)]
    strict: bool,
}

impl Validate {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        if !self.files.is_empty() {
            return self.files(root, ui);
        }
        let places = self.reading.places(root);
        let keys = options::keys(root);
        let machines = options::open(root, &places, &keys, Secrets::Optional)?;
        let mut problems = machines.warnings.clone();
        let nodes = match machines.make() {
            Ok((made, notes)) => {
                problems.extend(notes);
                made.len()
            }
            Err(found) => {
                problems.extend(found);
                0
            }
        };
        let exit = self.tell(problems, ui);
        if exit == Exit::Done {
            options::tell_stand_in(&machines, ui);
            ui.set("nodes", nodes);
            ui.status(format!("Everything is right: {}.", plural(nodes, "node")));
        }
        Ok(exit)
    }

    fn files(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let contract = super::migrate::contract(self.contract.as_deref())?;
        let mut problems = Diagnostics::new();
        for path in &self.files {
            problems.extend(machines::validate_file(
                &View::on_disk(root),
                path,
                contract,
            ));
        }
        let exit = self.tell(problems, ui);
        if exit == Exit::Done {
            ui.set("files", self.files.len());
            ui.status(format!(
                "Everything is right: {}.",
                plural(self.files.len(), "file")
            ));
        }
        Ok(exit)
    }

    fn tell(&self, mut problems: Diagnostics, ui: &mut Ui) -> Exit {
        if self.strict {
            problems.promote(|_| true);
        }
        ui.problems(&problems);
        ui.count(&problems);
        if problems.has_errors() {
            Exit::Problems
        } else {
            Exit::Done
        }
    }
}
