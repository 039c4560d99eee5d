//! A configuration as templates see it: fields by their names in Go.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::OnceLock;

use serde_json::Value as Json;

use super::value::{Text, Value};
use crate::fields::{Kind, Schema, Spec};
use documents::duration;

const TABLE: &str = include_str!("names.table");

/// The names of one type, and the keys that they stand for.
type Names = Vec<(&'static str, &'static str)>;

/// The names of every type.
fn names(of: &str) -> &'static [(&'static str, &'static str)] {
    static NAMES: OnceLock<HashMap<&'static str, Names>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let mut all: HashMap<_, Names> = HashMap::new();
        let mut current = "";
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            match line.trim().split_once(' ') {
                None => current = line.trim(),
                Some(pair) => all.entry(current).or_default().push(pair),
            }
        }
        all
    });
    names.get(of).map_or(&[], Vec::as_slice)
}

/// The key that a field of a type stands for, and the type of what is there if it has one.
pub(super) fn key(of: &'static str, name: &str) -> Option<(&'static str, Option<&'static str>)> {
    let (_, key) = names(of).iter().find(|(known, _)| *known == name)?;
    let spec = Schema::get().field(of, key);
    let of = spec.and_then(|spec| match spec.kind {
        Kind::Struct(name) => Some(name),
        _ => None,
    });
    Some((key, of))
}

/// The v1alpha1 document of a configuration.
pub(super) fn config(documents: &[Json]) -> Value<'_> {
    let document = documents
        .iter()
        .find(|document| document.get("kind").is_none());
    document.map_or(Value::Nothing, |document| {
        Value::Section(document, "V1Alpha1Config")
    })
}

/// A field of a value, and whether nobody may see it. The error says what is wrong, and what to
/// do about it; `written` is how the value is written.
pub(super) fn field<'a>(
    value: &Value<'a>,
    name: &str,
    written: &str,
) -> Result<(Value<'a>, bool), (String, Option<String>)> {
    let unknown = |known: &mut dyn Iterator<Item = &str>| {
        let known: Vec<&str> = known.collect();
        let hint = match diagnostics::closest(name, known.iter().copied()) {
            Some(close) => Some(format!("did you mean `.{close}`?")),
            None if (1..=8).contains(&known.len()) => {
                let known: Vec<_> = known.iter().map(|name| format!("`.{name}`")).collect();
                Some(format!(
                    "the fields are {}, as Go names them",
                    known.join(", ")
                ))
            }
            None => None,
        };
        (format!("there is no field `.{name}` here"), hint)
    };
    let found = match value {
        Value::Section(json, of) => {
            let known = names(of);
            let key = known.iter().find(|(known, _)| *known == name);
            let Some((_, key)) = key else {
                return Err(unknown(&mut known.iter().map(|(name, _)| *name)));
            };
            let spec = Schema::get().field(of, key);
            let spec = spec.unwrap_or(crate::fields::any());
            return Ok((
                typed(json.get(key).unwrap_or(&Json::Null), spec, key),
                spec.secret,
            ));
        }
        Value::Record(fields) => {
            let found = fields.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.clone()).ok_or_else(|| {
                let known: Vec<_> = { fields.iter() }
                    .map(|(known, _)| format!("`.{known}`"))
                    .collect();
                let message = format!(
                    "`.{name}` is none of the template fields {}",
                    known.join(", ")
                );
                (message, None)
            })?
        }
        Value::Free(json) if name == "Object" => Value::free(json),
        Value::Free(_) => return Err(unknown(&mut std::iter::once("Object"))),
        Value::Map(map) => map.get(name).cloned().unwrap_or(Value::Nothing),
        Value::Url(url) => part(url, name).ok_or_else(|| {
            unknown(&mut ["Scheme", "Host", "Hostname", "Port", "Path", "String"].into_iter())
        })?,
        Value::Nothing => {
            let hint = match written {
                ".MachineConfig.MachineNetwork" => Some(
                    "from contract 1.12 on names and networks are in documents of their own"
                        .to_owned(),
                ),
                _ => None,
            };
            let message = format!("`{written}` is not there, so it has no field `.{name}`");
            return Err((message, hint));
        }
        other => {
            return Err((
                format!("`{written}` is {} and has no fields", other.kind()),
                None,
            ));
        }
    };
    Ok((found, false))
}

/// A value of a type.
fn typed<'a>(json: &'a Json, spec: &'static Spec, key: &str) -> Value<'a> {
    if json.is_null() && spec.optional {
        return Value::Nothing;
    }
    let scalar = match &spec.kind {
        Kind::Struct(name) => return Value::Section(json, name),
        Kind::List(item) => return list(json, item),
        Kind::Keyed(keyed) => return list(json, &keyed.item),
        Kind::Map(item) if item.kind == Kind::Any => return Value::Free(json),
        Kind::Map(item) => {
            let entries = json.as_object().into_iter().flatten();
            let map = entries.map(|(key, value)| (key.clone(), typed(value, item, "")));
            return Value::Map(Rc::new(map.collect()));
        }
        Kind::Any => return Value::free(json),
        Kind::Arguments => return Value::Opaque("a map of flags"),
        Kind::Text if spec.format == "base64" => return Value::Opaque("a list of bytes"),
        Kind::Text if spec.format == "url" => {
            return json.as_str().map_or(Value::Nothing, Value::Url);
        }
        Kind::Text => {
            let text = json.as_str().unwrap_or_default();
            match duration::canonical(text).filter(|_| spec.format == "duration") {
                Some(canonical) => Value::text(canonical),
                None => Value::Text(Text::Borrowed(text)),
            }
        }
        // Rights are printed in base 8.
        Kind::Integer | Kind::Unsigned if key == "permissions" => {
            Value::text(format!("0o{:o}", json.as_u64().unwrap_or_default()))
        }
        Kind::Integer | Kind::Unsigned => Value::Integer(json.as_i64().unwrap_or_default()),
        Kind::Float => Value::Float(json.as_f64().unwrap_or_default()),
        Kind::Bool => Value::Bool(json.as_bool().unwrap_or_default()),
    };
    if spec.optional {
        Value::Pointer(Box::new(scalar))
    } else {
        scalar
    }
}

fn list<'a>(json: &'a Json, item: &'static Spec) -> Value<'a> {
    let items = json.as_array().into_iter().flatten();
    Value::List(Rc::new(items.map(|value| typed(value, item, "")).collect()))
}

/// A part of a URL.
fn part<'a>(url: &'a str, name: &str) -> Option<Value<'a>> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let (alone, port) = match host.rsplit_once(':') {
        Some((alone, port)) if !port.contains(']') => (alone, port),
        _ => (host, ""),
    };
    let alone = alone.trim_start_matches('[').trim_end_matches(']');
    let text = match name {
        "Scheme" => scheme,
        "Host" => host,
        "Hostname" => alone,
        "Port" => port,
        "Path" => path.split(['?', '#']).next().unwrap_or_default(),
        "String" => url,
        _ => return None,
    };
    Some(Value::Text(Text::Borrowed(text)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Kind, Schema, Spec, TABLE, names};

    fn reachable(name: &'static str, seen: &mut BTreeSet<&'static str>) {
        if !seen.insert(name) {
            return;
        }
        for (_, spec) in Schema::get().fields(name) {
            of(spec, seen);
        }
    }

    fn of(spec: &Spec, seen: &mut BTreeSet<&'static str>) {
        match &spec.kind {
            Kind::Struct(name) => reachable(name, seen),
            Kind::List(item) | Kind::Map(item) => of(item, seen),
            Kind::Keyed(keyed) => of(&keyed.item, seen),
            _ => {}
        }
    }

    #[test]
    fn every_field_of_v1alpha1_has_its_name_and_no_other() {
        let mut types = BTreeSet::new();
        reachable("V1Alpha1Config", &mut types);
        for name in &types {
            let ours: BTreeSet<_> = names(name).iter().map(|(_, key)| *key).collect();
            let theirs: BTreeSet<_> = Schema::get()
                .fields(name)
                .iter()
                .map(|(key, _)| *key)
                .collect();
            assert_eq!(ours, theirs, "{name}");
        }
        for line in TABLE.lines().filter(|line| !line.starts_with([' ', '#'])) {
            assert!(types.contains(line), "{line}");
        }
    }
}
