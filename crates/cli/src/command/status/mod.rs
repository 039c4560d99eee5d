//! `status`.

mod text;
mod watch;

use std::time::Duration;

use camino::Utf8Path;
use clap::Args;
use cluster::overview::{self, Overview};
use diagnostics::{Diagnostics, Secrets};
use kubernetes_client::{Client, Fault};
use repository::git::{Distance, Git};
use serde_json::json;

use super::known;
use super::kubernetes::Kubernetes;
use super::talos::span;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

pub(super) use text::{level, tone};

/// How long an answer may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// The cluster at a glance, and what to look at first
///
/// Nodes, Flux, Kustomizations, releases of Helm, pods, certificates and addresses; what of them is
/// not well, and what that comes of. Nothing is changed. Exits with 0 where all is well, with 1 where
/// something is not, and with 5 where something could not be asked.
///
/// Examples:
///   ichor status
///   ichor status --watch
///   ichor status --output json
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Status {
    /// Look again and again, and show what changes
    #[arg(short, long)]
    watch: bool,

    /// How long to wait between two looks
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "3s", requires = "watch")]
    interval: Duration,

    /// Stop watching when all is well, or after this time
    #[arg(long, value_name = "TIME", value_parser = span, requires = "watch")]
    until_well: Option<Duration>,

    /// List everything that is not well, however much it is
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    kubernetes: Kubernetes,
}

impl Status {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let client = self.kubernetes.open(root, PATIENCE)?;
        let secrets = known::secrets(root);
        if self.watch {
            return self.follow(&client, &secrets, root, ui);
        }
        match look(&client, &secrets) {
            Ok(overview) => {
                let clone = Clone::of(root, &overview);
                tell(&overview, &clone, ui);
                ui.annotate(overview.problems());
                let code = exit(&overview);
                let text = text::page(&spelt(overview, ui), &clone, self.all, ui.screen());
                ui.page(&text)?;
                Ok(code)
            }
            Err(fault) => Ok(unanswered(&fault, ui)),
        }
    }
}

/// Looks at all of it, now.
pub(super) fn look(client: &Client, secrets: &Secrets) -> Result<Overview, Fault> {
    let facts = overview::gather(client, secrets.clone())?;
    Ok(Overview::of(&facts, repository::clock::unix_seconds()))
}

/// The same with commands as the reader calls them, before lines are broken.
fn spelt(mut overview: Overview, ui: &Ui) -> Overview {
    for first in &mut overview.first {
        first.next = ui.spelt(&first.next);
    }
    overview
}

/// How this clone of the repository stands to what Flux has fetched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Clone {
    /// What is checked out here.
    branch: String,
    /// How far that is from what Flux has.
    distance: Option<Distance>,
}

impl Clone {
    fn of(root: &Utf8Path, overview: &Overview) -> Self {
        let commit = { overview.drift.as_ref() }.and_then(|drift| drift.commit.as_deref());
        let (Some(commit), Some(git)) = (commit, Git::discover(root)) else {
            return Self::default();
        };
        let Some(head) = git.head() else {
            return Self::default();
        };
        Self {
            branch: head.branch.unwrap_or_default(),
            distance: Some(git.distance(commit)),
        }
    }
}

/// Puts it into the object that programs get.
fn tell(overview: &Overview, clone: &Clone, ui: &mut Ui) {
    ui.set("well", overview.is_known_to_be_well());
    if let serde_json::Value::Object(members) = json!(overview) {
        for (name, value) in members {
            ui.set(&name, value);
        }
    }
    ui.set(
        "clone",
        match clone.distance {
            None => json!(null),
            Some(Distance::Unknown) => json!({ "branch": clone.branch, "known": false }),
            Some(Distance::Known { ahead, behind }) => {
                json!({ "branch": clone.branch, "known": true, "ahead": ahead, "behind": behind })
            }
        },
    );
}

fn exit(overview: &Overview) -> Exit {
    if !overview.is_well() {
        Exit::Problems
    } else if !overview.unanswered.is_empty() {
        Exit::NodesFailed
    } else {
        Exit::Done
    }
}

/// Nothing could be asked.
pub(super) fn unanswered(fault: &Fault, ui: &mut Ui) -> Exit {
    let problems = Diagnostics::from(fault.diagnostic());
    ui.problems(&problems);
    ui.count(&problems);
    Exit::NodesFailed
}
