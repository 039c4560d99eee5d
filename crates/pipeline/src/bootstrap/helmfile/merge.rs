//! Values over values.

use flux::value::{Data, Value};

/// A value over another one: maps merged, all else replaced.
pub(in crate::bootstrap) fn merge(under: &mut Value, over: Value) {
    match (&mut under.data, over.data) {
        (Data::Map(below), Data::Map(above)) => {
            for (key, field) in above {
                match below.get_mut(&key) {
                    Some(known) => merge(&mut known.value, field.value),
                    None => drop(below.insert(key, field)),
                }
            }
        }
        (_, data) => {
            *under = Value {
                data,
                place: over.place,
            };
        }
    }
}
