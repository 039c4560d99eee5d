//! One node after another.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use diagnostics::Diagnostics;
use serde_json::{Map, Value};

use super::base::{generated, shared_steps, steps};
use super::contents::Contents;
use super::effect::{Step, has};
use super::image::{Image, boot, installer, talos_version};
use super::names::names;
use super::node::{Findings, Node};
use super::patches::{Entry, Patches};
use super::places::top;
use super::{NodeConfig, Request, beside};
use crate::talconfig::{Raw, Texts};
use talos::contract::{Contract, Release};
use talos::fields::{canonical, document_name};
use talos::generate::Role;
use talos::migrate::{Subsystem, configuration};
use talos::patch::{Machinery, Patch, apply_in_place, fill};

use crate::rules;

/// Whose behaviour patches have: talhelper's, or that of Talos where talhelper makes no contract.
pub(super) fn machinery(contract: Contract) -> Machinery {
    if contract.minor() < 14 {
        Machinery::Talhelper
    } else {
        Machinery::V1_14
    }
}

/// Makes the configurations of a talconfig's nodes.
pub struct Generator<'a> {
    pub(super) raw: &'a Raw,
    pub(super) contract: Contract,
    /// What is moved to documents when all else is done.
    in_documents: Vec<Subsystem>,
    pub(super) nodes: Vec<Node<'a>>,
    names: Vec<String>,
    /// Something that every node needs is wrong.
    broken: bool,
    pub(super) contents: Contents<'a>,
    patches: Patches,
    control_plane: Common,
    worker: Common,
    usual_boot: OnceLock<String>,
}

/// What the nodes of a role have in common.
struct Common {
    /// What the generator makes.
    generated: Vec<Value>,
    /// The steps that are the same for every node.
    steps: Vec<Step>,
}

/// What a node's configuration is made of, in order.
pub(super) struct Plan {
    pub(super) image: Image,
    pub(super) boot: String,
    pub(super) steps: Vec<Step>,
    pub(super) documents: Vec<Step>,
}

impl<'a> Generator<'a> {
    /// Reads what the nodes share. The problems are those of shared things; each is told once.
    pub fn new(request: Request<'a>) -> (Self, Diagnostics) {
        Self::on_trial(request.over(&**request.talconfig))
    }

    /// The same from a talconfig with which something is wrong, to find out what else is:
    /// nothing that is made of it may be used.
    pub fn on_trial(request: Request<'a, Raw>) -> (Self, Diagnostics) {
        let raw = request.talconfig;
        let mut problems = Diagnostics::new();
        let nodes = Node::all(raw);
        let (names, found) = names(raw, &nodes);
        problems.extend(found);
        let mut broken = talos_version(raw) == "v";
        if broken {
            problems.push(
                rules::TALCONFIG_MISSING_KEY
                    .report("`talosVersion` is missing")
                    .at(top(raw, "clusterName"))
                    .hint("write the version of Talos that the nodes run"),
            );
        }
        let contents = Contents::new(request.files, request.variables);
        let (patches, found) = Patches::read(raw, &contents);
        problems.extend(found);
        let (manifests, found) = manifests(raw, &contents);
        broken |= found.has_errors();
        problems.extend(found);
        let common = |role| Common {
            generated: generated(&request, role),
            steps: shared_steps(raw, request.contract, role, manifests.as_deref()),
        };
        let generator = Self {
            control_plane: common(Role::ControlPlane),
            worker: common(Role::Worker),
            raw,
            contract: request.contract,
            in_documents: Vec::new(),
            nodes,
            names,
            broken,
            contents,
            patches,
            usual_boot: OnceLock::new(),
        };
        problems.extend(generator.lint());
        problems.extend(talos::generate::note(request.bundle, request.contract));
        problems.sort();
        (generator, problems)
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The name of a node by its number.
    pub fn hostname(&self, index: usize) -> Option<&str> {
        self.nodes.get(index).map(Node::hostname)
    }

    /// The number of the node with a name, or with an address.
    pub fn find(&self, name_or_address: &str) -> Option<usize> {
        self.nodes.iter().position(|node| {
            node.hostname() == name_or_address
                || node.addresses().iter().any(|one| one == name_or_address)
        })
    }

    /// The names of the nodes' files, in the order of the nodes.
    pub fn file_names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The release of Talos that the nodes run, if the talconfig names one.
    pub fn release(&self) -> Option<Release> {
        Release::parse(&talos_version(self.raw))
    }

    /// Every address of every control plane: the endpoints of a `talosconfig`.
    pub fn endpoints(&self) -> Vec<String> {
        let nodes = self.nodes.iter();
        let nodes = nodes.filter(|node| node.role == Role::ControlPlane);
        nodes.flat_map(Node::addresses).collect()
    }

    /// Every address of every node: the nodes of a `talosconfig`.
    pub fn addresses(&self) -> Vec<String> {
        self.nodes.iter().flat_map(Node::addresses).collect()
    }

    /// The parts of every configuration that are in documents before the contract has them there.
    pub fn parts(&self) -> &[Subsystem] {
        &self.in_documents
    }

    /// The same with parts of every configuration in documents of Talos 1.14, after all patches.
    #[must_use]
    pub fn in_documents(self, parts: Vec<Subsystem>) -> Self {
        Self {
            in_documents: parts,
            ..self
        }
    }

    /// The configuration of a node, unless something is wrong with it. The problems are those
    /// that [`Self::new`] has not told.
    pub fn node(&self, index: usize) -> (Option<NodeConfig>, Diagnostics) {
        let Some(node) = self.nodes.get(index) else {
            return (None, Diagnostics::new());
        };
        let mut findings = Findings::new(self.raw, node);
        let plan = self.plan(&mut findings);
        let mut problems = findings.problems;
        let mut made = self.generated(node.role).to_vec();
        for step in plan.all(self.shared(node.role)) {
            problems.extend(step.effect.apply(&mut made));
        }
        match self.patched(node, &mut made) {
            Some(found) => problems.extend(found),
            None => {
                let mut made = self.generated(node.role).to_vec();
                for step in plan.all(self.shared(node.role)) {
                    drop(step.effect.apply(&mut made));
                }
                problems.extend(self.carefully_patched(node, &mut made));
                return (None, problems);
            }
        }
        let extra = self.extra_manifests(node, &made);
        problems.extend(extra.1);
        made.extend(extra.0);
        if !self.in_documents.is_empty() {
            made = configuration(&made, &self.in_documents).documents;
        }
        let name = self.names.get(index).filter(|name| !name.is_empty());
        let broken = self.broken
            || self
                .groups(node)
                .iter()
                .flatten()
                .any(|entry| entry.is_broken());
        let Some(name) = name.filter(|_| !broken && !problems.has_errors()) else {
            return (None, problems);
        };
        let config = NodeConfig {
            hostname: node.hostname().to_owned(),
            addresses: node.addresses(),
            role: node.role,
            file_name: name.clone(),
            installer_image: plan.image.name,
            boot_image: plan.boot,
            documents: made.into_iter().map(canonical).collect(),
        };
        (Some(config), problems)
    }

    /// Everything about a node that comes before patches.
    pub(super) fn plan(&self, findings: &mut Findings<'_>) -> Plan {
        let contract = self.contract;
        let image = installer(findings);
        Plan {
            boot: boot(&self.usual_boot, findings),
            steps: steps(contract, &image, &self.contents, findings),
            documents: beside::steps(contract, findings),
            image,
        }
    }

    /// What the generator makes for a role.
    pub(super) fn generated(&self, role: Role) -> &[Value] {
        &self.common(role).generated
    }

    /// The steps that are the same for every node of a role.
    pub(super) fn shared(&self, role: Role) -> &[Step] {
        &self.common(role).steps
    }

    fn common(&self, role: Role) -> &Common {
        match role {
            Role::ControlPlane => &self.control_plane,
            Role::Worker => &self.worker,
        }
    }

    /// The groups of patches of a node, in order.
    pub(super) fn groups(&self, node: &Node<'_>) -> [Vec<&Arc<Entry>>; 2] {
        [self.patches.of_node(node), self.patches.global()]
    }

    /// The patches of a group for a node: all are read before any is applied.
    pub(super) fn ready<'b>(
        &self,
        documents: &[Value],
        group: &[&'b Arc<Entry>],
    ) -> (Vec<(&'b Entry, Cow<'b, Patch>)>, Diagnostics) {
        let mut problems = Diagnostics::new();
        let mut out = Vec::with_capacity(group.len());
        for &entry in group {
            let (patch, found) = entry.patch(documents, &self.contents);
            problems.extend(found);
            out.extend(patch.map(|patch| (entry.as_ref(), patch)));
        }
        (out, problems)
    }

    /// Applies the patches of a node. None if one of them fails, which may be half way.
    fn patched(&self, node: &Node<'_>, documents: &mut Vec<Value>) -> Option<Diagnostics> {
        let mut problems = Diagnostics::new();
        for group in self.groups(node) {
            let (patches, found) = self.ready(documents, &group);
            problems.extend(found);
            for (entry, patch) in &patches {
                let found = apply_in_place(documents, patch, machinery(self.contract)).ok()?;
                problems.extend(entry.placed(found));
            }
        }
        Some(problems)
    }

    /// Applies the patches of a node to see what is wrong with them: one that fails is left
    /// out, so that those behind it do not see what it did half way.
    fn carefully_patched(&self, node: &Node<'_>, documents: &mut Vec<Value>) -> Diagnostics {
        let mut problems = Diagnostics::new();
        for group in self.groups(node) {
            let (patches, found) = self.ready(documents, &group);
            problems.extend(found);
            for (entry, patch) in &patches {
                let before = documents.clone();
                match apply_in_place(documents, patch, machinery(self.contract)) {
                    Ok(found) => problems.extend(entry.placed(found)),
                    Err(problem) => {
                        *documents = before;
                        problems.extend(entry.placed([problem].into_iter().collect()));
                    }
                }
            }
        }
        problems
    }

    /// The documents of other files that are added after all patches.
    pub(super) fn extra_manifests(
        &self,
        node: &Node<'_>,
        made: &[Value],
    ) -> (Vec<Value>, Diagnostics) {
        let findings = Findings::new(self.raw, node);
        let mut problems = Diagnostics::new();
        let mut out: Vec<Value> = Vec::new();
        let manifests = node.shared.extra_manifests.as_ref().map(Texts::texts);
        for (index, name) in manifests.iter().flatten().enumerate() {
            let place = findings.place(&format!("extraManifests.{index}"));
            let name = Contents::name(name).unwrap_or(name.strip_prefix("./").unwrap_or(name));
            let source = match self.contents.file(name.trim(), &place) {
                Ok(source) => source,
                Err(problem) => {
                    problems.push(problem);
                    continue;
                }
            };
            let (filled, found) = fill(&source, made);
            if found.has_errors() {
                problems.extend(found);
                continue;
            }
            let (more, found) = talos::patch::documents(&filled);
            problems.extend(found);
            for document in more {
                if has(made, &document) || has(&out, &document) {
                    let name = document_name(&document);
                    let message = format!("the configuration has a document `{name}` already");
                    let problem = rules::TALCONFIG_DUPLICATE_DOCUMENT.report(message);
                    problems.push(problem.at(filled.whole()).hint("make a patch of it"));
                } else {
                    out.push(document);
                }
            }
        }
        (out, problems)
    }
}

impl Plan {
    /// All steps in order, those of all nodes between the two kinds of the node's own.
    pub(super) fn all<'b>(&'b self, shared: &'b [Step]) -> impl Iterator<Item = &'b Step> {
        self.steps.iter().chain(shared).chain(&self.documents)
    }
}

/// `inlineManifests`, with what stands in other files.
fn manifests(raw: &Raw, contents: &Contents<'_>) -> (Option<Vec<Value>>, Diagnostics) {
    let mut problems = Diagnostics::new();
    let mut out = Vec::new();
    for (index, manifest) in raw.config.inline_manifests.iter() {
        let place = top(raw, &format!("inlineManifests.{index}.contents"));
        let (text, found) = contents.text(&manifest.contents, manifest.skip_envsubst, &place);
        problems.extend(found);
        let mut made = Map::new();
        made.insert("name".into(), manifest.name.clone().unwrap_or_default());
        made.insert("contents".into(), text.into());
        out.push(made.into());
    }
    ((!out.is_empty()).then_some(out), problems)
}
