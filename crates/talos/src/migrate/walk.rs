//! Moving one document of v1alpha1, or one patch of it, into documents.

use std::collections::BTreeMap;

use super::convert::by;
use super::notes::Comment;
use super::row::{How, Row};
use super::subsystem::Subsystem;
use super::table::{SECTIONS, leads_on, row_of, rows_below};
use super::tree::{Body, Key, Tree, each_as};
use super::work::{Document, Scope, Stay, Work, flag};

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
    /// Comments that stood behind what is gone.
    pub(crate) loose: Vec<Comment>,
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
            loose: Vec::new(),
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
                loose,
                ..
            } = work;
            let stays = staying.into_values().chain(partly).collect();
            return Outcome {
                left,
                documents,
                stays,
                undecided,
                dropped,
                loose,
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
            self.loose.append(&mut rest.notes.take_loose());
            return None;
        }
        rest.body = Body::Map(left);
        Some(rest)
    }

    /// Whether all that may stand in a section moves, so that even an empty one must go.
    fn moves_below(&self, path: &str) -> bool {
        rows_below(path).all(|row| self.moves(row.subsystem))
    }

    fn moves(&self, subsystem: Subsystem) -> bool {
        self.chosen.contains(&subsystem) && !self.staying.contains_key(&subsystem)
    }

    fn one(&mut self, row: &'static Row, tree: Tree) -> Option<Tree> {
        if !self.moves(row.subsystem) {
            return Some(tree);
        }
        if self.is_patch() && tree.value().is_null() {
            let why = "a patch with nothing behind a key changes nothing".to_owned();
            self.dropped.push((row.path.to_owned(), why));
            return None;
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
            How::By(rule) => {
                let mut loose = tree.take_loose();
                let left = by(*rule, self, row, tree)?;
                self.loose.append(&mut loose);
                return Ok(left);
            }
        }
        Ok(None)
    }

    /// `$patch: delete` of a whole section.
    fn section(&mut self, path: &str, key: Key, tree: Tree) -> Option<Tree> {
        let moves = self.moves_below(path);
        let Some((_, kind, caution)) = SECTIONS.iter().find(|(one, ..)| *one == path && moves)
        else {
            let below = rows_below(path).map(|row| row.subsystem);
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
}

/// A map without its entries.
fn shell(tree: &Tree) -> Tree {
    Tree {
        notes: tree.notes.clone(),
        written: None,
        body: Body::Map(Vec::new()),
    }
}
