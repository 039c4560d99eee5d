//! The pods of nodes, moved by Kubernetes.

use diagnostics::Diagnostic;
use kubernetes_client::{Client, DrainOptions, DrainStep, Kind, Patience};

use super::{Placement, Workloads};
use crate::servers::{self, Servers};

/// How a node is marked that an upgrade keeps pods from: whoever has cordoned one otherwise finds
/// it cordoned afterwards.
pub(crate) const MARK: &str = "ichor/cordoned-by";

/// The pods of a cluster's nodes.
pub struct Pods {
    servers: Servers,
    options: DrainOptions,
}

impl Pods {
    /// By the server of a kubeconfig; and where that does not answer, by the control planes.
    ///
    /// # Errors
    ///
    /// `kubernetes-api/no-credentials` for a kubeconfig that cannot be used.
    pub fn new(
        kubeconfig: &str,
        leads: &[String],
        options: DrainOptions,
    ) -> Result<Self, Diagnostic> {
        let shared = Client::from_kubeconfig(kubeconfig, Patience::default())?;
        let own = leads.iter().filter_map(|lead| {
            // A name that is no host is no way.
            let url = servers::url(lead, shared.port()).ok()?;
            shared.at(&url).ok()
        });
        let own = own.collect();
        Ok(Self {
            servers: Servers::new(shared, own),
            options,
        })
    }
}

impl Workloads for Pods {
    fn placement(&self, node: &str) -> Result<Option<Placement>, Diagnostic> {
        match self.servers.ask(|way| way.node(node)) {
            Ok(node) => Ok(Some(Placement {
                ready: node.is_ready,
                schedulable: !node.is_cordoned,
                ours: node.annotations.contains_key(MARK),
            })),
            Err(fault) if fault.kind == Kind::Missing => Ok(None),
            Err(fault) => Err(fault.diagnostic()),
        }
    }

    fn cordon(&self, node: &str) -> Result<(), Diagnostic> {
        { self.servers.ask(|way| way.cordon(node, Some(MARK))) }
            .map(drop)
            .map_err(|fault| fault.diagnostic())
    }

    fn drain(&self, node: &str, tell: &mut dyn FnMut(&str)) -> Result<(), Diagnostic> {
        let mut line = |step: DrainStep| {
            tell(&match step {
                DrainStep::Begun { pods: 0 } => "no pod is to be moved".to_owned(),
                DrainStep::Begun { pods: 1 } => "1 pod is to be moved".to_owned(),
                DrainStep::Begun { pods } => format!("{pods} pods are to be moved"),
                DrainStep::Evicted { pod } => format!("`{pod}` ends"),
                DrainStep::Held { pod, why } => format!("`{pod}` waits: {why}"),
                DrainStep::Deleted { pod } => format!("`{pod}` is deleted"),
                DrainStep::Gone { pod } => format!("`{pod}` is gone"),
                DrainStep::Away { why } => format!("Kubernetes does not answer: {why}"),
            });
        };
        let way = self.servers.answering();
        way.drain(node, &self.options, &mut line).map(drop)
    }

    fn uncordon(&self, node: &str) -> Result<(), Diagnostic> {
        let done = self.servers.ask(|way| {
            if way.node(node)?.annotations.contains_key(MARK) {
                way.uncordon(node, Some(MARK)).map(drop)
            } else {
                Ok(())
            }
        });
        done.map_err(|fault| fault.diagnostic())
    }
}
