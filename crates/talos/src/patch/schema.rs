//! What a machine config's fields hold and how two values of each merge: one table, `machine.schema`.

use std::collections::HashMap;
use std::sync::OnceLock;

/// The table as it is written down; its head says how to read it.
const MACHINE: &str = include_str!("machine.schema");

/// The table of talhelper's own file, which uses types of the other.
const TALCONFIG: &str = concat!(
    include_str!("machine.schema"),
    include_str!("../talconfig/talconfig.schema")
);

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text, or what is written as text: an address, a duration.
    Text,
    /// A whole number.
    Integer,
    /// A whole number that is not negative.
    Unsigned,
    /// A number.
    Float,
    /// A truth value.
    Bool,
    /// Anything: the section belongs to another program, such as the kubelet.
    Any,
    /// Command line flags, each with text or a list of texts.
    Arguments,
    /// A type of the table.
    Struct(&'static str),
    /// A list, which merging appends to.
    List(Box<Spec>),
    /// A map with free keys.
    Map(Box<Spec>),
    /// A list whose items are told apart by one of their keys.
    Keyed(Keyed),
}

/// How the items of a list are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Keyed {
    /// The keys, the first that an item has counts.
    pub(crate) keys: Vec<&'static str>,
    /// Whether an item replaces its like as a whole.
    pub(crate) replaces: bool,
    /// What an item is.
    pub(crate) item: Box<Spec>,
}

/// A field's kind and how it merges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spec {
    /// What it holds.
    pub(crate) kind: Kind,
    /// Whether it may be absent as opposed to empty: then even an empty value is set.
    pub(crate) optional: bool,
    /// Whether the right value replaces the left as a whole.
    pub(crate) replaced: bool,
    /// Whether it is overwritten even where the patch leaves it out.
    pub(crate) forced: bool,
    /// Whether the text is a time span.
    pub(crate) duration: bool,
}

/// The fields of a type, in the order of the table.
pub(crate) type Fields = Vec<(&'static str, Spec)>;

/// The table, read.
#[derive(Debug)]
pub(crate) struct Schema {
    documents: HashMap<&'static str, Spec>,
    types: HashMap<&'static str, Fields>,
}

impl Schema {
    /// The table of machine configs.
    pub(crate) fn get() -> &'static Self {
        static SCHEMA: OnceLock<Schema> = OnceLock::new();
        SCHEMA.get_or_init(|| Self::read(MACHINE))
    }

    /// The table of `talconfig.yaml`: its type is `Talconfig`.
    pub(crate) fn talconfig() -> &'static Self {
        static SCHEMA: OnceLock<Schema> = OnceLock::new();
        SCHEMA.get_or_init(|| Self::read(TALCONFIG))
    }

    fn read(table: &'static str) -> Self {
        let mut schema = Self {
            documents: HashMap::new(),
            types: HashMap::new(),
        };
        let mut current = "";
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let mut words = line.split_whitespace();
            let (Some(first), second, third) = (words.next(), words.next(), words.next()) else {
                continue;
            };
            match (first, second, third) {
                ("document", Some(kind), Some(name)) => {
                    schema.documents.insert(kind, plain(Kind::Struct(name)));
                }
                (field, Some(spec), replaced) => {
                    let mut spec = spec_of(spec);
                    spec.replaced = replaced.is_some();
                    schema.types.entry(current).or_default().push((field, spec));
                }
                (name, None, _) => {
                    current = name;
                    schema.types.entry(name).or_default();
                }
            }
        }
        schema
    }

    /// The type of a kind of document; `v1alpha1` for the one without a kind.
    pub(crate) fn document(&self, kind: &str) -> Option<&Spec> {
        self.documents.get(kind)
    }

    /// All kinds of document.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = &'static str> {
        self.documents.keys().copied()
    }

    /// The fields of a type.
    pub(crate) fn fields(&self, name: &str) -> &[(&'static str, Spec)] {
        self.types.get(name).map_or(&[], Vec::as_slice)
    }

    /// One field of a type.
    pub(crate) fn field(&self, name: &str, field: &str) -> Option<&Spec> {
        self.fields(name)
            .iter()
            .find(|(candidate, _)| *candidate == field)
            .map(|(_, spec)| spec)
    }
}

/// A value about which nothing is known.
pub(crate) fn any() -> &'static Spec {
    static ANY: Spec = Spec {
        kind: Kind::Any,
        optional: false,
        replaced: false,
        forced: false,
        duration: false,
    };
    &ANY
}

fn plain(kind: Kind) -> Spec {
    Spec {
        kind,
        optional: false,
        replaced: false,
        forced: false,
        duration: false,
    }
}

fn spec_of(text: &'static str) -> Spec {
    let (optional, text) = match text.strip_prefix('*') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let inner = |open: char, close: char| {
        text.strip_prefix(open)
            .and_then(|rest| rest.strip_suffix(close))
            .map(|item| Box::new(spec_of(item)))
    };
    let kind = if let Some(item) = inner('[', ']') {
        Kind::List(item)
    } else if let Some(item) = inner('{', '}') {
        Kind::Map(item)
    } else if let Some((keys, item)) = text
        .strip_prefix("keyed(")
        .and_then(|rest| rest.strip_suffix(']'))
        .and_then(|rest| rest.split_once(")["))
    {
        Kind::Keyed(Keyed {
            keys: keys.trim_start_matches('=').split('|').collect(),
            replaces: keys.starts_with('='),
            item: Box::new(spec_of(item)),
        })
    } else {
        match text {
            "text" | "forced" | "duration" => Kind::Text,
            "int" => Kind::Integer,
            "uint" => Kind::Unsigned,
            "float" => Kind::Float,
            "bool" => Kind::Bool,
            "any" => Kind::Any,
            "args" => Kind::Arguments,
            name => Kind::Struct(name),
        }
    };
    Spec {
        duration: text == "duration",
        forced: text == "forced" || (kind == Kind::Bool && !optional),
        kind,
        optional,
        replaced: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(spec: &Spec) -> bool {
        match &spec.kind {
            Kind::Struct(name) => Schema::talconfig().types.contains_key(name),
            Kind::List(item) | Kind::Map(item) => known(item),
            Kind::Keyed(keyed) => known(&keyed.item),
            _ => true,
        }
    }

    #[test]
    fn every_type_that_the_table_names_is_in_it() {
        let schema = Schema::talconfig();
        let unknown: Vec<_> = schema
            .types
            .values()
            .flatten()
            .chain(
                schema
                    .documents
                    .iter()
                    .map(|(kind, spec)| (*kind, spec.clone()))
                    .collect::<Vec<_>>()
                    .iter(),
            )
            .filter(|(_, spec)| !known(spec))
            .map(|(name, _)| *name)
            .collect();
        assert!(unknown.is_empty(), "{unknown:?}");
        assert!(schema.types.len() > 100);
    }
}
