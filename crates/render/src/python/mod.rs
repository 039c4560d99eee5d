//! Python's values and operators, on minijinja's values: what Jinja2's templates see.

pub(crate) mod arithmetic;
pub(crate) mod attributes;
pub(crate) mod call;
pub(crate) mod compare;
pub(crate) mod dict;
pub(crate) mod fault;
pub(crate) mod float;
pub(crate) mod format;
pub(crate) mod items;
pub(crate) mod methods;
pub(crate) mod numbers;
pub(crate) mod objects;
pub(crate) mod percent;
pub(crate) mod print;
pub(crate) mod quote;
pub(crate) mod slice;
pub(crate) mod undefined;
pub(crate) mod view;
mod whole;

/// Bytes that any one text made on the way may have.
pub(crate) const TEXT_LIMIT: usize = 32 << 20;

/// Items that any one list made on the way may have.
pub(crate) const ITEM_LIMIT: usize = 1_000_000;
