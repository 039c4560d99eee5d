//! `suspend`, `resume`.

use camino::Utf8Path;
use clap::Args;
use cluster::reconcile::{Helm, Kind, Subjects};
use diagnostics::Diagnostics;
use serde_json::json;

use super::reconcile::{Common, Order, ended, named};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Have Flux leave something alone
///
/// What is there stays as it is, and git is not looked at, until `ichor resume`.
///
/// Examples:
///   ichor suspend ks cert-manager
///   ichor suspend hr cert-manager -n cert-manager
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Suspend {
    #[command(flatten)]
    which: Which,
}

/// Have Flux look after something again, and follow what it does
///
/// Examples:
///   ichor resume ks cert-manager
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Resume {
    #[command(flatten)]
    which: Which,
}

#[derive(Debug, Args)]
struct Which {
    /// What it is: `ks`, `hr`, or a source: `git`, `oci`, `helm`, `chart`, `bucket`
    #[arg(value_name = "KIND", value_parser = any)]
    kind: Kind,

    /// Its name, or `namespace/name`
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,

    #[command(flatten)]
    common: Common,
}

fn any(word: &str) -> Result<Kind, String> {
    { Kind::ALL.into_iter() }
        .find(|kind| kind.word() == word || kind.name().eq_ignore_ascii_case(word))
        .ok_or_else(|| "it is one of ks, hr, git, oci, helm, chart, bucket".to_owned())
}

impl Which {
    /// Suspends them, or not. Those that are, with what went wrong.
    fn set(&self, root: &Utf8Path, is_wanted: bool, ui: &mut Ui) -> Result<Diagnostics, Failure> {
        let client = self.common.kubernetes.open(root, self.common.timeout)?;
        let subjects = Subjects::of(&client)?;
        let namespace = self.common.namespace.as_deref();
        let (wanted, mut failed) = named(&client, &subjects, self.kind, namespace, &self.names);
        let mut changed = Vec::new();
        for subject in wanted {
            match cluster::reconcile::suspend(&client, &subjects, &subject, is_wanted) {
                Err(problem) => failed.push(problem),
                Ok(is_changed) => {
                    let how = match (is_wanted, is_changed) {
                        (true, true) => "is suspended",
                        (true, false) => "was suspended before",
                        (false, true) => "goes on",
                        (false, false) => "was not suspended",
                    };
                    ui.status(format!("{subject} {how}."));
                    if is_changed {
                        changed.push(json!(subject));
                    }
                }
            }
        }
        ui.set("changed", changed);
        Ok(failed)
    }
}

impl Suspend {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let failed = self.which.set(root, true, ui)?;
        Ok(ended(&failed, ui))
    }
}

impl Resume {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let failed = self.which.set(root, false, ui)?;
        if !failed.is_empty() {
            return Ok(ended(&failed, ui));
        }
        let order = Order {
            kind: self.which.kind,
            names: self.which.names.clone(),
            with_source: false,
            follow: true,
            helm: Helm::Usual,
            common: &self.which.common,
        };
        order.run(root, ui)
    }
}
