//! Random talconfigs, with the files that they need: everything that talhelper's file can say,
//! in combinations that it accepts.

mod interfaces;
mod node;
mod patches;

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::{Map, Value, json};

use super::super::seed::Seed;

/// The versions of Talos, each with one of Kubernetes that it runs.
const VERSIONS: [(u32, &str, &str); 5] = [
    (9, "v1.9.5", "1.32.0"),
    (10, "1.10.7", "v1.33.1"),
    (11, "v1.11.5", "1.34.2"),
    (12, "v1.12.5", "1.35.0"),
    (13, "v1.13.8", "1.36.1"),
];

/// A folder with a talconfig.
pub(super) struct Case {
    /// Its number.
    pub(super) name: String,
    /// The minor version of Talos.
    pub(super) minor: u32,
    /// Every file by its path; `talconfig.yaml` and `talenv.yaml` are among them.
    pub(super) files: BTreeMap<String, String>,
}

/// What the parts of a talconfig share while they are made up.
struct Making<'a> {
    seed: &'a mut Seed,
    minor: u32,
    /// Whether there are as many networks of services as of pods, which 1.14 wants.
    paired: bool,
    files: BTreeMap<String, String>,
}

impl Making<'_> {
    /// Puts a file into the folder, and gives its path behind an `@`.
    fn file(&mut self, name: &str, text: impl Into<String>) -> Value {
        let text = text.into();
        let mut path = name.to_owned();
        // Two that differ are two files.
        while self.files.get(&path).is_some_and(|there| *there != text) {
            path = path.replacen('.', "x.", 1);
        }
        self.files.insert(path.clone(), text);
        // Relative paths are read from the folder of the talconfig, with or without a dot.
        let dot = if self.seed.percent(50) { "./" } else { "" };
        json!(format!("@{dot}{path}"))
    }

    fn percent(&mut self, chance: usize) -> bool {
        self.seed.percent(chance)
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> T {
        self.seed.of(all).clone()
    }
}

/// The talconfig of a number.
pub(super) fn case(index: usize) -> Case {
    made("talconfigs", index, VERSIONS[index % VERSIONS.len()], false)
}

/// The talconfig of a number in a series of its own, for one minor version of Talos, and with
/// nothing that the contract 1.14 refuses whatever is done about it.
pub(super) fn case_at(series: &str, index: usize, minor: u32) -> Result<Case> {
    let version = VERSIONS.iter().find(|(known, ..)| *known == minor);
    Ok(made(
        series,
        index,
        *version.context("no such version")?,
        true,
    ))
}

fn made(series: &str, index: usize, version: (u32, &str, &str), paired: bool) -> Case {
    let mut seed = Seed::new(series, index);
    let (minor, talos, kubernetes) = version;
    let mut making = Making {
        seed: &mut seed,
        minor,
        paired,
        files: BTreeMap::new(),
    };
    let root = root(&mut making, talos, kubernetes);
    let mut text = documents::emit::document(&root.into(), 2);
    if making.percent(30) {
        text = text.replace(": true\n", ": True\n");
    }
    if making.percent(30) {
        text = format!("---\n# Of ${{nobody}}.\n{text}");
    }
    // Read as dotenv, but it has to be YAML as well.
    let env = [
        "cluster_name: home\nrmem: 7500000\nzone: z1\ngateway: 10.0.0.1\n",
        "---\n# Variables\ncluster_name: \"home\" # the name\nzone: 'z1'\nrmem: 2500000\ngateway: 10.0.0.1\n",
    ];
    let mut files = making.files;
    files.insert("talenv.yaml".into(), env[index % env.len()].into());
    // A later file's variables win; YAML of another name is not read.
    if index.is_multiple_of(7) {
        files.insert("talenv.yml".into(), "zone: z3\n".into());
    }
    files.insert("talconfig.yaml".into(), text);
    Case {
        name: format!("#{index}"),
        minor,
        files,
    }
}

fn root(making: &mut Making<'_>, talos: &str, kubernetes: &str) -> Map<String, Value> {
    let mut root = Map::new();
    let name = making.of(&["home", "${cluster_name}", "${nothing:-home-2}"]);
    root.insert("clusterName".into(), json!(name));
    root.insert("talosVersion".into(), json!(talos));
    root.insert("kubernetesVersion".into(), json!(kubernetes));
    let endpoint = making.of(&[
        "https://10.0.0.10:6443",
        "https://k8s.example.com:6443",
        "https://[fd00::10]:6443",
    ]);
    root.insert("endpoint".into(), json!(endpoint));
    let flags = [
        ("allowSchedulingOnMasters", 15),
        ("allowSchedulingOnControlPlanes", 40),
    ];
    for (flag, chance) in flags {
        if making.percent(chance) {
            root.insert(flag.into(), json!(making.percent(70)));
        }
    }
    let lists: [(&str, &[&str]); 4] = [
        (
            "additionalMachineCertSans",
            &["127.0.0.1", "10.0.0.10", "talos.example.com"],
        ),
        (
            "additionalApiServerCertSans",
            &["127.0.0.1", "k8s.example.com"],
        ),
        ("clusterPodNets", &["10.42.0.0/16", "fd42::/56"]),
        ("clusterSvcNets", &["10.43.0.0/16", "fd43::/112"]),
    ];
    for (key, items) in lists {
        if making.percent(50) {
            let count = 1 + making.seed.below(items.len());
            root.insert(key.into(), json!(items[..count]));
        }
    }
    if making.paired {
        root.remove("clusterPodNets");
        root.remove("clusterSvcNets");
        let count = 1 + making.seed.below(2);
        for (key, items) in &lists[2..] {
            root.insert((*key).into(), json!(items[..count]));
        }
    }
    if making.percent(20) {
        root.insert("domain".into(), json!("cluster.internal"));
    }
    if making.percent(60) {
        root.insert("cniConfig".into(), cni(making));
    }
    if making.percent(25) {
        root.insert("inlineManifests".into(), manifests(making));
    }
    if making.percent(15) {
        root.insert(
            "imageFactory".into(),
            json!({ "registryURL": "factory.example.com" }),
        );
    }
    let count = 1 + making.seed.below(4);
    let nodes: Vec<Value> = (0..count).map(|index| node::node(making, index)).collect();
    root.insert("nodes".into(), nodes.into());
    if making.percent(50) {
        let patches = patches::several(making, "global");
        root.insert("patches".into(), patches);
    }
    for (role, control_plane) in [("controlPlane", true), ("worker", false)] {
        if making.percent(60) {
            let mut block = Map::new();
            node::sections(making, &mut block, control_plane, 12);
            root.insert(role.into(), block.into());
        }
    }
    root
}

fn cni(making: &mut Making<'_>) -> Value {
    let choices = [
        json!({ "name": "none" }),
        json!({ "name": "flannel" }),
        json!({ "name": "flannel", "flannel": { "extraArgs": ["--iface-can-reach=10.0.0.1"] } }),
        json!({ "name": "custom", "urls": ["https://example.com/cni.yaml"] }),
    ];
    let last = if making.minor < 10 { 2 } else { choices.len() };
    making.of(&choices[..last])
}

fn manifests(making: &mut Making<'_>) -> Value {
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: one\n";
    let mut all = vec![json!({ "name": "inline", "contents": namespace })];
    if making.percent(50) {
        let file = making.file(
            "manifests/two.yaml",
            "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${cluster_name}\n",
        );
        all.push(json!({ "name": "file", "contents": file }));
    }
    if making.percent(30) {
        let raw = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: ${raw}\n";
        let file = making.file("manifests/three.yaml", raw);
        all.push(json!({ "name": "raw", "contents": file, "skipEnvsubst": true }));
    }
    all.into()
}
