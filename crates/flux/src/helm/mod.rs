//! Releases as helm-controller takes them: the values that it puts together, the chart, and what
//! the chart says of the values.
//!
//! Source of the behaviour: fluxcd/pkg `chartutil` 1.27.2 and Helm's `strvals`, held against the
//! real ones by `cargo xtask oracles flux-libraries`.

mod apis;
mod chart;
mod defaults;
mod judged;
mod nodes;
mod package;
mod rendered;
mod set;
mod values;
mod version;

pub use apis::apis;
pub use chart::{Lookup, chart};
pub use judged::{Judged, judged};
pub use package::{Dependency, LARGEST_ARCHIVE, Package, Schema};
pub use rendered::{release_name, release_namespace, rendered};
pub use values::{Found, values};
pub use version::{Range, version};

#[cfg(test)]
mod tests;
