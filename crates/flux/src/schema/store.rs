//! The schemas that are known, by group, version and kind.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use diagnostics::{Diagnostic, Source};
use serde_json::json;
use yaml::Dialect;

use super::bundle::{Block, Builtin, Key, bundle};
use super::compiled::Functions;
use super::model::Schema;
use super::origin;
use super::patterns::Patterns;
use crate::object::{Id, Object};
use crate::rules;
use crate::value::{Data, Value, documents};

/// The schemas that are known: those that the program brings along, and what a repository adds.
///
/// Kinds are unpacked and read when an object of theirs is met first.
#[derive(Debug)]
pub struct Schemas {
    /// The release of Kubernetes: a place in the bundle's list.
    release: usize,
    builtin: OnceLock<Builtin>,
    kinds: HashMap<Key, Entry>,
    pub(super) patterns: Patterns,
    pub(super) functions: Functions,
}

#[derive(Debug)]
struct Entry {
    namespaced: Option<bool>,
    packed: Option<Block>,
    schema: OnceLock<Schema>,
}

/// The schema of a kind.
pub(super) struct Known<'a> {
    pub(super) schema: &'a Schema,
    /// Whether Kubernetes itself has it, and not a definition.
    pub(super) builtin: bool,
    /// Whether the repository defines it.
    pub(super) is_own: bool,
    /// The package and version that it is known from, where the cluster may have a newer one.
    pub(super) known_from: Option<(&'static str, &'static str)>,
}

/// Why there is no schema.
pub(super) enum Unknown {
    /// Other releases of Kubernetes have the kind at this version.
    Elsewhere {
        /// The releases, oldest first.
        releases: Vec<&'static str>,
    },
    /// Nothing is known of it.
    Nowhere,
}

impl Schemas {
    /// What the program brings along, for a version of Kubernetes such as `v1.36.4`; of a
    /// version that it does not know it takes the nearest.
    pub fn bundled(kubernetes: &str) -> Self {
        let bundle = bundle();
        let last = bundle.releases.len().saturating_sub(1);
        let release = match minor(kubernetes) {
            Some(wanted) => { bundle.releases.iter() }
                .enumerate()
                .min_by_key(|(_, release)| minor(release).map(|minor| minor.abs_diff(wanted)))
                .map_or(last, |(index, _)| index),
            None => last,
        };
        let kinds = bundle.kinds.iter().map(|kind| {
            let key = key(kind.group, kind.version, kind.kind);
            let entry = Entry {
                namespaced: Some(kind.namespaced),
                packed: Some(kind.block),
                schema: OnceLock::new(),
            };
            (key, entry)
        });
        Self {
            release,
            builtin: OnceLock::new(),
            kinds: kinds.collect(),
            patterns: Patterns::default(),
            functions: Functions::default(),
        }
    }

    /// The release of Kubernetes whose kinds these are, such as `v1.36.3`.
    pub fn kubernetes(&self) -> &'static str {
        bundle()
            .releases
            .get(self.release)
            .copied()
            .unwrap_or_default()
    }

    /// The releases of Kubernetes whose kinds are bundled, oldest first, such as `v1.36.3`.
    pub fn releases() -> &'static [&'static str] {
        &bundle().releases
    }

    /// The packages that the bundled kinds come from, and their versions.
    pub fn origins() -> &'static [(&'static str, &'static str)] {
        &bundle().origins
    }

    /// Adds the kinds that a `CustomResourceDefinition` defines, at every version that it serves;
    /// what was known of them is forgotten.
    ///
    /// # Errors
    ///
    /// If its schema cannot be read.
    pub fn add_crd(&mut self, definition: &Value) -> Result<(), Box<Diagnostic>> {
        let text = |path: &[&str]| definition.at(path).and_then(Value::as_text);
        let group = text(&["spec", "group"]).unwrap_or_default();
        let kind = text(&["spec", "names", "kind"]).unwrap_or_default();
        let namespaced = text(&["spec", "scope"]).map(|scope| scope == "Namespaced");
        let versions = definition.at(&["spec", "versions"]);
        for version in versions.map(Value::items).unwrap_or_default() {
            let served = version.get("served").and_then(Value::as_bool);
            let name = version.get("name").and_then(Value::as_text);
            let (Some(name), false) = (name, served == Some(false)) else {
                continue;
            };
            let schema = version.at(&["schema", "openAPIV3Schema"]);
            let read = match schema.map(|schema| &schema.data) {
                None | Some(Data::Null) => Ok(Schema {
                    preserve_unknown_fields: true,
                    ..Schema::default()
                }),
                Some(_) => {
                    let mut json = schema.map(Value::to_json).unwrap_or_default();
                    // What a definition serves apart, the server drops before it looks at it.
                    let is_apart = version.at(&["subresources", "status"]).is_some();
                    if let Some(status) =
                        json.pointer_mut("/properties/status").filter(|_| is_apart)
                    {
                        *status = json!({ "x-kubernetes-preserve-unknown-fields": true });
                    }
                    Schema::parse(&json.to_string())
                }
            };
            let schema = read.map_err(|error| {
                let problem = unreadable(group, name, kind, &error);
                let place = schema.map_or(&definition.place, |schema| &schema.place);
                Box::new(problem.at(place.location()))
            })?;
            self.add(group, name, kind, namespaced, schema);
        }
        Ok(())
    }

    /// Adds the kinds of some objects from YAML files with definitions, such as a chart brings
    /// along. What else the files define is not read, and what cannot be read is left out: it is
    /// somebody else's.
    pub fn add_texts<'a>(&mut self, texts: impl Iterator<Item = &'a str>, objects: &[&Object]) {
        let groups: BTreeSet<&str> = { objects.iter() }
            .map(|object| object.group())
            .filter(|group| group.contains('.'))
            .collect();
        let is_wanted = |text: &str| groups.iter().any(|group| text.contains(group));
        for text in texts.filter(|text| is_wanted(text)) {
            let source = Arc::new(Source::new("", text));
            let (values, _) = documents(&source, Dialect::Kubernetes);
            for value in values {
                let kind = value.get("kind").and_then(Value::as_text);
                let group = value.at(&["spec", "group"]).and_then(Value::as_text);
                let is_wanted = group.is_some_and(|group| groups.contains(group));
                if kind == Some("CustomResourceDefinition") && is_wanted {
                    drop(self.add_crd(&value));
                }
            }
        }
    }

    /// Adds a kind from a JSON schema, as folders for kubeconform and flux-schema hold them.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn add_json_schema(
        &mut self,
        group: &str,
        version: &str,
        kind: &str,
        json: &str,
    ) -> Result<(), Box<Diagnostic>> {
        let schema = Schema::parse(json)
            .map_err(|error| Box::new(unreadable(group, version, kind, &error)))?;
        let namespaced = self.namespaced(group, kind);
        self.add(group, version, kind, namespaced, schema);
        Ok(())
    }

    fn add(
        &mut self,
        group: &str,
        version: &str,
        kind: &str,
        namespaced: Option<bool>,
        schema: Schema,
    ) {
        let entry = Entry {
            namespaced,
            packed: None,
            schema: OnceLock::from(schema),
        };
        self.kinds.insert(key(group, version, kind), entry);
    }

    /// Whether objects of a kind lie in a namespace, at any version; none where the kind is not
    /// known.
    pub fn namespaced(&self, group: &str, kind: &str) -> Option<bool> {
        let same = |known: &&Key| known.0 == group && known.2 == kind;
        let own = { self.kinds.iter() }
            .find(|(known, _)| same(known))
            .and_then(|(_, entry)| entry.namespaced);
        own.or_else(|| {
            { self.builtin().kinds.iter() }
                .find(|(known, _)| same(known))
                .map(|(_, kind)| kind.namespaced)
        })
    }

    /// Whether the schema of an object's kind is known.
    pub fn knows(&self, object: &Object) -> bool {
        let id = object.id();
        self.find(&id.group, &id.version, &id.kind).is_ok()
    }

    /// What was meant by a kind that nothing is known of, where its group is Kubernetes' own or
    /// Flux's and something near it is known: a hint. Of previews and of what is like nothing here
    /// nothing is said, since the cluster may be newer.
    pub(super) fn meant(&self, id: &Id) -> Option<String> {
        let bit = |releases: u32| releases >> self.release & 1 == 1;
        let builtin = { self.builtin().kinds.iter() }
            .filter(|(_, kind)| bit(kind.releases))
            .map(|(key, _)| key);
        let flux = { self.kinds.keys() }.filter(|key| origin::is_flux(&key.0));
        let mut known: Vec<&Key> = builtin.chain(flux).collect();
        known.sort_unstable();
        let is_stable = |version: &str| !version.contains("alpha") && !version.contains("beta");
        if !is_stable(&id.version) || known.iter().all(|key| key.0 != id.group) {
            return None;
        }
        let write = |key: &Key| {
            let slash = if key.0.is_empty() { "" } else { "/" };
            format!("write `apiVersion: {}{slash}{}`", key.0, key.1)
        };
        let is_own = |key: &&&Key| key.0 == id.group && key.2 == id.kind;
        if origin::is_flux(&id.group) && known.iter().any(|key| is_own(&key)) {
            return None;
        }
        let same = { known.iter() }.filter(|key| key.2 == id.kind && is_stable(&key.1));
        let own = { same.clone() }.find(is_own);
        if let Some(key) = own.or_else(|| same.clone().next()) {
            return Some(write(key));
        }
        let kinds = known.iter().filter(|key| key.0 == id.group);
        let near = diagnostics::closest(&id.kind, kinds.map(|key| key.2.as_str()))?;
        Some(format!("did you mean `{near}`?"))
    }

    /// The schema of a kind.
    pub(super) fn find(
        &self,
        group: &str,
        version: &str,
        kind: &str,
    ) -> Result<Known<'_>, Unknown> {
        let key = key(group, version, kind);
        if let Some(entry) = self.kinds.get(&key) {
            let read = || {
                let mut schema = entry.packed.map(Block::kind).unwrap_or_default();
                origin::widen(group, &mut schema);
                schema
            };
            let is_newest = entry.packed.is_none() || origin::is_flux(group);
            return Ok(Known {
                schema: entry.schema.get_or_init(read),
                builtin: false,
                is_own: entry.packed.is_none(),
                known_from: (!is_newest).then(|| origin::of(group)).flatten(),
            });
        }
        let known = self.builtin().kinds.get(&key).ok_or(Unknown::Nowhere)?;
        let bit = |release: usize| known.releases >> release & 1 == 1;
        match self.definition(&known.definition) {
            Some(schema) if bit(self.release) => Ok(Known {
                schema,
                builtin: true,
                is_own: false,
                known_from: None,
            }),
            _ => {
                let releases = bundle().releases.iter().enumerate();
                let releases = releases.filter(|(release, _)| bit(*release));
                Err(Unknown::Elsewhere {
                    releases: releases.map(|(_, name)| *name).collect(),
                })
            }
        }
    }

    /// A definition that schemas of Kubernetes' own kinds refer to.
    pub(super) fn definition(&self, name: &str) -> Option<&Schema> {
        self.builtin().definition(name)
    }

    fn builtin(&self) -> &Builtin {
        self.builtin.get_or_init(|| Builtin::unpack(self.release))
    }
}

fn key(group: &str, version: &str, kind: &str) -> Key {
    (group.to_owned(), version.to_owned(), kind.to_owned())
}

fn unreadable(group: &str, version: &str, kind: &str, error: &serde_json::Error) -> Diagnostic {
    rules::SCHEMA_UNREADABLE.report(format!(
        "the schema of `{kind}` in `{group}/{version}` cannot be read: {}",
        // Of a schema the error shows a piece, which is no secret.
        error.to_string().trim_end_matches('.')
    ))
}

/// The number after the first dot: Kubernetes has no other major than 1.
fn minor(version: &str) -> Option<u32> {
    version
        .trim_start_matches('v')
        .split('.')
        .nth(1)?
        .parse()
        .ok()
}
