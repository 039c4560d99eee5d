//! The text of a translation, and which part of it came from where.

use std::fmt::Write;
use std::ops::Range;

use super::{Dialect, internal};
use crate::python::attributes::VARIABLE_PREFIX;
use crate::syntax::Span;

/// A template in minijinja's language.
#[derive(Debug, Default)]
pub(crate) struct Translated {
    pub(crate) source: String,
    /// Parts of `source` and where they came from, inner ones before outer ones.
    marks: Vec<(Range<usize>, Span)>,
}

impl Translated {
    /// The smallest part of the original that a range of the translation came from.
    pub(crate) fn origin(&self, range: &Range<usize>) -> Option<Span> {
        let size = |part: &Range<usize>| part.end - part.start;
        self.marks
            .iter()
            .filter(|(part, _)| part.start <= range.start && range.end <= part.end)
            .min_by_key(|(part, _)| size(part))
            // A range larger than any part: the first part in it.
            .or_else(|| {
                self.marks
                    .iter()
                    .filter(|(part, _)| range.contains(&part.start))
                    .min_by_key(|(part, _)| (part.start, usize::MAX - size(part)))
            })
            .map(|(_, span)| *span)
    }
}

/// A loop that is being written.
pub(super) struct Loop {
    /// How many names each item is taken apart into.
    pub(super) unpack: Option<usize>,
}

/// Collects a translation.
pub(super) struct Writer {
    translated: Translated,
    counter: usize,
    pub(super) dialect: Dialect,
    pub(super) loops: Vec<Loop>,
}

impl Writer {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            translated: Translated::default(),
            counter: 0,
            dialect,
            loops: Vec::new(),
        }
    }

    pub(super) fn finish(self) -> Translated {
        self.translated
    }

    pub(super) fn push(&mut self, text: &str) {
        self.translated.source.push_str(text);
    }

    /// Writes something that came from `span`.
    pub(super) fn marked(&mut self, span: Span, write: impl FnOnce(&mut Self)) {
        let start = self.translated.source.len();
        write(self);
        let end = self.translated.source.len();
        self.translated.marks.push((start..end, span));
    }

    /// A number that no other name of this template has.
    pub(super) fn unique(&mut self) -> usize {
        self.counter += 1;
        self.counter
    }

    /// A string literal.
    pub(super) fn text(&mut self, text: &str) {
        let source = &mut self.translated.source;
        source.push('"');
        for character in text.chars() {
            if matches!(character, '"' | '\\') {
                source.push('\\');
            }
            source.push(character);
        }
        source.push('"');
    }

    /// Text between tags, as it is.
    pub(super) fn data(&mut self, data: &str) {
        // What looks like a tag, or would together with the tag after it.
        let looks_like_tag = data.ends_with('{')
            || ["{{", "{%", "{#"]
                .iter()
                .any(|opening| data.contains(opening));
        if looks_like_tag {
            self.push("{{ ");
            self.text(data);
            self.push(" }}");
        } else {
            self.push(data);
        }
    }

    /// A variable of the template.
    pub(super) fn variable(&mut self, name: &str) {
        let name = encode_name(name);
        self.push(VARIABLE_PREFIX);
        self.push(&name);
    }

    pub(super) fn number(&mut self, number: impl std::fmt::Display) {
        let _infallible = write!(self.translated.source, "{number}");
    }

    /// `|name(`, to be closed.
    pub(super) fn filter(&mut self, name: &str) {
        self.push("|");
        self.push(name);
        self.push("(");
    }

    /// `|f_name(` of a Jinja2 filter or `|is_name(` of a test.
    pub(super) fn named_filter(&mut self, prefix: &str, name: &str, exists: bool) {
        if exists {
            self.push("|");
            self.push(prefix);
            self.push(&encode_name(name));
            self.push("(");
        } else {
            let kind = if prefix == internal::TEST_PREFIX {
                "test"
            } else {
                "filter"
            };
            self.filter(internal::UNKNOWN);
            self.text(kind);
            self.push(",");
            self.text(name);
            // Whatever is passed follows, and is ignored.
            self.push(",");
        }
    }
}

/// A name with only those characters that minijinja's names have.
pub(crate) fn encode_name(name: &str) -> std::borrow::Cow<'_, str> {
    if name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    {
        return name.into();
    }
    let mut out = String::new();
    for character in name.chars() {
        if character.is_ascii_alphanumeric() || character == '_' {
            out.push(character);
        } else {
            let _infallible = write!(out, "_u{:x}_", u32::from(character));
        }
    }
    out.into()
}
