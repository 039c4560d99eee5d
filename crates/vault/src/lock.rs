//! One at a time: who reads a file, changes it and writes it back must not lose what somebody
//! else writes in between. The folder is locked, since the file itself is replaced.

use std::fs::File;

use camino::Utf8Path;
use rustix::fs::FlockOperation;

/// Held until it is dropped; nothing where the file system knows no locks.
pub(super) struct Lock(#[expect(dead_code, reason = "it is held, not used")] Option<File>);

impl Lock {
    /// Waits until nobody else changes a file of the same folder.
    pub(super) fn alone(path: &Utf8Path) -> Self {
        Self::take(path, FlockOperation::LockExclusive)
    }

    /// Waits for those who must be alone. The workers of a batch never wait for each other:
    /// each has files of its own.
    pub(super) fn shared(path: &Utf8Path) -> Self {
        Self::take(path, FlockOperation::LockShared)
    }

    fn take(path: &Utf8Path, how: FlockOperation) -> Self {
        let folder = match path.parent() {
            Some(folder) if !folder.as_str().is_empty() => folder,
            _ => Utf8Path::new("."),
        };
        let file = File::open(folder).ok();
        Self(file.filter(|file| rustix::fs::flock(file, how).is_ok()))
    }
}
