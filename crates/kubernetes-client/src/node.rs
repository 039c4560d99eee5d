//! Nodes, as Kubernetes knows them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use k8s_openapi::api::core::v1 as core;
use kube::core::Request;
use kube::core::params::{GetParams, Patch, PatchParams};
use serde_json::{Value, json};

use crate::client::Client;
use crate::fault::{Fault, Kind};
use crate::list::Listing;

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
    /// Its addresses within the cluster.
    pub internal: Vec<String>,
    /// Its other addresses.
    pub external: Vec<String>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
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
            internal: addresses("InternalIP"),
            external: addresses("ExternalIP"),
            annotations: node.metadata.annotations.unwrap_or_default(),
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
        let nodes: Vec<core::Node> = self.whole(&Listing::all("v1", "nodes"))?;
        let mut nodes: Vec<Node> = nodes.into_iter().map(Node::read).collect();
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

    /// Has a node get no new pods, and annotates it with a mark. One that gets none anyway stays
    /// as it is, without a mark. Whether that is a change.
    pub fn cordon(&self, name: &str, mark: Option<&str>) -> Result<bool, Fault> {
        self.set_schedulable(name, false, mark)
    }

    /// Has a node get pods again, and takes a mark away. Whether that is a change.
    pub fn uncordon(&self, name: &str, mark: Option<&str>) -> Result<bool, Fault> {
        self.set_schedulable(name, true, mark)
    }

    fn set_schedulable(
        &self,
        name: &str,
        is_wanted: bool,
        mark: Option<&str>,
    ) -> Result<bool, Fault> {
        let node = self.node(name)?;
        let is_marked = mark.is_some_and(|mark| node.annotations.contains_key(mark));
        if node.is_cordoned != is_wanted && !(is_wanted && is_marked) {
            return Ok(false);
        }
        // What is null in a merge patch is taken away.
        let [unschedulable, marked] = if is_wanted {
            [Value::Null, Value::Null]
        } else {
            [true.into(), "true".into()]
        };
        let mut patch = json!({ "spec": { "unschedulable": unschedulable } });
        if let Some(mark) = mark {
            patch["metadata"]["annotations"][mark] = marked;
        }
        let request =
            Request::new(NODES).patch(name, &PatchParams::default(), &Patch::Merge(&patch));
        let what = if is_wanted { "uncordon" } else { "cordon" };
        self.send(&format!("to {what} node `{name}`"), request)?;
        Ok(true)
    }
}
