//! Lists.

use std::collections::HashMap;

use super::{Checker, Mode};
use crate::rules;
use crate::schema::model::{ListType, Schema};
use crate::schema::path::Step;
use crate::unknown;
use crate::value::Value;

impl<'a> Checker<'a> {
    pub(super) fn list(
        &mut self,
        schema: &'a Schema,
        value: &'a Value,
        items: &'a [Value],
        mode: Mode,
    ) {
        let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
        self.length(value, count, (schema.min_items, schema.max_items), "items");
        if let Some(item) = &schema.items {
            let resolved = self.resolved(item);
            // The server takes null for an item without anything in it, where it takes one.
            let full = mode.builtin
                && (schema.list_type == ListType::Map
                    || !resolved.required.is_empty()
                    || !resolved.format.is_empty()
                    || !resolved.any_of.is_empty()
                    || !resolved.one_of.is_empty()
                    || resolved.allowed.is_some()
                    || resolved.min_length.is_some());
            for (index, value) in items.iter().enumerate() {
                self.below(Step::Item(index), |checker| {
                    if full && value.is_null() {
                        checker.wrong_type(resolved, value);
                    } else {
                        checker.value(item, value, mode);
                    }
                });
            }
        }
        match schema.list_type {
            ListType::Map => self.keyed(schema, items),
            ListType::Set => self.unique(items),
            ListType::Atomic if schema.unique_items => self.unique(items),
            ListType::Atomic => {}
        }
    }

    /// Items that are told apart by keys.
    fn keyed(&mut self, schema: &'a Schema, items: &'a [Value]) {
        let item = schema.items.as_deref().map(|item| self.resolved(item));
        let mut seen = HashMap::new();
        for (index, value) in items.iter().enumerate() {
            let Some(map) = value.as_map() else { continue };
            let mut key = Vec::with_capacity(schema.list_map_keys.len());
            let mut unknown = false;
            for name in &schema.list_map_keys {
                let default = || {
                    let field = item?.properties.get(name)?;
                    self.resolved(field).default.clone()
                };
                let written = map.get(&**name).map(|field| &field.value);
                unknown |= written.and_then(Value::as_text).is_some_and(unknown::is);
                let part = written.filter(|part| !part.is_null()).map(Value::to_json);
                // The key's absence is told by `required` where the schema says so.
                unknown |= part.is_none()
                    && default().is_none()
                    && item.is_some_and(|item| item.required.contains(name));
                key.push(part.or_else(default).unwrap_or_default().to_string());
            }
            if unknown {
                continue;
            }
            if let Some(first) = seen.insert(key, index) {
                let names: Vec<String> = { schema.list_map_keys.iter() }
                    .map(|name| format!("`{name}`"))
                    .collect();
                self.twice(
                    items,
                    first,
                    index,
                    &format!("the same {}", names.join(" and ")),
                );
            }
        }
    }

    /// Items of which no two are the same.
    fn unique(&mut self, items: &'a [Value]) {
        let mut seen = HashMap::new();
        for (index, value) in items.iter().enumerate() {
            if value.as_text().is_some_and(unknown::is) {
                continue;
            }
            if let Some(first) = seen.insert(value.to_json().to_string(), index) {
                self.twice(items, first, index, "the same value");
            }
        }
    }

    fn twice(&mut self, items: &[Value], first: usize, second: usize, what: &str) {
        let path = self.path.shown();
        let place = |index: usize| items.get(index).map(|item| item.place.clone());
        let earlier = place(first).and_then(|place| place.location());
        self.add(&place(second).unwrap_or_default(), || {
            let problem = rules::SCHEMA_DUPLICATE_ITEM.report(format!(
                "`{path}[{second}]` has {what} as `{path}[{first}]`"
            ));
            match earlier {
                Some(location) => problem.related(location, "the first is here"),
                None => problem,
            }
        });
    }
}
