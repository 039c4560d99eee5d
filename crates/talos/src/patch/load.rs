//! A text read as a patch.

use diagnostics::{Diagnostic, Diagnostics, Severity, Source};
use serde_json::Value;
use yaml::{Limits, Node};

use super::delete::{Deletion, collect};
use super::machinery::Machinery;
use crate::fields::document_name;
use crate::fields::{Decoder, OF_PATCHES, Removed, kind_of};
use crate::fields::{Schema, any};
use documents::json_patch::{Operation, operation};

use crate::rules;

/// A patch, read and checked by itself.
#[derive(Clone)]
pub struct Patch {
    /// The text, for places.
    pub(crate) source: Source,
    pub(crate) body: Body,
    /// Whether operations may change the first of several documents.
    pub(crate) on_first: bool,
}

/// What a patch does.
#[derive(Clone)]
pub(crate) enum Body {
    /// Nothing.
    Nothing,
    /// Documents to merge.
    Strategic(Vec<Part>),
    /// Operations on one document, and where each is written.
    Json(Vec<(Operation, std::ops::Range<usize>)>),
}

/// One document of a strategic merge.
#[derive(Clone)]
pub(crate) struct Part {
    /// What [`document_name`] says of it.
    pub(crate) name: String,
    /// Its type in the table.
    pub(crate) kind: String,
    /// Done before the merge.
    pub(crate) deletions: Vec<Deletion>,
    /// What is merged, if anything is left.
    pub(crate) value: Option<Value>,
    /// Where it is written.
    pub(crate) range: std::ops::Range<usize>,
}

impl Patch {
    /// Reads a patch. There is one only if nothing in it is wrong.
    pub fn read(source: &Source, machinery: Machinery) -> (Option<Self>, Diagnostics) {
        let mut problems = Diagnostics::new();
        let parsed = yaml::parse(source, &Limits::default());
        let failed = parsed.diagnostics.has_errors();
        problems.extend(parsed.diagnostics);
        if failed {
            return (None, problems);
        }
        let body = if parsed.documents.is_empty() {
            problems.push(empty(source));
            Body::Nothing
        } else if let [root] = parsed.documents.as_slice()
            && let Some(items) = root.as_sequence()
        {
            json(source, items, &mut problems)
        } else {
            strategic(source, &parsed.documents, machinery, &mut problems)
        };
        if problems.has_errors() {
            return (None, problems);
        }
        let source = source.clone();
        let patch = Self {
            source,
            body,
            on_first: false,
        };
        (Some(patch), problems)
    }

    /// The same patch; if it is one of JSON it may change the first of several documents, which
    /// neither Talos nor talhelper allows. Then a note says so.
    #[must_use]
    pub fn on_first_document(self) -> Self {
        Self {
            on_first: true,
            ..self
        }
    }

    /// Whether it can only be applied to a config of one document.
    pub fn is_json(&self) -> bool {
        matches!(self.body, Body::Json(_))
    }

    /// The name of its text.
    pub fn name(&self) -> &str {
        self.source.name()
    }
}

fn empty(source: &Source) -> Diagnostic {
    if source.text().trim().is_empty() {
        return rules::PATCH_EMPTY
            .report_as(Severity::Warning, "the patch is empty")
            .at(source.whole());
    }
    rules::PATCH_EMPTY
        .report("the patch holds comments only")
        .at(source.whole())
        .hint("write `---` below them, or take the patch out of the list")
}

fn json(source: &Source, items: &[Node], problems: &mut Diagnostics) -> Body {
    if items.is_empty() {
        problems.push(
            rules::PATCH_EMPTY
                .report_as(Severity::Warning, "the patch has no operation")
                .at(source.whole()),
        );
        return Body::Nothing;
    }
    let nothing = Removed::new();
    let mut decoder = Decoder {
        schema: Schema::get(),
        faults: &OF_PATCHES,
        source,
        removed: &nothing,
        problems: Diagnostics::new(),
    };
    let mut operations = Vec::new();
    for item in items {
        match operation(&decoder.value(item, any())) {
            Ok(operation) => operations.push((operation, item.range())),
            Err(why) => problems.push(
                rules::PATCH_BAD_OPERATION
                    .report(why)
                    .at(source.location(item.range())),
            ),
        }
    }
    problems.extend(decoder.problems);
    Body::Json(operations)
}

fn strategic(
    source: &Source,
    roots: &[Node],
    machinery: Machinery,
    problems: &mut Diagnostics,
) -> Body {
    let mut parts: Vec<Part> = Vec::new();
    let mut only_nulls = true;
    for root in roots {
        if root.is_null() {
            continue;
        }
        only_nulls = false;
        if root.as_mapping().is_none() {
            problems.push(
                rules::PATCH_WRONG_TYPE
                    .report(format!(
                        "a patch is a map or a list of operations, not {}",
                        root.kind_name()
                    ))
                    .at(source.location(root.range())),
            );
            continue;
        }
        part(source, root, problems, &mut parts);
    }
    if machinery == Machinery::V1_13 {
        duplicates(source, &parts, problems);
    }
    if only_nulls {
        problems.push(
            rules::PATCH_EMPTY
                .report_as(Severity::Warning, "the patch is empty")
                .at(source.whole()),
        );
        return Body::Nothing;
    }
    if parts.is_empty() && !problems.has_errors() {
        problems.push(
            rules::PATCH_EMPTY
                .report("the patch sets nothing")
                .at(source.whole())
                .hint("take the patch out of the list"),
        );
    }
    Body::Strategic(parts)
}

fn part(source: &Source, root: &Node, problems: &mut Diagnostics, parts: &mut Vec<Part>) {
    let mut deletions = Vec::new();
    let mut removed = Removed::new();
    let gone = collect(source, root, &mut deletions, &mut removed, problems);
    let kind = kind_of(root);
    let text = |key: &str| root.get(key).and_then(Node::text).unwrap_or_default();
    if deletions.iter().any(Deletion::is_document)
        && (text("kind").is_empty() || text("apiVersion").is_empty())
    {
        problems.push(
            rules::PATCH_DELETE_DOCUMENT
                .report("to delete a document takes its `apiVersion` and `kind`")
                .at(source.location(root.range())),
        );
    }
    let mut value = None;
    if !gone {
        let mut decoder = Decoder {
            schema: Schema::get(),
            faults: &OF_PATCHES,
            source,
            removed: &removed,
            problems: Diagnostics::new(),
        };
        value = decoder.document(root);
        problems.extend(decoder.problems);
        if value.as_ref().is_some_and(says_nothing) {
            value = None;
        }
    }
    if value.is_none() && deletions.is_empty() {
        return;
    }
    let name = match text("name") {
        "" => kind.clone(),
        name => format!("{kind}/{name}"),
    };
    parts.push(Part {
        name: value.as_ref().map_or(name, document_name),
        kind,
        deletions,
        value,
        range: root.range(),
    });
}

/// Talos skips what names a document and sets nothing, but only without `apiVersion`.
fn says_nothing(value: &Value) -> bool {
    value.as_object().is_some_and(|map| {
        map.iter().all(|(key, value)| {
            matches!(key.as_str(), "version" | "kind" | "name")
                && !value.is_object()
                && !value.is_array()
        })
    })
}

fn duplicates(source: &Source, parts: &[Part], problems: &mut Diagnostics) {
    for (index, part) in parts.iter().enumerate() {
        let first = parts
            .iter()
            .take(index)
            .find(|first| first.name == part.name && first.value.is_some() && part.value.is_some());
        if let Some(first) = first {
            problems.push(
                rules::PATCH_DUPLICATE_DOCUMENT
                    .report(format!(
                        "the document `{}` is in the patch twice",
                        part.name
                    ))
                    .at(source.location(part.range.clone()))
                    .related(source.location(first.range.clone()), "the first one"),
            );
        }
    }
}
