//! YAML with the place of every key and value, read as its several readers read it, and
//! changed without touching what is not to change.
//!
//! [`parse`] turns a [`Source`](diagnostics::Source) into a tree of [`Node`]s, over the event
//! parser `granit-parser`. Every node has its byte range, and every problem of the text is a
//! [`Diagnostic`](diagnostics::Diagnostic): reading does not stop at the first, as far as the
//! syntax lets it go on. What a plain scalar *means* is asked for later and by name, because
//! its readers disagree: [`Scalar::read`] takes a [`Dialect`], and [`differs`] tells where two
//! of them part. [`edit::Edits`] changes values and entries by byte range; everything else
//! keeps its bytes, comments and CRLF included. [`quote`] writes text that no reader takes
//! for anything else.
//!
//! ```
//! use diagnostics::Source;
//! use yaml::{Dialect, Limits, Resolved, edit};
//!
//! let source = Source::new("nodes.yaml", "name: k8s-0\nstart: 12:30 # local\nname: k8s-1\n");
//! let parsed = yaml::parse(&source, &Limits::default());
//!
//! // Problems have a rule and a place.
//! let problems: Vec<_> = parsed.diagnostics.iter().map(|problem| problem.to_string()).collect();
//! assert_eq!(
//!     problems,
//!     ["nodes.yaml:3:1: error[yaml/duplicate-key]: the key `name` is set twice"],
//! );
//!
//! // One text, several meanings.
//! let root = parsed.root().expect("one document");
//! let start = root.get("start").expect("the key is there");
//! let scalar = start.as_scalar().expect("no list and no map");
//! assert!(scalar.read(Dialect::Yaml12) == Resolved::Text("12:30".into()));
//! assert!(scalar.read(Dialect::Python) == Resolved::Integer(750));
//!
//! // A change leaves the rest as it is.
//! let mut edits = edit::Edits::new(source.text());
//! edits.replace(start.range(), yaml::quote("12:30"));
//! assert!(edits.apply()?.contains("start: '12:30' # local\n"));
//! # Ok::<(), edit::EditError>(())
//! ```
//!
//! # What it refuses
//!
//! Whatever a file holds, reading ends soon, without a panic and within [`Limits`]:
//!
//! | rule | what |
//! |---|---|
//! | `yaml/syntax` | no YAML; the document that has it is lost, the next are read |
//! | `yaml/duplicate-key` | two scalar keys of one text in a map, whatever their notation |
//! | `yaml/merge-conflict` | no YAML, since git's lines around a conflict are in it |
//! | `yaml/undefined-alias`, `yaml/recursive-alias` | an alias of nothing, or of what it stands in |
//! | `yaml/too-deep`, `yaml/too-large`, `yaml/alias-bomb` | beyond a limit, aliases expanded |
//! | `yaml/too-many-problems` | more than 200 problems: the number of the rest |
//! | `file/too-large`, `file/not-utf8` | from [`decode`]; the former from [`parse`] too |
//!
//! A text that is empty, or holds comments only, has no document; `---` alone is one null.
//!
//! # What it does not know
//!
//! - Files, paths, schemas, secrets. No message has a value in it, no `Debug` shows one, but
//!   excerpts show lines: mask them with [`Source::with_secrets`](diagnostics::Source::with_secrets)
//!   and, where any value may be one, [`mask::values`].
//! - How to write a whole document: there is [`quote`], and there are edits.
//! - Other readers' syntax. The grammar is that of YAML 1.2, with the leniency of `PyYAML` in
//!   indentation, and like every descendant of libyaml it adds no line break to a block scalar
//!   that ends the text without one. The few texts that YAML 1.1 splits into other lines
//!   (U+0085, U+2028, U+2029) are not told apart.
//! - Comparing keys that are lists or maps.
//!
//! **Invariant:** ranges lie within the text, on character boundaries, and within the range of
//! the node around them.

mod decode;
pub mod edit;
mod emit;
mod limits;
pub mod mask;
mod merge;
mod node;
mod once;
mod parse;
mod parsed;
mod read;
pub mod rules;
mod scalar;

pub use decode::decode;
pub use emit::{double_quoted, quote};
pub use limits::Limits;
pub use merge::{BadMerge, is_merge_key};
pub use node::{Anchor, Entry, Mapping, Node, Notation, Value};
pub use once::Once;
pub use parse::parse;
pub use parsed::{Comment, Parsed};
pub use read::{Dialect, Resolved, differs};
pub use scalar::{Scalar, Style, Tag};
