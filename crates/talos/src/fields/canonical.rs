//! A configuration as Talos writes it: keys in its order, free keys sorted, and no empty values
//! but those that it always writes.

use serde_json::{Map, Value};

use super::forms;
use super::names::kind_of_value;
use super::table::{Kind, Schema, Spec, any};
use documents::scalar::natural;

/// A document in its final form.
pub fn canonical(document: Value) -> Value {
    let kind = kind_of_value(&document).to_owned();
    let spec = Schema::get().document(&kind).unwrap_or(any());
    tidy(document, spec)
}

fn tidy(value: Value, spec: &Spec) -> Value {
    match (&spec.kind, value) {
        (Kind::Struct(name), Value::Object(map)) => fields(map, name).into(),
        (Kind::Map(item), Value::Object(map)) => sorted(map, item).into(),
        (Kind::Any | Kind::Arguments, Value::Object(map)) => sorted(map, any()).into(),
        (Kind::List(item), Value::Array(items)) => each(items, item),
        (Kind::Keyed(keyed), Value::Array(items)) => each(items, &keyed.item),
        (Kind::Any | Kind::Arguments, Value::Array(items)) => each(items, any()),
        (_, Value::String(text)) => {
            Value::String(forms::written(spec.format, &text).unwrap_or(text))
        }
        (_, value) => value,
    }
}

fn each(items: Vec<Value>, item: &Spec) -> Value {
    items.into_iter().map(|value| tidy(value, item)).collect()
}

fn fields(map: Map<String, Value>, name: &str) -> Map<String, Value> {
    let fields = Schema::get().fields(name);
    let mut next = 0;
    let mut number = |key: &str| {
        // Most keys stand in the order of the table.
        let at = |(index, (field, _)): (usize, &(&str, Spec))| (*field == key).then_some(index);
        let mut all = fields.iter().enumerate();
        let found = (all.clone().skip(next).find_map(at)).or_else(|| all.find_map(at));
        next = found.map_or(next, |found| found + 1);
        found
    };
    let mut own: Vec<(usize, String, Value)> = map
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .filter_map(|(key, value)| Some((number(&key)?, key, value)))
        .collect();
    own.sort_unstable_by_key(|(number, ..)| *number);
    let mut out = Map::with_capacity(own.len());
    let mut own = own.into_iter().peekable();
    for (index, (field, spec)) in fields.iter().enumerate() {
        let (key, value) = match own.next_if(|(number, ..)| *number == index) {
            Some((_, key, value)) => (key, tidy(value, spec)),
            None if spec.always => ((*field).to_owned(), empty(&spec.kind)),
            None => continue,
        };
        if spec.always || spec.optional || !is_empty(&value, &spec.kind) {
            out.insert(key, value);
        }
    }
    out
}

/// What a type holds when nothing is set.
fn empty(kind: &Kind) -> Value {
    match kind {
        Kind::Text | Kind::Any => Value::String(String::new()),
        Kind::Integer | Kind::Unsigned | Kind::Float => 0.into(),
        Kind::Bool => false.into(),
        Kind::List(_) | Kind::Keyed(_) => Value::Array(Vec::new()),
        Kind::Struct(name) => fields(Map::new(), name).into(),
        Kind::Map(_) | Kind::Arguments => Value::Object(Map::new()),
    }
}

fn is_empty(value: &Value, kind: &Kind) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag && *kind == Kind::Bool,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
    }
}

fn sorted(map: Map<String, Value>, item: &Spec) -> Map<String, Value> {
    let mut entries: Vec<(String, Value)> = map.into_iter().collect();
    entries.sort_by(|(left, _), (right, _)| natural(left, right));
    let entries = entries.into_iter();
    entries
        .map(|(key, value)| (key, tidy(value, item)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::canonical;
    use serde_json::json;

    #[test]
    fn order_and_emptiness_are_those_of_talos() {
        let made = canonical(json!({
            "machine": {
                "sysctls": {"b": "1", "a10": "1", "a9": ""},
                "install": {"wipe": false, "disk": "", "image": "i"},
                "files": [{"path": "/a"}],
                "type": "worker",
                "network": {},
                "env": {},
                "kubelet": {"extraConfig": {"z": null, "y": ""}},
            },
            "version": "v1alpha1",
        }));
        insta::assert_snapshot!(documents::emit::document(&made, 2), @r#"
        version: v1alpha1
        machine:
          type: worker
          token: ""
          certSANs: []
          kubelet:
            extraConfig:
              'y': ""
              z: null
          network: {}
          install:
            image: i
            wipe: false
          files:
            - content: ""
              permissions: 0o0
              path: /a
              op: ""
          sysctls:
            a9: ""
            a10: "1"
            b: "1"
        "#);
    }
}
