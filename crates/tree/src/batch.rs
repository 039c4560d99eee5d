//! Files that are written together and belong to no plan: node configurations, files of SOPS,
//! what `init` writes.
//!
//! Each is staged beside its place and gets its name when all are staged, so that at any moment
//! there are whole old and whole new files; who is killed before that has changed nothing, and
//! after that the next run completes. No record says that the program owns them.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "writes through folders that are held open"
)]

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;
use rustix::fs::{AtFlags, Dir, Mode as Permissions};
use rustix::io::Errno;
use rustix::process::Pid;

use crate::disk::{Disk, Lock, Obstacle};
use crate::sweep::{remove_empty_parents, remove_folder};
use crate::write::{Staged, Target, WriteOptions};
use crate::{RelPath, TEMPORARY_PREFIX};

/// From so many files on it pays to start threads, which cost as much as placing a hundred.
const WORTH_THREADS: usize = 64;

/// Files on their way to a disk. Dropped without [`Batch::commit`], it leaves nothing behind.
pub struct Batch {
    disk: Disk,
    /// Whether it waits for others where the folder is yet to be made.
    waits: bool,
    work: Mutex<Work>,
}

#[derive(Default)]
struct Work {
    lock: Option<Lock>,
    folders: BTreeMap<String, Arc<File>>,
    /// The folder above the last one, with its path: the next is likely beside that.
    above: Option<(String, Arc<File>)>,
    made: Vec<String>,
    staged: Vec<New>,
    /// What goes away once the others have their places.
    removed: Vec<RelPath>,
}

struct New {
    path: String,
    folder: Arc<File>,
    staged: Staged,
    options: WriteOptions,
}

impl New {
    fn target(&self) -> Target<'_> {
        Target {
            folder: &self.folder,
            name: Path::new(split(&self.path).1),
        }
    }
}

impl Batch {
    /// Waits until no other run writes below a folder, and keeps others out as long as the
    /// batch is held. A folder that does not exist is made when the first file is staged.
    ///
    /// # Errors
    ///
    /// A folder that cannot be opened.
    pub fn open(root: impl Into<PathBuf>) -> io::Result<Self> {
        Self::new(root.into(), true)
    }

    /// The same, but waits for nobody: for a second batch, since who holds one and waits for
    /// another may wait for ever.
    ///
    /// # Errors
    ///
    /// As [`Batch::open`].
    pub fn beside(root: impl Into<PathBuf>) -> io::Result<Self> {
        Self::new(root.into(), false)
    }

    fn new(root: PathBuf, waits: bool) -> io::Result<Self> {
        let exists = root.exists();
        let batch = Self {
            disk: Disk::open(root)?,
            waits,
            work: Mutex::default(),
        };
        if exists {
            batch.lock(&mut batch.work())?;
        }
        Ok(batch)
    }

    fn lock(&self, work: &mut Work) -> io::Result<()> {
        if work.lock.is_none() {
            work.lock = if self.waits {
                Some(self.disk.wait()?)
            } else {
                self.disk.lock()?
            };
        }
        Ok(())
    }

    /// Writes a file beside its place. Many may be staged at a time, from several threads.
    ///
    /// # Errors
    ///
    /// A path that leaves the root; a symbolic link on the way or in its place, which is never
    /// followed; something that is no file in its place; what the disk refuses.
    pub fn stage(&self, path: &str, bytes: &[u8], options: WriteOptions) -> io::Result<()> {
        if RelPath::new(path).is_err() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "it is no path in the folder that is written to",
            ));
        }
        let (folder, name) = split(path);
        let folder = self.folder(folder, options)?;
        let target = Target {
            folder: &folder,
            name: Path::new(name),
        };
        self.disk.gate.pass()?;
        let staged = target.stage(bytes, options)?;
        self.work().staged.push(New {
            path: path.to_owned(),
            folder,
            staged,
            options,
        });
        Ok(())
    }

    /// Has a file removed once all others have their places, with the folders above it that it
    /// leaves empty. One that is not there is no fault.
    ///
    /// # Errors
    ///
    /// A path that leaves the root.
    pub fn remove(&self, path: &str) -> io::Result<()> {
        let path = RelPath::new(path)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error.to_string()))?;
        self.work().removed.push(path);
        Ok(())
    }

    /// Gives every file its place, then removes what is to go, in the order in which that was
    /// said; and the path of each that could not be given it or removed, with the reason: those
    /// stay as they were. Nothing is removed where a file could not be given its place.
    pub fn commit(self) -> Vec<(String, io::Error)> {
        let (staged, removed) = {
            let mut work = self.work();
            work.made.clear();
            (
                std::mem::take(&mut work.staged),
                std::mem::take(&mut work.removed),
            )
        };
        let place = |new: New| {
            let target = Target {
                folder: &new.folder,
                name: Path::new(split(&new.path).1),
            };
            let placed = self.disk.gate.pass();
            let placed = placed.and_then(|()| target.place(new.staged, new.options));
            placed.err().map(|error| (new.path, error))
        };
        let mut failed: Vec<_> = if staged.len() < WORTH_THREADS {
            staged.into_iter().filter_map(place).collect()
        } else {
            staged.into_par_iter().filter_map(place).collect()
        };
        if failed.is_empty() {
            let gone = |path: &RelPath| {
                let removed = self.remove_file(path);
                removed.err().map(|error| (path.as_str().to_owned(), error))
            };
            failed.extend(removed.iter().filter_map(gone));
            remove_empty_parents(&self.disk, &removed);
        }
        failed.sort_by(|left, right| left.0.cmp(&right.0));
        failed
    }

    fn remove_file(&self, path: &RelPath) -> io::Result<()> {
        match self.disk.folder(path.parent()) {
            Ok(folder) => folder.remove(path.file_name()),
            Err(Obstacle::Missing) => Ok(()),
            Err(obstacle) => Err(obstructed(obstacle)),
        }
    }

    /// Makes a folder and those above it.
    ///
    /// # Errors
    ///
    /// As [`Batch::stage`].
    pub fn make_folder(&self, path: &str) -> io::Result<()> {
        self.folder(path, WriteOptions::default()).map(drop)
    }

    /// Moves a file or a folder at once, to where nothing is.
    ///
    /// # Errors
    ///
    /// As [`Batch::stage`]; something that is there already.
    pub fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let (old_folder, old) = split(from);
        let (new_folder, new) = split(to);
        let old_folder = self.folder(old_folder, WriteOptions::default())?;
        let new_folder = self.folder(new_folder, WriteOptions::default())?;
        if rustix::fs::statat(&new_folder, new, AtFlags::SYMLINK_NOFOLLOW).is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        self.disk.gate.pass()?;
        rustix::fs::renameat(&old_folder, old, &new_folder, new)?;
        self.work().made.clear();
        Ok(())
    }

    /// A folder, opened once and kept; what killed runs left in it is removed then.
    ///
    /// Threads wait for each other only to look it up: opening is what takes time, and two that
    /// open the same folder have the same folder.
    fn folder(&self, path: &str, options: WriteOptions) -> io::Result<Arc<File>> {
        let above = {
            let mut work = self.work();
            if let Some(folder) = work.folders.get(path) {
                return Ok(Arc::clone(folder));
            }
            if work.lock.is_none() {
                self.disk.create_root()?;
                self.lock(&mut work)?;
            }
            self.above(&mut work, split(path).0)?
        };
        let mode = if options.private_folder {
            Permissions::RWXU
        } else {
            Permissions::from_bits_truncate(0o777)
        };
        let above = above
            .as_ref()
            .map(|(path, folder)| (path.as_str(), folder.as_fd()));
        let mut made = Vec::new();
        let folder = self.disk.create_folder_in(above, path, mode, &mut made);
        let folder = folder.map(|folder| File::from(folder.into_handle()));
        if let Ok(folder) = &folder {
            sweep(folder);
        }
        let mut work = self.work();
        work.made.extend(made);
        let folder = Arc::new(folder.map_err(obstructed)?);
        let known = work.folders.entry(path.to_owned()).or_insert(folder);
        Ok(Arc::clone(known))
    }

    /// The folder above another, opened once for all that lie beside each other.
    fn above(&self, work: &mut Work, path: &str) -> io::Result<Option<(String, Arc<File>)>> {
        if path.is_empty() {
            return Ok(None);
        }
        if work.above.as_ref().is_none_or(|(known, _)| known != path) {
            let mut made = Vec::new();
            let folder = self.disk.create_folder(path, &mut made);
            work.made.extend(made);
            let folder = File::from(folder.map_err(obstructed)?.into_handle());
            work.above = Some((path.to_owned(), Arc::new(folder)));
        }
        Ok(work.above.clone())
    }

    fn work(&self) -> std::sync::MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        let work = std::mem::take(&mut *self.work());
        for new in &work.staged {
            new.target().discard(&new.staged);
        }
        for folder in work.made.iter().rev() {
            remove_folder(&self.disk, folder);
        }
    }
}

/// The folder of a path, and the name in it.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn obstructed(obstacle: Obstacle) -> io::Error {
    let refused = |reason: String| io::Error::new(io::ErrorKind::InvalidInput, reason);
    match obstacle {
        Obstacle::Missing => io::ErrorKind::NotFound.into(),
        Obstacle::NotAFolder(path) => refused(format!("`{path}` is not a folder")),
        Obstacle::Link(path) => refused(format!(
            "`{path}` is a symbolic link, and nothing is written through one"
        )),
        Obstacle::Io(_, error) => error,
    }
}

/// Removes what killed batches left in a folder. What cannot be removed is in the way of
/// nothing: names are never used twice.
fn sweep(folder: &File) {
    let Ok(entries) = Dir::read_from(folder) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_name().to_str().is_ok_and(is_abandoned) {
            rustix::fs::unlinkat(folder, entry.file_name(), AtFlags::empty()).ok();
        }
    }
}

/// Whether a name is that of a temporary file whose program runs no longer:
/// `.ichor-tmp-<process>-<number>`.
pub fn is_abandoned(name: &str) -> bool {
    let process = name
        .strip_prefix(TEMPORARY_PREFIX)
        .and_then(|rest| rest.split_once('-'))
        .and_then(|(process, _)| process.parse().ok())
        .and_then(Pid::from_raw);
    process.is_some_and(|process| rustix::process::test_kill_process(process) == Err(Errno::SRCH))
}
