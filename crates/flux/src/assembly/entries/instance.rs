//! What a Flux Operator begins with: the Kustomization that it makes of the `sync` of its instance.
//!
//! Source of the behaviour: the API of flux-operator, `FluxInstance` of v1: what is synced is named
//! after the instance's namespace, and the instance's patches reach it, too.

use super::{Entry, ROOT, Reference, entry, is_within, normal, root};
use crate::files::Files;
use crate::kustomize;
use crate::object::Object;
use crate::value::Value;

/// An instance that a file describes.
pub(super) struct Instance {
    /// Its `spec`.
    spec: Value,
    /// Its namespace; values of its chart do not say it.
    namespace: Option<String>,
}

impl Instance {
    pub(super) fn of(spec: Option<&Value>, namespace: &str) -> Option<Self> {
        let spec = spec.filter(|spec| spec.at(&["sync", "path"]).is_some())?;
        Some(Self {
            spec: spec.clone(),
            namespace: Some(namespace.to_owned()).filter(|name| !name.is_empty()),
        })
    }

    /// Where it begins.
    pub(super) fn entry(
        &self,
        files: &dyn Files,
        all: &[(String, Entry)],
        sources: &[Object],
    ) -> Option<Entry> {
        let sync = self.spec.get("sync")?;
        let text = |key: &str| sync.get(key).and_then(Value::as_text);
        let path = sync.get("path")?;
        let kind = text("kind").unwrap_or("GitRepository");
        let namespace = match &self.namespace {
            Some(namespace) => namespace.clone(),
            None => told(&normal(path.as_text()?)?, kind, all, sources),
        };
        let name = text("name").unwrap_or(&namespace);
        let made = root(name, &namespace, kind, path.clone());
        let patches = self.spec.at(&["kustomize", "patches"]);
        let patches = patches.map(Value::items).unwrap_or_default();
        let mut entry = entry(kustomize::patched(files, made, patches))?;
        text("url")
            .unwrap_or_default()
            .clone_into(&mut entry.address);
        Some(entry)
    }
}

/// The namespace of an instance as what lies in its folder tells it: by the one source that is
/// named there and written nowhere, since it is made with the instance.
fn told(folder: &str, kind: &str, all: &[(String, Entry)], sources: &[Object]) -> String {
    let inside = all.iter().filter(|(file, _)| is_within(file, folder));
    let mut named: Vec<Reference> = inside
        .map(|(_, entry)| Reference::of(&entry.object))
        .filter(|source| source.kind == kind && !source.namespace.is_empty())
        .filter(|source| !sources.iter().any(|declared| source.is(declared)))
        .collect();
    named.dedup();
    match named.as_slice() {
        [source] if source.name == source.namespace => source.namespace.clone(),
        _ => ROOT.to_owned(),
    }
}
