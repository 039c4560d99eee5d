//! One digest of everything on disk that a plan compares with, so that a later run can tell
//! without a tree that there is still nothing to do.

use std::collections::BTreeMap;

use crate::change::{Action, Before};
use crate::digest::Hasher;
use crate::disk::{Bytes, Disk, Found, FoundFile};
use crate::known::{FOLDER, JOURNAL_NAME, RECORD_NAME, journal_temporary, record_temporary};
use crate::{Digest, Mode, Plan, RelPath};

impl Plan {
    /// The digest of the record and of every file, where all are as they should be and no run
    /// has left anything behind.
    pub fn evidence(&self) -> Option<Digest> {
        if !self.is_done() || self.had_journal {
            return None;
        }
        let mut hasher = start(self.seen.record()?);
        for change in &self.changes {
            let Before::File { mode, .. } = &change.before else {
                return None;
            };
            if change.action != Action::Unchanged {
                return None;
            }
            add(&mut hasher, &change.path, *mode, change.new?);
        }
        Some(hasher.finish())
    }
}

impl Disk {
    /// The same digest of these files as they are now; none where something is in the way of
    /// one, or where a run has left something behind. No symbolic link is followed.
    pub fn evidence<'a>(&self, paths: impl IntoIterator<Item = &'a RelPath>) -> Option<Digest> {
        let folder = self.folder(FOLDER).ok()?;
        let leftovers = [JOURNAL_NAME, &*record_temporary(), &*journal_temporary()];
        for name in leftovers {
            if !matches!(folder.read(name, 0), Ok(Found::Missing)) {
                return None;
            }
        }
        let Ok(Found::File(record)) = folder.read(RECORD_NAME, 0) else {
            return None;
        };
        let Bytes::Held(record) = record.bytes else {
            return None;
        };
        let mut folders: BTreeMap<&str, Vec<&RelPath>> = BTreeMap::new();
        let mut files: BTreeMap<&RelPath, FoundFile> = BTreeMap::new();
        for path in paths {
            folders.entry(path.parent()).or_default().push(path);
        }
        for (name, paths) in folders {
            let folder = self.folder(name).ok()?;
            for path in paths {
                let Ok(Found::File(file)) = folder.read(path.file_name(), 0) else {
                    return None;
                };
                files.insert(path, file);
            }
        }
        let mut hasher = start(&record);
        for (path, file) in files {
            let digest = match file.bytes {
                Bytes::Held(bytes) => Digest::of(&bytes),
                Bytes::TooMany(digest) => digest,
            };
            add(&mut hasher, path, file.mode, digest);
        }
        Some(hasher.finish())
    }
}

fn start(record: &[u8]) -> Hasher {
    let mut hasher = Hasher::default();
    hasher.update(Digest::of(record).to_string().as_bytes());
    hasher
}

/// Of the permissions, the one bit counts that a plan looks at.
fn add(hasher: &mut Hasher, path: &RelPath, mode: Mode, digest: Digest) {
    let executable = if mode.is_executable() { 'x' } else { '-' };
    hasher.update(format!("\n{digest} {executable} {path}").as_bytes());
}
