//! Nodes, as Kubernetes knows them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use k8s_openapi::List;
use k8s_openapi::api::core::v1 as core;
use kube::core::Request;
use kube::core::params::{GetParams, ListParams, Patch, PatchParams};
use serde_json::json;

use crate::client::Client;
use crate::fault::{Fault, Kind};

const NODES: &str = "/api/v1/nodes";

/// How a node is marked that runs a part of the control plane.
const CONTROL_PLANE: &str = "node-role.kubernetes.io/control-plane";

/// A node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Whether its kubelet reports that it is well.
    pub is_ready: bool,
    /// Whether it gets no new pods.
    pub is_cordoned: bool,
    /// Whether it is a control plane, by its label.
    pub leads: bool,
    /// The version of its kubelet, such as `v1.36.2`.
    pub kubelet: String,
    /// What it runs, such as `Talos (v1.13.9)`.
    pub os: String,
    /// Which boot it is in, as its kubelet reported.
    pub boot_id: String,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
    /// Its addresses within the cluster.
    pub internal: Vec<String>,
    /// Its other addresses.
    pub external: Vec<String>,
}

impl Node {
    fn read(node: core::Node) -> Self {
        let status = node.status.unwrap_or_default();
        let info = status.node_info.unwrap_or_default();
        let addresses = status.addresses.unwrap_or_default();
        let addresses = |kind: &str| {
            let fitting = addresses.iter().filter(|one| one.type_ == kind);
            fitting.map(|one| one.address.clone()).collect()
        };
        let mut conditions = status.conditions.iter().flatten();
        let labels = node.metadata.labels.unwrap_or_default();
        Self {
            name: node.metadata.name.unwrap_or_default(),
            is_ready: conditions.any(|one| one.type_ == "Ready" && one.status == "True"),
            is_cordoned: node.spec.unwrap_or_default().unschedulable == Some(true),
            leads: labels.contains_key(CONTROL_PLANE),
            kubelet: info.kubelet_version,
            os: info.os_image,
            boot_id: info.boot_id,
            annotations: node.metadata.annotations.unwrap_or_default(),
            internal: addresses("InternalIP"),
            external: addresses("ExternalIP"),
        }
    }

    /// The address that it is called by: one within the cluster, else another.
    pub fn address(&self) -> Option<&str> {
        let first = self.internal.first().or_else(|| self.external.first());
        first.map(String::as_str)
    }

    fn has(&self, address: &str) -> bool {
        let wanted: Option<IpAddr> = address.parse().ok();
        let mut all = self.internal.iter().chain(&self.external);
        all.any(|one| one == address || (wanted.is_some() && one.parse().ok() == wanted))
    }
}

impl Client {
    /// Every node, by name.
    pub fn nodes(&self) -> Result<Vec<Node>, Fault> {
        let request = Request::new(NODES).list(&ListParams::default());
        let list: List<core::Node> = self.object("for the nodes", request)?;
        let mut nodes: Vec<Node> = list.items.into_iter().map(Node::read).collect();
        nodes.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(nodes)
    }

    /// A node by its name.
    ///
    /// # Errors
    ///
    /// [`Kind::Missing`] where there is none.
    pub fn node(&self, name: &str) -> Result<Node, Fault> {
        let request = Request::new(NODES).get(name, &GetParams::default());
        let node = self.object(&format!("for node `{name}`"), request)?;
        Ok(Node::read(node))
    }

    /// The node that has this address.
    ///
    /// # Errors
    ///
    /// [`Kind::Missing`] where none has.
    pub fn node_by_address(&self, address: &str) -> Result<Node, Fault> {
        let nodes = self.nodes()?;
        let found = nodes.into_iter().find(|node| node.has(address));
        found.ok_or_else(|| {
            let asked = format!("for the node with the address `{address}`");
            self.fault(&asked, Kind::Missing, "")
        })
    }

    /// Has a node get no new pods, with a mark that tells who did it: an annotation of that name.
    /// Whether that is a change; where it is none, nothing is marked either.
    pub fn cordon(&self, name: &str, mark: Option<&str>) -> Result<bool, Fault> {
        self.set_cordon(name, true, mark)
    }

    /// Has a node get pods again, and takes the mark away. Whether that is a change.
    pub fn uncordon(&self, name: &str, mark: Option<&str>) -> Result<bool, Fault> {
        self.set_cordon(name, false, mark)
    }

    fn set_cordon(&self, name: &str, is_wanted: bool, mark: Option<&str>) -> Result<bool, Fault> {
        if self.node(name)?.is_cordoned == is_wanted {
            return Ok(false);
        }
        let (what, unschedulable, marked) = if is_wanted {
            ("cordon", json!(true), json!(""))
        } else {
            ("uncordon", json!(null), json!(null))
        };
        let mut patch = json!({ "spec": { "unschedulable": unschedulable } });
        if let Some(mark) = mark {
            patch["metadata"] = json!({ "annotations": { mark: marked } });
        }
        let request =
            Request::new(NODES).patch(name, &PatchParams::default(), &Patch::Merge(&patch));
        self.send(&format!("to {what} node `{name}`"), request)?;
        Ok(true)
    }
}
