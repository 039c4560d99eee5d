//! Mutated configs with what Talos says of them.

use std::sync::OnceLock;

use serde_json::Value;

/// Mutated configs with the verdict of Talos 1.13.9: `fine`, `warning`, `refused` or `undecodable`.
const VERDICTS: &str = include_str!("../vectors/validate/verdicts.json");

/// All of them.
pub(crate) fn cases() -> &'static [Value] {
    static CASES: OnceLock<Vec<Value>> = OnceLock::new();
    CASES.get_or_init(|| serde_json::from_str(VERDICTS).expect("a list of cases"))
}
