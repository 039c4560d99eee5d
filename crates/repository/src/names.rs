//! What a path of a repository is, told by its name alone. The table is `tree`'s, since no plan
//! may replace what repositories are rendered from.

pub use tree::names::{
    AGE_KEY, CREATION_RULES, DEPLOY_KEY, DEPLOY_KEY_PUBLIC, KUBECONFIG, Kind, Name, PUSH_TOKEN,
    RENDERED, TABLE, TALOSCONFIG, TIDIED, TUNNEL, file_name, ignored, is_never_committed,
    is_secret, is_template, keys,
};
