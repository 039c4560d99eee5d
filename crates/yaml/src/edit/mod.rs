//! Changes to a text by byte range: everything else keeps its bytes.

mod edits;
mod entries;
mod scalars;

pub use edits::{EditError, Edits};
pub use scalars::New;
