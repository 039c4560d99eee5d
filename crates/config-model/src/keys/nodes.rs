//! The keys of each entry of `nodes` in `nodes.yaml`.

use serde_json::json;

use super::declaration::{Declaration, Section};
use super::kind::Kind;

const GROUP: &str = "Nodes";

pub(super) fn table() -> Vec<Declaration> {
    vec![
        key("name", Kind::NodeName)
            .required()
            .about("The node's host name.")
            .sample("\"k8s-0\""),
        key("address", Kind::Address)
            .required()
            .about("The node's address in `node_cidr`.")
            .sample("\"192.168.1.20\""),
        key("controller", Kind::Boolean)
            .required()
            .about("Whether the node runs the control plane. An odd number of nodes should.")
            .sample("true"),
        key("disk", Kind::Disk)
            .required()
            .about("The disk to install to: its path, or its serial number.")
            .placeholder("/dev/your-disk"),
        key("mac_addr", Kind::MacAddress)
            .required()
            .about("The MAC address of the network interface to use.")
            .placeholder("xx:xx:xx:xx:xx:xx"),
        key("schematic_id", Kind::Schematic)
            .required()
            .about("The schematic of the Talos Image Factory, https://factory.talos.dev.")
            .placeholder("your-64-digit-schematic-id"),
        key(
            "mtu",
            Kind::Integer {
                minimum: Some(1450),
                maximum: Some(9000),
            },
        )
        .about("The interface's MTU, if not 1500.")
        .sample("1500"),
        key("secureboot", Kind::Boolean)
            .about("Whether the node boots with secure boot.")
            .sample("false"),
        key("encrypt_disk", Kind::Boolean)
            .about("Whether the node's disk is encrypted with a key in its TPM.")
            .sample("false"),
        key("nodeLabels", Kind::Labels)
            .about("Labels that the node has in Kubernetes.")
            .sample("{ topology.kubernetes.io/zone: \"rack-1\" }"),
        key("kernel_modules", Kind::list(Kind::KernelModule))
            .otherwise(json!([]))
            .about("Kernel modules to load.")
            .sample("[\"nvme_tcp\"]"),
    ]
}

fn key(name: &str, kind: Kind) -> Declaration {
    Declaration::new(Section::Nodes, GROUP, name, kind)
}
