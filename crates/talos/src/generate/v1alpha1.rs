//! The document without a kind.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::documents::sysctls;
use super::parts::{audit_policy, host, image, pod_security};
use super::{Input, Role, Runs, Switches};
use crate::bundle::{Bundle, KeyPair};

/// All of it.
pub(super) fn document(bundle: &Bundle, input: &Input<'_>, switches: &Switches) -> Value {
    json!({
        "version": "v1alpha1",
        "debug": input.options.debug,
        "persist": true,
        "machine": machine(bundle, input, switches),
        "cluster": cluster(bundle, input, switches),
    })
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
    if switches.multi_document {
        out.insert("features".into(), json!({"diskQuotaSupport": true}));
        return out.into();
    }
    let kubelet = image("ghcr.io/siderolabs/kubelet", input);
    out.insert(
        "kubelet".into(),
        json!({
            "image": kubelet,
            "defaultRuntimeSeccompProfileEnabled": true,
            "disableManifestsDirectory": true,
        }),
    );
    if input.options.kube_span && !switches.kube_span_document {
        out.insert("network".into(), json!({"kubespan": {"enabled": true}}));
    } else if switches.empty_network {
        out.insert("network".into(), json!({}));
    }
    out.insert("install".into(), install(input, switches));
    if !input.options.sysctls.is_empty() {
        out.insert("sysctls".into(), sysctls(input));
    }
    if !input.options.registries.is_empty() && !switches.multi_document_network {
        out.insert("registries".into(), registries(input));
    }
    out.insert("features".into(), features(input, switches));
    if control_plane {
        out.insert(
            "nodeLabels".into(),
            json!({"node.kubernetes.io/exclude-from-external-load-balancers": ""}),
        );
    }
    out.into()
}

/// `machine.install`.
fn install(input: &Input<'_>, switches: &Switches) -> Value {
    let mut out = Map::new();
    if let Some(disk) = input.install_disk {
        out.insert("disk".into(), disk.into());
    }
    if !input.options.extra_kernel_args.is_empty() {
        let arguments = json!(input.options.extra_kernel_args);
        out.insert("extraKernelArgs".into(), arguments);
    }
    out.insert("image".into(), input.install_image.into());
    out.insert("wipe".into(), false.into());
    if switches.multi_document_network {
        out.insert("grubUseUKICmdline".into(), true.into());
    }
    out.into()
}

/// `machine.registries`, where certificates are base64 of PEM.
fn registries(input: &Input<'_>) -> Value {
    let mut mirrors = Map::new();
    let mut config = Map::new();
    for registry in input.options.registries {
        if !registry.mirrors.is_empty() {
            let endpoints = json!({"endpoints": registry.mirrors});
            mirrors.insert(registry.name.to_owned(), endpoints);
        }
        let mut tls = Map::new();
        if let Some(ca) = registry.ca {
            tls.insert("ca".into(), STANDARD.encode(ca).into());
        }
        if registry.insecure {
            tls.insert("insecureSkipVerify".into(), true.into());
        }
        if !tls.is_empty() {
            config.insert(registry.name.to_owned(), json!({"tls": tls}));
        }
    }
    json!({"mirrors": mirrors, "config": config})
}

/// `machine.features`.
fn features(input: &Input<'_>, switches: &Switches) -> Value {
    let mut out = Map::new();
    if !switches.multi_document_network {
        for flag in ["rbac", "stableHostname", "apidCheckExtKeyUsage"] {
            out.insert(flag.into(), true.into());
        }
    }
    out.insert("diskQuotaSupport".into(), true.into());
    let port = input.options.kube_prism_port;
    if port > 0 {
        out.insert("kubePrism".into(), json!({"enabled": true, "port": port}));
    }
    out.insert(
        "hostDNS".into(),
        json!({"enabled": true, "forwardKubeDNSToHost": true}),
    );
    out.into()
}

/// `cluster`.
fn cluster(bundle: &Bundle, input: &Input<'_>, switches: &Switches) -> Value {
    let control_plane = input.role == Role::ControlPlane;
    let runs = input.options.runs;
    let mut out = Map::new();
    if !switches.multi_document {
        identity(bundle, input, &mut out);
    }
    if !control_plane || runs == Runs::Kubernetes {
        out.insert("token".into(), bundle.bootstrap_token.expose().into());
    }
    if !switches.multi_document {
        components(bundle, input, switches, &mut out);
    }
    if control_plane && runs != Runs::Talos {
        let authority = authority(&bundle.etcd, true);
        out.insert("etcd".into(), json!({"ca": authority}));
    }
    if control_plane && input.allow_scheduling_on_control_planes && !switches.multi_document {
        out.insert("allowSchedulingOnControlPlanes".into(), true.into());
    }
    out.into()
}

/// What of `cluster` says which cluster it is.
fn identity(bundle: &Bundle, input: &Input<'_>, out: &mut Map<String, Value>) {
    out.insert("id".into(), bundle.cluster_id.expose().into());
    out.insert("secret".into(), bundle.cluster_secret.expose().into());
    let mut control_plane = json!({"endpoint": input.endpoint});
    let is_one = input.role == Role::ControlPlane;
    if let Some(port) = input.options.api_server_port.filter(|_| is_one) {
        control_plane["localAPIServerPort"] = port.into();
    }
    out.insert("controlPlane".into(), control_plane);
    out.insert("clusterName".into(), input.cluster_name.into());
    let mut network = Map::new();
    if let Some(url) = input.options.custom_cni {
        network.insert("cni".into(), json!({"name": "custom", "urls": [url]}));
    }
    network.insert("dnsDomain".into(), input.dns_domain.into());
    network.insert("podSubnets".into(), json!(input.pod_subnets));
    network.insert("serviceSubnets".into(), json!(input.service_subnets));
    out.insert("network".into(), network.into());
}

/// What of `cluster` is about the parts of Kubernetes and their secrets.
fn components(
    bundle: &Bundle,
    input: &Input<'_>,
    switches: &Switches,
    out: &mut Map<String, Value>,
) {
    let control_plane = input.role == Role::ControlPlane;
    if control_plane {
        // The generator of Talos leaves the old one out: what it encrypted cannot be read then.
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
            "enabled": input.options.discovery,
            "registries": {"kubernetes": {"disabled": true}, "service": {}},
        }),
    );
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
    let pod_security = json!([{"name": "PodSecurity", "configuration": pod_security()}]);
    out.insert("admissionControl".into(), pod_security);
    out.insert("auditPolicy".into(), audit_policy());
    out.into()
}

/// A certificate with its key, which workers do not get.
fn authority(pair: &KeyPair, with_key: bool) -> Value {
    let key = if with_key { pair.key.expose() } else { "" };
    json!({"crt": pair.certificate.expose(), "key": key})
}
