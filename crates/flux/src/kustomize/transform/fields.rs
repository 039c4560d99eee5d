//! The fields that a replacement is for, and the value in them.

use documents::regex::GoRegex;
use documents::scalar::go_text;
use yaml::Dialect;

use crate::value::{Data, Field, Map, Number, Place, Value};

use super::super::resource::{plain, put, scalar_text};

/// What is put into fields.
pub(super) struct Setter<'a> {
    pub(super) options: &'a Value,
    pub(super) value: &'a Value,
    /// What a missing field is made as.
    pub(super) make: Option<Data>,
}

impl Setter<'_> {
    /// Sets every field that the steps lead to; `made` says that the field is new.
    pub(super) fn walk(
        &self,
        value: &mut Value,
        path: &[String],
        made: bool,
        count: &mut usize,
    ) -> Result<(), String> {
        let Some((step, rest)) = path.split_first() else {
            *count += 1;
            return self.set(value, made);
        };
        if let Data::Text(text) = &value.data
            && !text.trim().is_empty()
        {
            let mut inner =
                structured(text).ok_or_else(|| format!("`{step}` is looked for in a text"))?;
            let before = *count;
            let old = inner.clone();
            self.walk(&mut inner, path, made, count)?;
            if *count > before {
                value.data = Data::Text(unstructured(text, &old, &inner));
            }
            return Ok(());
        }
        if let Ok(at) = step.parse::<usize>() {
            let Data::List(items) = &mut value.data else {
                return Err(format!("`{step}` is looked for in what is no list"));
            };
            let new = at == items.len() && self.make.is_some();
            if new {
                items.push(Value::new(self.next(rest), Place::default()));
            }
            let item = items.get_mut(at);
            let item = item.ok_or_else(|| format!("there is no item {step}"))?;
            return self.walk(item, rest, new, count);
        }
        if step == "*" {
            let Data::List(items) = &mut value.data else {
                return Err("`*` is for the items of a list".to_owned());
            };
            return items
                .iter_mut()
                .try_for_each(|item| self.walk(item, rest, made, count));
        }
        if let Some((key, wanted)) = element(step)? {
            return self.walk_elements(value, (key, wanted), rest, count);
        }
        match &mut value.data {
            Data::Null if !made => Ok(()),
            Data::Null | Data::Map(_) => {
                if value.is_null() {
                    value.data = Data::Map(Map::default());
                }
                let Data::Map(map) = &mut value.data else {
                    return Ok(());
                };
                let new = !map.contains_key(step);
                if new {
                    if self.make.is_none() {
                        return Ok(());
                    }
                    let field = Field {
                        key: self.value.place.clone(),
                        value: Value::new(self.next(rest), self.value.place.clone()),
                    };
                    map.insert(step.clone(), field);
                }
                match map.get_mut(step) {
                    Some(field) => self.walk(&mut field.value, rest, new, count),
                    None => Ok(()),
                }
            }
            _ => Err(format!("`{step}` is looked for in what is no map")),
        }
    }

    /// What a field is made as on the way to the rest.
    fn next(&self, rest: &[String]) -> Data {
        match rest.first() {
            None => self.make.clone().unwrap_or_default(),
            Some(step) if step.starts_with('[') && step.ends_with(']') => Data::List(Vec::new()),
            Some(step) if step.parse::<usize>().is_ok() => Data::List(Vec::new()),
            Some(_) => Data::Map(Map::default()),
        }
    }

    fn walk_elements(
        &self,
        value: &mut Value,
        (key, wanted): (&str, &str),
        rest: &[String],
        count: &mut usize,
    ) -> Result<(), String> {
        let Data::List(items) = &mut value.data else {
            return Err(format!("`[{key}={wanted}]` is for the items of a list"));
        };
        let pattern = GoRegex::new(wanted).map_err(|error| error.0)?;
        let is_meant = |item: &Value| {
            let own = if key.is_empty() {
                Some(item)
            } else {
                item.get(key)
            };
            own.and_then(scalar_text)
                .is_some_and(|text| pattern.is_match(text.as_bytes()))
        };
        let before = *count;
        for item in items.iter_mut().filter(|item| is_meant(item)) {
            self.walk(item, rest, false, count)?;
        }
        if *count > before || self.make.is_none() {
            return Ok(());
        }
        let mut new = Value::new(plain(wanted), self.value.place.clone());
        if !key.is_empty() {
            let mut map = Map::default();
            put(&mut map, key, new);
            new = Value::new(Data::Map(map), self.value.place.clone());
        }
        items.push(new);
        match items.last_mut() {
            Some(item) => self.walk(item, rest, false, count),
            None => Ok(()),
        }
    }

    fn set(&self, field: &mut Value, made: bool) -> Result<(), String> {
        let options = self.options.get("options");
        let delimiter = options.and_then(|options| options.get("delimiter"));
        let delimiter = delimiter.and_then(Value::as_text).unwrap_or_default();
        let mut text = scalar_text(self.value);
        if !delimiter.is_empty() {
            let old = if made {
                Some(String::new())
            } else {
                scalar_text(field)
            };
            let old = old.ok_or("a delimiter is for text")?;
            let mut parts: Vec<&str> = old.split(delimiter).collect();
            let own = text.clone().unwrap_or_default();
            let index = index_of(self.options);
            match usize::try_from(index) {
                Err(_) => parts.insert(0, &own),
                Ok(at) => match parts.get_mut(at) {
                    Some(part) => *part = &own,
                    None => parts.push(&own),
                },
            }
            text = Some(parts.join(delimiter));
        }
        let place = self.value.place.clone();
        match text {
            // Only the text of a scalar is replaced: its type stays.
            Some(text) if scalar_text(field).is_some() => {
                field.data = if made {
                    plain(&text)
                } else {
                    replain(&field.data, text)?
                };
            }
            Some(text) if !delimiter.is_empty() => field.data = Data::Text(text),
            _ => field.data = self.value.data.clone(),
        }
        field.place = place;
        Ok(())
    }
}

/// A text as a value of the type of another.
fn replain(old: &Data, text: String) -> Result<Data, String> {
    let new = plain(&text);
    match (old, new) {
        (Data::Text(_), _) => Ok(Data::Text(text)),
        (Data::Number(_), new @ Data::Number(_))
        | (Data::Bool(_), new @ Data::Bool(_))
        | (Data::Null, new @ Data::Null) => Ok(new),
        _ => Err("the value is of another type than the one that it replaces".to_owned()),
    }
}

/// A document within a text.
fn structured(text: &str) -> Option<Value> {
    let source = std::sync::Arc::new(diagnostics::Source::new("", text));
    let (mut documents, problems) = crate::value::documents(&source, Dialect::Go);
    if problems.has_errors() || documents.len() != 1 {
        return None;
    }
    // A text in a text leads nowhere.
    { documents.pop() }.filter(|document| scalar_text(document).is_none())
}

/// A document put back into a text: JSON where it was JSON, else with as little changed as can
/// be.
fn unstructured(text: &str, old: &Value, new: &Value) -> String {
    if !text.trim_start().starts_with(['{', '[']) {
        let mut edits = Vec::new();
        if !changes(text, old, new, &mut edits) {
            return new.to_yaml().trim().to_owned();
        }
        let mut changed = text.to_owned();
        edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
        for (range, scalar) in edits {
            if changed.get(range.clone()).is_some() {
                changed.replace_range(range, &scalar);
            }
        }
        return changed.trim().to_owned();
    }
    let json = sorted(&new.to_json());
    let pretty = text.contains('\n') && text.contains("  ");
    let written = if pretty {
        serde_json::to_string_pretty(&json)
    } else {
        serde_json::to_string(&json)
    };
    written.unwrap_or_default()
}

/// The scalars that differ, and whether nothing else does.
fn changes(
    text: &str,
    old: &Value,
    new: &Value,
    edits: &mut Vec<(std::ops::Range<usize>, String)>,
) -> bool {
    match (&old.data, &new.data) {
        (Data::Map(olds), Data::Map(news)) => {
            olds.len() == news.len() && { olds.iter().zip(news) }.all(
                |((key, one), (other_key, other))| {
                    key == other_key && changes(text, &one.value, &other.value, edits)
                },
            )
        }
        (Data::List(olds), Data::List(news)) => {
            olds.len() == news.len() && { olds.iter().zip(news) }
                .all(|(one, other)| changes(text, one, other, edits))
        }
        (one, other) if one == other => true,
        (Data::List(_) | Data::Map(_), _) | (_, Data::List(_) | Data::Map(_)) => false,
        _ => {
            let range = old.place.range();
            let written = text.get(range.clone()).unwrap_or_default();
            let own = scalar_text(new).unwrap_or_default();
            let scalar = match &new.data {
                Data::Text(_) if written.starts_with('"') => yaml::double_quoted(&own),
                Data::Text(_) if written.starts_with('\'') => {
                    format!("'{}'", own.replace('\'', "''"))
                }
                Data::Text(_) => go_text(&own, 2, 2),
                _ => own,
            };
            edits.push((range, scalar));
            true
        }
    }
}

fn sorted(json: &serde_json::Value) -> serde_json::Value {
    match json {
        serde_json::Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| key.as_str());
            let entries = entries
                .into_iter()
                .map(|(key, value)| (key.clone(), sorted(value)));
            serde_json::Value::Object(entries.collect())
        }
        serde_json::Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

/// The part that the options ask for.
pub(super) fn index_of(value: &Value) -> i128 {
    match value.at(&["options", "index"]).map(|index| &index.data) {
        Some(Data::Number(Number::Integer(index))) => *index,
        _ => 0,
    }
}

/// `[key=value]`.
pub(super) fn element(step: &str) -> Result<Option<(&str, &str)>, String> {
    let Some(inner) = step
        .strip_prefix('[')
        .and_then(|step| step.strip_suffix(']'))
    else {
        return Ok(None);
    };
    let pair = inner.split_once('=');
    pair.map(Some)
        .ok_or_else(|| format!("`{step}` is not written `[key=value]`"))
}
