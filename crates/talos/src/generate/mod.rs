//! Machine configurations as the generator of Talos makes them, before any patch.
//!
//! One generator for every contract: what a contract changes stands in a table of switches.

mod disk;
mod documents;
mod kubernetes;
mod parts;
mod v1alpha1;

use diagnostics::Diagnostic;
use serde_json::Value;

use crate::bundle::Bundle;
use crate::contract::Contract;
use crate::rules;

pub use disk::{disk_match, selector_match};

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Runs etcd and the Kubernetes control plane.
    ControlPlane,
    /// Runs workloads only.
    Worker,
}

/// What a configuration is made from, next to the bundle.
#[derive(Debug, Clone)]
pub struct Input<'a> {
    /// The shape of the configuration.
    pub contract: Contract,
    /// What the node is.
    pub role: Role,
    /// The name of the cluster.
    pub cluster_name: &'a str,
    /// The URL of the Kubernetes API.
    pub endpoint: &'a str,
    /// Without or with a `v`.
    pub kubernetes_version: &'a str,
    /// The disk to install to, if it is known by name.
    pub install_disk: Option<&'a str>,
    /// The installer, with its tag. From contract 1.14 on it stands beside a disk only.
    pub install_image: &'a str,
    /// More names and addresses of the Talos API.
    pub machine_sans: &'a [String],
    /// More names and addresses of the Kubernetes API.
    pub api_server_sans: &'a [String],
    /// The domain of the cluster.
    pub dns_domain: &'a str,
    /// The networks of pods.
    pub pod_subnets: &'a [String],
    /// The networks of services.
    pub service_subnets: &'a [String],
    /// Whether control planes run workloads too.
    pub allow_scheduling_on_control_planes: bool,
    /// What few clusters ask for.
    pub options: Options<'a>,
}

/// What a generator is rarely asked for. The default is what Talos makes unasked.
#[derive(Debug, Clone)]
pub struct Options<'a> {
    /// What of a cluster runs on the node.
    pub runs: Runs,
    /// Whether nodes find each other through the public discovery service.
    pub discovery: bool,
    /// The port of `KubePrism` on each node, 0 for none.
    pub kube_prism_port: u16,
    /// Whether nodes talk through `WireGuard`.
    pub kube_span: bool,
    /// The URL of the manifest of a CNI that takes Flannel's place.
    pub custom_cni: Option<&'a str>,
    /// Registries with mirrors or with their own ways of TLS, in any order.
    pub registries: &'a [Registry<'a>],
    /// Settings of the kernel: names and values.
    pub sysctls: &'a [(&'a str, &'a str)],
    /// More arguments of the kernel. From contract 1.14 on only a schematic has a place for them.
    pub extra_kernel_args: &'a [String],
    /// The port of the API server on each control plane, where it is not 6443.
    pub api_server_port: Option<u16>,
    /// Whether the machine's console tells more.
    pub debug: bool,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            runs: Runs::Kubernetes,
            discovery: true,
            kube_prism_port: 7445,
            kube_span: false,
            custom_cni: None,
            registries: &[],
            sysctls: &[],
            extra_kernel_args: &[],
            api_server_port: None,
            debug: false,
        }
    }
}

/// What of a cluster runs on nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Runs {
    /// Kubernetes, over etcd.
    Kubernetes,
    /// Talos and etcd alone.
    Etcd,
    /// Talos alone.
    Talos,
}

/// A registry of images.
#[derive(Debug, Clone)]
pub struct Registry<'a> {
    /// Its host, with a port if it has one.
    pub name: &'a str,
    /// The URLs that are asked in its place.
    pub mirrors: &'a [String],
    /// The authority that its certificate is of, in PEM.
    pub ca: Option<&'a str>,
    /// Whether any certificate of it is taken.
    pub insecure: bool,
}

/// What differs between contracts.
struct Switches {
    /// Hostnames in a document of their own, and flags that became the rule left out.
    multi_document_network: bool,
    /// `machine.network: {}` although there is nothing in it.
    empty_network: bool,
    /// `KubeSpan` in a document of its own.
    kube_span_document: bool,
    /// Nearly everything in documents.
    multi_document: bool,
}

impl Switches {
    /// The row of the table.
    fn of(contract: Contract) -> Self {
        Self {
            multi_document_network: contract.minor() >= 12,
            empty_network: contract.minor() < 13,
            kube_span_document: contract.minor() >= 13,
            multi_document: contract.minor() >= 14,
        }
    }
}

/// The documents of a node's configuration, v1alpha1 first, keys in the order of Talos.
///
/// They differ from what Talos makes in two things: a secret of AES-CBC is always written as what
/// it is (see [`note`]), and a disk below `/dev/disk` is chosen so that it is found.
pub fn machine_config(bundle: &Bundle, input: &Input<'_>) -> Vec<Value> {
    let switches = Switches::of(input.contract);
    let mut out = vec![v1alpha1::document(bundle, input, &switches)];
    if switches.multi_document {
        documents::machine(bundle, input, &mut out);
    }
    documents::network(input, &switches, &mut out);
    if switches.multi_document && input.options.runs == Runs::Kubernetes {
        kubernetes::documents(bundle, input, &mut out);
    }
    out
}

/// What somebody has to know who compares configurations of this bundle with those that
/// `talosctl gen config` makes of it.
pub fn note(bundle: &Bundle, contract: Contract) -> Option<Diagnostic> {
    if !Switches::of(contract).multi_document {
        return None;
    }
    bundle.aescbc_secret.as_ref().map(|_| {
        rules::TALOS_AESCBC_PROVIDER
            .report(
                "the secret for AES-CBC is written as the provider `aescbc` with the key `key1`; \
                 talosctl 1.14 writes it as a second one of `secretbox`",
            )
            .hint("make configurations of this bundle with no other tool, or compare `KubeEtcdEncryptionConfig`")
    })
}
