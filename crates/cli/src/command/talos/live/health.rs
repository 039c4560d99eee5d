//! `talos health`.

use std::time::Duration;

use camino::Utf8Path;
use diagnostics::visible;
use serde_json::json;
use talos_client::api::cluster::ClusterInfo;

use super::session::{Reach, Session};
use super::time::span;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Check a cluster, as Talos does
///
/// A control plane makes Talos's own checks in their order and waits for each: etcd, the nodes,
/// kubelets, the control plane of Kubernetes, its nodes, kube-proxy, CoreDNS. Exit code 1 where
/// one of them does not succeed in time.
///
/// Examples:
///   ichor talos health
///   ichor talos health --wait-timeout 30s
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Health {
    #[command(flatten)]
    reach: Reach,

    /// How long to wait for all checks together
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "20m")]
    wait_timeout: Duration,

    /// Addresses of the control planes; else those of the talosconfig, or that Talos discovers
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',')]
    control_plane_nodes: Vec<String>,

    /// Addresses of the workers
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',')]
    worker_nodes: Vec<String>,
}

impl Health {
    /// The nodes that there should be: those that were named, else those of a talosconfig whose
    /// endpoints are nodes of it, as generate-config writes it; else Talos discovers them.
    fn cluster(&self, session: &Session) -> ClusterInfo {
        let (leads, nodes) = (&session.context.endpoints, &session.context.nodes);
        let is_named = !self.control_plane_nodes.is_empty() || !self.worker_nodes.is_empty();
        if is_named || !leads.iter().all(|lead| nodes.contains(lead)) {
            return ClusterInfo {
                control_plane_nodes: self.control_plane_nodes.clone(),
                worker_nodes: self.worker_nodes.clone(),
            };
        }
        let works = |node: &&String| !leads.contains(node);
        ClusterInfo {
            control_plane_nodes: leads.clone(),
            worker_nodes: nodes.iter().filter(works).cloned().collect(),
        }
    }

    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let session = self.reach.open(root)?;
        let asked = if self.reach.names_nodes() {
            session.nodes.clone()
        } else {
            session.leads().to_vec()
        };
        let cluster = self.cluster(&session);
        let mut last = None;
        let mut failure = None;
        let mut is_met = false;
        let mut checks = Vec::new();
        // The next control plane is asked only where one does not even begin.
        for name in &asked {
            let node = session.client.node(name);
            failure = None;
            let progress = match node.health(self.wait_timeout, cluster.clone()) {
                Ok(progress) => progress,
                Err(fault) if fault.is_passing() => {
                    failure = Some(fault);
                    continue;
                }
                Err(fault) => return Err(fault.diagnostic().into()),
            };
            // Talos gives up by itself, and says so.
            for step in progress.within(self.wait_timeout + Duration::from_secs(30)) {
                match step {
                    Ok(step) => {
                        let word = step.message;
                        let word = visible(word.strip_prefix("waiting for ").unwrap_or(&word));
                        is_met = word.ends_with(": OK") || word.ends_with(": SKIP");
                        if is_met {
                            ui.data(&format!("{word}\n"))?;
                            checks.push(json!(word));
                        } else if !word.ends_with("...") && last.as_ref() != Some(&word) {
                            ui.status(format!("  {word}"));
                        }
                        last = Some(word);
                    }
                    Err(fault) => failure = Some(fault),
                }
            }
            if last.is_some() || failure.is_none() {
                break;
            }
        }
        ui.set("checks", checks);
        let why = match (failure, last) {
            (None, Some(_)) if is_met => {
                ui.status("The cluster is healthy.");
                return Ok(Exit::Done);
            }
            (Some(fault), None) => return Err(fault.diagnostic().into()),
            // It was no check that ended it.
            (Some(fault), Some(_)) if is_met => fault.to_string(),
            (_, Some(last)) => last,
            (None, None) => "no check was made".to_owned(),
        };
        let problem = cluster::rules::CLUSTER_UNHEALTHY
            .report(format!("the cluster is not healthy: {why}"))
            .hint("`ichor talos services` and `ichor talos dmesg` tell more of a node");
        Err(problem.into())
    }
}
