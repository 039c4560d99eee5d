//! A repository on a disk: the one crate that touches disk, git and clock.
//!
//! [`names`] says what a path is, a [`View`] is what stages read, [`mod@write`] writes through
//! `tree`, [`git`] asks git, [`clock`] tells the time, and [`private`] makes folders for what
//! must not stay on a disk.
//!
//! ```
//! use repository::View;
//!
//! let view = View::from_iter([("cluster.yaml", "a: 1"), ("talos/a.yaml", "b: 2")]);
//! assert!(view.is_folder("talos"));
//! assert_eq!(view.text("talos/a.yaml")?.expect("it is there").text(), "b: 2");
//! assert!(view.text("nodes.yaml")?.is_none());
//! # Ok::<(), Box<diagnostics::Diagnostic>>(())
//! ```
//!
//! **Invariant:** prints nothing, asks nothing, reads no environment variable, starts no
//! program.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "touching disk, git and clock is what this crate is for"
)]

pub mod chart;
pub mod clock;
pub mod git;
pub mod index;
pub mod named;
pub mod names;
pub mod private;
mod problems;
mod root;
pub mod rules;
mod sweep;
mod view;
pub mod write;

pub use git::Git;
pub use problems::{unreadable, unwritable};
pub use root::{Root, real};
pub use sweep::sweep;
pub use view::{FILE_LIMIT, File, Files, Found, Kind, Listed, Question, Read, Seen, View};
pub use write::Batch;

#[cfg(test)]
mod tests;
