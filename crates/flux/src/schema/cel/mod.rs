//! Rules in CEL, on objects with their defaults.
//!
//! Only rules of fields that are there are compiled, once for each schema. What a rule may cost
//! is bounded before it runs: CEL has no loops but over what it is given.

mod convert;
mod cost;
mod defaults;
mod optional;
mod run;
mod stored;

use kube_cel::cel::IdedExpr;
use kube_cel::cel::parser::Parser;

use super::check::Checker;
use super::model::Schema;
use crate::value::Value;

/// The longest rule that is compiled, in bytes.
const LONGEST: usize = 16 * 1024;

/// The deepest nesting of brackets in a rule that is compiled.
const DEEPEST: usize = 48;

/// Checks an object of a defined kind against the rules of its definition.
pub(super) fn check<'a>(checker: &mut Checker<'a>, value: &'a Value, schema: &'a Schema) {
    if !schema.has_rules() {
        return;
    }
    let json = defaults::applied(schema, value);
    let converted = convert::value(schema, &json);
    run::Runner::new(checker, value.holds_secret()).object(schema, value, &converted);
}

/// Compiles a rule, unless its text alone is more than any reader should be given.
fn compile(text: &str) -> Option<IdedExpr> {
    if text.len() > LONGEST || nesting(text) > DEEPEST {
        return None;
    }
    let parser = Parser::new().enable_optional_syntax(true);
    parser.parse(text).ok()
}

/// A rule as the bundle has it beside its text; none where that is not understood.
pub(super) fn stored(text: &str) -> Option<String> {
    compile(text).as_ref().and_then(stored::write)
}

/// How deep brackets and signs before a value nest; brackets in texts count, too.
fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest, mut signs) = (0_usize, 0_usize, 0_usize);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' | b'?' => depth += 1,
            b')' | b']' | b'}' | b':' => depth = depth.saturating_sub(1),
            _ => {}
        }
        signs = match byte {
            b'!' | b'-' => signs + 1,
            b' ' | b'\n' | b'\t' => signs,
            _ => 0,
        };
        deepest = deepest.max(depth).max(signs);
    }
    deepest
}
