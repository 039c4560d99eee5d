//! A sealed room for tests: a folder of its own, an empty environment, and output that
//! reads the same on every machine.
//!
//! Only ever a dev-dependency. It knows nothing of the other crates, so that every one of
//! them may use it, and takes the path of the program under test from its caller.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests may touch the disk and start the program under test"
)]

mod archive;
mod document;
mod folder;
#[cfg(feature = "kubernetes")]
pub mod kubernetes;
#[cfg(feature = "kubernetes")]
mod lists;
#[cfg(feature = "nodes")]
pub mod nodes;
mod output;
mod registry;
mod sandbox;
mod server;
mod shell;
mod texts;

pub use archive::{archive, digest};
pub use document::{Cell, Document, Part, documents, root};
pub use folder::{Snapshot, copy_folder, files_below, fixtures};
#[cfg(feature = "kubernetes")]
pub use lists::Lists;
pub use output::Output;
pub use registry::Registry;
pub use sandbox::Sandbox;
pub use server::{Answer, Asked, Server};
pub use shell::commands;
pub use texts::texts;
