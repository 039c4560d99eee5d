//! YAML to items.

mod lines;
mod scalars;

use std::collections::HashSet;
use std::ops::Range;

use diagnostics::{Diagnostics, Rule, Source};
use serde_json::{Map, Value as Json};
use yaml::{Limits, Node, Notation, Style, Value as Yaml};

use super::super::format::Format;
use super::super::item::{
    Block, Document, Expansion, Item, Layout, Slot, YamlDocument, YamlLayout,
};
use super::comments::{Entry, Scope, place_comments};
use super::place::{dash_above, document_end, flow_entry, json, whole_lines};
use crate::rules;
use crate::sops::path::{Path, Step};
use crate::sops::token;
use crate::sops::value::Value;

/// Reads a text. Everything that sops would refuse is a problem.
pub(crate) fn read(source: &Source, limits: &Limits) -> Result<Document, Diagnostics> {
    let parsed = yaml::parse(source, limits);
    if parsed.diagnostics.has_errors() {
        return Err(parsed.diagnostics);
    }
    let mut reader = Reader::new(source);
    let mut documents = Vec::new();
    let mut starts = Vec::new();
    let mut start = 0;
    for (number, root) in parsed.documents.iter().enumerate() {
        let end = document_end(source.text(), root);
        let next = parsed
            .documents
            .get(number + 1)
            .map_or(source.text().len(), |next| next.full_range().start.max(end));
        starts.push(start);
        documents.push(reader.document(number, root, start, end));
        start = end.min(next);
    }
    reader.directives();
    reader.line_breaks();
    if !reader.problems.is_empty() {
        return Err(reader.problems);
    }
    if documents.is_empty() {
        return Err(Diagnostics::from(
            rules::SOPS_EMPTY
                .report("the file holds no document")
                .at(source.whole())
                .hint("write at least one key, or leave the file out"),
        ));
    }
    let blocks = &reader.blocks;
    let comments = parsed.comments.iter().filter(|comment| {
        let within = |block: &Block| block.range.contains(&comment.range.start);
        !blocks.iter().any(within)
    });
    spare_used_anchors(&mut reader.items);
    let items = place_comments(
        source.text(),
        reader.items,
        comments,
        &reader.scopes,
        &reader.entries,
        &starts,
    );
    Ok(Document {
        format: Format::Yaml,
        source: source.clone(),
        items,
        metadata: reader.metadata,
        blocks: reader.blocks,
        layout: Layout::Yaml(YamlLayout {
            documents,
            expansions: reader.expansions,
            indent: reader.indent,
        }),
    })
}

struct Reader<'a> {
    source: &'a Source,
    items: Vec<Item>,
    scopes: Vec<Scope>,
    entries: Vec<Entry>,
    expansions: Vec<Expansion>,
    blocks: Vec<Block>,
    metadata: Option<Map<String, Json>>,
    problems: Diagnostics,
    indent: Option<usize>,
}

/// Where a node stands, for those below it.
#[derive(Clone)]
struct Around {
    column: usize,
    flow: bool,
    /// The alias that all of this is the expansion of.
    expansion: Option<(usize, Range<usize>)>,
    /// What separates a value that is missing from its key or dash.
    lead: &'static str,
    /// Where the collection opens and closes as far as comments go.
    open: usize,
    close: usize,
    /// Whether it opens behind a dash on a line above.
    dash: bool,
}

impl<'a> Reader<'a> {
    fn new(source: &'a Source) -> Self {
        Self {
            source,
            items: Vec::new(),
            scopes: Vec::new(),
            entries: Vec::new(),
            expansions: Vec::new(),
            blocks: Vec::new(),
            metadata: None,
            problems: Diagnostics::new(),
            indent: None,
        }
    }

    fn document(&mut self, number: usize, root: &Node, open: usize, end: usize) -> YamlDocument {
        let path = Path {
            document: number,
            steps: Vec::new(),
        };
        let mut plain = YamlDocument {
            end,
            flow: None,
            column: 0,
            nothing: 0..0,
        };
        let Some(mapping) = root.as_mapping() else {
            if root.is_null() {
                plain.nothing = root.full_range();
                return plain;
            }
            self.problem(
                root.range(),
                &rules::SOPS_NOT_A_MAP,
                format!(
                    "the document is {}, where SOPS needs a map",
                    root.kind_name()
                ),
            );
            return plain;
        };
        let flow = root.notation() == Notation::Flow;
        let around = Around {
            column: 0,
            flow,
            expansion: None,
            lead: "",
            open,
            close: end,
            dash: false,
        };
        self.mapping(root, &path, &around, true);
        if flow {
            return YamlDocument {
                end: root.range().end.saturating_sub(1),
                flow: Some(mapping.is_empty()),
                ..plain
            };
        }
        plain.column = self.column(root.range().start);
        plain
    }

    fn mapping(&mut self, node: &Node, path: &Path, around: &Around, root: bool) {
        let Some(mapping) = node.as_mapping() else {
            return;
        };
        let expanded = around.expansion.is_some();
        let flow = around.flow || node.notation() == Notation::Flow;
        let first = mapping
            .entries()
            .first()
            .map_or(node.range().start, |entry| entry.key.full_range().start);
        let column = if flow {
            around.column
        } else {
            self.column(first)
        };
        if !expanded {
            self.scope(path, around, node, flow, column);
            if !flow && !root && self.indent.is_none() && column > around.column {
                self.indent = Some(column - around.column);
            }
        }
        let entries = mapping.entries();
        for (index, entry) in entries.iter().enumerate() {
            let Some(key) = self.key(&entry.key) else {
                continue;
            };
            let start = entry.key.full_range().start;
            let close = entries
                .get(index + 1)
                .map_or(around.close, |next| next.key.full_range().start);
            if root && &*key == "sops" {
                self.block(path.document, node, index, start);
                continue;
            }
            if !expanded {
                self.entries.push(Entry {
                    offset: start,
                    path: path.clone(),
                });
            }
            let below = Around {
                column,
                flow,
                expansion: around.expansion.clone(),
                lead: self.lead(entry.key.range().end, &entry.value, flow),
                open: entry.key.range().end,
                close,
                dash: false,
            };
            self.node(&entry.value, path.child(Step::Key(key)), &below);
        }
    }

    fn node(&mut self, node: &Node, path: Path, around: &Around) {
        if node.is_alias() && around.expansion.is_none() && node.as_scalar().is_none() {
            let number = self.expansions.len();
            self.expansions.push(Expansion {
                node: node.clone(),
                range: node.range(),
            });
            let below = Around {
                flow: true,
                expansion: Some((number, node.range())),
                ..around.clone()
            };
            self.value(node, path, &below);
        } else {
            self.value(node, path, around);
        }
    }

    fn value(&mut self, node: &Node, path: Path, around: &Around) {
        match node.value() {
            Yaml::Mapping(mapping) if !mapping.is_empty() => {
                self.mapping(node, &path, around, false);
            }
            Yaml::Sequence(items) if !items.is_empty() => {
                self.sequence(node, items, &path, around);
            }
            Yaml::Mapping(_) | Yaml::Sequence(_) => {
                self.push(node, path, Value::nothing(), around);
            }
            Yaml::Scalar(scalar) => {
                let value = self.scalar(node, scalar);
                self.push(node, path, value, around);
            }
        }
    }

    fn sequence(&mut self, node: &Node, items: &[Node], path: &Path, around: &Around) {
        let flow = around.flow || node.notation() == Notation::Flow;
        let column = if flow {
            around.column
        } else {
            self.column(node.range().start)
        };
        let expanded = around.expansion.is_some();
        if !expanded {
            self.scope(path, around, node, flow, column);
        }
        let mut index = 0;
        for (position, item) in items.iter().enumerate() {
            let start = item.full_range().start;
            let dash = (!flow && !expanded).then(|| dash_above(self.source.text(), start));
            let dash = dash.flatten();
            let close = items
                .get(position + 1)
                .map_or(around.close, |next| next.full_range().start);
            if !expanded {
                self.entries.push(Entry {
                    offset: dash.unwrap_or(start),
                    path: path.clone(),
                });
            }
            let below = Around {
                column,
                flow,
                expansion: around.expansion.clone(),
                lead: self.blank(item.range().start),
                open: dash.map_or(start, |dash| dash + 1),
                close,
                dash: dash.is_some(),
            };
            // sops writes an encrypted comment of a list as one of its items.
            if let Some(dash) = self.comment_item(item, flow) {
                self.push_comment(item, path, dash, column);
                continue;
            }
            self.node(item, path.child(Step::Index(index)), &below);
            index += 1;
        }
    }

    fn comment_item(&self, item: &Node, flow: bool) -> Option<Range<usize>> {
        let text = item.text().filter(|_| !flow && !item.is_alias())?;
        if token::type_of(text) != Some("comment") {
            return None;
        }
        let range = item.range();
        let before = self.source.text()[..range.start].trim_end_matches([' ', '\t']);
        before.ends_with('-').then(|| before.len() - 1..range.end)
    }

    fn push_comment(&mut self, item: &Node, path: &Path, dash: Range<usize>, column: usize) {
        self.items.push(Item {
            path: path.clone(),
            comment: true,
            range: item.range(),
            value: Value::comment(item.text().unwrap_or_default()),
            slot: Slot {
                column,
                dash: Some(dash),
                ..Slot::default()
            },
        });
    }

    fn push(&mut self, node: &Node, path: Path, value: Value, around: &Around) {
        let (expansion, range) = match &around.expansion {
            Some((number, range)) => (Some(*number), range.clone()),
            None => (None, node.range()),
        };
        let tag = node.tag().filter(|_| !node.is_alias()).map(|tag| {
            let range = tag.range();
            let rest = &self.source.text()[range.end..];
            let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            // The blanks behind an empty value are not before it.
            let value = node.range().start.max(range.end);
            range.start..value.min(range.end + blanks)
        });
        let marks = node.full_range().start..node.range().start;
        let marks = Some(marks).filter(|marks| !marks.is_empty() && node.as_scalar().is_some());
        self.items.push(Item {
            path,
            comment: false,
            range,
            value,
            slot: Slot {
                column: around.column,
                flow: around.flow,
                tag,
                bare: marks.is_some() && !node.is_alias() && is_bare(node),
                marks,
                definition: (node.is_alias() || expansion.is_some())
                    .then(|| node.definition_range()),
                lead: around.lead,
                expansion,
                ..Slot::default()
            },
        });
    }

    /// What has to stand before a value where so far there is only its key.
    fn lead(&self, key: usize, value: &Node, flow: bool) -> &'static str {
        let start = value.range().start;
        let between = self.source.text().get(key..start).unwrap_or_default();
        if flow && !between.contains(':') {
            return ": ";
        }
        self.blank(start)
    }

    fn blank(&self, offset: usize) -> &'static str {
        let before = self.source.text()[..offset].chars().next_back();
        if before.is_some_and(char::is_whitespace) {
            ""
        } else {
            " "
        }
    }

    fn scope(&mut self, path: &Path, around: &Around, node: &Node, flow: bool, column: usize) {
        let range = node.full_range();
        let (open, close) = if flow {
            (range.start, range.end)
        } else if column == around.column && !path.steps.is_empty() {
            // A list whose dashes stand under its key: what follows it in that column is about
            // the next key.
            (around.open.min(range.start), range.end.min(around.close))
        } else {
            (around.open.min(range.start), around.close)
        };
        self.scopes.push(Scope {
            open,
            close,
            start: range.start,
            flow,
            column,
            outer_column: around.column,
            after_dash: around.dash,
            path: path.clone(),
        });
    }

    /// Takes a `sops` entry for a block.
    fn block(&mut self, document: usize, root: &Node, index: usize, start: usize) {
        let Some(entry) = root
            .as_mapping()
            .and_then(|mapping| mapping.entries().get(index))
        else {
            return;
        };
        if document == 0 {
            if let Json::Object(tree) = json(&entry.value) {
                self.metadata = Some(tree);
            } else {
                self.problem(
                    entry.value.range(),
                    &rules::SOPS_DAMAGED_METADATA,
                    format!(
                        "`sops` is {}, where SOPS keeps a map",
                        entry.value.kind_name()
                    ),
                );
            }
        }
        let end = entry.value.range().end.max(entry.key.range().end);
        let place = |name: &str| entry.value.get(name).map(Node::range);
        self.blocks.push(Block {
            document,
            alone: root.as_mapping().is_some_and(|mapping| mapping.len() == 1),
            range: if root.notation() == Notation::Flow {
                flow_entry(self.source.text(), start..end)
            } else {
                start..whole_lines(self.source.text(), end)
            },
            mac: place("mac"),
            last_modified: place("lastmodified"),
        });
    }

    fn column(&self, offset: usize) -> usize {
        let line = self.source.text()[..offset]
            .rfind('\n')
            .map_or(0, |at| at + 1);
        // A byte order mark takes no column.
        let before = self.source.text()[line..offset].trim_start_matches('\u{feff}');
        before.len()
    }

    fn problem(&mut self, range: Range<usize>, rule: &'static Rule, message: String) {
        self.problems
            .push(rule.report(message).at(self.source.location(range)));
    }
}

/// Whether a scalar is a tag or an anchor and nothing else, as an unquoted text is that starts
/// with `!` or `&`.
fn is_bare(node: &Node) -> bool {
    let own = |tag: &yaml::Tag| matches!(tag.core(), Some("str" | "null" | "binary"));
    node.as_scalar()
        .is_some_and(|scalar| scalar.style() == Style::Plain && scalar.text().is_empty())
        && (node.anchor().is_some() || node.tag().is_some_and(|tag| !own(tag)))
}

/// An anchor that an alias refers to was meant as one.
fn spare_used_anchors(items: &mut [Item]) {
    let used: HashSet<usize> = items
        .iter()
        .filter_map(|item| Some(item.slot.definition.as_ref()?.start))
        .collect();
    for item in items {
        item.slot.bare &= item.slot.tag.is_some() || !used.contains(&item.range.start);
    }
}
