//! Jinja2 as makejinja runs it: templates and a context in, a tree of files out.
//!
//! **Invariant:** no file system, no environment, no clock, no randomness: the same set,
//! context and options give the same bytes, whatever the number of threads.

mod analysis;
mod checks;
mod cluster;
mod context;
mod data;
pub mod declare;
mod engine;
mod filters;
mod globals;
pub mod makejinja;
mod natives;
mod options;
mod prepare;
mod python;
mod render;
mod syntax;
mod template;
mod translate;
mod visit;

pub use analysis::{Analysis, Mention, analyze};
pub use context::{Context, ContextBuilder, Credentials};
pub use data::Data;
pub use options::{Delimiters, Extensions, Limits, NewlineSequence, Options, UndefinedMode};
pub use render::{Output, render};
pub use template::{Role, Template, TemplateSet};
