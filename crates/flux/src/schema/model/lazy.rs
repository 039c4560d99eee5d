//! Schemas that are read when they are met first: a kind has thousands, an object few.

use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::{Additional, Schema};

/// The deepest nesting of a schema that is not the program's own; that of the JSON reader.
const DEEPEST: usize = 128;

/// What the text of every schema with a rule in it holds.
const RULES: &str = "\"x-kubernetes-validations\"";

/// A schema in another, read when it is looked at.
#[derive(Debug)]
pub(in crate::schema) struct Lazy {
    text: Box<RawValue>,
    // Most are never read, so that there is no room for them.
    read: OnceLock<Box<Schema>>,
}

impl Lazy {
    /// Whether it or a schema in it has a rule; its text says so without being read.
    pub(in crate::schema) fn mentions_rules(&self) -> bool {
        memchr::memmem::find(self.text.get().as_bytes(), RULES.as_bytes()).is_some()
    }

    /// Whether it or a schema in it may have a default.
    pub(in crate::schema) fn mentions_default(&self) -> bool {
        memchr::memmem::find(self.text.get().as_bytes(), b"\"default\"").is_some()
    }

    /// The schema, to be changed.
    pub(in crate::schema) fn get_mut(&mut self) -> Option<&mut Schema> {
        let _: &Schema = self;
        self.read.get_mut().map(|schema| &mut **schema)
    }

    /// Reads it and all that is in it.
    pub(in crate::schema) fn read_all(&self, depth: usize) -> Result<(), serde_json::Error> {
        if depth > DEEPEST {
            return Err(serde_json::Error::custom("it nests too deep"));
        }
        let schema = Schema::read(self.text.get())?;
        schema.read_all(depth + 1)?;
        // Read before, it is the same.
        drop(self.read.set(Box::new(schema)));
        Ok(())
    }
}

impl Deref for Lazy {
    type Target = Schema;

    /// One that cannot be read allows everything: those of the program are all read by a test,
    /// those of others when they are added.
    fn deref(&self) -> &Schema {
        let read = || Box::new(Schema::read(self.text.get()).unwrap_or_default());
        self.read.get_or_init(read)
    }
}

impl<'de> Deserialize<'de> for Lazy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        let read = OnceLock::new();
        Ok(Self { text, read })
    }
}

impl<'de> Deserialize<'de> for Additional {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OfAdditional)
    }
}

/// Not an untagged enum: that copies what it reads, and a copy has no text.
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
