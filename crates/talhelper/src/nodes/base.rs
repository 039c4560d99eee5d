//! The v1alpha1 document: what the generator makes, and what the keys of a node set in it.

use serde_json::{Map, Value};

use super::Request;
use super::contents::Contents;
use super::effect::{Effect, Step};
use super::image::Image;
use super::keys::{Keys, flag, items, maps, section, text, texts};
use super::node::Findings;
use talos::contract::Contract;
use talos::generate::{Input, Role, machine_config};

/// What the generator makes for a role, with no image of an installer yet.
pub(super) fn generated(request: &Request<'_>, role: Role) -> Vec<Value> {
    let empty = Map::new();
    let config = request.talconfig.values.as_object().unwrap_or(&empty);
    let endpoint = text(config, "endpoint");
    // As talhelper asks: an endpoint is a URL, so this is hardly ever so.
    let six = endpoint.parse::<std::net::Ipv6Addr>().is_ok();
    let networks = |key: &str, four: &str, six_usual: &str| {
        let own = texts(config, key);
        if own.is_empty() {
            vec![if six { six_usual } else { four }.to_owned()]
        } else {
            own
        }
    };
    let domain = match text(config, "domain") {
        "" => "cluster.local",
        domain => domain,
    };
    let mut documents = machine_config(
        request.bundle,
        &Input {
            contract: request.contract,
            role,
            cluster_name: text(config, "clusterName"),
            endpoint,
            kubernetes_version: text(config, "kubernetesVersion"),
            install_disk: None,
            install_image: "",
            machine_sans: &texts(config, "additionalMachineCertSans"),
            api_server_sans: &texts(config, "additionalApiServerCertSans"),
            dns_domain: domain,
            pod_subnets: &networks("clusterPodNets", "10.244.0.0/16", "fc00:db8:10::/56"),
            service_subnets: &networks("clusterSvcNets", "10.96.0.0/12", "fc00:db8:20::/112"),
            allow_scheduling_on_control_planes: flag(config, "allowSchedulingOnMasters")
                || flag(config, "allowSchedulingOnControlPlanes"),
        },
    );
    // talhelper gives the old secret to every node, once the bundle has it.
    if let Some(secret) = &request.bundle.aescbc_secret {
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
    let values = &node.values;
    let mut out = Vec::new();
    let mut set = |key: &'static str, path: &'static str, value: Value| {
        out.push(Step {
            key,
            effect: Effect::Set(path, value),
        });
    };
    if contract.minor() < 12 {
        if !flag(values, "ignoreHostname") {
            set(
                "hostname",
                "machine.network.hostname",
                node.hostname().into(),
            );
        }
        for (key, path) in [
            ("nameservers", "machine.network.nameservers"),
            ("networkInterfaces", "machine.network.interfaces"),
        ] {
            if !items(values, key).is_empty() {
                set(key, path, items(values, key).into());
            }
        }
        if flag(values, "disableSearchDomain") {
            let path = "machine.network.disableSearchDomain";
            set("disableSearchDomain", path, true.into());
        }
    }
    if !text(values, "installDisk").is_empty() {
        let disk = text(values, "installDisk");
        set("installDisk", "machine.install.disk", disk.into());
    }
    for (key, path) in [
        ("installDiskSelector", "machine.install.diskSelector"),
        ("machineDisks", "machine.disks"),
        ("kernelModules", "machine.kernel.modules"),
        ("nodeTaints", "machine.nodeTaints"),
    ] {
        let empty_list = |value: &&Value| value.as_array().is_some_and(Vec::is_empty);
        if let Some(value) = values.get(key).filter(|value| !empty_list(value)) {
            set(key, path, value.clone());
        }
    }
    if !items(values, "machineFiles").is_empty() {
        let files = files(contents, findings);
        set("machineFiles", "machine.files", files.into());
    }
    let schematic = section(values, "schematic");
    let customization = schematic.and_then(|schematic| section(schematic, "customization"));
    let arguments = customization.map_or(&[][..], |wanted| items(wanted, "extraKernelArgs"));
    let uki = section(values, "machineSpec").is_some_and(|spec| flag(spec, "useUKI"));
    let mut append = |key: &'static str, path: &'static str, items: &[Value]| {
        if !items.is_empty() {
            out.push(Step {
                key,
                effect: Effect::Append(path, items.to_vec()),
            });
        }
    };
    if !uki && contract.minor() < 12 {
        append("schematic", "machine.install.extraKernelArgs", arguments);
    }
    append("certSANs", "machine.certSANs", items(values, "certSANs"));
    out.push(Step {
        key: image.key,
        effect: Effect::Set("machine.install.image", image.name.as_str().into()),
    });
    for (key, path) in [
        ("nodeLabels", "machine.nodeLabels"),
        ("nodeAnnotations", "machine.nodeAnnotations"),
    ] {
        if let Some(map) = section(values, key) {
            let templates = map.iter().filter(|(_, value)| is_template(value));
            let places = templates
                .map(|(name, _)| (name.clone(), findings.place(&format!("{key}.{name}"))))
                .collect();
            out.push(Step {
                key,
                effect: Effect::Filled(path, map.clone(), places),
            });
        }
    }
    out
}

/// Whether talhelper takes a text for a template.
fn is_template(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    text.contains("{{") || text.contains("}}")
}

/// The steps of keys that are the same for every node.
pub(super) fn shared_steps(request: &Request<'_>, manifests: Option<Value>) -> Vec<Step> {
    let mut out = Vec::new();
    if let Some(cni) = request.talconfig.values.get("cniConfig") {
        out.push(Step {
            key: "cniConfig",
            effect: Effect::Set("cluster.network.cni", cni.clone()),
        });
    }
    if let Some(manifests) = manifests {
        out.push(Step {
            key: "inlineManifests",
            effect: Effect::Set("cluster.inlineManifests", manifests),
        });
    }
    out
}

/// `machineFiles`, with what stands in other files.
fn files(contents: &Contents<'_>, findings: &mut Findings<'_>) -> Vec<Value> {
    let mut out = Vec::new();
    for (index, file) in maps(&findings.node.values, "machineFiles") {
        let place = findings.place(&format!("machineFiles.{index}.content"));
        let (content, problems) = contents.text(file, "content", &place);
        findings.problems.extend(problems);
        let mut made = Keys::new();
        for (key, value) in file.iter().filter(|(key, _)| *key != "skipEnvsubst") {
            made.insert(key.clone(), value.clone());
        }
        made.insert("content".into(), content.into());
        out.push(made.into());
    }
    out
}
