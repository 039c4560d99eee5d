//! From values as they are written to values that are good by themselves.

mod any;
mod map;
mod number;
mod reading;
mod scalar;
mod value;

pub(crate) use map::{Manner, fields};
pub(crate) use reading::{Reading, shown};
pub(crate) use value::lower;
