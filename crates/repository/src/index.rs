//! What git would commit: the entries of its index, and their content.

use crate::rules;
use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::{Diagnostic, Diagnostics, Location};
use gix::bstr::ByteSlice as _;
use std::collections::HashMap;
use zeroize::Zeroizing;

use crate::names;
use crate::view::FILE_LIMIT;

/// A git repository, and the folder that is asked about.
pub struct Index {
    repository: gix::Repository,
    work_tree: Utf8PathBuf,
    /// The folder, relative to the work tree; empty for the work tree itself.
    prefix: Utf8PathBuf,
}

/// One file of the index.
pub struct Entry {
    /// Relative to the work tree.
    pub path: Utf8PathBuf,
    id: gix::ObjectId,
    /// Whether the last commit has it otherwise, or not at all.
    pub changed: bool,
}

impl Index {
    /// The repository around a folder; `None` where there is none.
    ///
    /// # Errors
    ///
    /// A repository that cannot be read, or has no work tree.
    pub fn open(folder: &Utf8Path) -> Result<Option<Self>, Diagnostics> {
        let repository = match gix::discover(folder.as_std_path()) {
            Ok(repository) => repository,
            Err(_) if !has_git(folder) => return Ok(None),
            Err(error) => return Err(unreadable(".git", error).into()),
        };
        let Some(work_tree) = repository.workdir().map(std::path::Path::to_owned) else {
            return Err(unreadable(".git", "it has no work tree").into());
        };
        let of = |path: &std::path::Path| {
            Utf8Path::from_path(path)
                .and_then(|path| path.canonicalize_utf8().ok())
                .ok_or_else(|| Diagnostics::from(unreadable(".git", "its path is not UTF-8")))
        };
        let work_tree = of(&work_tree)?;
        let folder = of(folder.as_std_path())?;
        let prefix = folder.strip_prefix(&work_tree).unwrap_or(Utf8Path::new(""));
        Ok(Some(Self {
            prefix: prefix.to_owned(),
            repository,
            work_tree,
        }))
    }

    /// Every regular file of the index, in its order.
    ///
    /// # Errors
    ///
    /// An index that cannot be read.
    pub fn entries(&self) -> Result<Vec<Entry>, Diagnostics> {
        let index = self
            .repository
            .index_or_empty()
            .map_err(|error| unreadable(".git/index", error))?;
        let committed = self.committed()?;
        let mut entries = Vec::new();
        for entry in index.entries() {
            let regular = entry.mode == gix::index::entry::Mode::FILE
                || entry.mode == gix::index::entry::Mode::FILE_EXECUTABLE;
            if !regular {
                continue;
            }
            let bytes = entry.path(&index);
            let Ok(path) = bytes.to_str() else {
                return Err(unreadable(
                    &bytes.to_str_lossy(),
                    "the name of this file is not UTF-8",
                )
                .into());
            };
            entries.push(Entry {
                changed: committed.get(path) != Some(&entry.id),
                path: path.into(),
                id: entry.id,
            });
        }
        Ok(entries)
    }

    /// The files of the last commit; nothing where there is none yet.
    fn committed(&self) -> Result<HashMap<String, gix::ObjectId>, Diagnostics> {
        let Ok(tree) = self.repository.head_tree_id_or_empty() else {
            return Ok(HashMap::new());
        };
        let index = self
            .repository
            .index_from_tree(&tree)
            .map_err(|error| unreadable("HEAD", error))?;
        Ok(index
            .entries()
            .iter()
            .filter_map(|entry| {
                let path = entry.path(&index).to_str().ok()?;
                Some((path.to_owned(), entry.id))
            })
            .collect())
    }

    /// The path as somebody in the folder names it; `None` for what lies outside.
    pub fn shown(&self, path: &Utf8Path) -> Option<String> {
        path.strip_prefix(&self.prefix)
            .ok()
            .map(ToString::to_string)
    }

    /// The path on the disk.
    pub fn absolute(&self, path: &Utf8Path) -> Utf8PathBuf {
        self.work_tree.join(path)
    }

    /// Whether git may be without some objects, since it fetches them when they are asked for.
    pub fn is_partial(&self) -> bool {
        let config = self.repository.config_snapshot();
        let promises =
            |name: &str| config.boolean(&*format!("remote.{name}.promisor")) == Some(true);
        config.string("extensions.partialClone").is_some()
            || self
                .repository
                .remote_names()
                .iter()
                .any(|name| name.to_str().is_ok_and(promises))
    }

    /// Whether git has the content of an entry.
    pub fn has(&self, entry: &Entry) -> bool {
        self.repository.has_object(entry.id)
    }

    /// The content that would be committed; empty for what is too large to be read.
    ///
    /// # Errors
    ///
    /// An object that cannot be read.
    pub fn content(&self, entry: &Entry, shown: &str) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
        let fault = |error: &dyn std::fmt::Display| unreadable(shown, error.to_string());
        let size = self
            .repository
            .find_header(entry.id)
            .map_err(|error| fault(&error))?
            .size();
        // Larger ones are no secrets that Flux or anything else could read.
        let is_named = names::is_secret(shown) && !names::is_template(shown);
        if size > FILE_LIMIT && !is_named {
            return Ok(Zeroizing::default());
        }
        let mut blob = self
            .repository
            .find_blob(entry.id)
            .map_err(|error| fault(&error))?;
        Ok(Zeroizing::new(blob.take_data()))
    }
}

/// Whether there is a `.git` here or above, readable or not.
fn has_git(folder: &Utf8Path) -> bool {
    let folder = folder
        .canonicalize_utf8()
        .unwrap_or_else(|_| folder.to_owned());
    folder
        .ancestors()
        .any(|folder| folder.join(".git").symlink_metadata().is_ok())
}

/// The problem of something in git that cannot be read.
fn unreadable(shown: &str, reason: impl std::fmt::Display) -> Diagnostic {
    rules::GIT_UNREADABLE
        .report(format!("git's index cannot be read: {reason}"))
        .at(Location::file(shown))
}
