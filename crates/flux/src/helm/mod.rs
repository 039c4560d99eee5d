//! Releases as helm-controller takes them: the values that it puts together, and the chart.
//!
//! Source of the behaviour: fluxcd/pkg `chartutil` 1.27.2 and Helm's `strvals`, held against the
//! real ones by `cargo xtask oracles flux-libraries`.

mod chart;
mod nodes;
mod set;
mod values;

pub use chart::{Lookup, chart};
pub use values::{Found, values};

#[cfg(test)]
mod tests;
