//! A cluster at a glance: what it has, what of that is not well, and what to look at first.
//!
//! [`gather`] asks for the lists, side by side, and keeps a few facts of each object. [`judge`]
//! makes findings of them, and says which comes of which: a Kustomization that waits for a source
//! that fails comes of that source, and only the source has to be looked at. [`Overview`] counts.
//! Only [`gather`] calls anybody.
//!
//! A kind that the server does not have is left out; a list that cannot be had is told, and the
//! rest goes on.

mod changes;
mod clean;
mod facts;
mod finding;
mod flux;
mod gather;
mod instance;
mod judge;
mod links;
mod others;
mod pods;
mod summary;

#[cfg(test)]
mod tests;

pub use changes::{Change, changes};
pub(crate) use clean::clean;
pub use facts::{Condition, Object};
pub use finding::{Finding, First, Judged, Level};
pub use flux::FluxObject;
pub use gather::{Facts, gather};
pub use instance::Instance;
pub use judge::judge;
pub use others::{Certificate, Claim, Controller, Entrance, Namespace, Node};
pub use pods::{Group, Pod, Trouble};
pub use summary::{Count, Drift, Overview, Unanswered};
