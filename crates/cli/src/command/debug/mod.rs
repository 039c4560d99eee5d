//! `debug`.

mod tables;
mod text;

use camino::Utf8Path;
use clap::Args;
use cluster::diagnosis::{self, Focus};
use cluster::overview::{self, Facts};
use diagnostics::Diagnostics;
use serde_json::json;

use super::known;
use super::kubernetes::Kubernetes;
use super::status::{PATIENCE, unanswered};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// What keeps an app from running, and what shows it
///
/// Looks at its Kustomization, its release, their sources and what they depend on, its pods and
/// volumes, events, and the last lines of containers that end; says what it comes of and what to do.
/// Nothing is changed, and no value of a Secret is asked for. Without a name it is whatever is to be
/// looked at first. Exits with 0 where it is well, with 1 where it is not, and with 5 where the API
/// server does not answer. Tables are of whatever there is, well or not: their exit code is 0.
///
/// Examples:
///   ichor debug                              what `ichor status` would look at first
///   ichor debug cert-manager
///   ichor debug network/echo --output json
///   ichor debug --all                        tables of everything, as `task template:debug`
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Debug {
    /// The app: a Kustomization, a release, or what runs pods; `name` or `namespace/name`
    #[arg(value_name = "APP", conflicts_with = "all")]
    app: Option<String>,

    /// Its namespace; else any that has the name
    #[arg(short, long, value_name = "NAMESPACE")]
    namespace: Option<String>,

    /// Tables of nodes, Flux objects, certificates, routes and pods
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    kubernetes: Kubernetes,
}

impl Debug {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let client = self.kubernetes.open(root, PATIENCE)?;
        if self.all {
            let secrets = known::secrets(root);
            return tables::tell(&client, self.namespace.as_deref(), &secrets, ui);
        }
        let facts = match overview::gather(&client, known::secrets(root)) {
            Ok(facts) => facts,
            Err(fault) => return Ok(unanswered(&fault, ui)),
        };
        let judged = overview::judge(&facts, repository::clock::unix_seconds());
        let app = match &self.app {
            Some(name) => match diagnosis::find(&facts, &judged, self.namespace.as_deref(), name) {
                Ok(app) => app,
                Err(problem) if facts.is_whole() => return Err(problem.into()),
                Err(problem) => {
                    ui.problems(&Diagnostics::from(problem));
                    return Ok(not_asked(&facts, ui));
                }
            },
            None => match judged.first.first() {
                Some(first) => vec![first.object.clone()],
                None if !facts.is_whole() => return Ok(not_asked(&facts, ui)),
                None => {
                    ui.set("app", json!([]));
                    ui.page("Nothing is to be looked at: all is well.\n")?;
                    return Ok(Exit::Done);
                }
            },
        };
        let focus = Focus::of(&facts, app);
        let mut diagnosis = diagnosis::diagnose(&client, &facts, &judged, &focus);
        if let serde_json::Value::Object(members) = json!(diagnosis) {
            for (name, value) in members {
                ui.set(&name, value);
            }
        }
        if let Some(conclusion) = &mut diagnosis.conclusion {
            conclusion.next = ui.spelt(&conclusion.next);
        }
        let width = ui.screen().map(|(columns, _)| columns);
        ui.page(&text::page(&diagnosis, width))?;
        Ok(match diagnosis.conclusion {
            Some(_) => Exit::Problems,
            None if diagnosis.unanswered.is_empty() => Exit::Done,
            None => Exit::NodesFailed,
        })
    }
}

/// Says which lists could not be had: what is in them is not known.
fn not_asked(facts: &Facts, ui: &mut Ui) -> Exit {
    let problems: Diagnostics = { facts.unanswered.iter() }
        .map(|(_, fault)| fault.diagnostic())
        .collect();
    ui.problems(&problems);
    for (kind, count) in &facts.unreadable {
        ui.warning(&format!(
            "{count} of the objects of kind {kind} cannot be read"
        ));
    }
    ui.count(&problems);
    Exit::NodesFailed
}
