//! Events to nodes, without recursion.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use diagnostics::{Diagnostic, Diagnostics, Source};
use granit_parser::{Event, Placement, ScalarStyle, Span, StructureStyle};

use super::place;
use crate::limits::Limits;
use crate::node::{Anchor, Data, Entry, Mapping, Node, Notation, Value, notation_of};
use crate::parsed::{Comment, Parsed};
use crate::scalar::{Scalar, Style, Tag};

/// How many problems of one text are told: a file with more has one cause, or was made to be
/// a nuisance.
const MAX_PROBLEMS: usize = 200;

/// How many anchors are looked through for one that an undefined alias may have meant.
const MAX_NAMES: usize = 500;

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
    limits: &'a Limits,
    parsed: Parsed,
    problems: usize,
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

/// A list or map that is not closed yet.
struct Frame {
    part: Part,
    anchor_id: usize,
    /// Whether the parser gave the brackets' place.
    bracketed: bool,
    children: Children,
    height: usize,
    weight: usize,
}

enum Children {
    Items(Vec<Node>),
    Entries(Vec<Entry>, Option<(Node, usize)>),
}

/// What is known of a node before its content.
struct Part {
    range: Range<usize>,
    notation: Notation,
    tag: Option<Arc<Tag>>,
    anchor: Option<Anchor>,
    /// The scalar, if it is one.
    content: Option<Scalar>,
    implied: bool,
}

impl<'a> Builder<'a> {
    pub(super) fn new(source: &'a Source, limits: &'a Limits) -> Self {
        Self {
            source,
            limits,
            parsed: Parsed::default(),
            problems: 0,
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
                let tag = own_tag(tag.as_deref(), span);
                return self.scalar(&text, style, anchor_id, tag, range, span);
            }
            Event::SequenceStart(style, anchor_id, tag) => {
                let tag = own_tag(tag.as_deref(), span);
                self.start(Children::Items(Vec::new()), style, anchor_id, tag, range);
                return self.count(1, 0, &range_of(span));
            }
            Event::MappingStart(style, anchor_id, tag) => {
                let tag = own_tag(tag.as_deref(), span);
                let children = Children::Entries(Vec::new(), None);
                self.start(children, style, anchor_id, tag, range);
                return self.count(1, 0, &range_of(span));
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
                self.undefined_alias(&name, range.clone());
                self.attach(empty_node(range));
                return self.count(1, 0, &range_of(span));
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
        self.report(problem);
        if recoverable && self.problems < MAX_PROBLEMS {
            Stop::Document
        } else {
            Stop::Text
        }
    }

    /// Forgets what is unfinished.
    fn abandon_document(&mut self) {
        self.open.clear();
        self.anchored = None;
        self.anchors.clear();
        self.names.clear();
        self.root = None;
    }

    /// All that was read.
    pub(super) fn finish(mut self) -> Parsed {
        if let Some(more) = self.problems.checked_sub(MAX_PROBLEMS).filter(|&n| n > 0) {
            self.parsed.diagnostics.push(
                Diagnostic::error(
                    "yaml/too-many-problems",
                    format!("{more} more problems are not listed"),
                )
                .at(self.source.whole()),
            );
        }
        self.parsed.diagnostics.sort();
        self.parsed
    }

    fn report(&mut self, problem: Diagnostic) {
        self.problems += 1;
        if self.problems <= MAX_PROBLEMS {
            self.parsed.diagnostics.push(problem);
        }
    }

    /// The range of a span, made safe to slice with whatever the parser says.
    fn checked(&self, span: &Span) -> Range<usize> {
        let text = self.source.text();
        let range = range_of(span);
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
            let (start, without_sign) = self.place_left_out(range.start);
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
            self.report_duplicates(mapping);
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
        let problem = Diagnostic::error(
            "yaml/recursive-alias",
            "the alias stands inside of what it refers to",
        )
        .at(self.source.location(range.clone()));
        self.report(problem);
        self.attach(empty_node(range));
        Ok(())
    }

    /// Puts a finished node where it belongs.
    fn attach(&mut self, node: Node) {
        let start = self.entry_start(&node);
        let Some(frame) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        frame.height = frame.height.max(node.data().height + 1);
        frame.weight = frame.weight.saturating_add(node.data().weight);
        match &mut frame.children {
            Children::Items(items) => items.push(node),
            Children::Entries(entries, pending) => match pending.take() {
                None => *pending = Some((node, start)),
                Some((key, start)) => entries.push(Entry {
                    key,
                    value: node,
                    start,
                }),
            },
        }
    }

    /// Where an entry starts of which this is the key: at `? `, if that is written.
    fn entry_start(&self, key: &Node) -> usize {
        let start = key.full_range().start;
        place::after_sign(self.source.text(), self.before(), b'?')
            .map_or(start, |after| start.min(after - 1))
    }

    /// Counts nodes and levels, and refuses what is beyond the limits.
    fn count(&mut self, weight: usize, height: usize, range: &Range<usize>) -> Result<(), Stop> {
        self.weight = self.weight.saturating_add(weight);
        let problem = if self.open.len() + height > self.limits.effective_depth() {
            too_deep(self.limits)
        } else if self.weight <= self.limits.nodes {
            return Ok(());
        } else if weight > 1 {
            Diagnostic::error(
                "yaml/alias-bomb",
                format!(
                    "with its aliases expanded, the file has more than {} values",
                    self.limits.nodes
                ),
            )
            .hint("write the values out where they are needed, or use fewer aliases")
        } else {
            Diagnostic::error(
                "yaml/too-large",
                format!("the file has more than {} values", self.limits.nodes),
            )
        };
        let problem = problem.at(self.source.location(range.clone()));
        Err(self.problem(problem, false))
    }

    /// Where the thing before the node that comes next ends.
    fn before(&self) -> usize {
        let Some(frame) = self.open.last() else {
            return self.document_start;
        };
        let start = frame.part.range.start + usize::from(frame.bracketed);
        match &frame.children {
            Children::Items(items) => items.last().map_or(start, |item| item.range().end),
            Children::Entries(entries, None) => {
                entries.last().map_or(start, |entry| entry.range().end)
            }
            Children::Entries(_, Some((key, _))) => key.range().end,
        }
    }

    /// The place of a scalar left out, and whether it has no sign of its place.
    fn place_left_out(&self, parsers: usize) -> (usize, bool) {
        let Some(frame) = self.open.last() else {
            return (parsers, false);
        };
        let text = self.source.text();
        let before = self.before();
        match &frame.children {
            Children::Items(_) if frame.part.notation == Notation::Flow => (parsers, true),
            Children::Items(_) => match place::after_sign(text, before, b'-') {
                Some(place) => (place, false),
                None => (parsers, true),
            },
            Children::Entries(_, None) => {
                let place = place::after_sign(text, before, b'?');
                (place.unwrap_or(parsers), true)
            }
            Children::Entries(_, Some((key, start))) => {
                let sign = place::after_sign(text, before, b':').filter(|place| {
                    let explicit = *start < key.full_range().start;
                    frame.part.notation == Notation::Flow
                        || place::belongs(text, *start, before, place - 1, explicit)
                });
                // Without the sign the value is left out directly behind the key.
                sign.map_or((before, true), |place| (place, false))
            }
        }
    }

    fn report_duplicates(&mut self, mapping: &Mapping) {
        let mut found = Diagnostics::new();
        let mut more = 0;
        for (first, later) in mapping.duplicates() {
            if self.problems + found.len() >= MAX_PROBLEMS {
                more += 1;
                continue;
            }
            found.push(
                Diagnostic::error(
                    "yaml/duplicate-key",
                    format!(
                        "the key `{}` is set twice",
                        shortened(later.key.text().unwrap_or_default())
                    ),
                )
                .at(self.source.location(later.key.range()))
                .related(self.source.location(first.key.range()), "first set here")
                .hint("remove one of the two"),
            );
        }
        for problem in found {
            self.report(problem);
        }
        self.problems += more;
    }

    fn undefined_alias(&mut self, name: &str, range: Range<usize>) {
        if self.problems >= MAX_PROBLEMS {
            self.problems += 1;
            return;
        }
        let problem = Diagnostic::error(
            "yaml/undefined-alias",
            format!("no anchor `&{}` precedes this alias", shortened(name)),
        )
        .at(self.source.location(range));
        let nearest = self.names.iter().rev().take(MAX_NAMES).map(String::as_str);
        let problem = match diagnostics::closest(name, nearest) {
            Some(close) => problem.hint(format!("did you mean `*{close}`?")),
            None => problem.hint("put the value in quotes if the `*` belongs to it"),
        };
        self.report(problem);
    }
}

/// The problem of too many levels, without its place.
pub(super) fn too_deep(limits: &Limits) -> Diagnostic {
    Diagnostic::error(
        "yaml/too-deep",
        format!(
            "lists and maps are nested more than {} deep",
            limits.effective_depth()
        ),
    )
}

fn range_of(span: &Span) -> Range<usize> {
    span.byte_range().unwrap_or_default()
}

fn own_tag(tag: Option<&granit_parser::Tag>, span: &Span) -> Option<Arc<Tag>> {
    let range = span.tag_span().as_ref().map(range_of).unwrap_or_default();
    // `!` alone only says that the value is not to be guessed at; its name is `!` then.
    tag.map(|tag| Arc::new(Tag::new(tag.to_string(), range)))
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

/// A name for a message, cut where it is very long.
fn shortened(name: &str) -> String {
    const LONGEST: usize = 60;
    match name.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}
