//! Values that change on their way.

pub(super) mod cluster;
pub(super) mod files;
pub(super) mod install;
pub(super) mod kubernetes;
pub(super) mod lists;
pub(super) mod machine;
pub(super) mod oidc;

use super::tree::{Key, Tree};

/// What a conversion says that has done its work.
type Done = Result<Option<Tree>, String>;

/// The key of a deletion, where that is one.
fn deletion(tree: &Tree) -> Option<Key> {
    tree.deletion().map(|(key, _)| key.clone())
}

/// The items of a list.
fn items(tree: Tree) -> Result<Vec<Tree>, String> {
    if tree.has_statements_within() {
        return Err("statements of the template stand between its items".into());
    }
    tree.into_items().ok_or_else(|| "it is no list".to_owned())
}

/// Why items cannot be told apart.
const NOT_ONE: &str = "the documents have names, and what is deleted here has none";
