//! What keys of a node set in v1alpha1, as the documents of contract 1.14.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::contents::Contents;
use super::effect::{Effect, Step};
use super::image::Image;
use super::listed::{machine_files, templates};
use super::node::Findings;
use crate::rules;
use talos::contract::Contract;
use talos::fields::document_name;
use talos::files::{Successor, successor};
use talos::generate::{Role, disk_match, selector_match};

/// The document of Flannel.
const FLANNEL: &str = "KubeFlannelCNIConfig";

/// Whether the contract has documents for what this module is about.
pub(super) fn has_documents(contract: Contract) -> bool {
    contract.minor() >= 14
}

fn document(kind: &str, fields: Value) -> Value {
    let mut out = Map::new();
    out.insert("apiVersion".into(), "v1alpha1".into());
    out.insert("kind".into(), kind.into());
    if let Value::Object(fields) = fields {
        out.extend(fields);
    }
    out.into()
}

fn merge(key: &'static str, documents: Vec<Value>) -> Step {
    Step {
        key,
        effect: Effect::Merge(documents),
    }
}

/// Documents of one key, of which no two may be the same: merging would lose what one says.
fn distinct(key: &'static str, documents: Vec<Value>, findings: &mut Findings<'_>) -> Step {
    let mut names = HashSet::new();
    for name in documents.iter().map(document_name) {
        if !names.insert(name.clone()) {
            let message = format!("two documents `{name}` come of this");
            findings.add(&rules::TALCONFIG_DUPLICATE_DOCUMENT, message, key);
        }
    }
    merge(key, documents)
}

/// The steps of a node's keys, the image of the installer included.
pub(super) fn steps(
    image: &Image,
    contents: &Contents<'_>,
    findings: &mut Findings<'_>,
) -> Vec<Step> {
    let shared = &*findings.node.shared;
    let mut out = Vec::new();
    if let Some(Value::Array(modules)) = &shared.kernel_modules {
        let modules = modules
            .iter()
            .map(|module| document("KernelModuleConfig", module.clone()));
        let modules = modules.collect();
        out.push(distinct("kernelModules", modules, findings));
    }
    if let Some(taints) = &shared.node_taints {
        let taints = document("KubeNodeConfig", json!({ "taints": taints }));
        out.push(merge("nodeTaints", vec![taints]));
    }
    for (key, field, map) in [
        ("nodeLabels", "labels", &shared.node_labels),
        ("nodeAnnotations", "annotations", &shared.node_annotations),
    ] {
        if let Some(map) = map {
            let places = templates(key, map, findings);
            out.push(Step {
                key,
                effect: Effect::FilledInto("KubeNodeConfig", field, map.clone(), places),
            });
        }
    }
    out.extend(install(image, findings));
    out.extend(files(contents, findings));
    out
}

/// The installer's image and the disk. Without `wipe` Talos would wipe the disk.
fn install(image: &Image, findings: &mut Findings<'_>) -> Vec<Step> {
    let own = findings.node.own;
    let mut out = Vec::new();
    let disk = match &own.install_disk_selector {
        // What no expression stands for is told where the talconfig is read.
        Some(selector) => selector_match(selector)
            .ok()
            .map(|expression| ("installDiskSelector", expression)),
        None if own.install_disk.is_empty() => None,
        None => Some(("installDisk", disk_match(&own.install_disk))),
    };
    let install = |fields: Value| vec![document("UnattendedInstallConfig", fields)];
    // A patch of the image alone takes the choice of the disk away, so that comes last.
    let of_image = json!({
        "installer": { "image": image.name },
        "provisioning": { "wipe": false },
    });
    out.push(merge(image.key, install(of_image)));
    if let Some((key, expression)) = disk {
        let of_disk = json!({
            "provisioning": { "diskSelector": { "match": expression }, "wipe": false },
        });
        out.push(merge(key, install(of_disk)));
    }
    out
}

/// `machineFiles`: a document each; what none has stays where it was, and is told.
fn files(contents: &Contents<'_>, findings: &mut Findings<'_>) -> Vec<Step> {
    const KEY: &str = "machineFiles";
    let (mut documents, mut left) = (Vec::new(), Vec::new());
    for (index, file) in machine_files(contents, findings) {
        let text = |key: &str| file.get(key).and_then(Value::as_str).unwrap_or_default();
        match successor(text("path"), text("op")) {
            Ok(Successor::Etc(name)) => {
                let mut fields = json!({ "name": name, "contents": text("content") });
                if let Some(mode) = file.get("permissions") {
                    fields["mode"] = mode.clone();
                }
                documents.push(document("EtcFileConfig", fields));
            }
            Ok(Successor::Runtime(name)) => {
                let fields = json!({ "name": name, "content": text("content") });
                documents.push(document("CRICustomizationConfig", fields));
            }
            Err(why) => {
                let hint = match successor(text("path"), "overwrite") {
                    Ok(_) => "write the whole file, with `op: overwrite`",
                    Err(_) => "put it into a system extension, or mount it where it is needed",
                };
                let problem = rules::TALCONFIG_NO_DOCUMENT_FOR_FILE
                    .report(format!("it stays in `machine.files`: {why}"))
                    .at(findings.place(&format!("{KEY}.{index}.path")))
                    .hint(hint);
                findings.problems.push(problem);
                left.push(file);
            }
        }
    }
    let mut out = Vec::new();
    if !documents.is_empty() {
        out.push(distinct(KEY, documents, findings));
    }
    if !left.is_empty() {
        out.push(Step {
            key: KEY,
            effect: Effect::Set("machine.files", left.into()),
        });
    }
    out
}

/// The steps of keys that are the same for every node of a role. Only control planes start what
/// these are about.
pub(super) fn shared_steps(
    cni: Option<&Value>,
    role: Role,
    manifests: Option<&[Value]>,
) -> Vec<Step> {
    if role == Role::Worker {
        return Vec::new();
    }
    let mut out = Vec::new();
    if let Some(cni) = cni {
        out.extend(self::cni(cni));
    }
    if let Some(manifests) = manifests {
        let manifests = manifests.iter().map(|manifest| {
            let fields = json!({ "name": manifest["name"], "manifest": manifest["contents"] });
            document("KubeInlineManifestConfig", fields)
        });
        out.push(merge("inlineManifests", manifests.collect()));
    }
    out
}

/// `cniConfig`: Flannel's document, or what takes its place.
fn cni(cni: &Value) -> Vec<Step> {
    const KEY: &str = "cniConfig";
    let removed = Step {
        key: KEY,
        effect: Effect::Remove(FLANNEL),
    };
    match cni.get("name").and_then(Value::as_str).unwrap_or_default() {
        "none" => vec![removed],
        "custom" => {
            let urls = cni.get("urls").and_then(Value::as_array);
            let urls = urls.into_iter().flatten().enumerate();
            let manifests = urls.map(|(index, url)| {
                let name = match index {
                    0 => "custom-cni".to_owned(),
                    index => format!("custom-cni-{}", index + 1),
                };
                let fields = json!({ "name": name, "url": url });
                document("KubeExternalManifestConfig", fields)
            });
            vec![merge(KEY, manifests.collect()), removed]
        }
        _ => {
            let settings = cni.get("flannel");
            let settings = settings.map(|fields| vec![document(FLANNEL, fields.clone())]);
            settings.into_iter().map(|made| merge(KEY, made)).collect()
        }
    }
}
