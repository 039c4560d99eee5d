//! Pods.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1 as core;

use crate::client::Client;
use crate::fault::Fault;
use crate::list::Listing;

/// How a pod is marked that mirrors a static one.
const MIRROR: &str = "kubernetes.io/config.mirror";

/// A pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pod {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// What no other pod has, even of the same name.
    pub uid: String,
    /// The node that it is on; empty where it has none yet.
    pub node: String,
    /// The address of that node.
    pub host: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
    /// Whether it reports that it can do its work.
    pub is_ready: bool,
    /// Whether it came to its end, well or not.
    pub is_finished: bool,
    /// Whether it mirrors a static pod, which the kubelet alone stops.
    pub is_mirror: bool,
    /// Whether it is asked to end.
    pub is_ending: bool,
    /// The kind of what looks after it, such as `ReplicaSet`; empty where nobody does.
    pub controller: String,
    /// Its containers with their images, in their order.
    pub containers: Vec<(String, String)>,
    /// Why it is not ready, where it says so, such as `ImagePullBackOff`, or what keeps it from
    /// any node.
    pub reason: String,
}

/// Which pods.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PodFilter<'a> {
    /// Of one namespace.
    pub namespace: Option<&'a str>,
    /// With these labels, as `kubectl -l` takes them.
    pub labels: Option<&'a str>,
    /// On the node of this name.
    pub node: Option<&'a str>,
    /// On the node with this address.
    pub host: Option<&'a str>,
}

impl Pod {
    /// `namespace/name`.
    pub fn path(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }

    fn read(pod: core::Pod) -> Self {
        let metadata = pod.metadata;
        let spec = pod.spec.unwrap_or_default();
        let status = pod.status.unwrap_or_default();
        let annotations = metadata.annotations.unwrap_or_default();
        let mut conditions = status.conditions.iter().flatten();
        let controller = metadata.owner_references.unwrap_or_default();
        let controller = controller
            .into_iter()
            .find(|owner| owner.controller == Some(true));
        let waiting = { status.container_statuses.iter().flatten() }
            .find_map(|one| one.state.as_ref()?.waiting.as_ref()?.reason.clone());
        let unscheduled = { status.conditions.iter().flatten() }
            .find(|one| one.type_ == "PodScheduled" && one.status == "False")
            .map(|one| {
                let words = [one.reason.as_deref(), one.message.as_deref()];
                words.into_iter().flatten().collect::<Vec<_>>().join(": ")
            });
        Self {
            namespace: metadata.namespace.unwrap_or_default(),
            name: metadata.name.unwrap_or_default(),
            uid: metadata.uid.unwrap_or_default(),
            node: spec.node_name.unwrap_or_default(),
            host: status.host_ip.unwrap_or_default(),
            labels: metadata.labels.unwrap_or_default(),
            is_ready: conditions.any(|one| one.type_ == "Ready" && one.status == "True"),
            is_finished: matches!(status.phase.as_deref(), Some("Succeeded" | "Failed")),
            is_mirror: annotations.contains_key(MIRROR),
            is_ending: metadata.deletion_timestamp.is_some(),
            controller: controller.map(|owner| owner.kind).unwrap_or_default(),
            containers: spec
                .containers
                .into_iter()
                .map(|one| (one.name, one.image.unwrap_or_default()))
                .collect(),
            reason: waiting
                .or(unscheduled)
                .or(status.reason)
                .unwrap_or_default(),
            annotations,
        }
    }
}

impl Client {
    /// Pods, by namespace and name.
    pub fn pods(&self, which: PodFilter<'_>) -> Result<Vec<Pod>, Fault> {
        let by_node = which.node.map(|node| format!("spec.nodeName={node}"));
        let listing = Listing {
            namespace: which.namespace,
            labels: which.labels,
            fields: by_node.as_deref(),
            ..Listing::all("v1", "pods")
        };
        let pods: Vec<core::Pod> = self.whole(&listing)?;
        let mut pods: Vec<Pod> = pods.into_iter().map(Pod::read).collect();
        if let Some(host) = which.host {
            pods.retain(|pod| pod.host == host);
        }
        pods.sort_by(|one, other| {
            (&one.namespace, &one.name).cmp(&(&other.namespace, &other.name))
        });
        Ok(pods)
    }
}
