//! Changes to a text by byte range: everything else keeps its bytes.

mod edits;
mod entries;
mod items;
mod scalars;

pub use edits::{EditError, Edits};
pub use scalars::New;
