//! Patches as text: rewritten with their comments, also where they are templates.

mod audience;
mod json;
mod own;
mod read;
mod template;
mod write;

use std::ops::Range;

use diagnostics::Source;
use yaml::{Limits, Node};

use super::notes::{Comment, Statement};
use super::subsystem::Subsystem;
use super::table::row_above;
use super::tree::{Body, Tree};
use super::walk::{Outcome, moved};
use super::work::{Document, Scope, Stay};
pub use audience::Audience;
use read::Reader;
use template::Protected;

/// Why a person has to rewrite a patch, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByHand {
    /// Where it is written, in bytes.
    pub range: Range<usize>,
    /// The field, if it is about one.
    pub path: String,
    /// Why.
    pub why: String,
}

/// A document of a rewritten patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its kind, and its name if it has one: `KernelModuleConfig/nbd`.
    pub title: String,
    /// The fields of v1alpha1 that it was made of.
    pub from: Vec<String>,
    /// What is to be known of it.
    pub cautions: Vec<String>,
    /// Whether Talos refuses it on workers.
    pub for_control_planes: bool,
}

/// How a dollar is written that is to stand in what Talos reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dollar {
    /// As it is.
    Single,
    /// Doubled: variables are put into the text before.
    Doubled,
}

/// A patch, rewritten. Has no `Debug`: it may hold secrets.
pub struct Rewritten {
    template: Protected,
    original: String,
    pieces: Vec<Piece>,
    head: Vec<Comment>,
    tail: Vec<Comment>,
    /// Whether it was operations of JSON.
    operations: bool,
    /// What stays in v1alpha1, and why.
    pub stays: Vec<(Stay, Range<usize>)>,
    /// Fields that went without a document, and why that changes nothing.
    pub dropped: Vec<(String, String)>,
    dollar: Dollar,
}

/// One document of a patch.
enum Piece {
    /// As it was written.
    Text(String),
    /// What is left of v1alpha1.
    Left(Tree),
    /// A new one.
    New(Box<Document>),
}

impl Rewritten {
    /// Rewrites a patch for the contract 1.14. Patches with `$patch` and with the doubled
    /// dollar of texts that pass a substitution are read alike, and what is deleted anew is
    /// written as is said. Templates are patches as far as they are YAML once their expressions
    /// are taken for words and their statements for comments.
    ///
    /// # Errors
    ///
    /// What only a person can rewrite, at its place.
    pub fn of(source: &Source, chosen: &[Subsystem], dollar: Dollar) -> Result<Self, ByHand> {
        let text = source.text();
        let template = template::protect(text)?;
        let readable = Source::new(source.name(), template.text.as_str());
        let parsed = yaml::parse(&readable, &Limits::default());
        if let Some(problem) = parsed.diagnostics.iter().next() {
            let why = if template.is_template() {
                "it is YAML only once it is rendered".to_owned()
            } else {
                problem.message.clone()
            };
            return Err(ByHand::at(0..0, why));
        }
        let mut reader = Reader::new(&template, &parsed.comments);
        let mut rewritten = Self {
            original: text.to_owned(),
            pieces: Vec::new(),
            head: Vec::new(),
            tail: Vec::new(),
            operations: false,
            stays: Vec::new(),
            dropped: Vec::new(),
            dollar,
            template: template.clone(),
        };
        let roots: Vec<&Node> = parsed
            .documents
            .iter()
            .filter(|root| !root.is_null())
            .collect();
        let mut end = 0;
        for (index, root) in roots.iter().enumerate() {
            let limit = match roots.get(index + 1) {
                Some(next) => next.full_range().start,
                None => template.text.len(),
            };
            let has_kind = root.get("kind").is_some();
            let mut tree = reader.document(root, limit)?;
            if root.as_sequence().is_some() {
                tree = json::merge(tree).map_err(|why| ByHand::at(root.range(), why))?;
                rewritten.operations = true;
            }
            if has_kind {
                let own = template.text.get(end..root.range().end).unwrap_or_default();
                rewritten.pieces.push(Piece::Text(own::own(root, own)));
            } else {
                if roots.len() == 1 {
                    rewritten.lift(&mut tree);
                }
                let outcome = moved(&tree, Scope::Patch, chosen);
                rewritten.take(root, outcome)?;
            }
            end = root.range().end;
        }
        rewritten.tail.extend(reader.rest(template.text.len()));
        Ok(rewritten)
    }

    /// Takes statements that stand around all there is out of a document.
    fn lift(&mut self, tree: &mut Tree) {
        let Body::Map(entries) = &mut tree.body else {
            return;
        };
        let Some(((_, first), rest)) = entries.split_first_mut() else {
            return;
        };
        let opens = |comment: &Comment| comment.statement == Some(Statement::Opens);
        let last = rest
            .last_mut()
            .map_or(first.notes.after.clone(), |(_, last)| {
                last.notes.after.clone()
            });
        let closes = last
            .iter()
            .filter(|one| one.statement == Some(Statement::Closes))
            .count();
        let Some(at) = first.notes.above.iter().rposition(opens) else {
            return;
        };
        if closes == 0 {
            return;
        }
        let above = first.notes.above.split_off(at + 1);
        self.head = std::mem::replace(&mut first.notes.above, above);
        match rest.last_mut() {
            Some((_, last)) => last.notes.after.clear(),
            None => first.notes.after.clear(),
        }
        self.tail = last;
    }

    fn take(&mut self, root: &Node, outcome: Outcome) -> Result<(), ByHand> {
        let at = |path: &str| {
            let node = path.split('.').try_fold(root, |node, key| {
                node.get(key.split('[').next().unwrap_or(key))
            });
            node.unwrap_or(root).range()
        };
        if let Some(path) = outcome.undecided {
            let mut problem = ByHand::at(at(&path), "a statement of the template decides about it");
            problem.path = path;
            return Err(problem);
        }
        let stays = outcome.stays.into_iter().map(|stay| {
            let range = at(&stay.path);
            (stay, range)
        });
        self.stays.extend(stays);
        self.dropped.extend(outcome.dropped);
        self.tail.extend(outcome.loose);
        self.pieces.extend(outcome.left.map(Piece::Left));
        for mut document in outcome.documents {
            if self.dollar == Dollar::Doubled {
                document.double_dollars();
            }
            self.pieces.push(Piece::New(Box::new(document)));
        }
        Ok(())
    }

    /// Leaves out what allows workloads on control planes, and says why: it can be taken away only
    /// once.
    pub fn drop_scheduling(&mut self, why: &str) {
        for piece in std::mem::take(&mut self.pieces) {
            let Piece::New(mut document) = piece else {
                self.pieces.push(piece);
                continue;
            };
            if !audience::takes_taint(&document) {
                self.pieces.push(Piece::New(document));
                continue;
            }
            let is_it = |path: &String| path.starts_with("cluster.allowSchedulingOn");
            let gone = document.from.iter().filter(|path| is_it(path));
            self.dropped
                .extend(gone.map(|path| (path.clone(), why.to_owned())));
            document.from.retain(|path| !is_it(path));
            let rest = audience::share(&document, Audience::Everybody);
            self.pieces
                .extend(rest.map(|rest| Piece::New(Box::new(rest))));
        }
    }

    /// Whether the text stays as it is.
    pub fn is_unchanged(&self) -> bool {
        !self.operations
            && self.dropped.is_empty()
            && !self
                .pieces
                .iter()
                .any(|piece| matches!(piece, Piece::New(_)))
    }

    /// The new documents.
    pub fn parts(&self) -> Vec<Part> {
        let part = |piece: &Piece| match piece {
            Piece::New(document) => Some(Part {
                title: self.template.restored(&document.title()),
                from: document.from.clone(),
                cautions: document.cautions.clone(),
                for_control_planes: audience::share(document, Audience::ControlPlanes).is_some(),
            }),
            Piece::Text(_) | Piece::Left(_) => None,
        };
        self.pieces.iter().filter_map(part).collect()
    }

    /// The patch as it is to be written; nothing if nothing is left to say.
    pub fn text(&self, audience: Audience) -> Option<String> {
        if self.is_unchanged() && audience != Audience::ControlPlanes {
            return Some(self.original.clone());
        }
        let pieces = self.pieces.iter().filter_map(|piece| match piece {
            Piece::New(document) => audience::share(document, audience).map(|own| written(&own)),
            _ if audience == Audience::ControlPlanes => None,
            Piece::Text(text) => Some(text.clone()),
            Piece::Left(tree) => Some(write::document(&tree.notes.above, tree)),
        });
        let pieces: Vec<_> = pieces.collect();
        if pieces.is_empty() {
            return None;
        }
        let mut text = String::new();
        if self.original.starts_with("---") {
            text.push_str("---\n");
        }
        write::comments(&mut text, &self.head, 0);
        text.push_str(&pieces.join("---\n"));
        write::comments(&mut text, &self.tail, 0);
        Some(self.template.restored(&text))
    }
}

/// The fields that templates of Go in a text ask for and that v1alpha1 has no more, each with its
/// place.
pub fn asks(text: &str) -> Vec<(Stay, Range<usize>)> {
    let asked = crate::patch::asked(text).into_iter();
    let moved = asked.filter_map(|(path, range)| {
        let row = row_above(&path)?;
        let stay = Stay {
            subsystem: row.subsystem,
            why: format!(
                "a template asks for it, and it is in `{}` then, where templates do not look",
                row.kind
            ),
            path,
            whole: false,
        };
        Some((stay, range))
    });
    moved.collect()
}

fn written(document: &Document) -> String {
    write::document(&document.head, &document.tree())
}
