//! Machine configurations as the generator of Talos makes them, before any patch.
//!
//! One generator for every contract: what a contract changes stands in a table of switches.

use serde_json::{Map, Value, json};

use crate::bundle::{Bundle, KeyPair};
use crate::contract::Contract;

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
    /// The installer, with its tag.
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
}

/// What differs between contracts.
struct Switches {
    /// Hostnames in a document of their own, and flags that became the rule left out.
    multi_document_network: bool,
    /// `machine.network: {}` although there is nothing in it.
    empty_network: bool,
}

impl Switches {
    /// The row of the table.
    fn of(contract: Contract) -> Self {
        Self {
            multi_document_network: contract.minor() >= 12,
            empty_network: contract.minor() < 13,
        }
    }
}

/// The documents of a node's configuration, v1alpha1 first, keys in the order of Talos.
pub fn machine_config(bundle: &Bundle, input: &Input<'_>) -> Vec<Value> {
    let switches = Switches::of(input.contract);
    let mut documents = vec![json!({
        "version": "v1alpha1",
        "debug": false,
        "persist": true,
        "machine": machine(bundle, input, &switches),
        "cluster": cluster(bundle, input, &switches),
    })];
    if switches.multi_document_network {
        documents.push(json!({
            "apiVersion": "v1alpha1", "kind": "HostnameConfig", "auto": "stable",
        }));
    }
    documents
}

/// `machine`.
fn machine(bundle: &Bundle, input: &Input<'_>, switches: &Switches) -> Value {
    let control_plane = input.role == Role::ControlPlane;
    let mut out = Map::new();
    let role = if control_plane {
        "controlplane"
    } else {
        "worker"
    };
    out.insert("type".into(), role.into());
    out.insert("token".into(), bundle.trustd_token.expose().into());
    out.insert("ca".into(), authority(&bundle.os, control_plane));
    out.insert("certSANs".into(), json!(input.machine_sans));
    let kubelet = image("ghcr.io/siderolabs/kubelet", input);
    out.insert(
        "kubelet".into(),
        json!({
            "image": kubelet,
            "defaultRuntimeSeccompProfileEnabled": true,
            "disableManifestsDirectory": true,
        }),
    );
    if switches.empty_network {
        out.insert("network".into(), json!({}));
    }
    let mut install = Map::new();
    if let Some(disk) = input.install_disk {
        install.insert("disk".into(), disk.into());
    }
    install.insert("image".into(), input.install_image.into());
    install.insert("wipe".into(), false.into());
    if switches.multi_document_network {
        install.insert("grubUseUKICmdline".into(), true.into());
    }
    out.insert("install".into(), install.into());
    out.insert("features".into(), features(switches));
    if control_plane {
        out.insert(
            "nodeLabels".into(),
            json!({"node.kubernetes.io/exclude-from-external-load-balancers": ""}),
        );
    }
    out.into()
}

/// `machine.features`.
fn features(switches: &Switches) -> Value {
    let mut out = Map::new();
    if !switches.multi_document_network {
        for flag in ["rbac", "stableHostname", "apidCheckExtKeyUsage"] {
            out.insert(flag.into(), true.into());
        }
    }
    out.insert("diskQuotaSupport".into(), true.into());
    out.insert("kubePrism".into(), json!({"enabled": true, "port": 7445}));
    out.insert(
        "hostDNS".into(),
        json!({"enabled": true, "forwardKubeDNSToHost": true}),
    );
    out.into()
}

/// `cluster`.
fn cluster(bundle: &Bundle, input: &Input<'_>, switches: &Switches) -> Value {
    let control_plane = input.role == Role::ControlPlane;
    let mut out = Map::new();
    out.insert("id".into(), bundle.cluster_id.expose().into());
    out.insert("secret".into(), bundle.cluster_secret.expose().into());
    out.insert("controlPlane".into(), json!({"endpoint": input.endpoint}));
    out.insert("clusterName".into(), input.cluster_name.into());
    out.insert(
        "network".into(),
        json!({
            "dnsDomain": input.dns_domain,
            "podSubnets": input.pod_subnets,
            "serviceSubnets": input.service_subnets,
        }),
    );
    out.insert("token".into(), bundle.bootstrap_token.expose().into());
    if control_plane {
        if let Some(secret) = &bundle.aescbc_secret {
            out.insert("aescbcEncryptionSecret".into(), secret.expose().into());
        }
        if let Some(secret) = &bundle.secretbox_secret {
            out.insert("secretboxEncryptionSecret".into(), secret.expose().into());
        }
    }
    out.insert("ca".into(), authority(&bundle.kubernetes, control_plane));
    if control_plane {
        out.insert("aggregatorCA".into(), authority(&bundle.aggregator, true));
        let key = bundle.service_account_key.expose();
        out.insert("serviceAccount".into(), json!({"key": key}));
        out.insert("apiServer".into(), api_server(input, switches));
        for (section, name) in [
            (
                "controllerManager",
                "registry.k8s.io/kube-controller-manager",
            ),
            ("proxy", "registry.k8s.io/kube-proxy"),
            ("scheduler", "registry.k8s.io/kube-scheduler"),
        ] {
            out.insert(section.into(), json!({"image": image(name, input)}));
        }
    }
    out.insert(
        "discovery".into(),
        json!({
            "enabled": true,
            "registries": {"kubernetes": {"disabled": true}, "service": {}},
        }),
    );
    if control_plane {
        let authority = authority(&bundle.etcd, true);
        out.insert("etcd".into(), json!({"ca": authority}));
        if input.allow_scheduling_on_control_planes {
            out.insert("allowSchedulingOnControlPlanes".into(), true.into());
        }
    }
    out.into()
}

/// `cluster.apiServer`.
fn api_server(input: &Input<'_>, switches: &Switches) -> Value {
    let mut out = Map::new();
    let name = image("registry.k8s.io/kube-apiserver", input);
    out.insert("image".into(), name.into());
    let mut names = Vec::new();
    if !switches.multi_document_network {
        names.push(host(input.endpoint).to_owned());
    }
    names.extend_from_slice(input.api_server_sans);
    if !names.is_empty() {
        out.insert("certSANs".into(), names.into());
    }
    if !switches.multi_document_network {
        out.insert("disablePodSecurityPolicy".into(), true.into());
    }
    out.insert(
        "admissionControl".into(),
        json!([{
            "name": "PodSecurity",
            "configuration": {
                "apiVersion": "pod-security.admission.config.k8s.io/v1alpha1",
                "defaults": {
                    "audit": "restricted",
                    "audit-version": "latest",
                    "enforce": "baseline",
                    "enforce-version": "latest",
                    "warn": "restricted",
                    "warn-version": "latest",
                },
                "exemptions": {
                    "namespaces": ["kube-system"], "runtimeClasses": [], "usernames": [],
                },
                "kind": "PodSecurityConfiguration",
            },
        }]),
    );
    out.insert(
        "auditPolicy".into(),
        json!({
            "apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": [{"level": "Metadata"}],
        }),
    );
    out.into()
}

/// A certificate with its key, which workers do not get.
fn authority(pair: &KeyPair, with_key: bool) -> Value {
    let key = if with_key { pair.key.expose() } else { "" };
    json!({"crt": pair.certificate.expose(), "key": key})
}

/// An image of Kubernetes at the cluster's version.
fn image(name: &str, input: &Input<'_>) -> String {
    let version = input.kubernetes_version;
    format!("{name}:v{}", version.strip_prefix('v').unwrap_or(version))
}

/// The host of a URL, without brackets, port and path.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    if let Some(inner) = authority.strip_prefix('[') {
        return inner.split(']').next().unwrap_or_default();
    }
    authority.split(':').next().unwrap_or_default()
}
