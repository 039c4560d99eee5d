//! A template's tree to a template of minijinja, with the way back for places.
//!
//! The two languages agree on statements and differ on almost every expression: so
//! statements become minijinja's statements, and every operator, attribute, method, filter
//! and test becomes a call of a filter that does what Python does. Comments, delimiters
//! and white space are settled before, so the result uses minijinja's own delimiters and
//! keeps all text as it is.

mod expressions;
mod statements;
mod writer;

pub(crate) use writer::{Translated, encode_name};

use crate::options::UndefinedMode;
use crate::syntax::ast::Statement;
use crate::words::Words;

/// The names of the filters that stand for operators and statements.
pub(crate) mod internal {
    pub(crate) const ADD: &str = "_add";
    pub(crate) const SUBTRACT: &str = "_subtract";
    pub(crate) const MULTIPLY: &str = "_multiply";
    pub(crate) const DIVIDE: &str = "_divide";
    pub(crate) const FLOOR_DIVIDE: &str = "_floor_divide";
    pub(crate) const MODULO: &str = "_modulo";
    pub(crate) const POWER: &str = "_power";
    pub(crate) const NEGATIVE: &str = "_negative";
    pub(crate) const POSITIVE: &str = "_positive";
    pub(crate) const CONCATENATE: &str = "_concatenate";
    /// Several comparisons in a row; its arguments are operators and values in turn.
    pub(crate) const COMPARE: &str = "_compare";
    pub(crate) const LIST: &str = "_list";
    pub(crate) const TUPLE: &str = "_tuple";
    pub(crate) const DICT: &str = "_dict";
    pub(crate) const FLOAT: &str = "_float";
    pub(crate) const ATTRIBUTE: &str = "_attribute";
    pub(crate) const ITEM: &str = "_item";
    pub(crate) const SLICE: &str = "_slice";
    pub(crate) const CALL: &str = "_call";
    pub(crate) const METHOD: &str = "_method";
    /// Passes a value on unless it may not be asked for its truth.
    pub(crate) const TRUTH: &str = "_truth";
    pub(crate) const BOOL: &str = "_bool";
    pub(crate) const NO_ELSE: &str = "_no_else";
    pub(crate) const UNKNOWN: &str = "_unknown";
    /// What a loop goes through.
    pub(crate) const ITEMS: &str = "_items";
    /// What a loop goes through, each taken apart.
    pub(crate) const UNPACK_EACH: &str = "_unpack_each";
    pub(crate) const UNPACK: &str = "_unpack";
    pub(crate) const SET_ATTRIBUTE: &str = "_set_attribute";
    pub(crate) const MACRO: &str = "_macro";
    pub(crate) const IS_MISSING: &str = "_is_missing";
    pub(crate) const TEMPLATE: &str = "_template";
    pub(crate) const GLOBALS_ONLY: &str = "_globals_only";
    pub(crate) const STASH: &str = "_stash";
    pub(crate) const UNSTASH: &str = "_unstash";
    pub(crate) const IMPORTED: &str = "_imported";

    /// What Jinja2's tests are called as filters.
    pub(crate) const TEST_PREFIX: &str = "is_";
    /// What Jinja2's filters are called.
    pub(crate) const FILTER_PREFIX: &str = "f_";
}

/// What a translation needs to know beside the tree.
#[derive(Clone)]
pub(crate) struct Dialect {
    pub(crate) undefined: UndefinedMode,
    /// Which filters and tests there are.
    pub(crate) words: Words,
}

/// Translates a template.
pub(crate) fn translate(statements: &[Statement], dialect: &Dialect) -> Translated {
    let mut writer = writer::Writer::new(dialect.clone());
    statements::write(&mut writer, statements);
    writer.finish()
}
