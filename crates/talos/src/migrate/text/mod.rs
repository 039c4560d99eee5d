//! Patches as text: rewritten with their comments, also where they are templates.

mod read;
mod template;
mod write;

use std::ops::Range;

use diagnostics::Source;
use yaml::{Limits, Node};

use super::convert::kubernetes::CONTROL_PLANE;
use super::subsystem::Subsystem;
use super::table::is_for_control_planes;
use super::tree::{Body, Comment, Statement, Tree};
use super::walk::{Outcome, moved};
use super::work::{Document, Scope};
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

/// Which documents of a patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// All of them.
    All,
    /// Those that workers take too.
    Everybody,
    /// Those that only control planes take.
    ControlPlanes,
}

/// A patch, rewritten. Has no `Debug`: it may hold secrets.
pub struct Rewritten {
    template: Protected,
    original: String,
    pieces: Vec<Piece>,
    head: Vec<Comment>,
    tail: Vec<Comment>,
    /// What stays in v1alpha1, and why.
    pub stays: Vec<(super::Stay, Range<usize>)>,
    /// Fields that went without a document, and why that changes nothing.
    pub dropped: Vec<(String, String)>,
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
    /// dollar of files that pass a substitution are the same to it; so are templates, as far
    /// as they are YAML once their expressions are taken for words and their statements for
    /// comments.
    ///
    /// # Errors
    ///
    /// What only a person can rewrite, at its place.
    pub fn of(source: &Source, chosen: &[Subsystem]) -> Result<Self, ByHand> {
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
            stays: Vec::new(),
            dropped: Vec::new(),
            template: template.clone(),
        };
        let roots: Vec<&Node> = parsed
            .documents
            .iter()
            .filter(|root| !root.is_null())
            .collect();
        let mut end = 0;
        for (index, root) in roots.iter().enumerate() {
            if root.as_sequence().is_some() {
                return Err(ByHand::at(
                    root.range(),
                    "operations of JSON name places of one document, and there are several from 1.14 on",
                ));
            }
            let limit = match roots.get(index + 1) {
                Some(next) => next.full_range().start,
                None => template.text.len(),
            };
            let has_kind = root.get("kind").is_some();
            let mut tree = reader.document(root, limit)?;
            if has_kind {
                let own = template.text.get(end..root.range().end).unwrap_or_default();
                let own = own
                    .trim_start_matches("---")
                    .trim_start_matches(['\n', '\r']);
                rewritten
                    .pieces
                    .push(Piece::Text(format!("{}\n", own.trim_end())));
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
        self.pieces.extend(outcome.left.map(Piece::Left));
        self.pieces.extend(
            outcome
                .documents
                .into_iter()
                .map(|document| Piece::New(Box::new(document))),
        );
        Ok(())
    }

    /// Whether the text stays as it is.
    pub fn is_unchanged(&self) -> bool {
        self.dropped.is_empty()
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
                for_control_planes: refused_on_workers(document),
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
        let wanted = |piece: &&Piece| match (audience, piece) {
            (Audience::All, _) => true,
            (Audience::ControlPlanes, Piece::New(document)) => refused_on_workers(document),
            (Audience::ControlPlanes, _) => false,
            (Audience::Everybody, Piece::New(document)) => !refused_on_workers(document),
            (Audience::Everybody, _) => true,
        };
        let pieces: Vec<String> = self.pieces.iter().filter(wanted).map(written).collect();
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

fn written(piece: &Piece) -> String {
    match piece {
        Piece::Text(text) => text.clone(),
        Piece::Left(tree) => write::document(&tree.notes.above, tree),
        Piece::New(document) => write::document(&document.head, &document.tree()),
    }
}

/// Whether a worker would refuse a document, or what it takes out.
fn refused_on_workers(document: &Document) -> bool {
    let takes_taint = || {
        let taints = document.fields.get("taints");
        let taint = taints.and_then(|taints| taints.get(CONTROL_PLANE));
        taint.is_some_and(Tree::is_deletion)
    };
    (is_for_control_planes(document.kind) && document.deleted.is_none())
        || (document.kind == "KubeNodeConfig" && takes_taint())
}
