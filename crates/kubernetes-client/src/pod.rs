//! Pods.

use std::collections::BTreeMap;

use k8s_openapi::List;
use k8s_openapi::api::core::v1 as core;
use kube::core::Request;
use kube::core::params::ListParams;

use crate::client::Client;
use crate::fault::{Fault, Kind};

/// How a pod is marked that mirrors a static one.
const MIRROR: &str = "kubernetes.io/config.mirror";

/// So many pods come with one answer, and so many are taken in all.
const MOST: [u32; 2] = [500, 200_000];

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
        let (path, asked) = match which.namespace {
            Some(namespace) => (
                format!("/api/v1/namespaces/{namespace}/pods"),
                format!("for the pods of `{namespace}`"),
            ),
            None => ("/api/v1/pods".to_owned(), "for the pods".to_owned()),
        };
        let [page, most] = MOST;
        let mut params = ListParams::default().limit(page);
        if let Some(labels) = which.labels {
            params = params.labels(labels);
        }
        if let Some(node) = which.node {
            params = params.fields(&format!("spec.nodeName={node}"));
        }
        let mut pods = Vec::new();
        loop {
            let list: List<core::Pod> = self.object(&asked, Request::new(&path).list(&params))?;
            pods.extend(list.items.into_iter().map(Pod::read));
            match list.metadata.continue_.filter(|token| !token.is_empty()) {
                Some(_) if pods.len() >= most as usize => {
                    let words = format!("more than {most} pods");
                    return Err(self.fault(&asked, Kind::TooLarge, &words));
                }
                Some(token) => params = params.continue_token(&token),
                None => break,
            }
        }
        if let Some(host) = which.host {
            pods.retain(|pod| pod.host == host);
        }
        pods.sort_by(|one, other| {
            (&one.namespace, &one.name).cmp(&(&other.namespace, &other.name))
        });
        Ok(pods)
    }
}
