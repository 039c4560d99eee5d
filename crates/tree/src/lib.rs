//! Files in memory, and their way to disk: stages, plan, ownership record, atomic commit.
mod align;
mod change;
mod commit;
mod content;
mod diff;
mod digest;
mod disk;
mod files;
mod gate;
mod journal;
mod known;
mod origin;
mod path;
mod plan;
mod record;
mod redact;
mod write;

pub use change::{Action, Change, Summary};
pub use content::{Content, Mode};
pub use diff::{Diff, Side};
pub use digest::Digest;
pub use disk::Disk;
pub use files::{Checked, Encrypted, Entry, Rendered, Sealing, Stage, Tree};
pub use journal::JOURNAL_PATH;
pub use origin::Origin;
pub use path::{PathError, RelPath, TEMPORARY_PREFIX};
pub use plan::{Force, Options, Plan, SamePlaintext};
pub use record::{RECORD_PATH, Record};
pub use redact::Redaction;
pub use write::{WriteOptions, write_atomic};

#[cfg(test)]
mod tests;
