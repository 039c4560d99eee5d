//! `talos services`.

#![expect(
    clippy::redundant_closure_for_method_calls,
    reason = "a method of a node is of one lifetime only, a closure of all"
)]

use camino::Utf8Path;
use serde_json::json;
use talos_client::api::machine::ServiceInfo;

use super::session::Reach;
use super::time::ago;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// List the services of nodes, with their health
///
/// Examples:
///   ichor talos services
///   ichor talos services -n k8s-0,k8s-1
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Services {
    #[command(flatten)]
    reach: Reach,
}

impl Services {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let session = self.reach.open(root)?;
        let answers = super::ask(&session, |node| node.services());
        let mut rows = Vec::new();
        let mut listed = Vec::new();
        for (node, services) in &answers.given {
            let mut shown = Vec::new();
            for service in services {
                let events = service.events.as_ref().map(|events| &events.events);
                let last = events.and_then(|events| events.last());
                let said = last.map(|event| event.msg.clone()).unwrap_or_default();
                shown.push(json!({
                    "service": service.id,
                    "state": service.state,
                    "health": health(service),
                    "last_event": said,
                }));
                rows.push(vec![
                    node.clone(),
                    service.id.clone(),
                    service.state.clone(),
                    health(service).to_owned(),
                    ago(last.and_then(|event| event.ts.as_ref())),
                    said,
                ]);
            }
            listed.push(json!({ "node": node, "services": shown }));
        }
        let header = [
            "NODE",
            "SERVICE",
            "STATE",
            "HEALTH",
            "LAST CHANGE",
            "LAST EVENT",
        ];
        super::told(&header, rows, listed, &answers.failed, ui)
    }
}

/// As talosctl words it.
fn health(service: &ServiceInfo) -> &'static str {
    match &service.health {
        Some(health) if health.unknown => "?",
        Some(health) if health.healthy => "OK",
        Some(_) => "Fail",
        None => "?",
    }
}
