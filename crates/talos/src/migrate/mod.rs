//! From v1alpha1 to the documents of Talos 1.14: what moves where, and whether a node reads the
//! same afterwards.
//!
//! - [`configuration`]: all of a node's configuration, subsystem by subsystem.
//! - [`Rewritten`]: a patch, with its comments.
//! - [`read`]: what a node reads of either form.
//!
//! Where a field goes is one table (`table`), and reading is moving: what a configuration says
//! is what its documents would say.

mod configuration;
mod convert;
mod notes;
mod reading;
mod row;
mod subsystem;
mod table;
mod text;
mod tree;
mod walk;
mod work;

pub use configuration::{Moved, configuration};
pub use reading::{Differences, Reading, read};
pub use subsystem::Subsystem;
pub use table::part_of;
pub use text::{Audience, ByHand, Dollar, Part, Rewritten, asks};
pub use work::{Scope, Stay};
