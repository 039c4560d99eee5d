//! Maps, and whole resources.

use diagnostics::{Severity, closest};

use super::{Checker, Mode};
use crate::rules;
use crate::schema::formats;
use crate::schema::model::{Additional, Schema};
use crate::schema::path::Step;
use crate::unknown;
use crate::value::{Field, Map, Value};

impl<'a> Checker<'a> {
    /// A resource: the object itself, or one within it. The API server knows its `metadata`.
    pub(super) fn resource(&mut self, schema: &'a Schema, value: &'a Value, mode: Mode) {
        let Some(map) = value.as_map() else {
            return self.wrong_type(schema, value);
        };
        let root = self.path.depth() == 0;
        for (name, field) in map {
            match name.as_str() {
                "apiVersion" | "kind" => {
                    if field.value.as_text().is_none() {
                        self.below(Step::Key(name), |checker| {
                            let path = checker.path.shown();
                            let kind = field.value.kind_name();
                            checker.report(
                                &rules::SCHEMA_WRONG_TYPE,
                                &field.value.place,
                                format!("`{path}` takes text, not {kind}"),
                            );
                        });
                    }
                }
                "metadata" => self.below(Step::Key(name), |checker| {
                    let own = schema.properties.get("metadata").map(|own| &**own);
                    checker.metadata(own, &field.value, mode);
                }),
                // What SOPS keeps beside the values is gone once it is decrypted.
                "sops" if root => {}
                "status" if root && mode.builtin => {
                    self.is_status = true;
                    self.field(schema, name, field, mode);
                    self.is_status = false;
                }
                _ => self.field(schema, name, field, mode),
            }
        }
        if !root && !unknown::is_open(value) {
            for name in ["apiVersion", "kind"] {
                if map.get(name).is_none() {
                    self.missing(value, name);
                }
            }
        }
        self.required(schema, value, map, mode);
        self.properties(schema, value, map);
        self.alternatives(schema, value, mode);
    }

    fn metadata(&mut self, own: Option<&'a Schema>, value: &'a Value, mode: Mode) {
        let builtin = Mode {
            builtin: true,
            judges: false,
        };
        if let Some(schema) = self.schemas.definition("meta.v1.ObjectMeta") {
            self.value(schema, value, builtin);
        }
        if let Some(own) = own.filter(|own| own.reference.is_none()) {
            let judges = Mode {
                judges: true,
                ..mode
            };
            self.value(own, value, judges);
        }
    }

    pub(super) fn map(&mut self, schema: &'a Schema, value: &'a Value, map: &'a Map, mode: Mode) {
        for (name, field) in map {
            self.field(schema, name, field, mode);
            if let Some(what) = formats::wrong(&schema.keys, name)
                && !unknown::is(name)
            {
                let path = self.path.shown();
                self.add(&field.key, || {
                    rules::SCHEMA_WRONG_NAME
                        .report(format!("`{name}`, a key of `{path}`, is not {what}"))
                });
            }
        }
        self.required(schema, value, map, mode);
        self.properties(schema, value, map);
    }

    fn field(&mut self, schema: &'a Schema, name: &'a str, field: &'a Field, mode: Mode) {
        if unknown::is(name) && !schema.properties.is_empty() {
            return;
        }
        if let Some(known) = schema.field(name) {
            // Where a field has a default and null is none of its values, null is the default.
            if field.value.is_null() && known.default.is_some() && !known.takes_null() {
                return;
            }
            self.below(Step::Key(name), |checker| {
                checker.value(known, &field.value, mode);
            });
            return;
        }
        let open = schema.preserve_unknown_fields
            || matches!(schema.additional_properties, Additional::Any(true))
            || schema.types.kind.is_none() && schema.properties.is_empty();
        let closed = matches!(schema.additional_properties, Additional::Any(false));
        if (open || mode.judges) && !closed {
            return;
        }
        let path = self.path.with(name);
        let known_from = self.known_from.filter(|_| !mode.builtin);
        self.add(&field.key, || {
            // Of a map that has no fields at all the server drops them without a word.
            let is_dropped = !mode.builtin && schema.properties.is_empty();
            let severity = if is_dropped || known_from.is_some() {
                Severity::Warning
            } else {
                Severity::Error
            };
            let version = known_from.map_or_else(String::new, |(package, version)| {
                format!(" in `{package}` {version}, the version that is known here")
            });
            let problem = rules::SCHEMA_UNKNOWN_FIELD
                .report_as(severity, format!("there is no field `{path}`{version}"));
            let names = schema.properties.keys().map(|name| &**name);
            match closest(name, names) {
                Some(near) => problem.hint(format!("did you mean `{near}`?")),
                None => problem,
            }
        });
    }

    fn required(&mut self, schema: &Schema, value: &Value, map: &Map, mode: Mode) {
        if unknown::is_open(value) || self.is_status {
            return;
        }
        for name in &schema.required {
            let there = match map.get(&**name) {
                None => false,
                Some(field) => !(mode.builtin && field.value.is_null()),
            };
            // Defaults are filled in before anything is required.
            let field = schema.properties.get(name);
            let there = there || field.is_some_and(|field| field.default.is_some());
            let known = matches!(&**name, "apiVersion" | "kind" | "metadata");
            if !(there || known && self.path.depth() == 0) {
                self.missing(value, name);
            }
        }
    }

    fn missing(&mut self, value: &Value, name: &str) {
        let path = self.path.with(name);
        self.add(&value.place, || {
            rules::SCHEMA_MISSING_FIELD.report(format!("`{path}` is missing"))
        });
    }

    fn properties(&mut self, schema: &Schema, value: &Value, map: &Map) {
        let count = u64::try_from(map.len()).unwrap_or(u64::MAX);
        self.length(
            value,
            count,
            (schema.min_properties, schema.max_properties),
            "fields",
        );
    }
}
