//! Load, render, check, plan: the order of the stages, once.
//!
//! The program, the golden trees and the benchmarks all run this sequence:
//!
//! - [`load()`] reads a repository, as a view of it shows it;
//! - [`Model::new`] checks the configuration and gathers templates and context;
//! - [`render()`] makes every output, in memory;
//! - [`build()`] checks all of it and leaves only what may be written;
//! - [`Built::plan`] compares with the disk; the plan's `commit` writes.
//!
//! **Invariant:** this crate prints nothing, asks nothing, and reads no environment variable;
//! no stage touches the network.
//!
//! ```
//! use pipeline::{Environment, Missing};
//! use repository::View;
//!
//! let nothing = View::from_iter([("README.md", "A repository in memory")]);
//! let missing = pipeline::load(&nothing, &Environment::default()).err();
//! assert!(matches!(missing, Some(Missing::NoConfiguration)));
//! ```

mod again;
pub mod app;
pub mod archive;
pub mod bootstrap;
mod build;
mod cache;
pub mod checks;
mod creation_rules;
pub mod declare;
pub mod doctor;
pub mod drop_in;
pub mod example;
mod gather;
mod gathered;
pub mod generate;
pub mod init;
pub mod load;
pub mod manifests;
pub mod migrate;
mod model;
mod names;
pub mod nodes;
mod options;
pub mod origin;
mod own;
pub mod pages;
mod paths;
pub mod pins;
mod places;
pub mod plugin;
pub mod road;
pub mod rules;
pub mod schema;
mod seal;
pub mod templates;

pub use again::{Again, Command, Run};
pub use build::{Built, RenderedTree, build, render};
pub use load::{Environment, Inputs, Missing, load};
pub use model::Model;
pub use options::{BuildOptions, Overwrite};
pub use own::{Question, question};
pub use seal::Sealed;
