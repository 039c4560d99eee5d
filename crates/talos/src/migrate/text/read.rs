//! Text to a tree with comments.

use std::ops::Range;

use documents::scalar::go_float;
use serde_json::{Number, Value};
use yaml::{Dialect, Node, Notation, Resolved, Style};

use super::ByHand;
use super::own::is_open;
use super::template::Protected;
use crate::migrate::notes::{Comment, Notes, Statement};
use crate::migrate::tree::{Body, Key, Tree, Written};

pub(super) struct Reader<'a> {
    text: &'a str,
    template: &'a Protected,
    comments: &'a [yaml::Comment],
    /// Comments before this one belong to somebody.
    next: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(template: &'a Protected, comments: &'a [yaml::Comment]) -> Self {
        Self {
            text: &template.text,
            template,
            comments,
            next: 0,
        }
    }

    /// A document that ends before an offset.
    pub(super) fn document(&mut self, root: &Node, limit: usize) -> Result<Tree, ByHand> {
        self.value(root, limit)
    }

    /// The comments before an offset that belong to nothing yet.
    pub(super) fn rest(&mut self, limit: usize) -> Vec<Comment> {
        self.above(limit)
    }

    fn value(&mut self, node: &Node, limit: usize) -> Result<Tree, ByHand> {
        let refuse = |why: &str| Err(ByHand::at(node.range(), why));
        if node.is_alias() || node.anchor().is_some() {
            return refuse("an anchor cannot stand in another document");
        }
        if node.tag().is_some() {
            return refuse("the value has a tag");
        }
        let flow = node.notation() == Notation::Flow;
        let body = match node.value() {
            yaml::Value::Scalar(scalar) => Body::Scalar(Self::scalar(scalar)),
            yaml::Value::Sequence(items) if flow => {
                let items = items.iter().map(|item| self.value(item, item.range().end));
                Body::List(items.collect::<Result<_, _>>()?)
            }
            yaml::Value::Sequence(items) => Body::List(self.items(items, limit)?),
            yaml::Value::Mapping(map) => {
                let mut entries = Vec::with_capacity(map.len());
                let mut depth = 0;
                for (index, entry) in map.iter().enumerate() {
                    let Some(name) = entry.key.text().filter(|name| *name != "<<") else {
                        return Err(ByHand::at(entry.key.range(), "the key is no text"));
                    };
                    if flow {
                        let value = self.value(&entry.value, entry.value.range().end)?;
                        entries.push((self.key(&entry.key, name), value));
                        continue;
                    }
                    let next = map.entries().get(index + 1);
                    let limit = next.map_or(limit, |next| next.range().start);
                    let above = self.above(entry.range().start);
                    let beside = self.beside(entry.key.range().end);
                    let mut tree = self.value(&entry.value, limit)?;
                    tree.notes = self.notes(above, beside, &mut depth, limit)?;
                    entries.push((self.key(&entry.key, name), tree));
                }
                let first = map.entries().first().filter(|_| !flow);
                if let (Some(first), Some((_, last))) = (first, entries.last_mut()) {
                    last.notes
                        .after
                        .extend(self.below(first.range().start, 0, limit));
                }
                Body::Map(entries)
            }
        };
        Ok(Tree {
            notes: Notes::default(),
            written: self.written(node, &body),
            body,
        })
    }

    fn items(&mut self, items: &[Node], limit: usize) -> Result<Vec<Tree>, ByHand> {
        let mut all = Vec::with_capacity(items.len());
        let mut depth = 0;
        for (index, item) in items.iter().enumerate() {
            let next = items.get(index + 1);
            let limit = next.map_or(limit, |next| next.full_range().start);
            let above = self.above(item.full_range().start);
            let own_line = item.as_scalar().is_some() || item.notation() == Notation::Flow;
            let beside = own_line.then(|| self.beside(item.range().start)).flatten();
            let mut tree = self.value(item, limit)?;
            tree.notes = self.notes(above, beside, &mut depth, limit)?;
            all.push(tree);
        }
        if let (Some(first), Some(last)) = (items.first(), all.last_mut()) {
            let below = self.below(first.full_range().start, "- ".len(), limit);
            last.notes.after.extend(below);
        }
        Ok(all)
    }

    fn key(&self, node: &Node, name: &str) -> Key {
        let written = self.slice(node.range());
        Key {
            name: name.to_owned(),
            written: (written != name).then(|| written.to_owned()),
        }
    }

    fn slice(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or_default()
    }

    fn scalar(scalar: &yaml::Scalar) -> Value {
        match scalar.read(Dialect::Go) {
            Resolved::Null => Value::Null,
            Resolved::Bool(flag) => Value::Bool(flag),
            Resolved::Integer(number) => match (i64::try_from(number), u64::try_from(number)) {
                (Ok(number), _) => number.into(),
                (_, Ok(number)) => number.into(),
                _ => Value::from(scalar.text()),
            },
            Resolved::Float(number) => match Number::from_f64(number) {
                Some(number) => Value::Number(number),
                None => Value::from(go_float(number)),
            },
            _ => Value::from(scalar.text()),
        }
    }

    fn written(&self, node: &Node, body: &Body) -> Option<Written> {
        let text = self.slice(node.range());
        let block = node
            .as_scalar()
            .is_some_and(|scalar| scalar.style().is_block());
        let kept = matches!(node.notation(), Notation::Flow) || matches!(body, Body::Scalar(_));
        if !block {
            return (kept && !text.contains('\n')).then(|| Written::Inline(text.to_owned()));
        }
        let folded = node
            .as_scalar()
            .is_some_and(|scalar| scalar.style() == Style::Folded);
        let (sign, lines) = text.split_once('\n')?;
        let sign = sign.split('#').next()?.trim();
        // What counts columns or keeps empty lines at the end is written anew.
        if !matches!(sign, "|" | "|-" | ">" | ">-") {
            return None;
        }
        // Where the text ends without a line break, so does the value, and more may follow now.
        let clipped = is_open(node) && !sign.ends_with('-');
        let sign = format!("{sign}{}", if clipped { "-" } else { "" });
        let lines: Vec<&str> = lines
            .split('\n')
            .map(|line| line.trim_end_matches('\r'))
            .collect();
        let indent = |line: &&str| line.len() - line.trim_start_matches(' ').len();
        let filled = lines.iter().filter(|line| !line.trim().is_empty());
        let least = filled.map(indent).min()?;
        let first = lines.iter().find(|line| !line.trim().is_empty())?;
        if folded && indent(first) != least {
            return None;
        }
        let lines = lines
            .iter()
            .map(|line| line.get(least..).unwrap_or_default().to_owned());
        Some(Written::Block(sign, lines.collect()))
    }

    fn comment(&self, comment: &yaml::Comment) -> Comment {
        let text = self.slice(comment.range.clone());
        let line = self.text.get(..comment.range.start).unwrap_or_default();
        Comment {
            text: text.to_owned(),
            column: self.column(comment.range.start),
            gap: line.len() - line.trim_end_matches(' ').len(),
            statement: self.template.statement(text),
        }
    }

    fn column(&self, offset: usize) -> usize {
        let before = self.text.get(..offset).unwrap_or_default();
        before.rsplit('\n').next().map_or(0, str::len)
    }

    /// Comments behind the last of several that begin at an offset, where they stand as far in,
    /// but for a sign, and further than what follows.
    fn below(&mut self, first: usize, sign: usize, limit: usize) -> Vec<Comment> {
        let least = self.column(first).saturating_sub(sign);
        let next = if limit < self.text.len() {
            self.column(limit)
        } else {
            0
        };
        let rest = self.comments.get(self.next..).unwrap_or_default();
        let those = rest
            .iter()
            .take_while(|one| one.range.start < limit && !one.trailing);
        let those = those
            .map(|one| self.comment(one))
            .take_while(|one| one.statement.is_none() && one.column >= least && one.column > next);
        let those: Vec<_> = those.collect();
        self.next += those.len();
        those
    }

    fn above(&mut self, before: usize) -> Vec<Comment> {
        let rest = self.comments.get(self.next..).unwrap_or_default();
        let those = rest
            .iter()
            .take_while(|comment| comment.range.start < before);
        let those: Vec<_> = those.map(|comment| self.comment(comment)).collect();
        self.next += those.len();
        those
    }

    /// The comment at the end of a line.
    fn beside(&mut self, offset: usize) -> Option<Comment> {
        let comment = self.comments.get(self.next)?;
        let between = self.text.get(offset..comment.range.start)?;
        if !comment.trailing || between.contains('\n') {
            return None;
        }
        self.next += 1;
        Some(self.comment(comment))
    }

    /// The comments of an entry, with those below that close what opened above it or before.
    fn notes(
        &mut self,
        above: Vec<Comment>,
        beside: Option<Comment>,
        depth: &mut i32,
        limit: usize,
    ) -> Result<Notes, ByHand> {
        let mut notes = Notes {
            above,
            beside,
            after: Vec::new(),
        };
        let count = |depth: &mut i32, comments: &[Comment]| {
            for comment in comments {
                *depth += match comment.statement {
                    Some(Statement::Opens) => 1,
                    Some(Statement::Closes) => -1,
                    _ => 0,
                };
            }
        };
        count(depth, &notes.above);
        if *depth > 0 {
            let rest = self.comments.get(self.next..).unwrap_or_default();
            let rest = rest
                .iter()
                .take_while(|comment| comment.range.start < limit);
            let mut open = *depth;
            let mut taken = 0;
            for (index, comment) in rest.enumerate() {
                match self.comment(comment).statement {
                    Some(Statement::Closes) => {
                        open -= 1;
                        taken = index + 1;
                    }
                    Some(Statement::Opens) => open += 1,
                    _ => {}
                }
                if open == 0 {
                    break;
                }
            }
            if let Some(comment) = self.comments.get(self.next + taken)
                && taken > 0
            {
                notes.after = self.above(comment.range.start);
            } else if taken > 0 {
                notes.after = self.above(self.text.len());
            }
            count(depth, &notes.after);
        }
        if notes
            .beside
            .as_ref()
            .is_some_and(|one| one.statement.is_some())
        {
            return Err(ByHand::at(0..0, "a statement stands behind a value"));
        }
        Ok(notes)
    }
}
