//! Strategic merge patches: what a patch says is put into the object, null takes away, and
//! `$patch` says otherwise.

use crate::value::{Data, Field, Map, Value};

use super::super::resource::{is_plain_key, scalar_text};
use super::directive::{DIRECTIVE, Directive, list_directive, map_directive, replaces};
use super::list;
use super::merge_keys::{self, Type};

/// The object with the patch in it; none if the patch deletes it.
///
/// # Errors
///
/// A value of the patch is of another kind than the object's: a clause.
pub(in super::super) fn merge(object: Value, patch: Value) -> Result<Option<Value>, String> {
    walk(Some(object), Some(patch), None, None)
}

/// One value. A null that is to stay is returned as such.
fn walk(
    old: Option<Value>,
    new: Option<Value>,
    of: Option<Type>,
    keys: Option<&[&str]>,
) -> Result<Option<Value>, String> {
    let given = |value: &Option<Value>| value.clone_kind();
    let (first, second) = (given(&old), given(&new));
    let kind = if first == Kind::Nothing {
        second
    } else {
        first
    };
    if second != Kind::Nothing && second != kind {
        return Err(format!("{} is patched with {}", kind.name(), second.name()));
    }
    match kind {
        Kind::Scalar => Ok(match (old, new) {
            (Some(old), Some(new)) if !new.is_null() => Some(in_style_of(&old, new)),
            (_, Some(new)) => Some(new).filter(|new| !new.is_null()),
            (old, None) => old,
        }),
        Kind::List => match keys {
            None => Ok(match new {
                Some(new) => Some(new).filter(|new| !new.is_null()),
                None => old,
            }),
            Some(keys) => walk_list(old, new, of, keys),
        },
        Kind::Map => walk_map(old, new, of),
        // A null stays unless it is nothing but the lack of a value.
        Kind::Nothing => Ok(match (old, new) {
            (Some(old), None) if is_spelled(&old) => Some(old),
            _ => None,
        }),
    }
}

/// A scalar in the place of another takes its quotes over: what is in quotes is text.
fn in_style_of(old: &Value, mut new: Value) -> Value {
    let Data::Text(text) = &old.data else {
        return new;
    };
    let written = old
        .place
        .source()
        .and_then(|source| source.text().get(old.place.range()));
    let quoted = !is_plain_key(text)
        || written.is_some_and(|written| written.starts_with(['"', '\'', '|', '>']));
    if quoted && let Some(text) = scalar_text(&new) {
        new.data = Data::Text(text);
    }
    new
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Nothing,
    Scalar,
    List,
    Map,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Scalar => "a single value",
            Self::List => "a list",
            Self::Map => "a map",
        }
    }
}

trait CloneKind {
    fn clone_kind(&self) -> Kind;
}

impl CloneKind for Option<Value> {
    fn clone_kind(&self) -> Kind {
        match self.as_ref().map(|value| &value.data) {
            None | Some(Data::Null) => Kind::Nothing,
            Some(Data::List(_)) => Kind::List,
            Some(Data::Map(_)) => Kind::Map,
            Some(_) => Kind::Scalar,
        }
    }
}

fn is_spelled(null: &Value) -> bool {
    null.place.source().is_none() || !null.place.range().is_empty()
}

fn walk_map(
    old: Option<Value>,
    new: Option<Value>,
    of: Option<Type>,
) -> Result<Option<Value>, String> {
    let mut old = old.filter(|old| !old.is_null());
    let mut new = new;
    if old.is_some() && new.as_ref().is_some_and(Value::is_null) {
        return Ok(None);
    }
    let directive = match &mut new {
        Some(new) => {
            // A map of a patch that is merged with itself says it twice.
            if let Some(map) = old.as_mut().and_then(Value::as_map_mut)
                && new.get(DIRECTIVE).is_some()
            {
                map.shift_remove(DIRECTIVE);
            }
            map_directive(new)?
        }
        None => Directive::Merge,
    };
    let (base, patch) = match (directive, old, new) {
        (Directive::Delete, ..) => return Ok(None),
        // A map of its own is merged with itself, which takes its nulls away.
        (Directive::Replace, _, Some(new)) | (_, None, Some(new)) => (new.clone(), Some(new)),
        (_, Some(old), new) => (old, new),
        (_, None, None) => return Ok(None),
    };
    let of = of
        .or_else(|| kind_of(&base))
        .or_else(|| kind_of(patch.as_ref()?));
    let place = base.place.clone();
    let (Data::Map(olds), news) = (base.data, patch.map(|patch| patch.data)) else {
        return Ok(None);
    };
    let mut news = match news {
        Some(Data::Map(news)) => news,
        _ => Map::default(),
    };
    let mut merged = Map::with_capacity_and_hasher(
        olds.len() + news.len(),
        foldhash::fast::RandomState::default(),
    );
    for (key, field) in olds {
        let new = news.shift_remove(&key).map(|field| field.value);
        if let Some(value) = walk_field(&key, Some(field.value), new, of)? {
            let key_place = field.key;
            merged.insert(
                key,
                Field {
                    key: key_place,
                    value,
                },
            );
        }
    }
    for (key, field) in news {
        if let Some(value) = walk_field(&key, None, Some(field.value), of)?
            && !value.is_null()
        {
            let key_place = field.key;
            merged.insert(
                key,
                Field {
                    key: key_place,
                    value,
                },
            );
        }
    }
    Ok(Some(Value::new(Data::Map(merged), place)))
}

fn walk_field(
    key: &str,
    old: Option<Value>,
    new: Option<Value>,
    of: Option<Type>,
) -> Result<Option<Value>, String> {
    let field = of.and_then(|of| of.get(key));
    let keys = field.and_then(|field| field.keys.as_deref());
    walk(old, new, field.and_then(merge_keys::Field::of), keys).map_err(|message| {
        match message.split_once(": ") {
            Some((path, message)) => format!("{key}.{path}: {message}"),
            None => format!("{key}: {message}"),
        }
    })
}

/// The type of a map that says what kind it is of.
fn kind_of(map: &Value) -> Option<Type> {
    let text = |key: &str| map.get(key).and_then(Value::as_text);
    merge_keys::of_kind(text("apiVersion")?, text("kind")?)
}

fn walk_list(
    old: Option<Value>,
    new: Option<Value>,
    of: Option<Type>,
    keys: &[&str],
) -> Result<Option<Value>, String> {
    let old = old.filter(|old| !old.is_null());
    let mut new = new;
    let base = match old {
        None => match &new {
            Some(new) => new.clone(),
            None => return Ok(None),
        },
        Some(mut old) => {
            if new.as_ref().is_some_and(Value::is_null) {
                return Ok(None);
            }
            let directive = match &mut new {
                Some(new) => {
                    if *new == old {
                        list_directive(&mut old)?;
                    }
                    list_directive(new)?
                }
                None => Directive::Merge,
            };
            match (directive, &new) {
                (Directive::Delete, _) => return Ok(None),
                (Directive::Replace, Some(new)) => new.clone(),
                _ => old,
            }
        }
    };
    let place = base.place.clone();
    let Data::List(olds) = base.data else {
        return Ok(None);
    };
    let news = new.as_ref().map(Value::items).unwrap_or_default();
    let items = if keys.is_empty() {
        scalars(olds, news)
    } else {
        maps(olds, new.as_ref(), of, keys)?
    };
    Ok(Some(Value::new(Data::List(items), place)))
}

/// A list of scalars, such as finalizers: those of the patch first, each once.
fn scalars(olds: Vec<Value>, news: &[Value]) -> Vec<Value> {
    let mut items: Vec<Value> = Vec::new();
    for item in news.iter().cloned().chain(olds) {
        let text = scalar_text(&item);
        if !items.iter().any(|other| scalar_text(other) == text) {
            items.push(item);
        }
    }
    items
}

/// A list of maps: the items of the patch first, in its order.
fn maps(
    mut olds: Vec<Value>,
    new: Option<&Value>,
    of: Option<Type>,
    keys: &[&str],
) -> Result<Vec<Value>, String> {
    let base = Value::new(Data::List(olds.clone()), crate::value::Place::default());
    let mut all = Vec::new();
    list::collect(new, keys, &mut all);
    list::collect(Some(&base), keys, &mut all);
    if keys.len() > 1 {
        list::complete(&mut all);
    }
    let news = new.map(Value::items).unwrap_or_default();
    let mut items = Vec::new();
    let mut last_keys = keys.to_vec();
    for values in &all {
        let (keys, values) = list::valid(&all, keys, values);
        last_keys.clone_from(&keys);
        let at = list::find(&olds, &keys, &values);
        let old = at.and_then(|at| olds.get(at)).cloned();
        let new = list::find(news, &keys, &values)
            .and_then(|at| news.get(at))
            .cloned();
        let kept = old.is_some() && (new == old || new.as_ref().is_none_or(|new| !replaces(new)));
        let merged = walk(old, new, of, None)?;
        let hollow = |value: &Value| {
            value.is_null() || value.as_map().is_some_and(indexmap::IndexMap::is_empty)
        };
        let Some(mut merged) = merged.filter(|merged| !hollow(merged)) else {
            list::set(&mut olds, &keys, &values, None);
            continue;
        };
        if let Some(map) = merged.as_map_mut() {
            for (key, value) in keys.iter().zip(&values) {
                if !map.contains_key(*key) && !value.is_empty() {
                    map.insert(
                        (*key).to_owned(),
                        Field {
                            value: Value::text(value.clone()),
                            ..Field::default()
                        },
                    );
                }
            }
        }
        if let Some(slot) = at.filter(|_| kept).and_then(|at| olds.get_mut(at)) {
            slot.clone_from(&merged);
        }
        list::set(&mut items, &keys, &values, Some(&merged));
    }
    if all.is_empty() {
        return Ok(olds);
    }
    list::append(&mut items, &olds, &last_keys);
    Ok(items)
}
