//! Moving one document of v1alpha1, or one patch of it, into documents.

use std::collections::BTreeMap;

use serde_json::Value;

use super::row::{How, Row};
use super::subsystem::Subsystem;
use super::table::{SECTIONS, leads_on, row_of};
use super::tree::{Body, Comment, Key, Tree, UNKNOWN, each_as};

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

/// What came of moving.
pub(crate) struct Outcome {
    /// What is left of v1alpha1, if anything.
    pub(crate) left: Option<Tree>,
    pub(crate) documents: Vec<Document>,
    pub(crate) stays: Vec<Stay>,
    /// A section that a statement of a template decides about: nothing of it can move.
    pub(crate) undecided: Option<String>,
    /// Fields that went without a trace, and why that changes nothing.
    pub(crate) dropped: Vec<(String, String)>,
}

/// Moves what is chosen, and what has to go with it.
pub(crate) fn moved(original: &Tree, scope: Scope, chosen: &[Subsystem]) -> Outcome {
    let mut staying: BTreeMap<Subsystem, Stay> = BTreeMap::new();
    let mut chosen = chosen.to_vec();
    for (one, other, fields) in Subsystem::TIES {
        if chosen.contains(&one) && !chosen.contains(&other) && any(original, fields) {
            chosen.push(other);
        }
    }
    loop {
        let mut work = Work {
            original,
            scope,
            chosen: &chosen,
            staying: &staying,
            documents: Vec::new(),
            pending: Vec::new(),
            blocked: Vec::new(),
            partly: Vec::new(),
            undecided: None,
            dropped: Vec::new(),
        };
        let left = work.walk("", original.clone());
        let new = work
            .blocked
            .iter()
            .any(|stay| !staying.contains_key(&stay.subsystem));
        if !new || scope == Scope::Reading {
            let Work {
                documents,
                partly,
                undecided,
                dropped,
                ..
            } = work;
            let stays = staying.into_values().chain(partly).collect();
            return Outcome {
                left,
                documents,
                stays,
                undecided,
                dropped,
            };
        }
        for stay in work.blocked {
            staying.entry(stay.subsystem).or_insert(stay);
        }
        for (one, other, fields) in Subsystem::TIES {
            let Some(path) = fields.iter().find(|path| original.at(path).is_some()) else {
                continue;
            };
            if staying.contains_key(&other) && !staying.contains_key(&one) {
                let why = format!("`{other}` stays, and both have to move together");
                let stay = Stay {
                    subsystem: one,
                    path: (*path).to_owned(),
                    why,
                    whole: true,
                };
                staying.insert(one, stay);
            }
        }
    }
}

fn any(tree: &Tree, paths: &[&str]) -> bool {
    paths.iter().any(|path| tree.at(path).is_some())
}

/// One walk through a document.
pub(crate) struct Work<'a> {
    pub(crate) original: &'a Tree,
    pub(crate) scope: Scope,
    chosen: &'a [Subsystem],
    staying: &'a BTreeMap<Subsystem, Stay>,
    documents: Vec<Document>,
    /// Comments of sections that are gone, for the next document.
    pending: Vec<Comment>,
    blocked: Vec<Stay>,
    partly: Vec<Stay>,
    undecided: Option<String>,
    dropped: Vec<(String, String)>,
}

impl Work<'_> {
    /// Moves what can move below a path; gives back what stays there.
    fn walk(&mut self, path: &str, mut tree: Tree) -> Option<Tree> {
        if let Some(row) = row_of(path) {
            return self.one(row, tree);
        }
        if !path.is_empty() && !leads_on(path) {
            return Some(tree);
        }
        if let Some((key, _)) = tree.deletion() {
            let key = key.clone();
            return self.section(path, key, tree);
        }
        if !tree.is_map() {
            return Some(tree);
        }
        if tree.notes.have_statements() {
            self.undecided.get_or_insert_with(|| path.to_owned());
        }
        let above = std::mem::take(&mut tree.notes.above);
        let before = self.pending.len();
        self.pending.extend(above.iter().cloned());
        let mut left = Vec::new();
        let was_empty = tree.is_empty();
        let mut rest = shell(&tree);
        for (key, child) in tree.into_entries() {
            let below = match path {
                "" => key.name.clone(),
                path => format!("{path}.{}", key.name),
            };
            if let Some(child) = self.walk(&below, child) {
                left.push((key, child));
            }
        }
        // Nothing has taken the comments: they stay where they were.
        if self.pending.len() > before {
            self.pending.truncate(before);
            rest.notes.above = above;
        }
        if left.is_empty() && (!was_empty || self.moves_below(path)) {
            return None;
        }
        rest.body = Body::Map(left);
        Some(rest)
    }

    /// Whether all that may stand in a section moves, so that even an empty one must go.
    fn moves_below(&self, path: &str) -> bool {
        super::table::rows_below(path).all(|row| self.moves(row.subsystem))
    }

    fn moves(&self, subsystem: Subsystem) -> bool {
        self.chosen.contains(&subsystem) && !self.staying.contains_key(&subsystem)
    }

    fn one(&mut self, row: &'static Row, tree: Tree) -> Option<Tree> {
        if !self.moves(row.subsystem) {
            return Some(tree);
        }
        match self.convert(row, tree.clone()) {
            Ok(left) => left,
            Err(why) => {
                let path = row.path.to_owned();
                self.blocked.push(Stay {
                    subsystem: row.subsystem,
                    path,
                    why,
                    whole: true,
                });
                Some(tree)
            }
        }
    }

    fn convert(&mut self, row: &'static Row, mut tree: Tree) -> Result<Option<Tree>, String> {
        if !tree.notes.are_balanced() {
            return Err("a statement of the template reaches from here to another field".into());
        }
        let deletes = tree.is_deletion();
        match &row.how {
            How::Same => self.set(row.kind, row.field, tree, row.path),
            How::Inverted if deletes => self.set(row.kind, row.field, tree, row.path),
            How::Inverted => {
                let flag = flag(&tree)?;
                tree.body = Body::Scalar((!flag).into());
                tree.written = None;
                self.set(row.kind, row.field, tree, row.path);
            }
            How::Always(value, _) if tree.flag() == Some(*value) => {
                let why = format!("`{}` always does so", row.kind);
                self.dropped.push((row.path.to_owned(), why));
            }
            How::Always(_, what) | How::Nowhere(what) => {
                let empty = tree.is_empty() || tree.flag() == Some(false);
                if !empty || matches!(row.how, How::Always(true, _)) {
                    return Err(format!("no document of 1.14 has it: {what}"));
                }
            }
            How::Each(_) if deletes => self.set(row.kind, row.field, tree, row.path),
            How::Each(key) => {
                each_as(key, &mut tree)?;
                self.set(row.kind, row.field, tree, row.path);
            }
            How::By(_) if tree.notes.have_statements() => {
                return Err("a statement of the template decides about it".into());
            }
            How::By(convert) => return convert(self, row, tree),
        }
        Ok(None)
    }

    /// `$patch: delete` of a whole section.
    fn section(&mut self, path: &str, key: Key, tree: Tree) -> Option<Tree> {
        let moves = self.moves_below(path);
        let Some((_, kind, caution)) = SECTIONS.iter().find(|(one, ..)| *one == path && moves)
        else {
            let below = super::table::rows_below(path).map(|row| row.subsystem);
            let own: Vec<_> = below.filter(|one| self.moves(*one)).collect();
            for subsystem in own {
                let why = "several documents have what is deleted here: delete each of them".into();
                self.blocked.push(Stay {
                    subsystem,
                    path: path.to_owned(),
                    why,
                    whole: true,
                });
            }
            return Some(tree);
        };
        self.pending.extend(tree.notes.above);
        self.delete(kind, None, key, path);
        if let Some(document) = self.documents.last_mut() {
            document.cautions.push((*caution).to_owned());
        }
        None
    }

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

/// A map without its entries.
fn shell(tree: &Tree) -> Tree {
    Tree {
        notes: tree.notes.clone(),
        written: None,
        body: Body::Map(Vec::new()),
    }
}
