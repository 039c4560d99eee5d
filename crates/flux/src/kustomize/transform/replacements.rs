//! Values that are copied from one object's field into others'.

use diagnostics::Diagnostic;

use crate::rules;
use crate::value::{Data, Map, Value};

use super::super::context::placed;
use super::super::field::steps;
use super::super::resource::{Resource, plain, scalar_text};
use super::super::selector::{Selector, named};
use super::super::set::Set;
use super::fields::{Setter, element, index_of};

/// One replacement.
///
/// # Errors
///
/// Its source or a field that it is for is missing, or it is wrong.
pub(in super::super) fn replacements(set: &mut Set, entry: &Value) -> Result<(), Box<Diagnostic>> {
    let fail = |message: String| {
        let problem = rules::KUSTOMIZE_FAILED_REPLACEMENT.report(message);
        Box::new(placed(problem, &entry.place))
    };
    let targets = entry.get("targets").map(Value::items);
    let value = match (entry.get("sourceValue"), entry.get("source")) {
        (Some(_), Some(_)) => {
            return Err(fail(
                "a replacement has `source` or `sourceValue`, not both".to_owned(),
            ));
        }
        (Some(value), None) => {
            let text = value.as_text().unwrap_or_default();
            Value::new(plain(text), value.place.clone())
        }
        (None, Some(source)) => find_source(set, source).map_err(fail)?,
        (None, None) => return Err(fail("a replacement has a `source`".to_owned())),
    };
    let Some(targets) = targets else {
        return Err(fail("a replacement has `targets`".to_owned()));
    };
    for target in targets {
        replace(set, target, &value).map_err(fail)?;
    }
    Ok(())
}

/// The value of the source's field.
fn find_source(set: &Set, source: &Value) -> Result<Value, String> {
    let text = |key: &str| source.get(key).and_then(Value::as_text).unwrap_or_default();
    let is = |wanted: &str, is: &str| wanted.is_empty() || wanted == is;
    let or_default = |namespace: &str| match namespace {
        "" => "default".to_owned(),
        namespace => namespace.to_owned(),
    };
    let namespace = text("namespace");
    let mut matching = set.items.iter().filter(|resource| {
        let (group, version) = resource.group_version();
        is(text("group"), group)
            && is(text("version"), version)
            && named(resource).any(|(kind, name, own)| {
                is(text("kind"), kind)
                    && is(text("name"), name)
                    && (namespace.is_empty() || or_default(namespace) == or_default(own))
            })
    });
    let found = matching.next().ok_or("the `source` selects no object")?;
    if matching.next().is_some() {
        return Err("the `source` selects several objects".to_owned());
    }
    let path = match text("fieldPath") {
        "" => "metadata.name",
        path => path,
    };
    let missing = || format!("`{}` has no `{path}`", found.shown());
    let mut value = &found.value;
    for step in path_steps(path)
        .iter()
        .filter(|step| !step.trim().is_empty())
    {
        value = look_up(value, step)?.ok_or_else(missing)?;
    }
    let hollow = match &value.data {
        Data::Null => true,
        Data::List(items) => items.is_empty(),
        Data::Map(map) => map.is_empty(),
        _ => false,
    };
    if hollow {
        return Err(missing());
    }
    let delimiter = source
        .at(&["options", "delimiter"])
        .and_then(Value::as_text);
    let Some(delimiter) = delimiter.filter(|delimiter| !delimiter.is_empty()) else {
        return Ok(value.clone());
    };
    let whole = scalar_text(value).ok_or("a delimiter is for text")?;
    let index = index_of(source);
    let part = { usize::try_from(index).ok() }.and_then(|at| whole.split(delimiter).nth(at));
    let part = part.ok_or_else(|| format!("the source has no part {index}"))?;
    let data = match &value.data {
        Data::Text(_) => Data::Text(part.to_owned()),
        _ => plain(part),
    };
    Ok(Value::new(data, value.place.clone()))
}

fn look_up<'a>(value: &'a Value, step: &str) -> Result<Option<&'a Value>, String> {
    if value.is_null() {
        return Ok(None);
    }
    if let Ok(at) = step.parse::<usize>() {
        return Ok(value.items().get(at));
    }
    if step == "*" {
        return Err("a `source` has no wildcard".to_owned());
    }
    if step == "-" {
        return Ok(value.items().last());
    }
    if let Some((key, wanted)) = element(step)? {
        return Ok(value.items().iter().find(|item| {
            let own = if key.is_empty() {
                Some(*item)
            } else {
                item.get(key)
            };
            own.and_then(scalar_text).as_deref() == Some(wanted)
        }));
    }
    Ok(value.get(step))
}

/// The steps of a path: dots in brackets are part of a step.
fn path_steps(path: &str) -> Vec<String> {
    let mut result = Vec::new();
    let mut rest = steps(path, '.').into_iter();
    while let Some(step) = rest.next() {
        if !step.starts_with('[') || step.ends_with(']') {
            result.push(step);
            continue;
        }
        let mut whole = step;
        for next in rest.by_ref() {
            whole.push('.');
            whole.push_str(&next);
            if next.ends_with(']') {
                break;
            }
        }
        if whole.contains('=') {
            result.push(whole);
        } else {
            result.push(whole.trim_matches(['[', ']']).to_owned());
        }
    }
    result
}

/// Puts the value into the fields of a target.
fn replace(set: &mut Set, target: &Value, value: &Value) -> Result<(), String> {
    let select = target.get("select").ok_or("a target has `select`")?;
    let select = Selector::read(select)?;
    let reject = target.get("reject").map(Value::items).unwrap_or_default();
    let reject: Vec<Selector> = { reject.iter() }
        .map(Selector::read)
        .collect::<Result<_, _>>()?;
    let paths = target
        .get("fieldPaths")
        .map(Value::items)
        .unwrap_or_default();
    let mut paths: Vec<&str> = paths.iter().filter_map(Value::as_text).collect();
    if paths.is_empty() {
        paths.push("metadata.name");
    }
    for resource in set.change() {
        let refused = |one: &Selector| {
            one.asks_for_labels() && one.labels_match(resource)
                || !one.names_nothing() && one.names(resource)
        };
        if !select.labels_match(resource) || !select.names(resource) || reject.iter().any(refused) {
            continue;
        }
        for path in &paths {
            set_field(resource, path, target, value)?;
        }
    }
    Ok(())
}

fn set_field(
    resource: &mut Resource,
    path: &str,
    target: &Value,
    value: &Value,
) -> Result<(), String> {
    let steps = path_steps(path);
    let create = target.at(&["options", "create"]).and_then(Value::as_bool) == Some(true);
    let make = create.then(|| match &value.data {
        Data::List(_) => Data::List(Vec::new()),
        Data::Map(_) => Data::Map(Map::default()),
        _ => Data::Null,
    });
    let setter = Setter {
        options: target,
        value,
        make,
    };
    let mut count = 0;
    setter.walk(&mut resource.value, &steps, false, &mut count)?;
    if count == 0 {
        return Err(format!("`{}` has no `{path}`", resource.shown()));
    }
    Ok(())
}
