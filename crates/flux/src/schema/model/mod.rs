//! A schema as `CustomResourceDefinitions` have it, and Kubernetes' description of its own kinds.

mod lazy;

use std::sync::OnceLock;

use indexmap::IndexMap;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::compiled::Compiled;
pub(super) use lazy::{Lazy, Lines};

/// What a value may be.
///
/// A structural schema of Kubernetes: what shapes the value stands outside of `allOf`, `anyOf`,
/// `oneOf` and `not`, which only judge it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Schema {
    /// The name of another definition that is meant; of Kubernetes' own kinds only.
    #[serde(rename = "$ref")]
    pub(super) reference: Option<Box<str>>,
    #[serde(rename = "type")]
    pub(super) types: Types,
    pub(super) nullable: bool,
    pub(super) format: Box<str>,
    pub(super) properties: IndexMap<Box<str>, Lazy>,
    pub(super) additional_properties: Additional,
    pub(super) items: Option<Lazy>,
    pub(super) required: Vec<Box<str>>,
    #[serde(rename = "enum")]
    pub(super) allowed: Option<Vec<serde_json::Value>>,
    pub(super) default: Option<serde_json::Value>,
    pub(super) pattern: Option<Box<str>>,
    pub(super) minimum: Option<f64>,
    pub(super) maximum: Option<f64>,
    #[serde(deserialize_with = "exclusive")]
    pub(super) exclusive_minimum: Exclusive,
    #[serde(deserialize_with = "exclusive")]
    pub(super) exclusive_maximum: Exclusive,
    pub(super) multiple_of: Option<f64>,
    pub(super) min_length: Option<u64>,
    pub(super) max_length: Option<u64>,
    pub(super) min_items: Option<u64>,
    pub(super) max_items: Option<u64>,
    pub(super) min_properties: Option<u64>,
    pub(super) max_properties: Option<u64>,
    pub(super) unique_items: bool,
    pub(super) all_of: Vec<Schema>,
    pub(super) any_of: Vec<Schema>,
    pub(super) one_of: Vec<Schema>,
    pub(super) not: Option<Box<Schema>>,
    #[serde(rename = "x-kubernetes-int-or-string")]
    pub(super) int_or_string: bool,
    #[serde(rename = "x-kubernetes-preserve-unknown-fields")]
    pub(super) preserve_unknown_fields: bool,
    #[serde(rename = "x-kubernetes-embedded-resource")]
    pub(super) embedded_resource: bool,
    #[serde(rename = "x-kubernetes-list-type")]
    pub(super) list_type: ListType,
    #[serde(rename = "x-kubernetes-list-map-keys")]
    pub(super) list_map_keys: Vec<Box<str>>,
    /// The format of the keys of a map; the bundle's own.
    #[serde(rename = "x-ichor-keys")]
    pub(super) keys: Box<str>,
    #[serde(rename = "x-kubernetes-validations")]
    pub(super) rules: Vec<Rule>,
    /// Whether it or a schema in it has a rule, once somebody asked.
    #[serde(skip)]
    pub(super) ruled: OnceLock<bool>,
}

/// The types that a value may have.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Types {
    /// The type; none where any will do.
    pub(super) kind: Option<Type>,
    /// Whether null is named beside it, as files of JSON Schema do.
    pub(super) null: bool,
    /// Whether text and whole numbers are both named, as files of JSON Schema do.
    pub(super) int_or_string: bool,
}

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Type {
    Object,
    Array,
    String,
    Integer,
    Number,
    Boolean,
    Null,
}

/// What fields that are not named may be.
#[derive(Debug, Default)]
pub(super) enum Additional {
    /// Nothing is said.
    #[default]
    Unsaid,
    /// Whether there may be any.
    Any(bool),
    /// What each may be.
    Schema(Box<Schema>),
}

/// What a limit itself is: Kubernetes says whether it counts, later JSON Schema says a number.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Exclusive {
    pub(super) flag: bool,
    pub(super) limit: Option<f64>,
}

/// How items of a list are told apart.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ListType {
    /// Not at all.
    #[default]
    Atomic,
    /// By what they are.
    Set,
    /// By some of their fields.
    Map,
}

/// A rule in CEL.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Rule {
    pub(super) rule: Box<str>,
    pub(super) message: Option<Box<str>>,
    pub(super) message_expression: Option<Box<str>>,
    pub(super) field_path: Option<Box<str>>,
    pub(super) optional_old_self: bool,
    /// The rule and what makes its message, parsed already; the bundle's own.
    #[serde(rename = "x-ichor-rule")]
    pub(super) stored_rule: Option<Box<RawValue>>,
    #[serde(rename = "x-ichor-message")]
    pub(super) stored_message: Option<Box<RawValue>>,
    #[serde(skip)]
    pub(super) compiled: OnceLock<Compiled>,
}

impl Schema {
    /// Reads a schema from JSON, with all that is in it.
    pub(super) fn parse(json: &str) -> Result<Self, serde_json::Error> {
        let mut schema: Self = serde_json::from_str(json)?;
        if schema.is_whole() {
            return Ok(schema);
        }
        Err(serde_json::Error::custom("a text stands for a schema"))
    }

    /// Whether no schema in it is elsewhere, as those of the bundle are.
    fn is_whole(&mut self) -> bool {
        let mut whole = true;
        self.each_inner(&mut |inner| whole &= inner.is_whole());
        whole
    }

    /// Each schema of a field or of the items, its own and those of what only judges.
    fn each_inner(&mut self, of: &mut dyn FnMut(&mut Lazy)) {
        { self.properties.values_mut() }
            .chain(&mut self.items)
            .for_each(&mut *of);
        let judges = { self.all_of.iter_mut() }.chain(&mut self.any_of);
        let judges = judges.chain(&mut self.one_of);
        let judges = judges.chain(self.not.as_deref_mut());
        let each = match &mut self.additional_properties {
            Additional::Schema(each) => Some(&mut **each),
            _ => None,
        };
        judges.chain(each).for_each(|inner| inner.each_inner(of));
    }

    /// Whether it or a schema in it has a rule.
    pub(super) fn has_rules(&self) -> bool {
        let inner = || self.properties.values().chain(&self.items);
        *self.ruled.get_or_init(|| {
            !self.rules.is_empty()
                || inner().any(Lazy::has_rules)
                || matches!(&self.additional_properties, Additional::Schema(each) if each.has_rules())
        })
    }

    /// Whether a value of it is a whole number or a text, whichever the writer likes.
    pub(super) fn is_int_or_string(&self) -> bool {
        self.int_or_string || self.types.int_or_string || &*self.format == "int-or-string"
    }

    /// Whether null is a value of it.
    pub(super) fn takes_null(&self) -> bool {
        self.nullable || self.types.null || self.types.kind == Some(Type::Null)
    }

    /// Whether fields that it does not name are data of their own: a map.
    pub(super) fn is_map(&self) -> bool {
        matches!(
            self.additional_properties,
            Additional::Any(true) | Additional::Schema(_)
        )
    }

    /// The schema of a field.
    pub(super) fn field(&self, name: &str) -> Option<&Self> {
        match (self.properties.get(name), &self.additional_properties) {
            (Some(schema), _) => Some(&**schema),
            (None, Additional::Schema(schema)) => Some(&**schema),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Types {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            One(Type),
            Many(Vec<Type>),
        }
        let types = match Written::deserialize(deserializer)? {
            Written::One(kind) => vec![kind],
            Written::Many(kinds) => kinds,
        };
        let null = types.contains(&Type::Null);
        let others: Vec<Type> = types
            .iter()
            .copied()
            .filter(|kind| *kind != Type::Null)
            .collect();
        let both = others.len() == 2
            && others.contains(&Type::String)
            && (others.contains(&Type::Integer) || others.contains(&Type::Number));
        Ok(match *others.as_slice() {
            [] => Self {
                kind: null.then_some(Type::Null),
                null,
                int_or_string: false,
            },
            [kind] => Self {
                kind: Some(kind),
                null,
                int_or_string: false,
            },
            _ => Self {
                kind: None,
                null: null || !both,
                int_or_string: both,
            },
        })
    }
}

fn exclusive<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Exclusive, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Flag(bool),
        Limit(f64),
    }
    Ok(match Written::deserialize(deserializer)? {
        Written::Flag(flag) => Exclusive { flag, limit: None },
        Written::Limit(limit) => Exclusive {
            flag: false,
            limit: Some(limit),
        },
    })
}
