//! The cluster as a whole.

use secrecy::SecretString;

use super::node::Node;
use super::values::Values;

/// A cluster of which every rule was checked. Made by [`parse`](crate::parse) only.
///
/// Its values have the types that the table of declarations says. Those that every cluster of
/// the built-in templates has, such as the API's address, are missing only where a repository's
/// own templates do without them.
///
/// Has no `Debug`: it holds secrets.
#[derive(Clone)]
pub struct Cluster {
    values: Values,
    nodes: Vec<Node>,
}

impl Cluster {
    pub(crate) fn new(values: Values, nodes: Vec<Node>) -> Self {
        Self { values, nodes }
    }

    /// The values of all keys of `cluster.yaml` by name, those of `templates/variables.yaml`
    /// and the derived ones included.
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// The nodes in written order; with the built-in templates at least one.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Who may read the repository that Flux reads.
    pub fn visibility(&self) -> Visibility {
        let text = self.values.get("repository_visibility");
        match text.and_then(serde_json::Value::as_str) {
            Some("private") => Visibility::Private,
            _ => Visibility::Public,
        }
    }

    /// Every secret text of both files, for redaction.
    pub fn secrets(&self) -> Vec<SecretString> {
        let of_nodes = self.nodes.iter().flat_map(|node| node.values().secrets());
        self.values.secrets().chain(of_nodes).collect()
    }
}

/// Who may read the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Visibility {
    /// Everybody.
    Public,
    /// Holders of the deploy key.
    Private,
}
