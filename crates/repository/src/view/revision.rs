//! What a commit of git holds.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use camino::Utf8Path;
use diagnostics::{Diagnostic, Location};
use gix::bstr::ByteSlice as _;

use super::memory::{names, plain};
use super::{Backing, FILE_LIMIT, Found, Kind, Listed, Read};
use crate::rules;

thread_local! {
    /// The repository that this thread has asked last.
    static OPEN: RefCell<Option<(PathBuf, gix::Repository)>> = const { RefCell::new(None) };
}

/// The files of a commit; their content is read when it is asked for.
pub(super) struct OfRevision {
    /// Where git keeps its objects.
    git: PathBuf,
    files: BTreeMap<String, (gix::ObjectId, u32)>,
    folders: BTreeSet<String>,
    /// How long files are: git unpacks a part of each to say so, and is asked again and again.
    sizes: Mutex<HashMap<gix::ObjectId, u64>>,
}

impl OfRevision {
    /// What a revision holds below a folder of the work tree around it.
    pub(super) fn open(folder: &Utf8Path, revision: &str) -> Result<Self, Diagnostic> {
        let unknown = |why: String| {
            rules::GIT_UNKNOWN_REVISION
                .report(why)
                .at(Location::file(".git"))
                .hint("name a commit, a branch or a tag that git has: `git log` lists them")
        };
        let repository = gix::discover(folder.as_std_path())
            .map_err(|_| unknown("there is no git repository here".to_owned()))?;
        let prefix = prefix(&repository, folder);
        let none = || unknown(format!("git has no revision `{revision}`"));
        let id = repository.rev_parse_single(revision).map_err(|_| none())?;
        let tree = id.object().map_err(|_| none())?;
        let tree = tree.peel_to_tree().map_err(|_| none())?;
        let entries = tree.traverse().breadthfirst.files().map_err(|_| none())?;
        let mut files = BTreeMap::new();
        let mut folders = BTreeSet::from([String::new()]);
        for entry in entries {
            let (Ok(path), true) = (entry.filepath.to_str(), entry.mode.is_blob()) else {
                continue;
            };
            let below = match prefix.as_str() {
                "" => Some(path),
                prefix => path
                    .strip_prefix(prefix)
                    .and_then(|path| path.strip_prefix('/')),
            };
            let Some(path) = below else { continue };
            folders.extend(path.match_indices('/').map(|(at, _)| path[..at].to_owned()));
            let mode = if entry.mode.is_executable() {
                0o755
            } else {
                0o644
            };
            files.insert(path.to_owned(), (entry.oid, mode));
        }
        drop(tree);
        Ok(Self {
            git: repository.git_dir().to_owned(),
            files,
            folders,
            sizes: Mutex::default(),
        })
    }

    fn size(&self, id: gix::ObjectId) -> io::Result<u64> {
        let known = || self.sizes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(size) = known().get(&id) {
            return Ok(*size);
        }
        let size = self.with(|repository| {
            let header = repository.find_header(id).map_err(io::Error::other)?;
            Ok(header.size())
        })?;
        known().insert(id, size);
        Ok(size)
    }

    fn bytes(&self, id: gix::ObjectId) -> io::Result<Vec<u8>> {
        if self.size(id)? > FILE_LIMIT {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.with(|repository| {
            let mut object = repository.find_object(id).map_err(io::Error::other)?;
            Ok(std::mem::take(&mut object.data))
        })
    }

    /// Asks the repository, which no two threads share: each opens it once.
    fn with<T>(&self, ask: impl FnOnce(&gix::Repository) -> io::Result<T>) -> io::Result<T> {
        OPEN.with_borrow_mut(|open| {
            if open.as_ref().is_none_or(|(git, _)| *git != self.git) {
                let repository = gix::open(&self.git).map_err(io::Error::other)?;
                *open = Some((self.git.clone(), repository));
            }
            match open {
                Some((_, repository)) => ask(repository),
                None => Err(io::ErrorKind::NotFound.into()),
            }
        })
    }
}

/// The folder, relative to the work tree; empty for the work tree itself.
fn prefix(repository: &gix::Repository, folder: &Utf8Path) -> String {
    let work_tree = { repository.workdir() }
        .and_then(Utf8Path::from_path)
        .and_then(|path| path.canonicalize_utf8().ok());
    let folder = folder.canonicalize_utf8().ok();
    match (work_tree, folder) {
        (Some(work_tree), Some(folder)) => folder
            .strip_prefix(&work_tree)
            .map(ToString::to_string)
            .unwrap_or_default(),
        _ => String::new(),
    }
}

impl Backing for OfRevision {
    fn find(&self, path: &str) -> io::Result<Option<Found>> {
        let path = plain(path);
        let found = |kind, mode, size| Found {
            kind,
            is_link: false,
            mode,
            size,
        };
        Ok(match self.files.get(path) {
            Some((id, mode)) => Some(found(Kind::File, *mode, self.size(*id)?)),
            None if self.folders.contains(path) => Some(found(Kind::Folder, 0o755, 0)),
            None => None,
        })
    }

    fn read(&self, path: &str, _: bool) -> io::Result<Read> {
        let path = plain(path);
        Ok(match self.files.get(path) {
            Some((id, mode)) => Read::File {
                bytes: self.bytes(*id)?,
                mode: *mode,
            },
            None if self.folders.contains(path) => Read::Other(Kind::Folder),
            None => Read::Absent,
        })
    }

    fn list(&self, folder: &str) -> io::Result<Vec<Listed>> {
        let folder = plain(folder);
        if !self.folders.contains(folder) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let first = |from: &str| {
            let mut from = self.files.range(from.to_owned()..);
            from.next().map(|(path, _)| path.as_str())
        };
        Ok(names(first, folder))
    }

    fn stays_inside(&self, _: &str) -> bool {
        true
    }

    fn root(&self) -> Option<&Utf8Path> {
        None
    }
}
