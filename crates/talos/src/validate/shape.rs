//! The shape of a document by the table of fields: what Talos finds while it decodes.

use std::borrow::Cow;

use diagnostics::closest;
use serde_json::{Map, Value};

use super::formats;
use super::place::{Place, Report, shown};
use super::way::Way;
use crate::fields::unknown_kind;
use crate::fields::{Kind, Schema, Spec};
use crate::rules;

/// The document as Talos of a minor of `1.x` holds it: without nulls, texts as texts, and without what is wrong,
/// which is reported. One that is so already is given back, not copied.
pub(super) fn decode<'v>(
    document: &'v Value,
    name: &str,
    minor: u32,
    report: &mut Report,
) -> Cow<'v, Value> {
    let mut decoder = Decoder {
        name,
        minor,
        report,
    };
    let Some(map) = document.as_object() else {
        decoder.wrong(Way::TOP, document, "a map");
        return Cow::Owned(Value::Null);
    };
    let text = |key: &str| map.get(key).and_then(Value::as_str).unwrap_or_default();
    let kind = match text("kind") {
        "" => "v1alpha1",
        kind => kind,
    };
    let Some(spec) = Schema::get().document(kind) else {
        decoder.unknown_kind(kind, document);
        return Cow::Owned(Value::Null);
    };
    if spec.since > minor {
        decoder.too_new(Way::TOP, &format!("the document `{kind}`"), spec, document);
        return Cow::Owned(Value::Null);
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
    let decoded = decoder.value(document, spec, Way::TOP);
    decoded.unwrap_or(Cow::Owned(Value::Null))
}

/// A value of a type of the table, as [`decode`] has it.
pub(super) fn section<'v>(
    value: &'v Value,
    spec: &Spec,
    path: &str,
    minor: u32,
    report: &mut Report,
) -> Cow<'v, Value> {
    let mut decoder = Decoder {
        name: "",
        minor,
        report,
    };
    let decoded = decoder.value(value, spec, Way::Path(path));
    decoded.unwrap_or(Cow::Owned(Value::Null))
}

struct Decoder<'a> {
    name: &'a str,
    minor: u32,
    report: &'a mut Report,
}

impl<'a> Decoder<'a> {
    /// A value of a type; `None` if there is none, or none that can be decoded. What is borrowed
    /// is the value itself.
    fn value<'v>(&mut self, value: &'v Value, spec: &Spec, way: Way<'_>) -> Option<Cow<'v, Value>> {
        let itself = Some(Cow::Borrowed(value));
        match (&spec.kind, value) {
            (_, Value::Null) => None,
            (Kind::Any, _) => itself,
            (Kind::Struct(name), Value::Object(map)) => Some(self.fields(value, map, name, way)),
            (Kind::Map(item), Value::Object(map)) => Some(self.map(value, map, item, way)),
            (Kind::Arguments, Value::Object(map)) => Some(self.arguments(value, map, way)),
            (Kind::List(item), Value::Array(items)) => {
                Some(self.list(value, items, item, item.optional, way))
            }
            // All of these lists hold pointers.
            (Kind::Keyed(keyed), Value::Array(items)) => {
                Some(self.list(value, items, &keyed.item, true, way))
            }
            (Kind::Text, _) => self.text(value, spec, way),
            (Kind::Bool, Value::Bool(_)) | (Kind::Float, Value::Number(_)) => itself,
            (Kind::Integer, Value::Number(number)) if number.is_i64() => itself,
            (Kind::Unsigned, Value::Number(number)) if number.is_u64() => {
                self.unsigned(value, spec, way)
            }
            _ => self.wrong(way, value, wanted(&spec.kind)),
        }
    }

    fn fields<'v>(
        &mut self,
        whole: &'v Value,
        map: &'v Map<String, Value>,
        name: &str,
        way: Way<'_>,
    ) -> Cow<'v, Value> {
        let schema = Schema::get();
        let fields = schema.fields(name);
        entries(whole, map, |key, value| {
            let inner = Way::Key(&way, key);
            let Some((_, spec)) = fields.iter().find(|(field, _)| *field == key) else {
                let known = fields.iter().map(|(field, _)| *field);
                let hint = match closest(key, known) {
                    Some(close) => format!("did you mean `{close}`?"),
                    None => "take it out: Talos refuses what it does not know".to_owned(),
                };
                let place = self.place(inner, value);
                self.report.add(
                    &place,
                    &rules::MACHINE_CONFIG_UNKNOWN_FIELD,
                    format!("Talos knows no field `{key}` here"),
                    hint,
                );
                return None;
            };
            if spec.since > self.minor {
                self.too_new(inner, &format!("`{key}`"), spec, value);
                return None;
            }
            self.value(value, spec, inner)
        })
    }

    fn map<'v>(
        &mut self,
        whole: &'v Value,
        map: &'v Map<String, Value>,
        item: &Spec,
        way: Way<'_>,
    ) -> Cow<'v, Value> {
        entries(whole, map, |key, value| {
            let inner = Way::Key(&way, key);
            if value.is_null() {
                self.nothing(inner, value, item.optional);
                return None;
            }
            self.value(value, item, inner)
        })
    }

    /// A list of items, each of which may be one that Go keeps a pointer to.
    fn list<'v>(
        &mut self,
        whole: &'v Value,
        items: &'v [Value],
        item: &Spec,
        pointers: bool,
        way: Way<'_>,
    ) -> Cow<'v, Value> {
        let mut changed: Option<Vec<Value>> = None;
        for (index, value) in items.iter().enumerate() {
            let inner = Way::Item(&way, index);
            let decoded = if value.is_null() {
                self.nothing(inner, value, pointers);
                // Where Go keeps no pointer, it skips the item.
                (pointers || item.kind == Kind::Any).then_some(Cow::Borrowed(value))
            } else {
                // A place is kept for what cannot be decoded: indexes must stay.
                let decoded = self.value(value, item, inner);
                Some(decoded.unwrap_or(Cow::Owned(Value::Null)))
            };
            if changed.is_none() && !matches!(decoded, Some(Cow::Borrowed(_))) {
                changed = Some(items.iter().take(index).cloned().collect());
            }
            if let Some(changed) = &mut changed {
                changed.extend(decoded.map(Cow::into_owned));
            }
        }
        changed.map_or(Cow::Borrowed(whole), |items| {
            Cow::Owned(Value::Array(items))
        })
    }

    /// An item without anything, which Talos has no use for where it keeps a pointer.
    fn nothing(&mut self, way: Way<'_>, value: &Value, pointer: bool) {
        if pointer {
            let place = self.place(way, value);
            self.report.add(
                &place,
                &rules::MACHINE_CONFIG_NULL_ITEM,
                "there is nothing in this place",
                "take the item out, or fill it in",
            );
        }
    }

    fn arguments<'v>(
        &mut self,
        whole: &'v Value,
        map: &'v Map<String, Value>,
        way: Way<'_>,
    ) -> Cow<'v, Value> {
        entries(whole, map, |key, value| {
            let inner = Way::Key(&way, key);
            if value.is_array() && self.minor < 13 {
                let place = self.place(inner, value);
                self.report.add(
                    &place,
                    &rules::MACHINE_CONFIG_TOO_NEW,
                    format!(
                        "a flag with a list of values does not exist in Talos 1.{}",
                        self.minor
                    ),
                    "write one text, the values joined by commas",
                );
                return None;
            }
            let decoded: Option<Cow<'v, Value>> = match value {
                Value::Array(items) => {
                    let items = items.iter().filter(|item| !item.is_null());
                    let texts: Option<Vec<_>> = items.map(scalar).collect();
                    let texts: Option<Value> =
                        texts.map(|texts| texts.into_iter().map(Cow::into_owned).collect());
                    texts.map(Cow::Owned)
                }
                Value::Null => Some(Cow::Owned("".into())),
                _ => scalar(value),
            };
            decoded.or_else(|| self.wrong(inner, value, "text or a list of texts"))
        })
    }

    fn text<'v>(&mut self, value: &'v Value, spec: &Spec, way: Way<'_>) -> Option<Cow<'v, Value>> {
        let Some(decoded) = scalar(value) else {
            return self.wrong(way, value, "text");
        };
        if spec.format.is_empty() {
            return Some(decoded);
        }
        let text = decoded.as_str().unwrap_or_default();
        // Talos takes one port as a number only.
        let quoted = spec.format == "ports" && value.is_string() && !text.contains('-');
        if quoted {
            return self.wrong(way, value, "a number");
        }
        let Some(fault) = formats::fault(spec.format, text) else {
            return Some(decoded);
        };
        let message = if spec.secret {
            format!("the value is not {}", fault.wanted)
        } else {
            format!("`{}` is not {}", shown(text), fault.wanted)
        };
        let place = self.place(way, value);
        self.report.add(
            &place,
            &rules::MACHINE_CONFIG_BAD_VALUE,
            message,
            fault.hint,
        );
        None
    }

    fn unsigned<'v>(
        &mut self,
        value: &'v Value,
        spec: &Spec,
        way: Way<'_>,
    ) -> Option<Cow<'v, Value>> {
        let most = match spec.format {
            "8" => u64::from(u8::MAX),
            "16" => u64::from(u16::MAX),
            "32" => u64::from(u32::MAX),
            _ => u64::MAX,
        };
        if value.as_u64().is_some_and(|number| number <= most) {
            return Some(Cow::Borrowed(value));
        }
        let place = self.place(way, value);
        self.report.add(
            &place,
            &rules::MACHINE_CONFIG_BAD_VALUE,
            format!("`{value}` is too large"),
            format!("write a number up to {most}"),
        );
        None
    }

    fn wrong<'v>(&mut self, way: Way<'_>, value: &Value, wanted: &str) -> Option<Cow<'v, Value>> {
        let found = match value {
            Value::Null => "nothing",
            Value::Bool(_) => "a truth value",
            Value::Number(_) => "a number",
            Value::String(_) => "text",
            Value::Array(_) => "a list",
            Value::Object(_) => "a map",
        };
        let place = self.place(way, value);
        self.report.add(
            &place,
            &rules::MACHINE_CONFIG_WRONG_TYPE,
            format!("{wanted} is wanted here, not {found}"),
            "",
        );
        None
    }

    fn too_new(&mut self, way: Way<'_>, what: &str, spec: &Spec, value: &Value) {
        let place = self.place(way, value);
        self.report.add(
            &place,
            &rules::MACHINE_CONFIG_TOO_NEW,
            format!("{what} does not exist in Talos 1.{}", self.minor),
            format!("take it out, or use Talos 1.{} or newer", spec.since),
        );
    }

    fn unknown_kind(&mut self, kind: &str, value: &Value) {
        let (message, hint) = unknown_kind(kind);
        let place = self.place(Way::TOP, value);
        let hint = hint.unwrap_or_default();
        self.report
            .add(&place, &rules::MACHINE_CONFIG_UNKNOWN_KIND, message, hint);
    }

    fn place<'v>(&self, way: Way<'_>, value: &'v Value) -> Place<'v>
    where
        'a: 'v,
    {
        Place::with_path(self.name, way.written(), value)
    }
}

/// A map with its values decoded: itself, unless one of them becomes another or is left out.
fn entries<'v>(
    whole: &'v Value,
    map: &'v Map<String, Value>,
    mut decode: impl FnMut(&'v str, &'v Value) -> Option<Cow<'v, Value>>,
) -> Cow<'v, Value> {
    let mut changed: Option<Map<String, Value>> = None;
    for (index, (key, value)) in map.iter().enumerate() {
        let decoded = decode(key, value);
        if changed.is_none() && !matches!(decoded, Some(Cow::Borrowed(_))) {
            let before = map.iter().take(index);
            changed = Some(
                before
                    .map(|(key, value)| (key.clone(), value.clone()))
                    .collect(),
            );
        }
        if let Some(changed) = &mut changed {
            changed.extend(decoded.map(|decoded| (key.clone(), decoded.into_owned())));
        }
    }
    changed.map_or(Cow::Borrowed(whole), |map| Cow::Owned(Value::Object(map)))
}

/// Any scalar as text, as Go's typed decoding has it.
fn scalar(value: &Value) -> Option<Cow<'_, Value>> {
    match value {
        Value::String(_) => Some(Cow::Borrowed(value)),
        Value::Bool(_) | Value::Number(_) => Some(Cow::Owned(value.to_string().into())),
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
