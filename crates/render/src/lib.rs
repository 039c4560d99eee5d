//! Jinja2 as makejinja runs it: templates and a context in, a tree of files out.
//!
//! ```
//! use render::{Context, Options, Template, TemplateSet, render};
//!
//! let templates = TemplateSet::new([Template::new(
//!     "nodes.yaml.j2",
//!     *b"#% for node in nodes %#\n- #{ node.name | upper }#: #{ node }#\n#% endfor %#\n",
//!     "templates/config/nodes.yaml.j2",
//!     ".j2",
//! )]);
//! let context = Context::builder()
//!     .set("nodes", serde_json::json!([{"name": "a", "controller": true}]))
//!     .build();
//! let output = render(&templates, &context, &Options::default()).expect("a correct template");
//! let file = output.tree.get("nodes.yaml").expect("the template's output");
//! assert_eq!(file.content.as_text(), Some("- A: {'name': 'a', 'controller': True}\n"));
//! ```
//!
//! A template goes this way, one folder a step, each importing only those before it:
//!
//! - `syntax` reads it as Jinja2 3.1 does, into a tree with places;
//! - `analysis` tells which names it uses, over all branches;
//! - `translate` writes it as a template of minijinja, in which every operator, attribute,
//!   method, filter and test is a call, with the way back for places;
//! - `engine` lets minijinja run it, over `python`, `filters`, `checks`, `globals` and
//!   `natives`, which know Python's values; its errors become diagnostics that hold nothing
//!   of a variable.
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
pub mod plugin;
mod prepare;
mod python;
mod reading;
mod remote;
mod render;
pub mod rules;
mod syntax;
mod template;
mod threads;
mod translate;
mod visit;
mod words;

pub use analysis::{Analysis, Mention};
pub use context::{Context, ContextBuilder, Credentials};
pub use data::Data;
pub use options::{Delimiters, Extensions, Limits, NewlineSequence, Options, UndefinedMode};
pub use python::methods::is_dict_method;
pub use reading::{Reading, analyze, render};
pub use render::Output;
pub use template::{Role, Template, TemplateSet};
pub use threads::on_deep_stacks;
