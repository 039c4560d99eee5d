//! Merge keys (`<<`), which each reader resolves in its own order.

use std::collections::HashMap;
use std::ops::Range;

use crate::node::{Entry, Mapping, Node, Value};
use crate::read::{Dialect, Resolved};
use crate::scalar::Style;

/// The value of a merge key is neither a map nor a list of maps.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a merge key takes a map or a list of maps")]
pub struct BadMerge {
    /// Where each such value is written, in bytes.
    pub places: Vec<Range<usize>>,
}

/// So many keys are compared one by one.
const FEW: usize = 24;

impl Mapping {
    /// The entries as a reader of this dialect gets them: merge keys resolved, each key once.
    ///
    /// The order is that of Python's dictionary for [`Dialect::Python`]: what is merged comes
    /// first, and a key keeps the place where it was first met. For the two of Go, whose maps
    /// have no order, it is the map's own keys in written order, then what is merged. The
    /// core schema of YAML 1.2 has no merge keys: `<<` is a key like any other.
    ///
    /// Whose value wins differs too: the map's own, but to [`Dialect::Kubernetes`] whatever is
    /// written last.
    pub fn merged(&self, dialect: Dialect) -> Result<Vec<Entry>, BadMerge> {
        if self.is_plain(dialect) {
            return Ok(self.entries().to_vec());
        }
        let mut merge = Merge {
            dialect,
            entries: Vec::new(),
            positions: HashMap::new(),
            bad: Vec::new(),
        };
        merge.mapping(self);
        if merge.bad.is_empty() {
            Ok(merge.entries)
        } else {
            Err(BadMerge { places: merge.bad })
        }
    }

    /// Whether nothing is merged and each key is a text that is there once, as in most maps.
    fn is_plain(&self, dialect: Dialect) -> bool {
        let entries = self.entries();
        entries.len() <= FEW
            && entries.iter().enumerate().all(|(index, entry)| {
                let Some(scalar) = entry.key.as_scalar() else {
                    return false;
                };
                matches!(scalar.read(dialect), Resolved::Text(_))
                    && !is_merge_key(&entry.key, dialect)
                    && !entries[..index]
                        .iter()
                        .any(|other| other.key.text() == Some(scalar.text()))
            })
    }
}

impl Node {
    /// The same tree with all merge keys resolved, as a reader of this dialect has it. What is
    /// merged keeps the place where it is written; a merge key that is wrong stays.
    #[must_use]
    pub fn resolved(&self, dialect: Dialect) -> Self {
        let value = match self.value() {
            Value::Scalar(_) => return self.clone(),
            Value::Sequence(items) => {
                Value::Sequence(items.iter().map(|item| item.resolved(dialect)).collect())
            }
            Value::Mapping(mapping) => {
                let entries = mapping.merged(dialect);
                let entries = entries.unwrap_or_else(|_| mapping.entries().to_vec());
                let resolved = entries.into_iter().map(|entry| Entry {
                    value: entry.value.resolved(dialect),
                    ..entry
                });
                Value::Mapping(Mapping::new(resolved.collect()))
            }
        };
        self.with_value(value)
    }
}

/// Whether a reader of this dialect takes the key for a merge key.
pub fn is_merge_key(key: &Node, dialect: Dialect) -> bool {
    let Some(scalar) = key.as_scalar() else {
        return false;
    };
    let plain = scalar.style() == Style::Plain;
    let named = scalar.text() == "<<";
    match (dialect, scalar.tag()) {
        (Dialect::Yaml12, _) => false,
        (_, None) => named && plain,
        (Dialect::Python, Some(tag)) if tag.name() == "!" => named,
        (Dialect::Go, Some(tag)) if tag.name() == "!" => named && plain,
        (Dialect::Python, Some(tag)) => tag.core() == Some("merge"),
        (_, Some(tag)) => named && tag.core() == Some("merge"),
    }
}

struct Merge {
    dialect: Dialect,
    entries: Vec<Entry>,
    /// Where in `entries` each key stands.
    positions: HashMap<String, usize>,
    bad: Vec<Range<usize>>,
}

impl Merge {
    /// Recurses through merge keys only, so no deeper than the tree.
    fn mapping(&mut self, mapping: &Mapping) {
        match self.dialect {
            Dialect::Yaml12 => self.own(mapping, true),
            Dialect::Python => {
                self.merges(mapping);
                self.own(mapping, true);
            }
            Dialect::Go => {
                self.own(mapping, false);
                self.merges(mapping);
            }
            Dialect::Kubernetes => {
                for entry in mapping {
                    if is_merge_key(&entry.key, self.dialect) {
                        self.merge(&entry.value);
                    } else {
                        self.set(entry, true);
                    }
                }
            }
        }
    }

    fn own(&mut self, mapping: &Mapping, replace: bool) {
        for entry in mapping {
            if !is_merge_key(&entry.key, self.dialect) {
                self.set(entry, replace);
            }
        }
    }

    fn merges(&mut self, mapping: &Mapping) {
        for entry in mapping {
            if is_merge_key(&entry.key, self.dialect) {
                self.merge(&entry.value);
            }
        }
    }

    fn merge(&mut self, value: &Node) {
        match value.value() {
            Value::Mapping(mapping) => self.mapping(mapping),
            Value::Sequence(items) => {
                // The first map of a list wins: where later ones replace, it comes last.
                let forwards = self.dialect == Dialect::Go;
                for index in 0..items.len() {
                    let item = if forwards {
                        &items[index]
                    } else {
                        &items[items.len() - 1 - index]
                    };
                    match item.value() {
                        Value::Mapping(mapping) => self.mapping(mapping),
                        _ => self.bad.push(item.range()),
                    }
                }
            }
            Value::Scalar(_) => self.bad.push(value.range()),
        }
    }

    fn set(&mut self, entry: &Entry, replace: bool) {
        let Some(identity) = identity(&entry.key, self.dialect) else {
            self.entries.push(entry.clone());
            return;
        };
        match self.positions.get(&identity) {
            None => {
                self.positions.insert(identity, self.entries.len());
                self.entries.push(entry.clone());
            }
            Some(&position) if replace => {
                self.entries[position].value = entry.value.clone();
            }
            Some(_) => {}
        }
    }
}

/// Equal for keys that the reader takes for the same; none for a list or a map.
fn identity(key: &Node, dialect: Dialect) -> Option<String> {
    let scalar = key.as_scalar()?;
    let text = match scalar.read(dialect) {
        // By way of JSON every key becomes text.
        Resolved::Bool(truth) if dialect == Dialect::Kubernetes => format!("t{truth}"),
        Resolved::Integer(number) if dialect == Dialect::Kubernetes => format!("t{number}"),
        Resolved::Float(number) if dialect == Dialect::Kubernetes => format!("t{number}"),
        Resolved::Null => "n".to_owned(),
        // Python: True == 1 == 1.0
        Resolved::Bool(truth) if dialect == Dialect::Python => format!("i{}", u8::from(truth)),
        Resolved::Bool(truth) => format!("b{truth}"),
        Resolved::Integer(number) => format!("i{number}"),
        Resolved::BigInteger(digits) => format!("i{digits}"),
        Resolved::Float(number) if dialect == Dialect::Python && number.fract() == 0.0 => {
            format!("i{number}")
        }
        Resolved::Float(number) => format!("f{number}"),
        Resolved::Text(text) => format!("t{text}"),
        Resolved::Timestamp(text) => format!("d{text}"),
        Resolved::Binary(text) => format!("x{text}"),
        // `=` is a key that Python knows.
        Resolved::Refused(_) => format!("t{}", scalar.text()),
    };
    Some(text)
}
