//! What templates work with.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::rc::Rc;

use serde_json::Value as Json;

use documents::scalar::go_float;

/// A text that is borrowed, or shared.
#[derive(Clone)]
pub(super) enum Text<'a> {
    Borrowed(&'a str),
    Shared(Rc<str>),
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Shared(text) => text,
        }
    }
}

/// A value.
#[derive(Clone)]
pub(super) enum Value<'a> {
    /// Nothing: a pointer to nowhere, an entry that a map does not have.
    Nothing,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(Text<'a>),
    /// What may be absent as opposed to empty: to Go it is true wherever it is there.
    Pointer(Box<Self>),
    List(Rc<Vec<Self>>),
    Map(Rc<BTreeMap<String, Self>>),
    /// A section of a configuration, by the name of its type.
    Section(&'a Json, &'static str),
    /// A section of another program: its keys are those of `.Object`.
    Free(&'a Json),
    /// A URL.
    Url(&'a str),
    /// Fields by name.
    Record(&'a [(&'static str, Self)]),
    /// What cannot be printed, and why.
    Opaque(&'static str),
}

impl<'a> Value<'a> {
    /// A text.
    pub(super) fn text(text: impl Into<Rc<str>>) -> Self {
        Self::Text(Text::Shared(text.into()))
    }

    /// A value of a section without types.
    pub(super) fn free(json: &'a Json) -> Self {
        match json {
            Json::Null => Self::Nothing,
            Json::Bool(flag) => Self::Bool(*flag),
            Json::Number(number) => match number.as_i64() {
                Some(whole) => Self::Integer(whole),
                None => Self::Float(number.as_f64().unwrap_or_default()),
            },
            Json::String(text) => Self::Text(Text::Borrowed(text)),
            Json::Array(items) => Self::List(Rc::new(items.iter().map(Self::free).collect())),
            Json::Object(map) => Self::Map(Rc::new(
                map.iter()
                    .map(|(key, value)| (key.clone(), Self::free(value)))
                    .collect(),
            )),
        }
    }

    /// What it is, with its article.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Bool(_) => "a truth value",
            Self::Integer(_) | Self::Float(_) => "a number",
            Self::Text(_) => "text",
            Self::Pointer(inner) => inner.kind(),
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
            Self::Section(..) | Self::Free(_) | Self::Record(_) => "a section",
            Self::Url(_) => "a URL",
            Self::Opaque(what) => what,
        }
    }

    /// Whether `if` takes it for true.
    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::Nothing => false,
            Self::Bool(flag) => *flag,
            Self::Integer(number) => *number != 0,
            Self::Float(number) => *number != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::List(items) => !items.is_empty(),
            Self::Map(map) => !map.is_empty(),
            // Structs always are, and so is whatever is pointed to.
            Self::Pointer(_)
            | Self::Section(..)
            | Self::Free(_)
            | Self::Url(_)
            | Self::Record(_)
            | Self::Opaque(_) => true,
        }
    }

    /// What a pointer points to.
    pub(super) fn pointed(&self) -> &Self {
        match self {
            Self::Pointer(inner) => inner,
            other => other,
        }
    }

    /// How large it is, for limits.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Url(text) => text.len(),
            Self::List(items) => items.len(),
            Self::Map(map) => map.len(),
            Self::Pointer(inner) => inner.size(),
            _ => 1,
        }
    }

    /// Prints it as Go does; the error says what cannot be printed.
    pub(super) fn print(&self, out: &mut String, most: usize) -> Result<(), String> {
        match self {
            Self::Nothing => return Err("nothing is there to be printed".to_owned()),
            Self::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Self::Integer(number) => out.push_str(&number.to_string()),
            Self::Float(number) => out.push_str(&go_float(*number)),
            Self::Text(text) => out.push_str(text),
            Self::Url(text) => out.push_str(text),
            Self::Pointer(inner) => inner.print(out, most)?,
            Self::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(' ');
                    }
                    item.print(out, most)?;
                }
                out.push(']');
            }
            Self::Map(map) => {
                out.push_str("map[");
                for (index, (key, value)) in map.iter().enumerate() {
                    if index > 0 {
                        out.push(' ');
                    }
                    out.push_str(key);
                    out.push(':');
                    value.print(out, most)?;
                }
                out.push(']');
            }
            Self::Section(..) | Self::Free(_) | Self::Record(_) | Self::Opaque(_) => {
                return Err(format!("{} cannot be printed", self.kind()));
            }
        }
        if out.len() > most {
            return Err("the result is too large".to_owned());
        }
        Ok(())
    }
}
