//! Values against a schema, as the API server reads both.

mod list;
mod map;
mod scalar;

pub(super) use scalar::whole;

use diagnostics::{Diagnostic, Diagnostics, Rule};

use super::model::{Schema, Type};
use super::path::{Path, Step};
use super::store::{Known, Schemas};
use crate::object::Object;
use crate::rules;
use crate::unknown;
use crate::value::{Data, Place, Value};

/// More problems of one object help nobody.
const MOST_PROBLEMS: usize = 100;

/// No object that an API server takes is nested deeper.
const DEEPEST: usize = 128;

/// How many references may follow each other.
const MOST_REFERENCES: usize = 16;

/// Collects what is wrong of one object.
pub(super) struct Checker<'a> {
    pub(super) schemas: &'a Schemas,
    pub(super) problems: Diagnostics,
    pub(super) path: Path<'a>,
    /// Where the object is written, for what has no place of its own.
    near: Place,
    /// The package and version that the kind is known from, where the cluster may have a newer
    /// one.
    known_from: Option<(&'static str, &'static str)>,
    /// Whether it is a `HorizontalPodAutoscaler`.
    is_scaler: bool,
    /// Whether what is being checked is the status of a kind of Kubernetes' own: it is read, and
    /// dropped before its values are judged.
    pub(super) is_status: bool,
    /// Whether only the number of problems counts.
    quiet: bool,
    count: usize,
}

/// How a schema is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mode {
    /// Whether Kubernetes itself has the kind: its reader takes null as nothing.
    pub(super) builtin: bool,
    /// Whether the schema only judges, as those within `anyOf` do: what it does not name is no
    /// unknown field.
    pub(super) judges: bool,
}

impl<'a> Checker<'a> {
    pub(super) fn new(schemas: &'a Schemas, object: &Object) -> Self {
        Self {
            schemas,
            problems: Diagnostics::new(),
            path: Path::default(),
            near: object.place(),
            known_from: None,
            is_scaler: object.kind() == "HorizontalPodAutoscaler",
            is_status: false,
            quiet: false,
            count: 0,
        }
    }

    /// Adds a problem at a place.
    pub(super) fn report(&mut self, rule: &'static Rule, place: &Place, message: String) {
        self.add(place, || rule.report(message));
    }

    /// Adds a problem at a place, if anybody wants its words.
    pub(super) fn add(&mut self, place: &Place, problem: impl FnOnce() -> Diagnostic) {
        self.count += 1;
        if self.quiet || self.problems.len() >= MOST_PROBLEMS {
            return;
        }
        let problem = problem();
        self.problems
            .push(problem.at(place.or(&self.near).location()));
    }

    /// Runs something one step deeper.
    pub(super) fn below(&mut self, step: Step<'a>, check: impl FnOnce(&mut Self)) {
        self.path.push(step);
        check(self);
        self.path.pop();
    }

    /// Whether a value fits a schema that only judges.
    fn fits(&self, schema: &'a Schema, value: &'a Value, mode: Mode) -> bool {
        let mut checker = Self {
            schemas: self.schemas,
            problems: Diagnostics::new(),
            path: self.path.clone(),
            near: Place::default(),
            known_from: self.known_from,
            is_scaler: self.is_scaler,
            is_status: self.is_status,
            quiet: true,
            count: 0,
        };
        checker.value(schema, value, mode);
        checker.count == 0
    }

    /// Checks an object against the schema of its kind.
    pub(super) fn object(&mut self, known: &Known<'a>, value: &'a Value) {
        let mode = Mode {
            builtin: known.builtin,
            judges: false,
        };
        self.known_from = known.known_from;
        let schema = self.resolved(known.schema);
        self.resource(schema, value, mode);
    }

    /// Checks a value against a schema.
    pub(super) fn value(&mut self, schema: &'a Schema, value: &'a Value, mode: Mode) {
        if self.path.depth() > DEEPEST {
            let path = self.path.shown();
            return self.report(
                &rules::SCHEMA_TOO_DEEP,
                &value.place,
                format!("`{path}` is nested deeper than {DEEPEST} levels"),
            );
        }
        if value.as_text().is_some_and(unknown::is) {
            return;
        }
        if schema.reference.is_some() && !value.is_null() {
            // What stands beside a reference judges, too.
            let judges = Mode {
                judges: true,
                ..mode
            };
            for one in &schema.all_of {
                self.value(one, value, judges);
            }
        }
        let schema = self.resolved(schema);
        if value.is_null() {
            let open = schema.types.kind.is_none() && !schema.is_int_or_string();
            if !(mode.builtin || schema.takes_null() || open) {
                self.wrong_type(schema, value);
            }
            return;
        }
        if self.types(schema, value) {
            if mode.judges || !schema.embedded_resource {
                self.shape(schema, value, mode);
            } else {
                self.resource(schema, value, mode);
            }
        }
        self.alternatives(schema, value, mode);
    }

    fn shape(&mut self, schema: &'a Schema, value: &'a Value, mode: Mode) {
        self.allowed(schema, value, mode);
        match &value.data {
            Data::Map(map) => self.map(schema, value, map, mode),
            Data::List(items) => self.list(schema, value, items, mode),
            Data::Text(text) => self.text(schema, value, text),
            Data::Number(number) => self.number(schema, value, *number),
            Data::Null | Data::Bool(_) => {}
        }
    }

    /// Whether the value has a type that the schema names; it is a problem where not.
    fn types(&mut self, schema: &Schema, value: &Value) -> bool {
        let fits = if schema.is_int_or_string() {
            scalar::is_int_or_string(schema, value)
        } else {
            match (schema.types.kind, &value.data) {
                (None, _) => true,
                (Some(Type::Object), Data::Map(_))
                | (Some(Type::Array), Data::List(_))
                | (Some(Type::String), Data::Text(_))
                | (Some(Type::Boolean), Data::Bool(_))
                | (Some(Type::Number), Data::Number(_)) => true,
                (Some(Type::Integer), Data::Number(number)) => scalar::whole(*number).is_some(),
                _ => false,
            }
        };
        if !fits {
            self.wrong_type(schema, value);
        }
        fits
    }

    fn wrong_type(&mut self, schema: &Schema, value: &Value) {
        let path = self.path.shown();
        self.add(&value.place, || {
            let expected = if schema.is_int_or_string() {
                "a whole number or text"
            } else {
                match schema.types.kind {
                    Some(Type::Object) => "a map",
                    Some(Type::Array) => "a list",
                    Some(Type::String) => "text",
                    Some(Type::Integer) => "a whole number",
                    Some(Type::Number) => "a number",
                    Some(Type::Boolean) => "true or false",
                    Some(Type::Null) => "nothing",
                    None => "another value",
                }
            };
            let problem = rules::SCHEMA_WRONG_TYPE.report(format!(
                "`{path}` takes {expected}, not {}",
                value.kind_name()
            ));
            match (schema.types.kind, &value.data) {
                (Some(Type::String), Data::Number(_) | Data::Bool(_)) => {
                    problem.hint("put the value in quotes")
                }
                (Some(Type::Integer | Type::Number | Type::Boolean), Data::Text(_)) => {
                    problem.hint("write the value without quotes")
                }
                _ => problem,
            }
        });
    }

    /// Schemas that judge the same value.
    fn alternatives(&mut self, schema: &'a Schema, value: &'a Value, mode: Mode) {
        let judges = Mode {
            judges: true,
            ..mode
        };
        for one in &schema.all_of {
            self.value(one, value, judges);
        }
        let fitting = |all: &'a [Schema], checker: &Self| {
            let fits = |one: &&Schema| checker.fits(one, value, judges);
            all.iter().filter(|one| fits(one)).count()
        };
        if !schema.any_of.is_empty() && fitting(&schema.any_of, self) == 0 {
            self.no_alternative(
                value,
                &schema.any_of,
                "none of the alternatives that it may be",
            );
        }
        if !schema.one_of.is_empty() {
            match fitting(&schema.one_of, self) {
                0 => self.no_alternative(
                    value,
                    &schema.one_of,
                    "none of the alternatives of which it has to be one",
                ),
                1 => {}
                // What is unknown fits everything.
                _ if unknown::within(value) => {}
                _ => self.no_alternative(
                    value,
                    &schema.one_of,
                    "more than one of the alternatives of which it has to be one",
                ),
            }
        }
        if let Some(not) = &schema.not
            && self.fits(not, value, judges)
            && !unknown::within(value)
        {
            self.no_alternative(value, &[], "what it must not be");
        }
    }

    fn no_alternative(&mut self, value: &Value, all: &[Schema], what: &str) {
        let path = self.path.shown();
        self.add(&value.place, || {
            // Alternatives mostly differ in the fields that they require.
            let fields: Vec<String> = all
                .iter()
                .filter(|one| !one.required.is_empty())
                .map(|one| {
                    let names: Vec<String> = one
                        .required
                        .iter()
                        .map(|name| format!("`{name}`"))
                        .collect();
                    names.join(" with ")
                })
                .collect();
            let fields = if fields.is_empty() || fields.len() < all.len() {
                String::new()
            } else {
                format!(": {}", fields.join(", or "))
            };
            rules::SCHEMA_NO_ALTERNATIVE.report(format!("`{path}` is {what}{fields}"))
        });
    }

    /// What a reference means.
    pub(super) fn resolved(&self, mut schema: &'a Schema) -> &'a Schema {
        for _ in 0..MOST_REFERENCES {
            let Some(name) = &schema.reference else { break };
            match self.schemas.definition(name) {
                Some(next) => schema = next,
                None => break,
            }
        }
        schema
    }
}
