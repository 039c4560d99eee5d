//! One node.

use std::net::IpAddr;

use indexmap::IndexMap;

use super::values::Values;
use crate::types::{Disk, KernelModule, LabelKey, LabelValue, MacAddress, NodeName, SchematicId};

/// One node of the cluster, checked by itself and against everything else.
///
/// What every node of the built-in templates has is missing only where a repository's own
/// templates do without it. Has no `Debug`: keys of a repository's own may be secrets.
#[derive(Clone)]
#[non_exhaustive]
pub struct Node {
    /// Its host name, unique.
    pub name: Option<NodeName>,
    /// Its address in the node network, unique.
    pub address: Option<IpAddr>,
    /// Whether it runs the control plane.
    pub controller: bool,
    /// The disk that Talos is installed to.
    pub disk: Option<Disk>,
    /// The MAC address of its network interface, unique.
    pub mac_address: Option<MacAddress>,
    /// The schematic of its Talos image.
    pub schematic: Option<SchematicId>,
    /// The interface's MTU in bytes, if not 1500.
    pub mtu: Option<u16>,
    /// Whether it boots with secure boot.
    pub secureboot: bool,
    /// Whether its disk is encrypted.
    pub encrypt_disk: bool,
    /// Its labels in Kubernetes, in written order.
    pub labels: IndexMap<LabelKey, LabelValue>,
    /// Kernel modules to load.
    pub kernel_modules: Vec<KernelModule>,
    pub(crate) values: Values,
}

impl Node {
    /// The values of all its keys by name, those of `templates/variables.yaml` included.
    pub fn values(&self) -> &Values {
        &self.values
    }
}
