//! One problem, the rule it breaks, the place it stands at, and what to do about it.
//!
//! Parsing, rendering and checking collect [`Diagnostic`]s instead of stopping at the
//! first; the program prints them. A [`Rule`] says what is broken and why it cannot work; it
//! stands in a table that [`rules!`] declares. A [`Source`] turns byte ranges of a text into
//! [`Location`]s, and masks the ranges that hold secrets before anybody can print them;
//! [`Secrets`] takes texts that are known to be secret out of whatever is printed.
//!
//! **Invariant:** this crate knows no file system, no terminal, no colours and no
//! exit codes, and nothing of clusters, templates or YAML.
//!
//! ```
//! use diagnostics::Source;
//!
//! diagnostics::rules! {
//!     RESERVED_NAME: error "node/reserved-name",
//!         "The name is a word that commands use for groups of nodes.";
//! }
//!
//! let source = Source::new("nodes.yaml", "nodes:\n  - name: worker\n");
//! let problem = RESERVED_NAME
//!     .report("`worker` is reserved")
//!     .at(source.location(17..23))
//!     .hint("use another name, such as `k8s-0`");
//! assert_eq!(
//!     problem.to_string(),
//!     "nodes.yaml:2:11: error[node/reserved-name]: `worker` is reserved",
//! );
//! ```

mod diagnostic;
mod location;
mod mask;
mod report;
mod rule;
mod secrets;
mod source;
mod suggest;
mod trace;
mod visible;

pub use diagnostic::{Diagnostic, Related};
pub use location::{Excerpt, Location};
pub use mask::{MASK, MASK_OF_ANOTHER};
pub use report::Diagnostics;
pub use rule::{Rule, Severity, Table};
pub use secrets::{SHORTEST_SECRET, Secrets};
pub use source::{Piece, Source};
pub use suggest::closest;
pub use trace::Trace;
pub use visible::{visible, words};
