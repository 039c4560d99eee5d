//! What strategic merge patches say of themselves, in `$patch`.

use super::super::resource::scalar_text;
use super::list;
use crate::value::{Data, Value};

/// What a map or list of a patch says of itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Directive {
    Merge,
    Replace,
    Delete,
}

/// The key of a directive.
pub(super) const DIRECTIVE: &str = "$patch";

/// Whether an item of a patch takes the place of the other whole.
pub(super) fn replaces(item: &Value) -> bool {
    item.get(DIRECTIVE).and_then(Value::as_text) == Some("replace")
}

fn directive(value: &Value) -> Result<Directive, String> {
    match scalar_text(value).as_deref() {
        Some("merge") => Ok(Directive::Merge),
        Some("replace") => Ok(Directive::Replace),
        Some("delete") => Ok(Directive::Delete),
        _ => Err(format!(
            "`{DIRECTIVE}` is none of `merge`, `replace`, `delete`"
        )),
    }
}

/// What a map says of itself, which is taken out of it.
pub(super) fn map_directive(map: &mut Value) -> Result<Directive, String> {
    let Some(map) = map.as_map_mut() else {
        return Ok(Directive::Merge);
    };
    match map.shift_remove(DIRECTIVE) {
        None => Ok(Directive::Merge),
        Some(field) => directive(&field.value),
    }
}

/// What an item of a list that is nothing else says of the list, which is taken out of it.
pub(super) fn list_directive(list: &mut Value) -> Result<Directive, String> {
    let Data::List(items) = &mut list.data else {
        return Ok(Directive::Merge);
    };
    let first = items.iter().find_map(|item| {
        let directive = item.get(DIRECTIVE)?;
        Some((item.as_map()?.len(), directive.clone()))
    });
    let Some((1, value)) = first else {
        return Ok(Directive::Merge);
    };
    let directive = directive(&value)?;
    let text = scalar_text(&value).unwrap_or_default();
    list::set(items, &[DIRECTIVE], &[text], None);
    Ok(directive)
}
