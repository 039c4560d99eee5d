//! A repository on a disk: the one crate that touches disk, git and clock.
//!
//! [`names`] says what a path is, [`read`] and [`folder`] read, [`write`] writes through
//! `tree`, [`git`] asks git, [`clock`] tells the time, and [`private`] makes folders for what
//! must not stay on a disk.
//!
//! **Invariant:** prints nothing, asks nothing, reads no environment variable, starts no
//! program.

pub mod chart;
pub mod clock;
pub mod folder;
pub mod git;
pub mod names;
pub mod private;
pub mod read;
mod root;
pub mod rules;
pub mod write;

pub use git::Git;
pub use root::Root;
