//! Files in memory, and their way to disk: stages, plan, ownership record, atomic commit.
//!
//! A [`Tree`] is a set of files under checked paths ([`RelPath`]), at one of three stages:
//! [`Rendered`], [`Checked`], [`Encrypted`]. The stage is in the type and only goes forward,
//! so nothing unchecked or unencrypted can be written. A [`Plan`] compares an encrypted tree
//! with a [`Disk`] and with the [`Record`] of earlier runs, and says what becomes of every
//! file; committing it is all or nothing:
//!
//! - What a hand edited is [protected](Action::Edited), what the program does not own is
//!   never touched, and what is rendered no longer is [removed](Action::Prune).
//! - New files are staged beside their targets and renamed, so there are whole old and whole
//!   new files at any moment. A journal tells the next run what a killed one wrote.
//! - No symbolic link is followed, so nothing is written outside the root.
//! - Where nothing changes, nothing is written.
//!
//! ```
//! use diagnostics::{Diagnostics, Source};
//! use tree::{Checks, Disk, Entry, Mode, Options, Origin, Plan, RelPath, Rendered, Sealing, Tree};
//!
//! struct AnythingGoes;
//!
//! impl Checks for AnythingGoes {
//!     const COUNT: usize = 1;
//!
//!     fn run(&self, _: usize, _: &Tree<Rendered>) -> Diagnostics {
//!         Diagnostics::new()
//!     }
//! }
//!
//! let template = Source::new("templates/app.yaml.j2", "name: #{ name }#\n");
//! let file = Entry::new("name: echo\n", Mode::REGULAR, Origin::new(template));
//! let tree = Tree::from_files([(RelPath::new("apps/app.yaml")?, file)])
//!     .and_then(|rendered| rendered.check(&AnythingGoes))
//!     .and_then(|checked| checked.encrypt(|_, _| Ok(Sealing::Plain)))
//!     .expect("nothing is wrong with it");
//!
//! let folder = tempfile::tempdir()?;
//! let disk = Disk::open(folder.path())?;
//! let plan = Plan::new(&tree, &disk, &Options::default()).expect("nothing is in the way");
//! assert_eq!(plan.summary().created, 1);
//! plan.commit(&disk).expect("the disk has room");
//!
//! let again = Plan::new(&tree, &disk, &Options::default()).expect("nothing is in the way");
//! assert!(again.is_done());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **Invariant:** this crate knows nothing of templates' languages, clusters, YAML, git or
//! encryption. Only `disk` and
//! `write` touch the disk, and only where the caller points them. It prints nothing and
//! reads neither environment nor clock.
//!
//! It needs a Unix system: folders are held open and files named relative to them.

mod align;
mod batch;
mod change;
mod commit;
mod content;
mod decide;
mod diff;
mod digest;
mod disk;
mod entry;
mod evidence;
mod explain;
mod files;
mod gate;
mod journal;
mod keep;
mod known;
pub mod names;
mod options;
mod origin;
mod path;
mod plan;
mod problems;
mod record;
mod redact;
pub mod rules;
mod sweep;
mod write;

pub use batch::{Batch, is_abandoned};
pub use change::{Action, Change, Summary};
pub use content::{Content, Mode};
pub use diff::{Diff, Side};
pub use digest::Digest;
pub use disk::Disk;
pub use entry::{Entry, Sealing};
pub use files::{Checked, Checks, Encrypted, Rendered, Stage, Tree};
pub use journal::JOURNAL_PATH;
pub use names::TEMPORARY_PREFIX;
pub use options::{Force, Options};
pub use origin::Origin;
pub use path::{PathError, RelPath};
pub use plan::Plan;
pub use record::{RECORD_PATH, Record};
pub use redact::Values;
pub use write::{WriteOptions, write_atomic};

#[cfg(test)]
mod tests;
