//! Folders of files as tests see them.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::SystemTime;

use camino::{Utf8Path, Utf8PathBuf};

/// The `fixtures` folder of this repository.
pub fn fixtures() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("the crate lies two folders below the repository")
        .join("fixtures")
}

/// Every file below `root`, as sorted paths relative to it. Symbolic links are listed, not followed.
pub fn files_below(root: &Utf8Path) -> Vec<Utf8PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        let Ok(entries) = folder.read_dir_utf8() else {
            continue;
        };
        for entry in entries {
            let entry = entry.expect("a folder of the test is readable");
            if entry.file_type().expect("its entries too").is_dir() {
                open.push(entry.into_path());
            } else {
                let path = entry.path().strip_prefix(root).expect("found below root");
                found.push(path.to_owned());
            }
        }
    }
    found.sort();
    found
}

/// Copies a folder with everything in it; `to` is made if it does not exist.
pub fn copy_folder(from: &Utf8Path, to: &Utf8Path) {
    for file in files_below(from) {
        let target = to.join(&file);
        std::fs::create_dir_all(target.parent().expect("a file has a folder"))
            .expect("the test's folder is writable");
        std::fs::copy(from.join(&file), target).expect("the file can be copied");
    }
}

/// What a folder held at one moment: content, inode, time and mode of every file, so that a
/// test can show that nothing was written, not even the same bytes again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot(BTreeMap<Utf8PathBuf, Stamp>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    modified: SystemTime,
    mode: u32,
    content: Vec<u8>,
}

impl Snapshot {
    /// Takes one of every file below `root`, leaving out `.git`, and the cache, which every run may
    /// write and nothing depends on.
    pub fn of(root: &Utf8Path) -> Self {
        let stamps = files_below(root)
            .into_iter()
            .filter(|path| !path.starts_with(".git") && !path.as_str().contains(".ichor/cache/"));
        Self(
            stamps
                .map(|path| {
                    let stamp = Stamp::of(root.join(&path).as_std_path());
                    (path, stamp)
                })
                .collect(),
        )
    }

    /// Paths that were added, removed, rewritten or changed since, sorted.
    pub fn changed_since(&self, earlier: &Self) -> Vec<Utf8PathBuf> {
        let mut changed: Vec<_> = self
            .0
            .iter()
            .filter(|(path, stamp)| earlier.0.get(*path) != Some(stamp))
            .map(|(path, _)| path.clone())
            .chain(
                earlier
                    .0
                    .keys()
                    .filter(|path| !self.0.contains_key(*path))
                    .cloned(),
            )
            .collect();
        changed.sort();
        changed
    }
}

impl Stamp {
    fn of(path: &Path) -> Self {
        let metadata = path.symlink_metadata().expect("the file was just listed");
        Self {
            inode: metadata.ino(),
            modified: metadata.modified().expect("the system keeps times"),
            mode: metadata.mode(),
            content: std::fs::read(path).unwrap_or_default(),
        }
    }
}
