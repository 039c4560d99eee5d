//! Jinja2 as makejinja runs it: templates and a context in, a tree of files out.
//!
//! **Invariant:** no file system, no environment, no clock, no randomness: the same set,
//! context and options give the same bytes, whatever the number of threads.

mod context;
mod data;
mod options;
mod render;
mod template;

pub use context::{Context, ContextBuilder, Credentials};
pub use data::Data;
pub use options::{Delimiters, Extensions, Limits, NewlineSequence, Options, UndefinedMode};
pub use render::{Output, render};
pub use template::{Role, Template, TemplateSet};
