//! JSON 6902 patches on values, which keep the places of who wrote them.

use crate::value::{Data, Field, Number, Value};

/// Does all operations of a patch, one after the other.
///
/// # Errors
///
/// One of them is wrong or cannot be done: a clause.
pub(in super::super) fn apply(object: &mut Value, operations: &[Value]) -> Result<(), String> {
    for operation in operations {
        run(object, operation)?;
    }
    through_json(object);
    Ok(())
}

/// Checks what can be told without an object.
///
/// # Errors
///
/// An operation is none: a clause.
pub(in super::super) fn check(operations: &[Value]) -> Result<(), String> {
    if operations
        .iter()
        .all(|operation| operation.as_map().is_some())
    {
        Ok(())
    } else {
        Err("an operation is a map with `op` and `path`".to_owned())
    }
}

fn run(object: &mut Value, operation: &Value) -> Result<(), String> {
    let text = |key: &str| {
        let text = operation.get(key).and_then(Value::as_text);
        text.ok_or_else(|| format!("an operation has no `{key}`"))
    };
    let path = text("path")?;
    let given = || {
        let value = operation.get("value").cloned();
        value.ok_or_else(|| format!("the operation at `{path}` has no `value`"))
    };
    match text("op")? {
        "add" => {
            let value = operation.get("value").cloned().unwrap_or_default();
            add(object, path, value)
        }
        "remove" => remove(object, path).map(drop),
        "replace" => {
            let value = given()?;
            // Go's library misses no key of a map here, only items of lists.
            let (parent, last) = parent(object, path)?;
            match &mut parent.data {
                Data::Map(map) => super::super::resource::put(map, &last, value),
                _ => *enter(parent, &last).ok_or_else(|| missing(path))? = value,
            }
            Ok(())
        }
        "move" => {
            let value = remove(object, text("from")?)?;
            add(object, path, value)
        }
        "copy" => {
            let (parent, last) = parent(object, text("from")?)?;
            // What a map has not is copied as null.
            let value = match &parent.data {
                Data::Map(map) => map.get(&last).map(|field| field.value.clone()),
                _ => Some(enter(parent, &last).ok_or_else(|| missing(path))?.clone()),
            };
            add(object, path, value.unwrap_or_default())
        }
        "test" => {
            let found = find(object, path).map(|found| found.clone());
            let wanted = operation.get("value").cloned().unwrap_or_default();
            let found = found.unwrap_or_default();
            if found == wanted {
                Ok(())
            } else {
                Err(format!(
                    "the value at `{path}` is not the one that is tested for"
                ))
            }
        }
        other => Err(format!("there is no operation `{other}`")),
    }
}

/// The parent's steps and the last one.
fn steps(path: &str) -> Result<(Vec<String>, String), String> {
    let rest = path
        .strip_prefix('/')
        .ok_or_else(|| format!("`{path}` is no path: it starts with `/`"))?;
    let mut steps: Vec<String> = { rest.split('/') }
        .map(|step| step.replace("~1", "/").replace("~0", "~"))
        .collect();
    let last = steps.pop().unwrap_or_default();
    Ok((steps, last))
}

fn missing(path: &str) -> String {
    format!("nothing is at `{path}`")
}

/// The place in a list; negative ones count from its end.
fn index(step: &str, length: usize) -> Option<usize> {
    match step.strip_prefix('-') {
        None => step.parse().ok(),
        Some(back) => length.checked_sub(back.parse().ok()?),
    }
}

fn enter<'a>(value: &'a mut Value, step: &str) -> Option<&'a mut Value> {
    match &mut value.data {
        Data::Map(map) => Some(&mut map.get_mut(step)?.value),
        Data::List(items) => {
            let at = index(step, items.len())?;
            items.get_mut(at)
        }
        _ => None,
    }
}

fn find<'a>(object: &'a mut Value, path: &str) -> Result<&'a mut Value, String> {
    let (parents, last) = steps(path)?;
    let mut value = object;
    for step in parents.iter().chain(std::iter::once(&last)) {
        value = enter(value, step).ok_or_else(|| missing(path))?;
    }
    Ok(value)
}

fn parent<'a>(object: &'a mut Value, path: &str) -> Result<(&'a mut Value, String), String> {
    let (parents, last) = steps(path)?;
    let mut value = object;
    for step in &parents {
        value = enter(value, step).ok_or_else(|| missing(path))?;
    }
    Ok((value, last))
}

fn add(object: &mut Value, path: &str, new: Value) -> Result<(), String> {
    let (parent, last) = parent(object, path)?;
    match &mut parent.data {
        Data::Map(map) => super::super::resource::put(map, &last, new),
        Data::List(items) if last == "-" => items.push(new),
        Data::List(items) => {
            // One more than items: behind the last.
            let at = index(&last, items.len() + 1).filter(|at| *at <= items.len());
            items.insert(at.ok_or_else(|| missing(path))?, new);
        }
        _ => return Err(missing(path)),
    }
    Ok(())
}

fn remove(object: &mut Value, path: &str) -> Result<Value, String> {
    let (parent, last) = parent(object, path)?;
    let removed = match &mut parent.data {
        Data::Map(map) => map.shift_remove(&last).map(|field: Field| field.value),
        Data::List(items) => {
            let at = index(&last, items.len()).filter(|at| *at < items.len());
            at.map(|at| items.remove(at))
        }
        _ => None,
    };
    removed.ok_or_else(|| missing(path))
}

/// What JSON does to numbers: beyond 53 bits they lose digits.
fn through_json(value: &mut Value) {
    const EXACT: u128 = 1 << 53;
    match &mut value.data {
        Data::Number(Number::Integer(number)) if number.unsigned_abs() > EXACT => {
            #[expect(clippy::cast_precision_loss, reason = "as Go's JSON does it")]
            let rounded = *number as f64;
            // The shortest digits that are this float, and zeros.
            if let Ok(digits) = format!("{rounded:.0}").parse::<i128>() {
                *number = format!("{rounded}").parse().unwrap_or(digits);
            }
        }
        Data::List(items) => items.iter_mut().for_each(through_json),
        Data::Map(map) => { map.values_mut() }.for_each(|field| through_json(&mut field.value)),
        _ => {}
    }
}
