//! The v1alpha1 document: what the generator makes, and what the keys of a node set in it.

use serde_json::Value;

use super::Request;
use super::contents::Contents;
use super::effect::{Effect, Step};
use super::image::Image;
use super::listed::{machine_files, templates};
use super::node::Findings;
use super::successors::{self, has_documents};
use crate::talconfig::{Raw, Texts};
use talos::contract::Contract;
use talos::generate::{Input, Options, Role, machine_config};

/// What the generator makes for a role, with no image of an installer yet.
pub(super) fn generated(request: &Request<'_, Raw>, role: Role) -> Vec<Value> {
    let config = &request.talconfig.config;
    // As talhelper asks: an endpoint is a URL, so this is hardly ever so.
    let six = config.endpoint.parse::<std::net::Ipv6Addr>().is_ok();
    let networks = |own: &Texts, four: &str, six_usual: &str| {
        let own = own.texts();
        if own.is_empty() {
            vec![if six { six_usual } else { four }.to_owned()]
        } else {
            own
        }
    };
    let domain = match config.domain.as_str() {
        "" => "cluster.local",
        domain => domain,
    };
    let mut documents = machine_config(
        request.bundle,
        &Input {
            contract: request.contract,
            role,
            cluster_name: &config.cluster_name,
            endpoint: &config.endpoint,
            kubernetes_version: &config.kubernetes_version,
            install_disk: None,
            install_image: "",
            machine_sans: &config.additional_machine_cert_sans.texts(),
            api_server_sans: &config.additional_api_server_cert_sans.texts(),
            dns_domain: domain,
            pod_subnets: &networks(
                &config.cluster_pod_nets,
                "10.244.0.0/16",
                "fc00:db8:10::/56",
            ),
            service_subnets: &networks(
                &config.cluster_svc_nets,
                "10.96.0.0/12",
                "fc00:db8:20::/112",
            ),
            allow_scheduling_on_control_planes: config.allow_scheduling_on_masters
                || config.allow_scheduling_on_control_planes,
            options: Options::default(),
        },
    );
    // talhelper gives the old secret to every node, once the bundle has it. The documents of
    // contract 1.14 have it already.
    if !has_documents(request.contract)
        && let Some(secret) = &request.bundle.aescbc_secret
    {
        let set = Effect::Set("cluster.aescbcEncryptionSecret", secret.expose().into());
        drop(set.apply(&mut documents));
    }
    documents
}

/// The steps of a node's keys, the image of the installer included.
pub(super) fn steps(
    contract: Contract,
    image: &Image,
    contents: &Contents<'_>,
    findings: &mut Findings<'_>,
) -> Vec<Step> {
    let node = findings.node;
    let (own, shared) = (node.own, &*node.shared);
    let mut out = Vec::new();
    let mut set = |key: &'static str, path: &'static str, value: Value| {
        out.push(Step {
            key,
            effect: Effect::Set(path, value),
        });
    };
    if contract.minor() < 12 {
        if !own.ignore_hostname {
            let path = "machine.network.hostname";
            set("hostname", path, node.hostname().into());
        }
        if let Some(servers) = shared.nameservers.as_ref().filter(|list| !list.is_empty()) {
            let path = "machine.network.nameservers";
            set("nameservers", path, servers.values().into());
        }
        let interfaces = shared.network_interfaces.as_ref();
        if let Some(interfaces) = interfaces.filter(|list| !list.is_empty()) {
            let written = interfaces.map(|interface| {
                interface.map_or(Value::Null, |interface| interface.written.clone().into())
            });
            let path = "machine.network.interfaces";
            set("networkInterfaces", path, written.into());
        }
        if shared.disable_search_domain {
            let path = "machine.network.disableSearchDomain";
            set("disableSearchDomain", path, true.into());
        }
    }
    let in_documents = has_documents(contract);
    if !in_documents && !own.install_disk.is_empty() {
        let disk = own.install_disk.as_str();
        set("installDisk", "machine.install.disk", disk.into());
    }
    let in_v1alpha1 = [
        (
            "installDiskSelector",
            "machine.install.diskSelector",
            &own.install_disk_selector,
        ),
        (
            "kernelModules",
            "machine.kernel.modules",
            &shared.kernel_modules,
        ),
        ("nodeTaints", "machine.nodeTaints", &shared.node_taints),
    ];
    let disks = ("machineDisks", "machine.disks", &shared.machine_disks);
    let in_v1alpha1 = in_v1alpha1.into_iter().filter(|_| !in_documents);
    for (key, path, value) in in_v1alpha1.chain([disks]) {
        let empty_list = |value: &&Value| value.as_array().is_some_and(Vec::is_empty);
        if let Some(value) = value.as_ref().filter(|value| !empty_list(value)) {
            set(key, path, value.clone());
        }
    }
    if !in_documents {
        let files: Vec<_> = machine_files(contents, findings)
            .into_iter()
            .map(|(_, file)| file)
            .collect();
        if !files.is_empty() {
            set("machineFiles", "machine.files", files.into());
        }
    }
    let mut append = |key: &'static str, path: &'static str, items: Option<&Texts>| {
        if let Some(items) = items.filter(|items| !items.is_empty()) {
            out.push(Step {
                key,
                effect: Effect::Append(path, items.values()),
            });
        }
    };
    let uki = shared
        .machine_spec
        .as_ref()
        .is_some_and(|spec| spec.use_uki);
    if !uki && contract.minor() < 12 {
        let schematic = shared.schematic.as_ref();
        let arguments = schematic.map(|schematic| &schematic.customization.extra_kernel_args);
        append("schematic", "machine.install.extraKernelArgs", arguments);
    }
    append("certSANs", "machine.certSANs", shared.cert_sans.as_ref());
    if in_documents {
        out.extend(successors::steps(image, contents, findings));
        return out;
    }
    out.push(Step {
        key: image.key,
        effect: Effect::Set("machine.install.image", image.name.as_str().into()),
    });
    for (key, path, map) in [
        ("nodeLabels", "machine.nodeLabels", &shared.node_labels),
        (
            "nodeAnnotations",
            "machine.nodeAnnotations",
            &shared.node_annotations,
        ),
    ] {
        if let Some(map) = map {
            let places = templates(key, map, findings);
            out.push(Step {
                key,
                effect: Effect::Filled(path, map.clone(), places),
            });
        }
    }
    out
}

/// The steps of keys that are the same for every node of a role.
pub(super) fn shared_steps(
    raw: &Raw,
    contract: Contract,
    role: Role,
    manifests: Option<&[Value]>,
) -> Vec<Step> {
    let cni = raw.config.cni_config.as_ref();
    if has_documents(contract) {
        return successors::shared_steps(cni, role, manifests);
    }
    let mut out = Vec::new();
    if let Some(cni) = cni {
        out.push(Step {
            key: "cniConfig",
            effect: Effect::Set("cluster.network.cni", cni.clone()),
        });
    }
    if let Some(manifests) = manifests {
        out.push(Step {
            key: "inlineManifests",
            effect: Effect::Set("cluster.inlineManifests", manifests.into()),
        });
    }
    out
}
