//! Files in memory, and their way to disk: stages, plan, ownership record, atomic commit.
mod content;
mod files;
mod origin;
mod path;

pub use content::{Content, Mode};
pub use files::{Checked, Encrypted, Entry, Rendered, Sealing, Stage, Tree};
pub use origin::Origin;
pub use path::{PathError, RelPath, TEMPORARY_PREFIX};
