//! Files that no plan writes: keys, samples, schemas, node configurations, files of SOPS.
//!
//! All of them go through a [`Batch`]: under the repository's lock, whole or not at all, and
//! through no symbolic link.

use std::collections::BTreeMap;
use std::fs::{File, FileTimes};
use std::io;
use std::sync::{Mutex, PoisonError};

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use diagnostics::{Diagnostic, Diagnostics};
use tree::{Mode, WriteOptions};

pub use crate::named::REPLACING;
use crate::problems::unwritable;
use crate::{Root, View};

/// Files on their way into a repository. Dropped without [`Batch::commit`], it leaves nothing
/// behind.
pub struct Batch {
    root: Root,
    inside: tree::Batch,
    /// Of folders elsewhere, which somebody named.
    elsewhere: Mutex<BTreeMap<Utf8PathBuf, tree::Batch>>,
}

impl Batch {
    /// For files whose paths count from `folder`. Waits until nobody else writes to the
    /// repository that it belongs to.
    ///
    /// # Errors
    ///
    /// A folder that cannot be made or opened.
    pub fn open(folder: &Utf8Path) -> Result<Self, Diagnostic> {
        let root = Root::find(folder);
        let inside = tree::Batch::open(or_here(&root.path).as_std_path())
            .map_err(|error| unwritable(root.path.as_str(), &error))?;
        Ok(Self {
            root,
            inside,
            elsewhere: Mutex::default(),
        })
    }

    /// For files of a view.
    ///
    /// # Errors
    ///
    /// As [`Batch::open`]; a view of no folder, into which nothing can be written.
    pub fn into_view(view: &View<'_>) -> Result<Self, Diagnostic> {
        match view.root() {
            Some(root) => Self::open(root),
            None => Err(unwritable(".", &io::ErrorKind::ReadOnlyFilesystem.into())),
        }
    }

    /// Refuses to go on where a file holds something else than what was read of it, none where there
    /// was none, so that two who change it at once do not undo each other's work: from here on
    /// nobody else writes.
    ///
    /// # Errors
    ///
    /// `file/unwritable` where it is another one by now; what cannot be read.
    pub fn expect(&self, path: &str, before: Option<&[u8]>) -> Result<(), Diagnostic> {
        let folder = self.root.path.join(&self.root.below);
        if View::on_disk(or_here(&folder)).bytes(path)?.as_deref() == before {
            return Ok(());
        }
        let other = io::Error::other("it was changed meanwhile; run the command again");
        Err(unwritable(path, &other))
    }

    /// Writes a file beside its place. Many may be staged at a time, from several threads.
    ///
    /// # Errors
    ///
    /// `file/unwritable`: a symbolic link on the way or in its place, something that is no file
    /// in its place, what the disk refuses.
    pub fn stage(
        &self,
        path: &str,
        content: &[u8],
        options: WriteOptions,
    ) -> Result<(), Diagnostic> {
        let staged = match self.inside(path) {
            Some(inner) => self.inside.stage(&inner, content, options),
            None => self.stage_elsewhere(path, content, options),
        };
        staged.map_err(|error| unwritable(path, &error))
    }

    /// Makes a folder, which stays if the batch is committed.
    ///
    /// # Errors
    ///
    /// As [`Batch::stage`].
    pub fn folder(&self, path: &str) -> Result<(), Diagnostic> {
        let inner = self.inside(path);
        let inner = inner.ok_or_else(|| unwritable(path, &io::ErrorKind::InvalidInput.into()))?;
        let made = self.inside.make_folder(&inner);
        made.map_err(|error| unwritable(path, &error))
    }

    /// Has a file of the repository removed once all others have their places, with the folders
    /// that it leaves empty.
    ///
    /// # Errors
    ///
    /// `file/unwritable`: a path that leads out of the repository.
    pub fn remove(&self, path: &str) -> Result<(), Diagnostic> {
        let outside = || io::Error::from(io::ErrorKind::InvalidInput);
        let inner = self.inside(path).ok_or_else(outside);
        let said = inner.and_then(|inner| self.inside.remove(&inner));
        said.map_err(|error| unwritable(path, &error))
    }

    /// Gives every file its place, then removes what is to go.
    ///
    /// # Errors
    ///
    /// `file/unwritable` for each that could not be given it, or removed; those stay as they were.
    pub fn commit(self) -> Result<(), Diagnostics> {
        let mut failed = self.inside.commit();
        let elsewhere = self.elsewhere.into_inner();
        for (folder, batch) in elsewhere.unwrap_or_else(PoisonError::into_inner) {
            let named = |name: String| folder.join(name).into_string();
            let more = batch.commit().into_iter();
            failed.extend(more.map(|(name, error)| (named(name), error)));
        }
        if failed.is_empty() {
            return Ok(());
        }
        Err(failed
            .iter()
            .map(|(path, error)| unwritable(self.root.shown(path), error))
            .collect())
    }

    /// Moves a file or a folder at once, to where nothing is.
    ///
    /// # Errors
    ///
    /// As [`Batch::stage`], without a name.
    pub(crate) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let outside = || io::Error::from(io::ErrorKind::InvalidInput);
        let from = self.inside(from).ok_or_else(outside)?;
        let to = self.inside(to).ok_or_else(outside)?;
        self.inside.rename(&from, &to)
    }

    /// A path as it counts from the root; `None` for one that leads elsewhere.
    fn inside(&self, path: &str) -> Option<String> {
        let path = Utf8Path::new(path);
        let path = match path.strip_prefix(&self.root.path) {
            Ok(inner) if path.is_absolute() => inner.to_owned(),
            _ => self.root.below.join(path),
        };
        let mut parts = Vec::new();
        for component in path.components() {
            match component {
                Utf8Component::CurDir => {}
                Utf8Component::ParentDir => drop(parts.pop()?),
                Utf8Component::Normal(part) => parts.push(part),
                _ => return None,
            }
        }
        Some(parts.join("/"))
    }

    /// A path that leads elsewhere was named by somebody: links above what exists of it are
    /// theirs.
    fn stage_elsewhere(&self, path: &str, content: &[u8], options: WriteOptions) -> io::Result<()> {
        let full = self.root.path.join(&self.root.below).join(path);
        let mut known = full.ancestors().skip(1).map(or_here);
        let there = known.find_map(|folder| Some((folder, folder.canonicalize_utf8().ok()?)));
        let (folder, real) = there.ok_or(io::ErrorKind::NotFound)?;
        let below = full.strip_prefix(folder).unwrap_or(&full);
        let root = or_here(&self.root.path).canonicalize_utf8()?;
        if let Ok(inner) = real.strip_prefix(&root) {
            let inner = inner.join(below);
            return self.inside.stage(inner.as_str(), content, options);
        }
        let mut batches = self
            .elsewhere
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if !batches.contains_key(&real) {
            let batch = tree::Batch::beside(real.as_std_path())?;
            batches.insert(real.clone(), batch);
        }
        batches[&real].stage(below.as_str(), content, options)
    }
}

/// Writes one file below `root`, with its folders, replacing what is there.
///
/// # Errors
///
/// `file/unwritable` with the reason.
pub fn file(root: &Utf8Path, path: &str, content: &[u8], mode: u32) -> Result<(), Diagnostic> {
    let options = WriteOptions {
        mode: Some(Mode::new(mode)),
        ..REPLACING
    };
    one(root, path, content, options)
}

/// Replaces a file, which keeps its permissions.
///
/// # Errors
///
/// `file/unwritable` with the reason.
pub fn replace(root: &Utf8Path, path: &str, content: &[u8]) -> Result<(), Diagnostic> {
    one(root, path, content, REPLACING)
}

/// Replaces a file that still holds what was read of it, so that two who do so at once do not undo
/// each other's work.
///
/// # Errors
///
/// `file/unwritable` with the reason, also where it holds something else by now.
pub fn replace_unchanged(
    root: &Utf8Path,
    path: &str,
    before: &[u8],
    content: &[u8],
) -> Result<(), Diagnostic> {
    let batch = Batch::open(root)?;
    batch.expect(path, Some(before))?;
    alone(batch, path, content, REPLACING)
}

/// Writes a file that must not exist yet.
///
/// # Errors
///
/// `file/unwritable`, also where it exists.
pub fn new_file(
    root: &Utf8Path,
    path: &str,
    content: &[u8],
    mode: u32,
    key: bool,
) -> Result<(), Diagnostic> {
    let options = WriteOptions {
        mode: Some(Mode::new(mode)),
        overwrite: false,
        sync: key,
        private_folder: false,
    };
    one(root, path, content, options)
}

/// Moves files and folders of a repository, one after the other, to where nothing is.
///
/// # Errors
///
/// The first that cannot be moved, and why; those before it are moved.
pub fn moves(root: &Utf8Path, pairs: &[(&str, String)]) -> Result<(), (String, io::Error)> {
    let path = || root.to_string();
    let batch = Batch::open(root).map_err(|problem| (path(), io::Error::other(problem.message)))?;
    for (from, to) in pairs {
        let moved = batch.rename(from, to);
        moved.map_err(|error| ((*from).to_owned(), error))?;
    }
    Ok(())
}

/// Gives a file the times of another; where that cannot be done, nothing happens.
pub fn copy_times(from: &Utf8Path, to: &Utf8Path) {
    let times = from.metadata().and_then(|metadata| {
        Ok(FileTimes::new()
            .set_accessed(metadata.accessed()?)
            .set_modified(metadata.modified()?))
    });
    if let (Ok(times), Ok(file)) = (times, File::options().write(true).open(to)) {
        drop(file.set_times(times));
    }
}

fn one(
    root: &Utf8Path,
    path: &str,
    content: &[u8],
    options: WriteOptions,
) -> Result<(), Diagnostic> {
    alone(Batch::open(root)?, path, content, options)
}

/// Writes a file as all that there is in a batch.
fn alone(
    batch: Batch,
    path: &str,
    content: &[u8],
    options: WriteOptions,
) -> Result<(), Diagnostic> {
    batch.stage(path, content, options)?;
    match batch.commit() {
        Ok(()) => Ok(()),
        Err(problems) => Err(problems
            .into_iter()
            .next()
            .unwrap_or_else(|| unwritable(path, &io::ErrorKind::Other.into()))),
    }
}

fn or_here(folder: &Utf8Path) -> &Utf8Path {
    match folder.as_str() {
        "" => Utf8Path::new("."),
        _ => folder,
    }
}
