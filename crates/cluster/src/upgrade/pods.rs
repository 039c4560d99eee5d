//! The pods of nodes, moved by Kubernetes.

use diagnostics::Diagnostic;
use kubernetes_client::{Client, DrainOptions, DrainStep, Fault, Kind, Patience};

use super::{Placement, Workloads};

/// How a node is marked that an upgrade keeps pods from: whoever has cordoned one otherwise finds
/// it cordoned afterwards.
const MARK: &str = "ichor/cordoned-by";

/// The pods of a cluster's nodes.
pub struct Pods {
    /// The same API by several ways: the node that is upgraded may be one of them.
    ways: Vec<Client>,
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
        let first = Client::from_kubeconfig(kubeconfig, Patience::default())?;
        let port = first.server().rsplit_once(':').map_or("", |(_, port)| port);
        let port = if port.bytes().all(|byte| byte.is_ascii_digit()) {
            port.to_owned()
        } else {
            "443".to_owned()
        };
        let mut ways = vec![first];
        for lead in leads {
            let host = if lead.contains(':') && !lead.starts_with('[') {
                format!("[{lead}]")
            } else {
                lead.clone()
            };
            // A name that is no host is no way.
            ways.extend(ways[0].at(&format!("https://{host}:{port}")).ok());
        }
        Ok(Self { ways, options })
    }

    /// The first answer that is one.
    fn ask<T>(&self, question: impl Fn(&Client) -> Result<T, Fault>) -> Result<T, Fault> {
        let mut answer = question(&self.ways[0]);
        for way in &self.ways[1..] {
            match &answer {
                Err(fault) if fault.is_passing() => answer = question(way),
                _ => break,
            }
        }
        answer
    }
}

impl Workloads for Pods {
    fn placement(&self, node: &str) -> Result<Option<Placement>, Diagnostic> {
        match self.ask(|way| way.node(node)) {
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
        { self.ask(|way| way.cordon(node, Some(MARK))) }
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
        // Whoever answers now, and is not the node itself.
        let way = { self.ways.iter() }.find(|way| way.ready().is_ok());
        let way = way.unwrap_or(&self.ways[0]);
        way.drain(node, &self.options, &mut line).map(drop)
    }

    fn uncordon(&self, node: &str) -> Result<(), Diagnostic> {
        let done = self.ask(|way| {
            if way.node(node)?.annotations.contains_key(MARK) {
                way.uncordon(node, Some(MARK)).map(drop)
            } else {
                Ok(())
            }
        });
        done.map_err(|fault| fault.diagnostic())
    }
}
