//! A container of a rendered workload, as far as a folder can stand in for a machine.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

use crate::files;
use crate::stacks::{Cluster, items, name, text};

/// What runs in it.
pub(super) struct Container {
    /// Its environment, as far as objects say it.
    pub(super) environment: BTreeMap<String, String>,
    /// Its command with its arguments.
    pub(super) command: Vec<String>,
    /// Its volumes: where they are mounted, and the folder that stands in.
    pub(super) mounts: BTreeMap<String, Utf8PathBuf>,
    /// The files in them that objects have.
    pub(super) files: Vec<Utf8PathBuf>,
}

impl Container {
    /// A container of a workload, its volumes laid out below a folder.
    pub(super) fn of(
        cluster: &Cluster,
        workload: &Value,
        container: &Value,
        folder: &Utf8Path,
    ) -> Result<Self> {
        let pod = workload
            .pointer("/spec/template/spec")
            .with_context(|| format!("{} has no pods", name(workload)))?;
        let namespace = text(workload, "/metadata/namespace");
        let data = Data { cluster, namespace };
        let mut environment = BTreeMap::new();
        for from in items(container, "/envFrom") {
            for (kind, reference) in [("Secret", "secretRef"), ("ConfigMap", "configMapRef")] {
                if let Some(reference) = from.get(reference) {
                    environment.extend(data.all(kind, text(reference, "/name"))?);
                }
            }
        }
        for variable in items(container, "/env") {
            let value = data.value(variable)?;
            environment.extend(value.map(|value| (text(variable, "/name").to_owned(), value)));
        }
        let mut mounts = BTreeMap::new();
        let mut files = Vec::new();
        for mount in items(container, "/volumeMounts") {
            let path = text(mount, "/mountPath").trim_end_matches('/');
            let place = folder.join(text(mount, "/name"));
            let mut volumes = items(pod, "/volumes").iter();
            let volume = volumes.find(|volume| volume.get("name") == mount.get("name"));
            files.extend(data.lay_out(volume, &place)?);
            let part = text(mount, "/subPath");
            let place = if part.is_empty() {
                place
            } else {
                place.join(part)
            };
            mounts.insert(path.to_owned(), place);
        }
        let words = ["/command", "/args"]
            .into_iter()
            .flat_map(|key| items(container, key));
        Ok(Self {
            environment,
            command: words.filter_map(Value::as_str).map(str::to_owned).collect(),
            mounts,
            files,
        })
    }

    /// Puts what is here in the place of what a text says of a container: folders of volumes, and
    /// what else is given.
    pub(super) fn here(&self, text: &str, others: &[(&str, &str)]) -> String {
        let mounts = { self.mounts.iter() }.map(|(path, place)| (path.as_str(), place.as_str()));
        let mut all: Vec<_> = mounts.chain(others.iter().copied()).collect();
        // The longest first: one may lie in another.
        all.sort_by_key(|(from, _)| std::cmp::Reverse(from.len()));
        let marks: Vec<String> = (0..all.len())
            .map(|mark| format!("\u{1}{mark}\u{2}"))
            .collect();
        let mut text = text.to_owned();
        for ((from, _), mark) in all.iter().zip(&marks) {
            text = text.replace(from, mark);
        }
        for ((_, to), mark) in all.iter().zip(&marks) {
            text = text.replace(mark, to);
        }
        text
    }
}

/// Secrets and `ConfigMap`s of a namespace.
struct Data<'a> {
    cluster: &'a Cluster,
    namespace: &'a str,
}

impl Data<'_> {
    fn all(&self, kind: &str, name: &str) -> Result<BTreeMap<String, String>> {
        let mut objects = self.cluster.objects.iter();
        let object = objects.find(|one| {
            text(one, "/kind") == kind
                && text(one, "/metadata/name") == name
                && text(one, "/metadata/namespace") == self.namespace
        });
        let object =
            object.with_context(|| format!("there is no {kind} {}/{name}", self.namespace))?;
        let mut all = BTreeMap::new();
        for (field, encoded) in [("data", kind == "Secret"), ("stringData", false)] {
            for (key, value) in object
                .get(field)
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
            {
                let value = value.as_str().unwrap_or_default();
                let value = if encoded {
                    String::from_utf8(BASE64_STANDARD.decode(value)?)?
                } else {
                    value.to_owned()
                };
                all.insert(key.clone(), value);
            }
        }
        Ok(all)
    }

    /// The value of a variable; none of one that says something of the pod.
    fn value(&self, variable: &Value) -> Result<Option<String>> {
        if let Some(value) = variable.get("value").and_then(Value::as_str) {
            return Ok(Some(value.to_owned()));
        }
        for (kind, pointer) in [
            ("Secret", "/valueFrom/secretKeyRef"),
            ("ConfigMap", "/valueFrom/configMapKeyRef"),
        ] {
            if let Some(reference) = variable.pointer(pointer) {
                let (name, key) = (text(reference, "/name"), text(reference, "/key"));
                let value = self.all(kind, name)?.remove(key);
                let missing = || format!("{kind} {name} has no `{key}`");
                return Ok(Some(value.with_context(missing)?));
            }
        }
        Ok(None)
    }

    /// Writes the files of a volume into a folder.
    fn lay_out(&self, volume: Option<&Value>, place: &Utf8Path) -> Result<Vec<Utf8PathBuf>> {
        let mut written = Vec::new();
        std::fs::create_dir_all(place).with_context(|| format!("cannot make `{place}`"))?;
        let Some(volume) = volume else {
            return Ok(written);
        };
        let mut sources = vec![volume];
        sources.extend(items(volume, "/projected/sources"));
        for source in sources {
            for (kind, field, key) in [
                ("Secret", "secret", "secretName"),
                ("Secret", "secret", "name"),
                ("ConfigMap", "configMap", "name"),
            ] {
                let Some(name) = source
                    .get(field)
                    .and_then(|source| source.get(key)?.as_str())
                else {
                    continue;
                };
                let all = self.all(kind, name)?;
                let wanted = items(source, &format!("/{field}/items"));
                for (key, content) in &all {
                    let to = wanted.iter().find(|item| text(item, "/key") == key);
                    if wanted.is_empty() || to.is_some() {
                        let path = to.map_or(key.as_str(), |to| text(to, "/path"));
                        let path = place.join(path);
                        files::write(&path, content)?;
                        written.push(path);
                    }
                }
            }
        }
        Ok(written)
    }
}
