//! What has come so far of moving one document of v1alpha1, or one patch of it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::notes::Comment;
use super::row::Row;
use super::subsystem::Subsystem;
use super::tree::{Body, Key, Tree, UNKNOWN};

/// What is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// What is laid over a generated configuration: what it does not say stays as that has it.
    Patch,
    /// All of a node's configuration: what it does not say is what Talos takes for it.
    Configuration,
    /// The same, to be read: what has no successor keeps nothing else from moving.
    Reading,
}

/// Why a subsystem stays in v1alpha1, or a field of it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    /// Which one.
    pub subsystem: Subsystem,
    /// The field that keeps it there.
    pub path: String,
    /// Why.
    pub why: String,
    /// Whether all of the subsystem stays, or this field alone.
    pub whole: bool,
}

/// One document that came of it. Has no `Debug`: it may hold secrets.
#[derive(Clone)]
pub(crate) struct Document {
    pub(crate) kind: &'static str,
    pub(crate) name: Option<Tree>,
    /// Everything but `apiVersion`, `kind` and `name`.
    pub(crate) fields: Tree,
    /// How `$patch` was spelled, where the document is to be deleted.
    pub(crate) deleted: Option<Key>,
    pub(crate) head: Vec<Comment>,
    /// The fields that it was made of.
    pub(crate) from: Vec<String>,
    /// What is to be known of it.
    pub(crate) cautions: Vec<String>,
}

impl Document {
    pub(crate) fn new(kind: &'static str) -> Self {
        Self {
            kind,
            name: None,
            fields: Tree::map(),
            deleted: None,
            head: Vec::new(),
            from: Vec::new(),
            cautions: Vec::new(),
        }
    }

    /// `KubeAuthorizerConfig/node`.
    pub(crate) fn title(&self) -> String {
        match self.name.as_ref().and_then(Tree::text) {
            Some(name) => format!("{}/{name}", self.kind),
            None => self.kind.to_owned(),
        }
    }

    /// Doubles the dollar of whatever is deleted anew.
    pub(crate) fn double_dollars(&mut self) {
        self.fields.double_dollars();
        if let Some(key) = &mut self.deleted {
            key.double_dollar();
        }
    }

    /// All of it, as it is written.
    pub(crate) fn tree(&self) -> Tree {
        let mut tree = Tree::map();
        tree.put("apiVersion", Value::from("v1alpha1").into());
        tree.put("kind", Value::from(self.kind).into());
        if let Some(name) = &self.name {
            tree.put("name", name.clone());
        }
        match (&self.deleted, &mut tree.body) {
            (Some(key), Body::Map(entries)) => {
                entries.push((key.clone(), Value::from("delete").into()));
            }
            (_, Body::Map(entries)) => entries.extend(self.fields.clone().into_entries()),
            _ => {}
        }
        tree
    }
}

/// One walk through a document.
pub(crate) struct Work<'a> {
    pub(crate) original: &'a Tree,
    pub(crate) scope: Scope,
    pub(super) chosen: &'a [Subsystem],
    pub(super) staying: &'a BTreeMap<Subsystem, Stay>,
    pub(super) documents: Vec<Document>,
    /// Comments of sections that are gone, for the next document.
    pub(super) pending: Vec<Comment>,
    pub(super) blocked: Vec<Stay>,
    pub(super) partly: Vec<Stay>,
    pub(super) undecided: Option<String>,
    pub(super) dropped: Vec<(String, String)>,
    /// Comments that stood behind what is gone, for the end.
    pub(super) loose: Vec<Comment>,
}

impl Work<'_> {
    /// Sets a field of a document, which is made if there is none.
    pub(crate) fn set(&mut self, kind: &'static str, field: &str, mut tree: Tree, from: &str) {
        let document = self.document(kind, None, from);
        if document.fields.is_empty() && document.head.is_empty() && !tree.notes.have_statements() {
            // What is said of the only field so far is said of the document.
            document.head.append(&mut tree.notes.above);
        }
        document.fields.put(field, tree);
    }

    /// A document by its kind and name, made if there is none.
    pub(crate) fn document(
        &mut self,
        kind: &'static str,
        name: Option<Tree>,
        from: &str,
    ) -> &mut Document {
        let same = |one: &Document| {
            let text = |tree: &Option<Tree>| tree.as_ref().and_then(Tree::text).map(str::to_owned);
            one.kind == kind && text(&one.name) == text(&name)
        };
        let index = match self.documents.iter().position(same) {
            Some(index) => index,
            None => {
                self.documents.push(Document {
                    name,
                    ..Document::new(kind)
                });
                self.documents.len() - 1
            }
        };
        let pending = std::mem::take(&mut self.pending);
        let document = &mut self.documents[index];
        document.head.extend(pending);
        if !document.from.iter().any(|one| one == from) {
            document.from.push(from.to_owned());
        }
        document
    }

    /// Deletes a document.
    pub(crate) fn delete(&mut self, kind: &'static str, name: Option<&str>, key: Key, from: &str) {
        let name = name.map(|name| Value::from(name).into());
        self.document(kind, name, from).deleted = Some(key);
    }

    /// Says that a field goes without a trace, and why that changes nothing.
    pub(crate) fn drop(&mut self, row: &Row, why: impl Into<String>) {
        self.dropped.push((row.path.to_owned(), why.into()));
    }

    /// Says that one field stays, while others of its subsystem move.
    pub(crate) fn keep(&mut self, row: &Row, path: String, why: impl Into<String>) {
        let why = why.into();
        self.partly.push(Stay {
            subsystem: row.subsystem,
            path,
            why,
            whole: false,
        });
    }

    /// Whether the configuration is a worker's; unknown of a patch.
    pub(crate) fn is_worker(&self) -> bool {
        let kind = self.original.at("machine.type").and_then(Tree::text);
        matches!(kind, Some("worker" | "join"))
    }

    /// Whether it is a patch.
    pub(crate) fn is_patch(&self) -> bool {
        self.scope == Scope::Patch
    }
}

/// A truth value, or why there is none to go by.
pub(crate) fn flag(tree: &Tree) -> Result<bool, String> {
    tree.flag().ok_or_else(|| UNKNOWN.to_owned())
}
