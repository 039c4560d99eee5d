//! A YAML node tree with the place of every key and value.

mod decode;
pub mod edit;
mod emit;
mod limits;
mod merge;
mod node;
mod parse;
mod parsed;
mod read;
mod scalar;

pub use decode::decode;
pub use emit::{double_quoted, quote};
pub use limits::Limits;
pub use merge::{BadMerge, is_merge_key};
pub use node::{Anchor, Entry, Mapping, Node, Notation, Value};
pub use parse::parse;
pub use parsed::{Comment, Parsed};
pub use read::{Dialect, Resolved, differs};
pub use scalar::{Scalar, Style, Tag};
