//! The shape of a document by the table of fields: what Talos finds while it decodes.

use diagnostics::closest;
use serde_json::{Map, Value};

use super::formats;
use super::place::{Place, Report, shown};
use crate::contract::Contract;
use crate::fields::unknown_kind;
use crate::fields::{Kind, Schema, Spec};
use crate::rules;
use documents::path::join;

/// The document as Talos holds it: without nulls, texts as texts, and without what is wrong,
/// which is reported.
pub(super) fn decode(
    document: &Value,
    name: &str,
    contract: Contract,
    report: &mut Report,
) -> Value {
    let mut decoder = Decoder {
        name,
        contract,
        report,
    };
    let Some(map) = document.as_object() else {
        decoder.wrong("", document, "a map");
        return Value::Null;
    };
    let text = |key: &str| map.get(key).and_then(Value::as_str).unwrap_or_default();
    let kind = match text("kind") {
        "" => "v1alpha1",
        kind => kind,
    };
    let Some(spec) = Schema::get().document(kind) else {
        decoder.unknown_kind(kind, document);
        return Value::Null;
    };
    if spec.since > contract.minor() {
        decoder.too_new("", &format!("the document `{kind}`"), spec, document);
        return Value::Null;
    }
    if kind != "v1alpha1" && text("apiVersion") != "v1alpha1" {
        let place = Place::new(name, document).key("apiVersion");
        decoder.report.add(
            &place,
            &rules::MACHINE_CONFIG_API_VERSION,
            format!("the document of kind `{kind}` has no `apiVersion` that Talos knows"),
            "write `apiVersion: v1alpha1`",
        );
    }
    decoder.value(document, spec, "").unwrap_or(Value::Null)
}

/// A value of a type of the table, as [`decode`] has it.
pub(super) fn section(
    value: &Value,
    spec: &Spec,
    path: &str,
    contract: Contract,
    report: &mut Report,
) -> Value {
    let mut decoder = Decoder {
        name: "",
        contract,
        report,
    };
    decoder.value(value, spec, path).unwrap_or(Value::Null)
}

struct Decoder<'a> {
    name: &'a str,
    contract: Contract,
    report: &'a mut Report,
}

impl<'a> Decoder<'a> {
    /// A value of a type; `None` if there is none, or none that can be decoded.
    fn value(&mut self, value: &Value, spec: &Spec, path: &str) -> Option<Value> {
        match (&spec.kind, value) {
            (_, Value::Null) => None,
            (Kind::Any, _) => Some(value.clone()),
            (Kind::Struct(name), Value::Object(map)) => Some(self.fields(map, name, path)),
            (Kind::Map(item), Value::Object(map)) => Some(self.map(map, item, path)),
            (Kind::Arguments, Value::Object(map)) => Some(self.arguments(map, path)),
            (Kind::List(item), Value::Array(items)) => Some(self.list(items, item, path)),
            (Kind::Keyed(keyed), Value::Array(items)) => {
                // All of these lists hold pointers.
                let item = Spec {
                    optional: true,
                    ..(*keyed.item).clone()
                };
                Some(self.list(items, &item, path))
            }
            (Kind::Text, _) => self.text(value, spec, path),
            (Kind::Bool, Value::Bool(_)) | (Kind::Float, Value::Number(_)) => Some(value.clone()),
            (Kind::Integer, Value::Number(number)) if number.is_i64() => Some(value.clone()),
            (Kind::Unsigned, Value::Number(number)) if number.is_u64() => {
                self.unsigned(value, spec, path)
            }
            _ => self.wrong(path, value, wanted(&spec.kind)),
        }
    }

    fn fields(&mut self, map: &Map<String, Value>, name: &str, path: &str) -> Value {
        let schema = Schema::get();
        let mut out = Map::new();
        for (key, value) in map {
            let inner = join(path, key);
            let Some(spec) = schema.field(name, key) else {
                let known = schema.fields(name).iter().map(|(field, _)| *field);
                let hint = match closest(key, known) {
                    Some(close) => format!("did you mean `{close}`?"),
                    None => "take it out: Talos refuses what it does not know".to_owned(),
                };
                let place = self.place(&inner, value);
                self.report.add(
                    &place,
                    &rules::MACHINE_CONFIG_UNKNOWN_FIELD,
                    format!("Talos knows no field `{key}` here"),
                    hint,
                );
                continue;
            };
            if spec.since > self.contract.minor() {
                self.too_new(&inner, &format!("`{key}`"), spec, value);
                continue;
            }
            if let Some(value) = self.value(value, spec, &inner) {
                out.insert(key.clone(), value);
            }
        }
        Value::Object(out)
    }

    fn map(&mut self, map: &Map<String, Value>, item: &Spec, path: &str) -> Value {
        let mut out = Map::new();
        for (key, value) in map {
            let inner = join(path, key);
            if value.is_null() {
                self.nothing(&inner, value, item);
                continue;
            }
            if let Some(value) = self.value(value, item, &inner) {
                out.insert(key.clone(), value);
            }
        }
        Value::Object(out)
    }

    fn list(&mut self, items: &[Value], item: &Spec, path: &str) -> Value {
        let mut out = Vec::new();
        for (index, value) in items.iter().enumerate() {
            let inner = format!("{path}[{index}]");
            if value.is_null() {
                self.nothing(&inner, value, item);
                // Where Go keeps no pointer, it skips the item.
                if !item.optional && item.kind != Kind::Any {
                    continue;
                }
            }
            // A place is kept for what cannot be decoded: indexes must stay.
            out.push(self.value(value, item, &inner).unwrap_or(Value::Null));
        }
        Value::Array(out)
    }

    /// An item without anything, where Talos keeps a pointer: it refuses some, and breaks on others.
    fn nothing(&mut self, path: &str, value: &Value, item: &Spec) {
        if item.optional {
            let place = self.place(path, value);
            self.report.add(
                &place,
                &rules::MACHINE_CONFIG_NULL_ITEM,
                "there is nothing in this place",
                "take the item out, or fill it in",
            );
        }
    }

    fn arguments(&mut self, map: &Map<String, Value>, path: &str) -> Value {
        let mut out = Map::new();
        for (key, value) in map {
            let inner = join(path, key);
            let decoded = match value {
                Value::Array(items) => items
                    .iter()
                    .filter(|item| !item.is_null())
                    .map(scalar)
                    .collect::<Option<Vec<_>>>()
                    .map(Value::from),
                Value::Null => Some(Value::from("")),
                _ => scalar(value).map(Value::from),
            };
            if matches!(value, Value::Array(_)) && self.contract.minor() < 13 {
                let place = self.place(&inner, value);
                self.report.add(
                    &place,
                    &rules::MACHINE_CONFIG_TOO_NEW,
                    format!(
                        "a flag with a list of values does not exist in Talos {}",
                        self.contract
                    ),
                    "write one text, the values joined by commas",
                );
                continue;
            }
            match decoded {
                Some(decoded) => drop(out.insert(key.clone(), decoded)),
                None => drop(self.wrong(&inner, value, "text or a list of texts")),
            }
        }
        Value::Object(out)
    }

    fn text(&mut self, value: &Value, spec: &Spec, path: &str) -> Option<Value> {
        let Some(text) = scalar(value) else {
            return self.wrong(path, value, "text");
        };
        // Talos takes one port as a number only.
        let quoted = spec.format == "ports" && value.is_string() && !text.contains('-');
        if quoted {
            return self.wrong(path, value, "a number");
        }
        let Some(fault) = formats::fault(spec.format, &text) else {
            return Some(Value::String(text));
        };
        let message = if spec.secret {
            format!("the value is not {}", fault.wanted)
        } else {
            format!("`{}` is not {}", shown(&text), fault.wanted)
        };
        let place = self.place(path, value);
        self.report.add(
            &place,
            &rules::MACHINE_CONFIG_BAD_VALUE,
            message,
            fault.hint,
        );
        None
    }

    fn unsigned(&mut self, value: &Value, spec: &Spec, path: &str) -> Option<Value> {
        let most = match spec.format {
            "8" => u64::from(u8::MAX),
            "16" => u64::from(u16::MAX),
            "32" => u64::from(u32::MAX),
            _ => u64::MAX,
        };
        if value.as_u64().is_some_and(|number| number <= most) {
            return Some(value.clone());
        }
        let place = self.place(path, value);
        self.report.add(
            &place,
            &rules::MACHINE_CONFIG_BAD_VALUE,
            format!("`{value}` is too large"),
            format!("write a number up to {most}"),
        );
        None
    }

    fn wrong(&mut self, path: &str, value: &Value, wanted: &str) -> Option<Value> {
        let found = match value {
            Value::Null => "nothing",
            Value::Bool(_) => "a truth value",
            Value::Number(_) => "a number",
            Value::String(_) => "text",
            Value::Array(_) => "a list",
            Value::Object(_) => "a map",
        };
        let place = self.place(path, value);
        self.report.add(
            &place,
            &rules::MACHINE_CONFIG_WRONG_TYPE,
            format!("{wanted} is wanted here, not {found}"),
            "",
        );
        None
    }

    fn too_new(&mut self, path: &str, what: &str, spec: &Spec, value: &Value) {
        let place = self.place(path, value);
        self.report.add(
            &place,
            &rules::MACHINE_CONFIG_TOO_NEW,
            format!("{what} does not exist in Talos {}", self.contract),
            format!("take it out, or use Talos 1.{} or newer", spec.since),
        );
    }

    fn unknown_kind(&mut self, kind: &str, value: &Value) {
        let (message, hint) = unknown_kind(kind);
        let place = self.place("", value);
        let hint = hint.unwrap_or_default();
        self.report
            .add(&place, &rules::MACHINE_CONFIG_UNKNOWN_KIND, message, hint);
    }

    fn place<'v>(&self, path: &str, value: &'v Value) -> Place<'v>
    where
        'a: 'v,
    {
        Place::with_path(self.name, path, value)
    }
}

/// Any scalar as text, as Go's typed decoding has it.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

fn wanted(kind: &Kind) -> &'static str {
    match kind {
        Kind::Integer => "a whole number",
        Kind::Unsigned => "a whole number that is not negative",
        Kind::Float => "a number",
        Kind::Bool => "`true` or `false`",
        Kind::List(_) | Kind::Keyed(_) => "a list",
        Kind::Text => "text",
        _ => "a map",
    }
}
