//! The bootstrap manifests: what Talos puts into a cluster, applied as its own client does it,
//! with the same inventory of what it has made.

mod inventory;
mod rollout;

use std::collections::BTreeMap;

use diagnostics::{Diagnostic, Diagnostics};
use kubernetes_client::{Apply, Client, Definition, Fault as KubernetesFault, Kind};
use serde_json::{Value, json};
use talos::Component;
use talos_client::{Fault, Node};

use self::inventory::{INVENTORY, Inventory, Reference};
use super::event::{Applied, Event, ManifestChange};
use super::servers::Servers;
use super::{Plan, Tell, UpgradeK8s};
use crate::named::prefixed;
use crate::rules;

/// As whom Talos applies.
const MANAGER: &str = "talos";

/// Where an object says in whose inventory it is.
const OWNER: &str = "config.k8s.io/owning-inventory";

/// The first minor of Talos that keeps an inventory.
const KEEPS: u32 = 13;

/// One run over all manifests.
struct Run<'r, 't> {
    upgrade: &'r UpgradeK8s<'r>,
    plan: &'r Plan,
    servers: &'r Servers,
    /// The control plane that the manifests are of.
    lead: usize,
    tell: &'r mut Tell<'t>,
    definitions: BTreeMap<(String, String), Definition>,
    problems: Diagnostics,
    changes: Vec<ManifestChange>,
    /// Whether it is only asked what would be done.
    is_dry: bool,
}

/// An object of a manifest.
struct Object {
    value: Value,
    reference: Reference,
    api_version: String,
}

impl Object {
    fn read(value: Value) -> Option<Self> {
        let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str);
        let api_version = text("/apiVersion")?.to_owned();
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        let reference = Reference {
            group: group.to_owned(),
            kind: text("/kind")?.to_owned(),
            namespace: text("/metadata/namespace").unwrap_or_default().to_owned(),
            name: text("/metadata/name")?.to_owned(),
        };
        Some(Self {
            value,
            reference,
            api_version,
        })
    }

    /// What goes first: others are made in it, or of it, or read it.
    fn stage(&self) -> u8 {
        match self.reference.kind.as_str() {
            "CustomResourceDefinition" | "Namespace" | "ClusterRole" => 0,
            kind if kind.ends_with("Class") => 0,
            "ConfigMap" | "Secret" => 1,
            _ => 2,
        }
    }
}

impl UpgradeK8s<'_> {
    /// Applies the bootstrap manifests of the new version.
    pub(super) fn manifests(
        &self,
        plan: &Plan,
        servers: &Servers,
        changed: &mut bool,
        tell: &mut Tell<'_>,
    ) -> Result<(), Diagnostics> {
        let (changes, problems) = self.all_manifests(plan, servers, false, tell)?;
        *changed |= !changes.is_empty();
        if problems.is_empty() {
            return Ok(());
        }
        Err(problems)
    }

    /// What the bootstrap manifests, as they are now, would change.
    pub(super) fn manifest_changes(
        &self,
        plan: &Plan,
        servers: &Servers,
    ) -> Result<Vec<ManifestChange>, Diagnostics> {
        let (changes, problems) = self.all_manifests(plan, servers, true, &mut |_| {})?;
        if problems.is_empty() {
            return Ok(changes);
        }
        Err(problems)
    }

    fn all_manifests(
        &self,
        plan: &Plan,
        servers: &Servers,
        is_dry: bool,
        tell: &mut Tell<'_>,
    ) -> Result<(Vec<ManifestChange>, Diagnostics), Diagnostics> {
        let Some(lead) = plan.leads().next() else {
            return Ok(Default::default());
        };
        let proxy = plan.machine(lead).images.get(&Component::Proxy);
        let mut objects = self.listed(plan, lead, proxy.map(|[_, wanted]| wanted), tell)?;
        objects.sort_by_key(Object::stage);
        let mut kept: Vec<Reference> = { objects.iter() }
            .map(|object| object.reference.clone())
            .collect();
        // What another control plane has, it makes again: one may not have fetched all of its own.
        for other in plan.leads().filter(|other| *other != lead) {
            let objects = self.listed(plan, other, None, tell)?;
            kept.extend(objects.into_iter().map(|object| object.reference));
        }
        let mut run = Run {
            upgrade: self,
            plan,
            servers,
            lead,
            tell,
            definitions: BTreeMap::new(),
            problems: Diagnostics::new(),
            changes: Vec::new(),
            is_dry,
        };
        if let Err(problem) = run.all(objects, &kept) {
            run.problems.push(problem);
        }
        Ok((run.changes, run.problems))
    }
}

impl UpgradeK8s<'_> {
    /// What a control plane would make, once kube-proxy has this image in it.
    fn listed(
        &self,
        plan: &Plan,
        lead: usize,
        proxy: Option<&String>,
        tell: &mut Tell<'_>,
    ) -> Result<Vec<Object>, Diagnostics> {
        let node = self.talos.node(plan.address(lead));
        let mut found = Ok(Vec::new());
        let what = "its bootstrap manifests";
        let done = self.until(plan, lead, what, tell, || {
            found = bootstrap(&node)?;
            Ok(match (&found, proxy) {
                (Ok(objects), Some(wanted)) if !has_proxy(objects, wanted) => {
                    Some(format!("they have no `{wanted}` yet"))
                }
                _ => None,
            })
        });
        done.map_err(Diagnostics::from)?;
        found.map_err(|id| {
            let problem = rules::CLUSTER_BAD_MANIFEST.report(format!(
                "`{}`: its bootstrap manifest `{}` cannot be read, so none are applied",
                plan.name(lead),
                diagnostics::visible(&id)
            ));
            Diagnostics::from(problem)
        })
    }
}

/// What the manifests of a control plane hold; or the one that cannot be read, of which nobody
/// can tell what is in it.
fn bootstrap(node: &Node<'_>) -> Result<Result<Vec<Object>, String>, Fault> {
    let mut found = node.resources("controlplane", "Manifests.kubernetes.talos.dev")?;
    found.sort_by(|one, other| one.id().cmp(other.id()));
    let mut objects = Vec::new();
    for manifest in &found {
        let items = match manifest.value() {
            Value::Array(items) => items,
            _ if manifest.yaml().trim().is_empty() => Vec::new(),
            _ => return Ok(Err(manifest.id().to_owned())),
        };
        for item in items {
            match Object::read(item) {
                Some(object) => objects.push(object),
                None => return Ok(Err(manifest.id().to_owned())),
            }
        }
    }
    Ok(Ok(objects))
}

/// Whether kube-proxy is among them with this image.
fn has_proxy(objects: &[Object], image: &str) -> bool {
    let containers = objects
        .iter()
        .filter(|object| object.reference.kind == "DaemonSet")
        .filter_map(|object| object.value.pointer("/spec/template/spec/containers"));
    let mut images = containers
        .filter_map(Value::as_array)
        .flatten()
        .filter_map(|container| container.get("image"));
    images.any(|one| one == image)
}

impl Run<'_, '_> {
    /// Does all of them. `kept` is whatever is not deleted.
    fn all(&mut self, objects: Vec<Object>, kept: &[Reference]) -> Result<(), Diagnostic> {
        let keeps = self.plan.oldest_talos() >= KEEPS && !objects.is_empty();
        let kinds: Vec<String> = objects
            .iter()
            .filter_map(|object| object.value.pointer("/spec/names/kind")?.as_str())
            .map(str::to_owned)
            .collect();
        let mut applied = Vec::new();
        let mut rolling = Vec::new();
        for object in objects {
            let is_coming = kinds.contains(&object.reference.kind);
            if is_coming && self.is_dry {
                // Its kind may not be there yet.
                continue;
            }
            match self.apply(object, keeps, is_coming) {
                Ok((definition, reference, is_new)) => {
                    if is_new && rollout::rolls(&definition) {
                        rolling.push((definition, reference.clone()));
                    }
                    applied.push(reference);
                }
                Err(problem) => self.problems.push(problem),
            }
        }
        if keeps {
            self.keep(&applied, kept)?;
        }
        if self.is_dry {
            return Ok(());
        }
        for (definition, reference) in rolling {
            self.rolled_out(&definition, &reference)?;
        }
        Ok(())
    }

    /// Brings the inventory up to date, and deletes what is in it and not to be kept.
    fn keep(&mut self, applied: &[Reference], kept: &[Reference]) -> Result<(), Diagnostic> {
        let mut inventory = self.ask("the inventory", Inventory::read)?;
        let others = inventory.others(kept);
        inventory.add(applied);
        if !self.is_dry {
            self.ask("the inventory", |client| inventory.write(client, MANAGER))?;
            inventory.written();
        }
        if !self.problems.is_empty() || !self.upgrade.prune {
            return Ok(());
        }
        for reference in others {
            if self.prune(&reference)? {
                inventory.remove(&reference);
            }
        }
        if !self.is_dry {
            self.ask("the inventory", |client| inventory.write(client, MANAGER))?;
            inventory.written();
        }
        Ok(())
    }

    /// Applies an object. Its kind, what the inventory calls it, and whether it is another now.
    fn apply(
        &mut self,
        mut object: Object,
        keeps: bool,
        is_coming: bool,
    ) -> Result<(Definition, Reference, bool), Diagnostic> {
        let kind = object.reference.kind.clone();
        let definition = self.definition(&object.api_version, &kind, is_coming)?;
        if let Some(metadata) = object.value.get_mut("metadata") {
            if !definition.is_namespaced {
                object.reference.namespace.clear();
                metadata.as_object_mut().map(|map| map.remove("namespace"));
            } else if object.reference.namespace.is_empty() {
                "default".clone_into(&mut object.reference.namespace);
                metadata["namespace"] = json!("default");
            }
            if keeps {
                if !metadata["annotations"].is_object() {
                    metadata["annotations"] = json!({});
                }
                metadata["annotations"][OWNER] = json!(INVENTORY);
            }
        }
        let Reference {
            namespace, name, ..
        } = &object.reference;
        let shown = object.reference.shown();
        let before = self.ask(&shown, |client| client.get(&definition, namespace, name))?;
        if let Some(before) = &before {
            owned(&shown, before)?;
        }
        let value = &object.value;
        let how = Apply {
            manager: MANAGER,
            takes_over: true,
            is_strict: false,
            is_dry: self.is_dry,
        };
        let after = self.ask(&shown, |client| {
            client.apply(&definition, namespace, name, value, &how)
        })?;
        let done = match before.map(content) {
            None => Some(Applied::Created),
            Some(before) if before != content(after) => Some(Applied::Changed),
            Some(_) => None,
        };
        if let Some(done) = done {
            self.told(shown, done);
        }
        Ok((definition, object.reference, done.is_some()))
    }

    /// Deletes what is no bootstrap manifest any more. Whether it is gone.
    fn prune(&mut self, reference: &Reference) -> Result<bool, Diagnostic> {
        let shown = reference.shown();
        let Reference {
            group,
            kind,
            namespace,
            name,
        } = reference;
        let found = self.ask(&shown, |client| {
            let definition = client
                .preferred(group)
                .and_then(|version| client.definition(&version, kind));
            match definition {
                Ok(definition) => Ok(client
                    .get(&definition, namespace, name)?
                    .map(|object| (definition, object))),
                // Its kind went before it.
                Err(fault) if fault.kind == Kind::Missing => Ok(None),
                Err(fault) => Err(fault),
            }
        })?;
        let Some((definition, object)) = found else {
            return Ok(true);
        };
        if let Err(problem) = owned(&shown, &object) {
            self.problems.push(problem);
            return Ok(false);
        }
        let uid = object.pointer("/metadata/uid").and_then(Value::as_str);
        let uid = uid.unwrap_or_default();
        if !self.is_dry {
            self.ask(&shown, |client| {
                client.delete_object(&definition, namespace, name, uid)
            })?;
        }
        self.told(shown, Applied::Pruned);
        Ok(true)
    }

    /// Waits until the pods of a workload are those of its new version.
    fn rolled_out(
        &mut self,
        definition: &Definition,
        reference: &Reference,
    ) -> Result<(), Diagnostic> {
        let shown = reference.shown();
        let servers = self.servers;
        self.upgrade
            .until_known(self.plan, self.lead, &shown, self.tell, || {
                let found = servers
                    .ask(|client| client.get(definition, &reference.namespace, &reference.name))?;
                Ok(found.and_then(|object| rollout::missing(definition, &object)))
            })
    }

    fn definition(
        &mut self,
        api_version: &str,
        kind: &str,
        is_coming: bool,
    ) -> Result<Definition, Diagnostic> {
        let key = (api_version.to_owned(), kind.to_owned());
        if let Some(known) = self.definitions.get(&key) {
            return Ok(known.clone());
        }
        let servers = self.servers;
        let mut found = None;
        self.upgrade
            .until_known(self.plan, self.lead, kind, self.tell, || {
                match servers.ask(|client| client.definition(api_version, kind)) {
                    Ok(definition) => {
                        found = Some(definition);
                        Ok(None)
                    }
                    Err(fault) if fault.kind == Kind::Missing && is_coming => {
                        Ok(Some("the kind is not served yet".to_owned()))
                    }
                    Err(fault) => Err(fault),
                }
            })?;
        // It ends well only with one.
        let found = found.unwrap_or_else(|| Definition {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            plural: String::new(),
            is_namespaced: false,
        });
        self.definitions.insert(key, found.clone());
        Ok(found)
    }

    /// Asks until somebody answers.
    fn ask<T>(
        &mut self,
        what: &str,
        question: impl Fn(&Client) -> Result<T, KubernetesFault>,
    ) -> Result<T, Diagnostic> {
        let servers = self.servers;
        let mut answer = None;
        self.upgrade
            .until_known(self.plan, self.lead, what, self.tell, || {
                answer = Some(servers.ask(&question)?);
                Ok(None)
            })?;
        answer.ok_or_else(|| prefixed(what, rules::CLUSTER_NOT_READY.report("no answer")))
    }

    fn told(&mut self, object: String, done: Applied) {
        let change = ManifestChange { object, done };
        if !self.is_dry {
            (self.tell)(Event::Manifest(change.clone()));
        }
        self.changes.push(change);
    }
}

/// An object without what says only when, and by whom, it was written.
fn content(mut object: Value) -> Value {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        for key in ["managedFields", "resourceVersion", "generation"] {
            metadata.remove(key);
        }
    }
    object
}

/// Whether an object is in no inventory but ours.
fn owned(shown: &str, object: &Value) -> Result<(), Diagnostic> {
    let annotations = object.pointer("/metadata/annotations");
    let owner = annotations.and_then(|all| all.get(OWNER)?.as_str());
    match owner {
        None | Some(INVENTORY) => Ok(()),
        Some(other) => Err(rules::CLUSTER_FOREIGN_OBJECT.report(format!(
            "{shown} is in the inventory `{}`, and stays as it is",
            diagnostics::visible(other)
        ))),
    }
}
