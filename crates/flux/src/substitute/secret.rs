//! What was made of Secrets, marked as such.

use std::ops::Range;
use std::sync::Arc;

use crate::value::{Data, Place, Secret, Value};

/// Marks the keys and the values, no lists and maps, that hold something of Secrets. The ranges
/// are those of the text that the value was read from, in order.
pub(super) fn mark(value: &mut Value, secrets: &[(Range<usize>, Secret)]) {
    if secrets.is_empty() {
        return;
    }
    match &mut value.data {
        Data::List(items) => items.iter_mut().for_each(|item| mark(item, secrets)),
        Data::Map(map) => {
            for field in map.values_mut() {
                place(&mut field.key, secrets);
                mark(&mut field.value, secrets);
            }
        }
        _ => place(&mut value.place, secrets),
    }
}

fn place(place: &mut Place, secrets: &[(Range<usize>, Secret)]) {
    let range = place.range();
    let first = secrets.partition_point(|(secret, _)| secret.end <= range.start);
    let mut all: Option<Secret> = None;
    for (_, secret) in { secrets.iter().skip(first) }
        .take_while(|(secret, _)| secret.start < range.end)
        .filter(|(secret, _)| !secret.is_empty())
    {
        let all = all.get_or_insert_default();
        all.values.extend(secret.values.iter().cloned());
        all.is_whole &= secret.is_whole;
    }
    if let Some(all) = all {
        *place = place.clone().with_secret(Arc::new(all));
    }
}
