//! The cluster that a user described, once it is known to be consistent.
//!
//! Text comes in ([`Input`]); a [`Cluster`] or every problem comes out ([`parse`]):
//!
//! - the *raw* files mirror `cluster.yaml` and `nodes.yaml` and remember where each value
//!   was written;
//! - the table of [`Declarations`] says what each key takes; a repository adds its own keys in
//!   `templates/variables.yaml`, and optional stacks add theirs in the same language;
//! - [`Cluster`] is what the rest of the workspace sees. Holding one means that every rule
//!   of [`rules`] was checked.
//!
//! ```
//! use config_model::{Input, Templates, parse};
//! use diagnostics::Source;
//!
//! let parsed = parse(&Input {
//!     cluster: &Source::new("cluster.yaml", "node_cidr: 10.0.0.1/24\n"),
//!     nodes: &Source::new("nodes.yaml", "nodes: []\n"),
//!     variables: None,
//!     templates: Templates::BuiltIn,
//!     used: None,
//! });
//! assert!(parsed.cluster.is_none());
//! let problem = parsed
//!     .diagnostics
//!     .iter()
//!     .find(|problem| problem.is(&config_model::rules::CIDR_HOST_BITS))
//!     .expect("10.0.0.1/24 names a host");
//! assert_eq!(problem.hint.as_deref(), Some("write the network: `10.0.0.0/24`"));
//! ```
//!
//! **Invariant:** nothing in this crate reads a file, an environment variable or the clock,
//! and no message, excerpt or `Debug` holds the value of a secret.

use diagnostics::{Diagnostics, Source};

mod build;
mod built_in;
pub mod credentials;
mod cross;
mod fields;
pub mod fixture;
mod input;
mod keys;
mod lower;
mod mask;
mod model;
mod parse;
mod raw;
pub mod rules;
pub mod sample;
pub mod schema;
mod templates;
pub mod types;
mod used;
mod variables;
pub mod versions;

pub use build::sounds_secret;
pub use input::{Input, Parsed, WrittenKey};
pub use keys::{
    Constraint, Declaration, Declarations, Default, Demand, Field, Kind, PluginUse, Presence,
    Section, Stack,
};
pub use model::{Cluster, Entry, Node, State, Values, Visibility};
pub use parse::parse;
pub use templates::Templates;
pub use used::UsedKeys;

/// The built-in keys, and those that a repository's `templates/variables.yaml` declares, with
/// what is wrong with that file. [`parse()`] does so itself.
///
/// ```
/// let text = "cluster:\n  wiki_enabled: { type: bool, default: false }\n";
/// let source = diagnostics::Source::new("templates/variables.yaml", text);
/// let (declarations, problems) = config_model::declarations(Some(&source));
/// assert!(problems.is_empty());
/// assert!(declarations.get(config_model::Section::Cluster, "wiki_enabled").is_some());
/// ```
pub fn declarations(variables: Option<&Source>) -> (Declarations, Diagnostics) {
    match variables {
        Some(source) => variables::parse(source, Declarations::built_in()),
        None => (Declarations::built_in().clone(), Diagnostics::new()),
    }
}
