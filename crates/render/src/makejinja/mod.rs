//! makejinja 2.8.1 without Python: its configuration, its data files, its choice of files.
//!
//! [`Config::read`] reads a `makejinja.toml`, [`run`] does with it what the program does,
//! over [`Files`] in memory; the caller reads before and writes after. [`Config::options`]
//! and [`Config::select`] serve those who only want the templates of a repository that is
//! configured this way.
//!
//! ```
//! use std::collections::BTreeMap;
//!
//! use diagnostics::Source;
//! use render::makejinja::{Config, Existing, Files, run};
//!
//! let text = "[makejinja]\ninputs = ['templates']\noutput = '.'\ndata = ['data.yaml']\n";
//! let environment = BTreeMap::new();
//! let read = Config::read(&Source::new("makejinja.toml", text), &environment);
//! let config = read.config.expect("nothing is wrong with it");
//!
//! let mut files = Files::default();
//! files.file("data.yaml", *b"ports: [80, 443]\nopen: yes\n", 0o644);
//! files.file("templates/a.txt.jinja", *b"{{ ports }} {{ open }}\n", 0o644);
//! let run = run(&config, "/repository", &files, &Existing::default(), &environment, None)
//!     .unwrap_or_else(|problems| panic!("{problems:?}"));
//! let file = run.tree.get("a.txt").expect("was rendered");
//! assert_eq!(file.content.as_bytes(), b"[80, 443] True\n");
//! ```
//!
//! What is on purpose not as in the original: `clean`, `exec_pre` and `exec_post` are
//! refused; a plugin runs where a caller runs it, see [`Plugin`]; of Jinja's extensions only those that add
//! statements exist; folders that an output needs are made even where a pattern excludes
//! them (the original stops); a list or a number where a text belongs is an error (the
//! original prints it into the text); all problems are reported, not only the first.
//!
//! Source of every fact here: `app.py` and `config.py` of makejinja 2.8.1, `loaders.py` and
//! `converters.py` of typed-settings 25.3.0, held to the recordings below `tests/corpus`.

mod config;
mod data;
mod files;
mod jinja;
mod pattern;
mod run;
mod select;
mod settings;

pub use config::{Config, Read};
pub use files::{Existing, Files};
pub use run::{Folder, Plugin, Run, data, run};
pub use select::Selection;
pub use settings::Located;

#[cfg(test)]
mod tests;
