//! Schemas that are read when they are met first: a kind has thousands, an object few.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Additional, Schema};

/// The schemas of a kind of the bundle, each on a line of its own; that of the kind is the last.
///
/// Where a schema stands in another, there is the number of its line in quotes, then `r` where it
/// or one in it has a rule, and `d` where it has a default: neither is told by reading it.
#[derive(Debug)]
pub(in crate::schema) struct Lines {
    text: String,
    /// Where each line begins.
    starts: Vec<usize>,
}

impl Lines {
    /// Schemas of the bundle.
    pub(in crate::schema) fn new(text: String) -> Arc<Self> {
        let ends = memchr::memchr_iter(b'\n', text.as_bytes());
        let starts = std::iter::once(0).chain(ends.map(|end| end + 1)).collect();
        Arc::new(Self { text, starts })
    }

    /// The schema of the kind.
    pub(in crate::schema) fn kind(self: &Arc<Self>) -> Schema {
        self.schema(self.starts.len().saturating_sub(1))
    }

    /// One that cannot be read allows everything: a test reads them all.
    fn schema(self: &Arc<Self>, number: usize) -> Schema {
        let start = self.starts.get(number).copied().unwrap_or_default();
        let next = self.starts.get(number + 1);
        let end = next.map_or(self.text.len(), |next| next - 1);
        let line = self.text.get(start..end).unwrap_or_default();
        let mut schema: Schema = serde_json::from_str(line).unwrap_or_default();
        schema.each_inner(&mut |inner| {
            if let Some(line) = &mut inner.line {
                line.of = Some(Arc::clone(self));
            }
        });
        schema
    }
}

/// A schema in another; one of the bundle is read when it is looked at.
#[derive(Debug)]
pub(in crate::schema) struct Lazy {
    /// Where it is read from; none where it came whole.
    line: Option<Line>,
    // Most are never read, so that there is no room for them.
    read: OnceLock<Box<Schema>>,
}

#[derive(Debug)]
struct Line {
    of: Option<Arc<Lines>>,
    number: u32,
    has_rules: bool,
    has_default: bool,
}

impl Line {
    fn parse(text: &str) -> Option<Self> {
        let end = text.find(['r', 'd']).unwrap_or(text.len());
        let (number, marks) = text.split_at(end);
        Some(Self {
            of: None,
            number: number.parse().ok()?,
            has_rules: marks.starts_with('r'),
            has_default: marks.ends_with('d'),
        })
    }

    fn read(&self) -> Schema {
        let number = usize::try_from(self.number).unwrap_or(usize::MAX);
        { self.of.as_ref() }.map_or_else(Schema::default, |lines| lines.schema(number))
    }
}

impl Lazy {
    /// Whether it or a schema in it has a rule.
    pub(in crate::schema) fn has_rules(&self) -> bool {
        { self.line.as_ref() }.map_or_else(|| Schema::has_rules(self), |line| line.has_rules)
    }

    /// What a value is that is not written.
    pub(in crate::schema) fn default_value(&self) -> Option<&serde_json::Value> {
        let has_default = self.line.as_ref().is_none_or(|line| line.has_default);
        has_default.then_some(())?;
        self.default.as_ref()
    }

    /// The schema, to be changed.
    pub(in crate::schema) fn get_mut(&mut self) -> Option<&mut Schema> {
        let _: &Schema = self;
        self.read.get_mut().map(|schema| &mut **schema)
    }

    /// Whether it and all in it came whole: any but those of the bundle have to.
    pub(super) fn is_whole(&mut self) -> bool {
        self.line.is_none() && self.get_mut().is_some_and(Schema::is_whole)
    }
}

impl Deref for Lazy {
    type Target = Schema;

    fn deref(&self) -> &Schema {
        let read = || Box::new(self.line.as_ref().map(Line::read).unwrap_or_default());
        self.read.get_or_init(read)
    }
}

impl<'de> Deserialize<'de> for Lazy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OfLazy)
    }
}

/// A schema, or the line that it stands on.
struct OfLazy;

impl<'de> Visitor<'de> for OfLazy {
    type Value = Lazy;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a schema")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Lazy, E> {
        let line = Line::parse(text);
        let line = line.ok_or_else(|| E::invalid_type(Unexpected::Str(text), &self))?;
        let read = OnceLock::new();
        Ok(Lazy {
            line: Some(line),
            read,
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Lazy, A::Error> {
        let schema = Schema::deserialize(MapAccessDeserializer::new(map))?;
        let read = OnceLock::from(Box::new(schema));
        Ok(Lazy { line: None, read })
    }
}

impl<'de> Deserialize<'de> for Additional {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OfAdditional)
    }
}

/// Not an untagged enum: that copies what it reads.
struct OfAdditional;

impl<'de> Visitor<'de> for OfAdditional {
    type Value = Additional;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a schema, true or false")
    }

    fn visit_bool<E>(self, any: bool) -> Result<Additional, E> {
        Ok(Additional::Any(any))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Additional, A::Error> {
        let schema = Schema::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Additional::Schema(Box::new(schema)))
    }
}
