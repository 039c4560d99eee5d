//! One node.

use super::values::Values;

/// One node of the cluster, checked by itself and against everything else.
///
/// What every node of the built-in templates has is missing only where a repository's own
/// templates do without it. Has no `Debug`: keys of a repository's own may be secrets.
#[derive(Clone)]
pub struct Node(Values);

impl Node {
    pub(crate) fn new(values: Values) -> Self {
        Self(values)
    }

    /// The values of all its keys by name, those of `templates/variables.yaml` included.
    pub fn values(&self) -> &Values {
        &self.0
    }
}
