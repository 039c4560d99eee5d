//! A folder for a file in the clear: in memory, for this user only, gone when it is done with.
//!
//! It is locked as long as the program that made it runs, however that ends; what is not
//! locked was left behind, and the next run removes it.

use std::collections::BTreeSet;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::fs::FlockOperation;
use zeroize::Zeroizing;

/// How the names of such folders start.
const PREFIX: &str = "ichor-private-";

/// Attempts at a name.
const ATTEMPTS: u32 = 1000;

/// Where such folders may be made.
pub struct Places {
    /// Folders that are usually in memory, the best one first; each is examined.
    pub memory: Vec<Utf8PathBuf>,
    /// Where nothing else is: the folder for temporary files.
    pub disk: Utf8PathBuf,
}

/// The folder; removed when it is dropped.
pub struct PrivateFolder {
    path: Utf8PathBuf,
    in_memory: bool,
    /// Keeps others from taking it for a leftover.
    lock: File,
}

impl PrivateFolder {
    /// Makes one with mode 0700, after removing what earlier runs left behind.
    ///
    /// # Errors
    ///
    /// What the disk refuses.
    pub fn create(places: &Places) -> io::Result<Self> {
        for parent in places.memory.iter().chain([&places.disk]) {
            sweep(parent);
        }
        let memory = places.memory.iter().filter(|parent| is_memory(parent));
        for parent in memory {
            if let Ok((path, lock)) = make(parent) {
                return Ok(Self {
                    path,
                    in_memory: true,
                    lock,
                });
            }
        }
        let (path, lock) = make(&places.disk)?;
        Ok(Self {
            path,
            in_memory: false,
            lock,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// Whether its files are in memory; else they are on a disk, which may keep their bytes.
    pub fn is_in_memory(&self) -> bool {
        self.in_memory
    }

    /// Writes a file with mode 0600, replacing what is there.
    ///
    /// # Errors
    ///
    /// What the disk refuses.
    pub fn write(&self, name: &str, content: &[u8]) -> io::Result<Utf8PathBuf> {
        let path = self.path.join(name);
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&path)?;
        file.write_all(content)?;
        Ok(path)
    }

    /// What a file holds now.
    ///
    /// # Errors
    ///
    /// What the disk refuses.
    pub fn read(&self, name: &str) -> io::Result<Zeroizing<Vec<u8>>> {
        std::fs::read(self.path.join(name)).map(Zeroizing::new)
    }

    /// Removes a file, if it is there.
    pub fn forget(&self, name: &str) {
        // With the folder, at the latest.
        drop(std::fs::remove_file(self.path.join(name)));
    }

    /// Makes a pipe with a name and mode 0600: what goes through it is in no file at all.
    ///
    /// # Errors
    ///
    /// Where the system has none.
    #[cfg(not(any(target_vendor = "apple", target_os = "wasi")))]
    pub fn pipe(&self, name: &str) -> io::Result<Utf8PathBuf> {
        let path = self.path.join(name);
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mkfifoat(rustix::fs::CWD, path.as_std_path(), mode)?;
        Ok(path)
    }

    /// Makes a pipe with a name, which this system has no safe call for.
    ///
    /// # Errors
    ///
    /// Always.
    #[cfg(any(target_vendor = "apple", target_os = "wasi"))]
    pub fn pipe(&self, _: &str) -> io::Result<Utf8PathBuf> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// What keeps others from taking it for a leftover: a program that was given it keeps the
    /// folder as long as it runs, though whoever started it was killed.
    pub fn lock(&self) -> BorrowedFd<'_> {
        self.lock.as_fd()
    }

    /// Whether another folder beside it that somebody still holds has a file of this name.
    pub fn is_elsewhere(&self, name: &str) -> bool {
        let parent = self.path.parent().unwrap_or(&self.path);
        let mut others = folders(parent).filter(|path| *path != self.path);
        others.any(|path| path.join(name).is_file() && hold(&path).is_none())
    }

    /// A way to remove it from elsewhere, when the program is told to end.
    pub fn remover(&self) -> impl Fn() + Send + use<> {
        let path = self.path.clone();
        move || remove(&path)
    }
}

/// Waits for a reader of a pipe, and gives it all. One that leaves early has read enough.
pub fn feed(pipe: &Utf8Path, content: &[u8]) {
    if let Ok(mut pipe) = OpenOptions::new().write(true).open(pipe) {
        drop(pipe.write_all(content));
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

fn make(parent: &Utf8Path) -> io::Result<(Utf8PathBuf, File)> {
    for attempt in 0..ATTEMPTS {
        let path = parent.join(format!("{PREFIX}{}-{attempt}", std::process::id()));
        match DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(error),
        }
        // Somebody who sweeps may have come between.
        if let Some(lock) = hold(&path)
            && path.is_dir()
        {
            return Ok((path, lock));
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// The folders that runs of this user left behind, which were killed; the next
/// [`PrivateFolder`] removes them.
pub fn left_behind(places: &Places) -> Vec<Utf8PathBuf> {
    let parents: BTreeSet<_> = places.memory.iter().chain([&places.disk]).collect();
    let left = parents.into_iter().flat_map(|parent| folders(parent));
    left.filter(|path| hold(path).is_some()).collect()
}

/// Removes folders that nobody holds any more.
fn sweep(parent: &Utf8Path) {
    for path in folders(parent) {
        if let Some(_lock) = hold(&path) {
            remove(&path);
        }
    }
}

/// Such folders of this user.
fn folders(parent: &Utf8Path) -> impl Iterator<Item = Utf8PathBuf> + use<> {
    let me = rustix::process::geteuid().as_raw();
    let entries = parent.read_dir_utf8().into_iter().flatten().flatten();
    let ours = entries.filter(move |entry| {
        let metadata = entry.path().symlink_metadata();
        entry.file_name().starts_with(PREFIX)
            && metadata.is_ok_and(|metadata| metadata.is_dir() && metadata.uid() == me)
    });
    ours.map(|entry| entry.path().to_owned())
}

/// Takes a folder, if nobody holds it.
fn hold(path: &Utf8Path) -> Option<File> {
    let lock = File::open(path).ok()?;
    let held = rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive);
    held.is_ok().then_some(lock)
}

fn remove(path: &Utf8Path) {
    // Nobody is left to be told, and the next run tries again.
    drop(std::fs::remove_dir_all(path));
}

/// Whether a folder of this user, or of all, is kept in memory.
#[cfg(target_os = "linux")]
fn is_memory(folder: &Utf8Path) -> bool {
    /// `TMPFS_MAGIC` and `RAMFS_MAGIC` of statfs(2).
    const MEMORY: [u64; 2] = [0x0102_1994, 0x8584_58f6];
    rustix::fs::statfs(folder.as_std_path())
        .is_ok_and(|system| u64::try_from(system.f_type).is_ok_and(|kind| MEMORY.contains(&kind)))
}

#[cfg(not(target_os = "linux"))]
fn is_memory(_: &Utf8Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_private_and_goes_and_leftovers_go_too() {
        let base = testkit::Sandbox::new("none");
        let parent = base.temporary();
        let places = Places {
            memory: Vec::new(),
            disk: parent.clone(),
        };
        let left = parent.join("ichor-private-1-0");
        DirBuilder::new().create(&left).expect("made");
        let other = parent.join("somebody-elses");
        DirBuilder::new().create(&other).expect("made");
        let folder = PrivateFolder::create(&places).expect("made");
        assert!(!left.exists() && other.exists());
        assert!(!folder.is_in_memory());
        let second = PrivateFolder::create(&places).expect("made");
        assert!(folder.path().is_dir(), "a locked one is no leftover");
        let file = second.write("a.yaml", b"a: 1\n").expect("written");
        assert!(folder.is_elsewhere("a.yaml") && !second.is_elsewhere("a.yaml"));
        // Whoever was given the lock keeps it.
        let kept = second.lock().try_clone_to_owned().expect("another handle");
        assert!(!folder.is_elsewhere("b.yaml"));
        let mode = |path: &Utf8Path| path.metadata().expect("there").mode() & 0o777;
        assert_eq!((mode(second.path()), mode(&file)), (0o700, 0o600));
        let paths = [folder.path().to_owned(), second.path().to_owned()];
        drop((folder, second, kept));
        assert!(paths.iter().all(|path| !path.exists()));
    }
}
