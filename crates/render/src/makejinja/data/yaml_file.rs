//! Data in YAML, as `yaml.safe_load_all` of `PyYAML` reads it.

use diagnostics::{Diagnostics, Source};
use yaml::{Dialect, Limits, Node, Resolved, Scalar, Value};

use super::moment::Moment;
use super::{Values, not_a_map};
use crate::Data;
use crate::rules;

/// Reads all documents of a file into one map; of two values for a name the last wins.
pub(super) fn read(name: &str, bytes: &[u8], problems: &mut Diagnostics) -> Option<Values> {
    let source = match yaml::decode(name, bytes, &Limits::default()) {
        Ok(source) => source,
        Err(problem) => {
            problems.push(*problem);
            return None;
        }
    };
    let parsed = yaml::parse(&source, &Limits::default());
    let mut reader = Reader {
        source: &source,
        problems,
    };
    for mut problem in parsed.diagnostics {
        if problem.is(&yaml::rules::YAML_DUPLICATE_KEY) {
            // Python takes the last one and says nothing.
            problem.severity = diagnostics::Severity::Warning;
        }
        reader.problems.push(problem);
    }
    let mut values = Values::new();
    for document in &parsed.documents {
        match document.value() {
            Value::Mapping(_) => {
                let Data::Map(entries) = reader.node(document) else {
                    continue;
                };
                for (key, value) in entries {
                    // A name that is not text cannot be written in a template.
                    if let Data::Text(name) = key {
                        values.insert(name, value);
                    }
                }
            }
            _ => reader.problems.push(not_a_map(
                source.location(document.range()),
                document.kind_name(),
            )),
        }
    }
    (!reader.problems.has_errors()).then_some(values)
}

struct Reader<'a> {
    source: &'a Source,
    problems: &'a mut Diagnostics,
}

impl Reader<'_> {
    /// Recursion is bounded by the depth that the parser allows.
    fn node(&mut self, node: &Node) -> Data {
        match node.value() {
            Value::Scalar(scalar) => self.scalar(node, scalar),
            Value::Sequence(items) => {
                self.check_tag(node, "seq");
                Data::List(items.iter().map(|item| self.node(item)).collect())
            }
            Value::Mapping(mapping) => {
                self.check_tag(node, "map");
                match mapping.merged(Dialect::Python) {
                    Ok(entries) => Data::Map(
                        entries
                            .iter()
                            .map(|entry| (self.key(&entry.key), self.node(&entry.value)))
                            .collect(),
                    ),
                    Err(bad) => {
                        for place in bad.places {
                            self.problems.push(
                                rules::MAKEJINJA_DATA_MERGE_KEY
                                    .report("`<<` merges neither a map nor a list of maps")
                                    .at(self.source.location(place)),
                            );
                        }
                        Data::None
                    }
                }
            }
        }
    }

    fn key(&mut self, key: &Node) -> Data {
        if key.as_scalar().is_none() {
            self.problems.push(
                rules::MAKEJINJA_DATA_KEY
                    .report(format!("{} cannot be a key", key.kind_name()))
                    .at(self.source.location(key.range())),
            );
        }
        self.node(key)
    }

    fn scalar(&mut self, node: &Node, scalar: &Scalar) -> Data {
        match scalar.read(Dialect::Python) {
            Resolved::Null => Data::None,
            Resolved::Bool(truth) => Data::Bool(truth),
            Resolved::Integer(number) => Data::Integer(number),
            Resolved::BigInteger(digits) => Data::Opaque {
                kind: "int".to_owned(),
                text: digits.clone(),
                repr: digits,
            },
            Resolved::Float(number) => Data::Float(number),
            Resolved::Text(text) => Data::Text(text),
            Resolved::Timestamp(text) => {
                Moment::read(&text).map_or_else(|| Data::Text(text), Data::from)
            }
            Resolved::Binary(_) => self.refused(node, "binary data cannot be rendered"),
            Resolved::Refused(why) => self.refused(node, why),
        }
    }

    fn check_tag(&mut self, node: &Node, own: &str) {
        if let Some(tag) = node.tag()
            && tag.core() != Some(own)
        {
            let message = format!("the tag `{}` is not read", tag.name());
            self.refused(node, &message);
        }
    }

    fn refused(&mut self, node: &Node, why: &str) -> Data {
        self.problems.push(
            rules::MAKEJINJA_DATA_VALUE
                .report(why)
                .at(self.source.location(node.definition_range())),
        );
        Data::None
    }
}
