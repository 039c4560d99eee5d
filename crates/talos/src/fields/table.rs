//! What a machine config's fields hold and how two values of each merge: one table, `machine.schema`.

use std::collections::HashMap;
use std::sync::OnceLock;

use documents::path::{Step, steps};

/// The table as it is written down; its head says how to read it.
const MACHINE: &str = include_str!("machine.schema");

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
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
pub struct Keyed {
    /// The keys, the first that an item has counts.
    pub keys: Vec<&'static str>,
    /// Whether an item replaces its like as a whole.
    pub replaces: bool,
    /// What an item is.
    pub item: Box<Spec>,
}

/// A field's kind and how it merges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    /// What it holds.
    pub kind: Kind,
    /// Whether it may be absent as opposed to empty: then even an empty value is set.
    pub optional: bool,
    /// Whether the right value replaces the left as a whole.
    pub replaced: bool,
    /// The first minor of Talos where it does; before, the two merge as others of their kind.
    pub replaced_since: u32,
    /// Whether it is overwritten even where the patch leaves it out.
    pub forced: bool,
    /// The form of a text, or the bits of a number; empty if any will do.
    pub format: &'static str,
    /// Whether no message may show it.
    pub secret: bool,
    /// Whether Talos writes it even if it is empty.
    pub always: bool,
    /// The first minor of Talos that has it.
    pub since: u32,
}

impl Spec {
    /// A kind about which nothing special is known.
    pub const fn of(kind: Kind) -> Self {
        Self {
            kind,
            optional: false,
            replaced: false,
            replaced_since: 0,
            forced: false,
            format: "",
            secret: false,
            always: false,
            since: 0,
        }
    }
}

/// The fields of a type, in the order of the table.
type Fields = Vec<(&'static str, Spec)>;

/// A type of the table, whose fields are read once somebody asks for them: no run needs all.
#[derive(Debug)]
struct Type {
    lines: &'static str,
    fields: OnceLock<Fields>,
}

impl Type {
    fn fields(&self) -> &Fields {
        self.fields.get_or_init(|| {
            let lines = self.lines.lines().filter(|line| !line.starts_with('#'));
            lines.filter_map(field_of).collect()
        })
    }
}

/// The table, read.
#[derive(Debug)]
pub struct Schema {
    /// The table that this one stands on.
    base: Option<&'static Schema>,
    documents: HashMap<&'static str, Spec>,
    types: HashMap<&'static str, Type>,
    values: HashMap<&'static str, Vec<&'static str>>,
}

impl Schema {
    /// The table of machine configs.
    pub fn get() -> &'static Self {
        static SCHEMA: OnceLock<Schema> = OnceLock::new();
        SCHEMA.get_or_init(|| Self::read(MACHINE))
    }

    /// This table and another, whose types may name those of this one.
    #[must_use]
    pub fn with(&'static self, table: &'static str) -> Self {
        Self {
            base: Some(self),
            ..Self::read(table)
        }
    }

    fn read(table: &'static str) -> Self {
        let mut schema = Self {
            base: None,
            documents: HashMap::new(),
            types: HashMap::new(),
            values: HashMap::new(),
        };
        // Where the fields of the type begin that was named last.
        let mut current: Option<(&str, usize)> = None;
        let mut end = 0;
        for line in table.split_inclusive('\n') {
            let start = end;
            end += line.len();
            if line.starts_with([' ', '#', '\n']) {
                continue;
            }
            if let Some((name, from)) = current.take() {
                schema.name(name, table.get(from..start));
            }
            let words: Vec<_> = line.split_ascii_whitespace().collect();
            match words.as_slice() {
                [name] => current = Some((name, end)),
                ["document", kind, name, rest @ ..] => {
                    let mut spec = Spec::of(Kind::Struct(name));
                    attributes(&mut spec, rest.iter().copied());
                    schema.documents.insert(kind, spec);
                }
                ["values", format, values @ ..] => {
                    schema.values.insert(format, values.to_vec());
                }
                _ => {}
            }
        }
        if let Some((name, from)) = current {
            schema.name(name, table.get(from..));
        }
        schema
    }

    fn name(&mut self, name: &'static str, lines: Option<&'static str>) {
        let lines = lines.unwrap_or_default();
        let fields = OnceLock::new();
        self.types.insert(name, Type { lines, fields });
    }

    /// This table, and those that it stands on.
    fn all(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |schema| schema.base)
    }

    /// The types that a table names and does not have.
    pub fn unknown_types(&self) -> Vec<&'static str> {
        fn names(spec: &Spec, out: &mut Vec<&'static str>) {
            match &spec.kind {
                Kind::Struct(name) => out.push(name),
                Kind::List(item) | Kind::Map(item) => names(item, out),
                Kind::Keyed(keyed) => names(&keyed.item, out),
                _ => {}
            }
        }
        let mut out = Vec::new();
        for schema in self.all() {
            let fields = schema.types.values().flat_map(Type::fields);
            let fields = fields.map(|(_, spec)| spec);
            for spec in fields.chain(schema.documents.values()) {
                names(spec, &mut out);
            }
        }
        out.retain(|name| !self.all().any(|schema| schema.types.contains_key(name)));
        out.sort_unstable();
        out.dedup();
        out
    }

    /// The type of a kind of document; `v1alpha1` for the one without a kind.
    pub fn document(&self, kind: &str) -> Option<&Spec> {
        self.all().find_map(|schema| schema.documents.get(kind))
    }

    /// All kinds of document.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> {
        self.all()
            .flat_map(|schema| schema.documents.keys().copied())
    }

    /// The values that a format allows, if it is a list of them.
    pub fn values(&self, format: &str) -> Option<&[&'static str]> {
        let values = self.all().find_map(|schema| schema.values.get(format));
        values.map(Vec::as_slice)
    }

    /// Whether no message may show what stands at a path of a document, such as
    /// `UserVolumeConfig/data`. Where nothing is known of a path, it may be a secret.
    pub fn is_secret(&self, document: &str, path: &str) -> bool {
        let kind = document.split('/').next().unwrap_or_default();
        let Some(mut spec) = self.document(kind) else {
            return true;
        };
        let steps = steps(path);
        for (index, step) in steps.iter().enumerate() {
            let next = match (&spec.kind, step) {
                (Kind::Struct(name), Step::Key(key)) => self.field(name, key),
                (Kind::Map(item), Step::Key(_)) | (Kind::List(item), Step::Item(_)) => {
                    Some(&**item)
                }
                (Kind::Keyed(keyed), Step::Item(_)) => Some(&*keyed.item),
                (Kind::Arguments | Kind::Any, _) => return false,
                _ => None,
            };
            match next {
                Some(next) if !next.secret => spec = next,
                Some(next) => return !(is_open(next) && names(steps.get(index..))),
                None => return true,
            }
        }
        false
    }

    /// The fields of a type.
    pub fn fields(&self, name: &str) -> &[(&'static str, Spec)] {
        let found = self.all().find_map(|schema| schema.types.get(name));
        found.map_or(&[], |found| found.fields())
    }

    /// One field of a type.
    pub fn field(&self, name: &str, field: &str) -> Option<&Spec> {
        self.fields(name)
            .iter()
            .find(|(candidate, _)| *candidate == field)
            .map(|(_, spec)| spec)
    }
}

/// Whether a value is a section of another program, whose keys nobody here knows.
fn is_open(spec: &Spec) -> bool {
    match &spec.kind {
        Kind::Any => true,
        Kind::List(item) | Kind::Map(item) => is_open(item),
        _ => false,
    }
}

/// Whether a path in such a section leads to what says which thing it is, and not what is in it:
/// the name of a key that etcd's data is encrypted with, and of which resources.
fn names(steps: Option<&[Step]>) -> bool {
    let mut keys = { steps.unwrap_or_default().iter() }
        .enumerate()
        .filter_map(|(index, step)| match step {
            Step::Key(key) => Some((index, key.as_str())),
            Step::Item(_) => None,
        });
    match keys.next_back() {
        Some((_, "apiVersion" | "kind" | "name")) => true,
        // What is above all others is a section: `resources[0].resources` is a list of names.
        Some((last, "resources")) => { steps.unwrap_or_default().iter() }
            .take(last)
            .any(|step| matches!(step, Step::Item(_))),
        _ => false,
    }
}

/// A value about which nothing is known.
pub fn any() -> &'static Spec {
    static ANY: Spec = Spec::of(Kind::Any);
    &ANY
}

/// Whether a type is a certificate or a key, or both: Talos decodes them by hand, so a patch
/// sets all of one and cannot delete within it.
pub fn is_pair(name: &str) -> bool {
    name.starts_with("PEMEncoded")
}

/// The words behind a type.
fn attributes<'a>(spec: &mut Spec, words: impl IntoIterator<Item = &'a str>) {
    for word in words {
        match word {
            "replace" => spec.replaced = true,
            "secret" => spec.secret = true,
            "always" => spec.always = true,
            since => match since.strip_prefix("replace:") {
                Some(since) => {
                    spec.replaced = true;
                    spec.replaced_since = minor(since);
                }
                None => spec.since = minor(since),
            },
        }
    }
}

/// The minor of `1.N`.
fn minor(version: &str) -> u32 {
    let minor = version.strip_prefix("1.");
    minor
        .and_then(|minor| minor.parse().ok())
        .unwrap_or_default()
}

/// A line of a type.
fn field_of(line: &'static str) -> Option<(&'static str, Spec)> {
    let mut words = line.split_ascii_whitespace();
    let (field, text) = (words.next()?, words.next()?);
    let mut spec = spec_of(text);
    attributes(&mut spec, words);
    Some((field, spec))
}

fn spec_of(text: &'static str) -> Spec {
    let (optional, text) = match text.strip_prefix('*') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (word, format) = match text.split_once(':') {
        Some((word @ ("text" | "forced" | "uint"), format)) => (word, format),
        _ if text == "duration" => (text, text),
        _ => (text, ""),
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
        match word {
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
        forced: word == "forced" || (kind == Kind::Bool && !optional),
        optional,
        format,
        ..Spec::of(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::Schema;

    #[test]
    fn every_type_that_the_table_names_is_in_it() {
        let schema = Schema::get();
        assert_eq!(schema.unknown_types(), [""; 0]);
        assert!(schema.types.len() > 100);
    }
}
