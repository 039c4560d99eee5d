//! What a value is, to be matched on.

use minijinja::Value;
use minijinja::value::ValueKind;

use super::dict::Dict;
use super::objects::{DictView, List, Namespace, Opaque, Range, Stream, Tuple};
use super::undefined::Undefined;
use crate::remote::Remote;

pub(crate) use super::whole::{integer, length};

/// A value by its Python type.
pub(crate) enum View<'a> {
    /// Undefined; without details where the engine itself made it.
    Undefined(Option<&'a Undefined>),
    None,
    Bool(bool),
    Integer(i128),
    Float(f64),
    Text(&'a str),
    Bytes(&'a [u8]),
    List(&'a List),
    Tuple(&'a Tuple),
    Dict(&'a Dict),
    Range(&'a Range),
    Stream(&'a Stream),
    DictItems(&'a DictView),
    Namespace(&'a Namespace),
    Opaque(&'a Opaque),
    Remote(&'a Remote),
    /// A function, a macro, a module, a loop.
    Other,
}

impl<'a> View<'a> {
    pub(crate) fn of(value: &'a Value) -> Self {
        match value.kind() {
            ValueKind::Undefined => return Self::Undefined(None),
            ValueKind::None => return Self::None,
            ValueKind::Bool => return Self::Bool(value.is_true()),
            ValueKind::Number => {
                if let Some(number) = value.as_i64() {
                    if value.is_integer() {
                        return Self::Integer(number.into());
                    }
                } else if value.is_integer() {
                    return Self::Integer(i128::try_from(value.clone()).unwrap_or(i128::MAX));
                }
                return Self::Float(f64::try_from(value.clone()).unwrap_or(f64::NAN));
            }
            ValueKind::String => return Self::Text(value.as_str().unwrap_or_default()),
            ValueKind::Bytes => return Self::Bytes(value.as_bytes().unwrap_or_default()),
            _ => {}
        }
        let Some(object) = value.as_object() else {
            return Self::Other;
        };
        if let Some(list) = object.downcast_ref::<List>() {
            Self::List(list)
        } else if let Some(dict) = object.downcast_ref::<Dict>() {
            Self::Dict(dict)
        } else if let Some(undefined) = object.downcast_ref::<Undefined>() {
            Self::Undefined(Some(undefined))
        } else if let Some(tuple) = object.downcast_ref::<Tuple>() {
            Self::Tuple(tuple)
        } else if let Some(stream) = object.downcast_ref::<Stream>() {
            Self::Stream(stream)
        } else if let Some(range) = object.downcast_ref::<Range>() {
            Self::Range(range)
        } else if let Some(view) = object.downcast_ref::<DictView>() {
            Self::DictItems(view)
        } else if let Some(namespace) = object.downcast_ref::<Namespace>() {
            Self::Namespace(namespace)
        } else if let Some(opaque) = object.downcast_ref::<Opaque>() {
            Self::Opaque(opaque)
        } else if let Some(remote) = object.downcast_ref::<Remote>() {
            Self::Remote(remote)
        } else {
            Self::Other
        }
    }

    /// The type with its article, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Undefined(_) => "an undefined value",
            Self::None => "None",
            Self::Bool(_) => "a bool",
            Self::Integer(_) => "an int",
            Self::Float(_) => "a float",
            Self::Text(_) => "a str",
            Self::Bytes(_) => "a bytes",
            Self::List(_) => "a list",
            Self::Tuple(_) => "a tuple",
            Self::Dict(_) => "a dict",
            Self::Range(_) => "a range",
            Self::Stream(_) => "a generator",
            Self::DictItems(_) => "a dictionary view",
            Self::Namespace(_) => "a namespace",
            Self::Opaque(_) | Self::Remote(_) | Self::Other => "an object",
        }
    }

    /// A whole number; Python counts `True` as 1.
    pub(crate) fn as_integer(&self) -> Option<i128> {
        match self {
            Self::Integer(number) => Some(*number),
            Self::Bool(truth) => Some((*truth).into()),
            _ => None,
        }
    }
}
