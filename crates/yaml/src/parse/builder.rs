//! Events to nodes, without recursion.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use diagnostics::{Diagnostic, Source};
use granit_parser::{Event, Placement, ScalarStyle, ScanError, Span, StructureStyle};

use super::frame::{Children, Frame, Part};
use super::go::{Respelled, Respelling};
use super::place;
use super::problems::{self, Problems};
use super::syntax;
use crate::limits::Limits;
use crate::node::{Anchor, Data, Mapping, Node, Notation, Value, notation_of};
use crate::parsed::{Comment, Parsed};
use crate::rules;
use crate::scalar::{Scalar, Style, Tag};

/// How the reading goes on after a problem.
pub(super) enum Stop {
    /// With the next document.
    Document,
    /// Not at all.
    Text,
}

/// Collects events into trees.
pub(super) struct Builder<'a> {
    source: &'a Source,
    respelled: &'a Respelled<'a>,
    /// What would help to read on as Go's reader does.
    respelling: Option<Respelling>,
    limits: &'a Limits,
    parsed: Parsed,
    problems: Problems<'a>,
    /// Lists and maps that are open, the outermost first.
    open: Vec<Frame>,
    /// A scalar whose anchor is still to come: the parser gives it after the node.
    anchored: Option<(Part, usize)>,
    /// Finished nodes by the parser's number of their anchor.
    anchors: HashMap<usize, Arc<Data>>,
    /// Names of all anchors of the document, for suggestions.
    names: Vec<String>,
    root: Option<Node>,
    /// Where the content of the document starts.
    document_start: usize,
    /// Nodes so far in all documents, aliases expanded.
    weight: usize,
}

impl<'a> Builder<'a> {
    pub(super) fn new(
        source: &'a Source,
        respelled: &'a Respelled<'a>,
        limits: &'a Limits,
    ) -> Self {
        Self {
            source,
            respelled,
            respelling: None,
            limits,
            parsed: Parsed::default(),
            problems: Problems::new(source),
            open: Vec::new(),
            anchored: None,
            anchors: HashMap::new(),
            names: Vec::new(),
            root: None,
            document_start: 0,
            weight: 0,
        }
    }

    /// Takes the next event.
    pub(super) fn event(&mut self, event: Event<'_>, span: &Span) -> Result<(), Stop> {
        let range = self.checked(span);
        match event {
            Event::DocumentStart(explicit, _) => {
                self.abandon_document();
                // Without `---` the parser's place is that of whatever comes first.
                if explicit {
                    self.document_start = range.end;
                }
            }
            Event::DocumentEnd => {
                self.document_start = range.end;
                if let Some(root) = self.root.take() {
                    self.parsed.documents.push(root);
                }
                self.abandon_document();
            }
            Event::Comment(_, placement) => self.parsed.comments.push(Comment {
                range,
                trailing: placement == Placement::Right,
            }),
            Event::Scalar(text, style, anchor_id, tag) => {
                let tag = self.own_tag(tag.as_deref(), span);
                return self.scalar(&text, style, anchor_id, tag, range, span);
            }
            Event::SequenceStart(style, anchor_id, tag) => {
                let tag = self.own_tag(tag.as_deref(), span);
                self.start(Children::Items(Vec::new()), style, anchor_id, tag, range);
                return self.count(1, 0, &self.range_of(span));
            }
            Event::MappingStart(style, anchor_id, tag) => {
                let tag = self.own_tag(tag.as_deref(), span);
                let children = Children::Entries(Vec::new(), None);
                self.start(children, style, anchor_id, tag, range);
                return self.count(1, 0, &self.range_of(span));
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(&range),
            Event::Anchor(id, name) => {
                self.names.push(name.to_string());
                let anchor = Anchor {
                    name: name.into_owned(),
                    range,
                };
                match self.anchored.take() {
                    Some((mut part, expected)) if expected == id => {
                        part.anchor = Some(anchor);
                        self.finish_scalar(part, id);
                    }
                    _ => {
                        if let Some(frame) = self.open.last_mut() {
                            frame.part.anchor = Some(anchor);
                        }
                    }
                }
            }
            Event::Alias(id) => return self.alias(id, range),
            Event::UnresolvedAlias(name) => {
                if self.respelling.is_none() {
                    self.respelling = self.respelled.alias(range.end);
                }
                self.problems
                    .undefined_alias(&name, range.clone(), &self.names);
                self.attach(empty_node(range));
                return self.count(1, 0, &self.range_of(span));
            }
            _ => {}
        }
        Ok(())
    }

    /// Records a problem that ends the document or the text.
    pub(super) fn problem(&mut self, problem: Diagnostic, recoverable: bool) -> Stop {
        self.abandon_document();
        // Where the next one starts is not known, unless it says so.
        self.document_start = self.source.text().len();
        self.problems.push(problem);
        if recoverable && !self.problems.is_full() {
            Stop::Document
        } else {
            Stop::Text
        }
    }

    /// Records a syntax error.
    pub(super) fn syntax_error(&mut self, error: &ScanError, recoverable: bool) -> Stop {
        let text = self.source.text();
        let offset = error.marker().byte_offset();
        let at = offset.map_or(text.len(), |offset| self.respelled.original(offset));
        if self.respelling.is_none() {
            let in_brackets = self
                .open
                .last()
                .is_some_and(|frame| frame.part.notation == Notation::Flow);
            self.respelling = self.respelled.error(error.kind(), at, in_brackets);
        }
        let problem = syntax::problem(self.source, self.limits, error, at);
        self.problem(problem, recoverable)
    }

    /// Forgets what is unfinished.
    fn abandon_document(&mut self) {
        self.open.clear();
        self.anchored = None;
        self.anchors.clear();
        self.names.clear();
        self.root = None;
    }

    /// All that was read, and what would help to read more.
    pub(super) fn finish(mut self) -> (Parsed, Option<Respelling>) {
        self.parsed.diagnostics = self.problems.finish();
        (self.parsed, self.respelling)
    }

    /// The range of a span in the text as it is.
    fn range_of(&self, span: &Span) -> Range<usize> {
        let range = span.byte_range().unwrap_or_default();
        self.respelled.original(range.start)..self.respelled.original(range.end)
    }

    fn own_tag(&self, tag: Option<&granit_parser::Tag>, span: &Span) -> Option<Arc<Tag>> {
        let place = span.tag_span();
        let range = place.as_ref().map(|span| self.range_of(span));
        let range = range.unwrap_or_default();
        // `!` alone only says that the value is not to be guessed at; its name is `!` then.
        tag.map(|tag| Arc::new(Tag::new(tag.to_string(), range)))
    }

    /// The range of a span, made safe to slice with whatever the parser says.
    fn checked(&self, span: &Span) -> Range<usize> {
        let text = self.source.text();
        let range = self.range_of(span);
        let start = place::floor(text, range.start);
        start..place::floor(text, range.end).max(start)
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor_id: usize,
        tag: Option<Arc<Tag>>,
        range: Range<usize>,
        span: &Span,
    ) -> Result<(), Stop> {
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::SingleQuoted,
            ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
        };
        let left_out = style == Style::Plain && range.is_empty();
        let mut implied = false;
        let range = if style.is_block() {
            let indent = span.start.col();
            place::block_scalar(self.source.text(), self.before(), range, indent)
        } else if left_out && tag.is_none() && anchor_id == 0 {
            let text = self.source.text();
            let (start, without_sign) = match self.open.last() {
                Some(frame) => frame.left_out(text, range.start),
                None => (range.start, false),
            };
            implied = without_sign;
            start..start
        } else {
            range
        };
        self.count(1, 0, &range)?;
        // The parser says `~` for what is left out.
        let text = if left_out { "" } else { text };
        let scalar = Scalar::new(text, style).with_tag(tag.clone());
        let part = Part {
            range,
            notation: notation_of(style),
            tag,
            anchor: None,
            content: Some(scalar),
            implied,
        };
        if anchor_id == 0 {
            self.finish_scalar(part, 0);
        } else {
            self.anchored = Some((part, anchor_id));
        }
        Ok(())
    }

    fn finish_scalar(&mut self, part: Part, anchor_id: usize) {
        let Some(scalar) = part.content else { return };
        let data = Arc::new(Data {
            value: Value::Scalar(scalar),
            tag: part.tag,
            anchor: part.anchor,
            style: part.notation,
            range: part.range.clone(),
            implied: part.implied,
            height: 0,
            weight: 1,
        });
        if anchor_id != 0 {
            self.anchors.insert(anchor_id, Arc::clone(&data));
        }
        self.attach(Node::new(part.range, data));
    }

    fn start(
        &mut self,
        children: Children,
        style: StructureStyle,
        anchor_id: usize,
        tag: Option<Arc<Tag>>,
        mut range: Range<usize>,
    ) {
        let in_entry = self
            .open
            .last()
            .is_some_and(|frame| matches!(frame.children, Children::Entries(..)));
        if range.is_empty() && in_entry && matches!(children, Children::Items(_)) {
            range.start = place::first_dash(self.source.text(), self.before(), range.start);
            range.end = range.start;
        }
        self.open.push(Frame {
            anchor_id,
            bracketed: !range.is_empty(),
            part: Part {
                range,
                notation: match style {
                    StructureStyle::Block => Notation::Block,
                    StructureStyle::Flow => Notation::Flow,
                },
                tag,
                anchor: None,
                content: None,
                implied: false,
            },
            children,
            height: 1,
            weight: 1,
        });
    }

    fn end(&mut self, range: &Range<usize>) {
        let Some(frame) = self.open.pop() else { return };
        let (first, last, value) = match frame.children {
            Children::Items(items) => (
                items.first().map(|item| item.full_range().start),
                items.last().map(|item| item.range().end),
                Value::Sequence(items),
            ),
            Children::Entries(entries, _) => (
                entries.first().map(|entry| entry.range().start),
                entries.last().map(|entry| entry.range().end),
                Value::Mapping(Mapping::new(entries)),
            ),
        };
        let start = frame.part.range.start;
        let range = if frame.bracketed {
            start..range.end.max(start)
        } else {
            let start = first.map_or(start, |first| first.min(start));
            start..last.unwrap_or(start).max(start)
        };
        if let Value::Mapping(mapping) = &value {
            self.problems.duplicate_keys(mapping);
        }
        let data = Arc::new(Data {
            value,
            tag: frame.part.tag,
            anchor: frame.part.anchor,
            style: frame.part.notation,
            range: range.clone(),
            implied: false,
            height: frame.height,
            weight: frame.weight,
        });
        if frame.anchor_id != 0 {
            self.anchors.insert(frame.anchor_id, Arc::clone(&data));
        }
        self.attach(Node::new(range, data));
    }

    fn alias(&mut self, id: usize, range: Range<usize>) -> Result<(), Stop> {
        if let Some(data) = self.anchors.get(&id).cloned() {
            self.count(data.weight, data.height, &range)?;
            self.attach(Node::alias(range, data));
            return Ok(());
        }
        // The only anchors that are known but unfinished are those of open lists and maps.
        let problem = rules::YAML_RECURSIVE_ALIAS
            .report("the alias stands inside of what it refers to")
            .at(self.source.location(range.clone()));
        self.problems.push(problem);
        self.attach(empty_node(range));
        Ok(())
    }

    /// Puts a finished node where it belongs.
    fn attach(&mut self, node: Node) {
        match self.open.last_mut() {
            Some(frame) => frame.push(self.source.text(), node),
            None => self.root = Some(node),
        }
    }

    /// Where the thing before the node that comes next ends.
    fn before(&self) -> usize {
        self.open.last().map_or(self.document_start, Frame::before)
    }

    /// Counts nodes and levels, and refuses what is beyond the limits.
    fn count(&mut self, weight: usize, height: usize, range: &Range<usize>) -> Result<(), Stop> {
        self.weight = self.weight.saturating_add(weight);
        let problem = if self.open.len() + height > self.limits.effective_depth() {
            problems::too_deep(self.limits)
        } else if self.weight <= self.limits.nodes {
            return Ok(());
        } else if weight > 1 {
            rules::YAML_ALIAS_BOMB
                .report(format!(
                    "with its aliases expanded, the file has more than {} values",
                    self.limits.nodes
                ))
                .hint("write the values out where they are needed, or use fewer aliases")
        } else {
            rules::YAML_TOO_LARGE.report(format!(
                "the file has more than {} values",
                self.limits.nodes
            ))
        };
        let problem = problem.at(self.source.location(range.clone()));
        Err(self.problem(problem, false))
    }
}

/// Stands where an alias leads nowhere.
fn empty_node(range: Range<usize>) -> Node {
    let data = Arc::new(Data {
        value: Value::Scalar(Scalar::new("", Style::Plain)),
        tag: None,
        anchor: None,
        style: Notation::Flow,
        range: range.clone(),
        implied: false,
        height: 0,
        weight: 1,
    });
    Node::alias(range, data)
}
