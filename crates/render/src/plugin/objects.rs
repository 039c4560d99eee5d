//! What is done with objects that stay with the plugin: sets, addresses, paths, dates, and whatever else has no
//! counterpart here. Everything that a template does with one is asked there.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr};
use minijinja::{Error, State, Value};
use serde_json::{Value as Json, json};

use super::ask::ask;
use super::wire;
use crate::python::ITEM_LIMIT;
use crate::python::call::Arguments;
use crate::python::fault::Outcome;
use crate::python::items::check_count;
use crate::python::view::View;
use crate::remote::{Plugin, Remote};

impl Remote {
    fn reference(&self) -> Json {
        wire::of_data(&crate::Data::Remote(self.clone()))
    }

    /// `value.name`, or `value[name]` where there is no such attribute.
    pub(crate) fn attribute(&self, name: &str) -> Outcome<Value> {
        let question = json!({"ask": "attribute", "of": self.reference(), "name": name});
        wire::to_value(&ask(&self.plugin, &question)?, &self.plugin)
    }

    pub(crate) fn call_with(&self, arguments: &Arguments) -> Outcome<Value> {
        super::ask::call(
            &self.plugin,
            json!({"ask": "call", "of": self.reference()}),
            arguments,
        )
    }
}

impl Object for Remote {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.truth
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, values: &[Value]) -> Result<Value, Error> {
        Ok(self.call_with(&Arguments::split(values))?)
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.text.as_deref().unwrap_or("object"))
    }
}

/// The plugin of whichever of two values is its object.
fn plugin_of(left: &Value, right: &Value) -> Option<Arc<dyn Plugin>> {
    [left, right]
        .into_iter()
        .find_map(|value| match View::of(value) {
            View::Remote(remote) => Some(remote.plugin.clone()),
            _ => None,
        })
}

/// `left operator right`, if one of them is an object of the plugin.
pub(crate) fn operate(operator: &str, left: &Value, right: &Value) -> Option<Outcome<Value>> {
    let plugin = plugin_of(left, right)?;
    let result = || {
        let question = json!({
            "ask": "operate",
            "operator": operator,
            "left": wire::of_value(left)?,
            "right": wire::of_value(right)?,
        });
        wire::to_value(&ask(&plugin, &question)?, &plugin)
    };
    Some(result())
}

/// `-value`, if it is an object of the plugin.
pub(crate) fn negative(value: &Value) -> Option<Outcome<Value>> {
    let View::Remote(remote) = View::of(value) else {
        return None;
    };
    let question = json!({"ask": "negate", "of": remote.reference()});
    let answer = ask(&remote.plugin, &question);
    Some(answer.and_then(|answer| wire::to_value(&answer, &remote.plugin)))
}

/// The order of two values, if one of them is an object of the plugin. Some objects have only
/// a part of an order, as sets do.
pub(crate) fn compare(left: &Value, right: &Value) -> Option<Outcome<Option<Ordering>>> {
    let holds = |operator: &str| {
        operate(operator, left, right).map(|result| result.map(|value| value.is_true()))
    };
    plugin_of(left, right)?;
    let result = || {
        if holds("<").transpose()? == Some(true) {
            return Ok(Some(Ordering::Less));
        }
        if holds("==").transpose()? == Some(true) {
            return Ok(Some(Ordering::Equal));
        }
        Ok((holds(">").transpose()? == Some(true)).then_some(Ordering::Greater))
    };
    Some(result())
}

/// `needle in haystack`, if one of them is an object of the plugin.
pub(crate) fn contains(haystack: &Value, needle: &Value) -> Option<Outcome<bool>> {
    let result = operate("in", needle, haystack)?;
    Some(result.map(|value| value.is_true()))
}

/// What a loop over the object sees.
pub(crate) fn items(remote: &Remote) -> Outcome<Vec<Value>> {
    let question = json!({"ask": "items", "of": remote.reference(), "limit": ITEM_LIMIT + 1});
    let answer = ask(&remote.plugin, &question)?;
    let items = answer.as_array().map_or(&[][..], Vec::as_slice);
    check_count(items.len())?;
    items
        .iter()
        .map(|item| wire::to_value(item, &remote.plugin))
        .collect()
}

/// `len(value)`.
pub(crate) fn length(remote: &Remote) -> Outcome<usize> {
    let question = json!({"ask": "length", "of": remote.reference()});
    let answer = ask(&remote.plugin, &question)?;
    Ok(answer
        .as_u64()
        .and_then(|length| usize::try_from(length).ok())
        .unwrap_or_default())
}

/// `value[key]`.
pub(crate) fn item_of(remote: &Remote, key: &Value) -> Outcome<Value> {
    let question = json!({"ask": "item", "of": remote.reference(), "key": wire::of_value(key)?});
    wire::to_value(&ask(&remote.plugin, &question)?, &remote.plugin)
}
