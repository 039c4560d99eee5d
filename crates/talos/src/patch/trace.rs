//! Which paths a patch changed: two states compared.

use documents::change::{self, Change};
use serde_json::Value;

use crate::fields::document_name;

/// What two states of a config differ in, in the order of documents' names and paths.
pub fn differing(before: &[Value], after: &[Value]) -> Vec<Change> {
    change::differing(before, after, document_name)
}
