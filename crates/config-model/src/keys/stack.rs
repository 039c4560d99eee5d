//! An optional stack of applications.

use serde_json::Value;

/// An optional stack of applications, as `templates/stacks/NAME.yaml` declares it beside its
/// templates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    /// The name of that file, without its ending.
    pub name: String,
    /// What it is: the heading of its keys.
    pub title: String,
    /// The keys that turn it on, all together: switches that are on, others that are set.
    pub enabled_by: Vec<String>,
    /// Its keys, in the order of declaration.
    pub keys: Vec<String>,
}

impl Stack {
    /// Whether it is on, given the value that a key has, set or by default.
    pub fn is_on<'a>(&self, value: impl Fn(&str) -> Option<&'a Value>) -> bool {
        let counts = |value: &Value| value.as_bool().unwrap_or(value.as_str() != Some(""));
        self.enabled_by
            .iter()
            .all(|key| value(key).is_some_and(counts))
    }
}
