//! What a repository looks like: on a disk, in git's index, as it was rendered over either,
//! or in memory.
//!
//! Stages are given a view and never a folder, so that they cannot tell one from another, and
//! so that everything that they depend on passes one place: see [`View::recording`].

mod changed;
mod disk;
mod folder;
mod memory;
mod over;
mod revision;
mod seen;

use std::io;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::{Diagnostic, Source};
use tree::{Stage, Tree};

use crate::Git;
use crate::problems::{special, too_large, unreadable};

pub use folder::{File, Files};
pub use seen::{Question, Seen};

/// A file larger than this is refused: 16 MiB.
pub const FILE_LIMIT: u64 = 16 << 20;

/// What stands under a path, links followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// Neither: a pipe, a socket, a device.
    Special,
    /// A link that leads nowhere.
    Nothing,
}

/// What is known of a path without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub kind: Kind,
    /// Whether it is reached through a symbolic link of that name.
    pub is_link: bool,
    /// Unix permission bits.
    pub mode: u32,
    /// The size of a file, in bytes.
    pub size: u64,
}

/// One name in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The name, as near as it can be written where it is not UTF-8.
    pub name: String,
    /// Whether the name is UTF-8.
    pub is_utf8: bool,
    /// What it is; `None` for a symbolic link, wherever that leads.
    pub kind: Option<Kind>,
}

/// What reading a path gives. Has no `Debug`: it may be a secret.
pub enum Read {
    /// Nothing is there.
    Absent,
    /// A file.
    File {
        /// What it holds.
        bytes: Vec<u8>,
        /// Unix permission bits.
        mode: u32,
    },
    /// Something that cannot be read.
    Other(Kind),
}

/// Where the files of a view come from. Paths count from the root of the repository; an
/// absolute one is as it is. The only errors are those of a disk.
pub(crate) trait Backing: Send + Sync {
    /// What stands under a path; `None` where nothing does.
    fn find(&self, path: &str) -> io::Result<Option<Found>>;
    /// The bytes of a file, waiting for no pipe unless `patient`.
    fn read(&self, path: &str, patient: bool) -> io::Result<Read>;
    /// The names in a folder, in order.
    fn list(&self, folder: &str) -> io::Result<Vec<Listed>>;
    /// Whether a path stays in the repository, wherever links lead.
    fn stays_inside(&self, path: &str) -> bool;
    /// The folder on a disk, where there is one.
    fn root(&self) -> Option<&Utf8Path>;
    /// Told when git is asked.
    fn note_git(&self) {}
}

/// A repository as a stage sees it. A copy is another name for the same.
#[derive(Clone)]
pub struct View<'a> {
    backing: Arc<dyn Backing + 'a>,
}

impl View<'static> {
    /// What is on a disk below a folder.
    pub fn on_disk(root: impl Into<Utf8PathBuf>) -> Self {
        Self::new(disk::OnDisk { root: root.into() })
    }

    /// The same with files changed that are not written yet; `None` is one that goes away.
    #[must_use]
    pub fn with(&self, files: impl IntoIterator<Item = (String, Option<Vec<u8>>)>) -> Self {
        Self::new(changed::Changed::new(self.clone(), files))
    }

    /// What a commit of git holds below a folder of its work tree. Symbolic links and submodules
    /// are not followed: nothing is there.
    ///
    /// # Errors
    ///
    /// `git/unknown-revision`: no repository around the folder, or no such commit in it.
    pub fn of_revision(folder: &Utf8Path, revision: &str) -> Result<Self, Diagnostic> {
        Ok(Self::new(revision::OfRevision::open(folder, revision)?))
    }
}

/// Files by path: a repository in memory, for tests and whoever embeds this.
impl<P: Into<String>, C: Into<Vec<u8>>> FromIterator<(P, C)> for View<'static> {
    fn from_iter<I: IntoIterator<Item = (P, C)>>(files: I) -> Self {
        Self::new(files.into_iter().collect::<memory::InMemory>())
    }
}

impl<'a> View<'a> {
    fn new(backing: impl Backing + 'a) -> Self {
        Self {
            backing: Arc::new(backing),
        }
    }

    /// A tree laid over what is there: where both have a file, that of the tree counts.
    #[must_use]
    pub fn under<'b, S: Stage + Sync>(&self, tree: &'b Tree<S>) -> View<'b>
    where
        'a: 'b,
    {
        let under = self.clone();
        View::new(over::Over { tree, under })
    }

    /// The same, with everything written down that is asked of it: of a tree that is laid over
    /// it later, only what that does not answer itself.
    #[must_use]
    pub fn recording(&self) -> (Self, Arc<Seen>) {
        let seen = Arc::new(Seen::default());
        let recorded = seen::Recorded {
            backing: Arc::clone(&self.backing),
            seen: Arc::clone(&seen),
        };
        (Self::new(recorded), seen)
    }

    /// The folder that it is a view of, where it is on a disk: for messages, and for programs
    /// that are started there.
    pub fn root(&self) -> Option<&Utf8Path> {
        self.backing.root()
    }

    /// The git repository around it; `None` where there is none.
    pub fn git(&self) -> Option<Git> {
        self.backing.note_git();
        Git::discover(self.backing.root()?)
    }

    /// What stands under a path; `None` also where that cannot be told.
    pub fn find(&self, path: impl AsRef<str>) -> Option<Found> {
        self.backing.find(path.as_ref()).ok().flatten()
    }

    /// Whether anything stands under a path, were it a link that leads nowhere.
    pub fn exists(&self, path: impl AsRef<str>) -> bool {
        self.find(path).is_some()
    }

    /// Whether it is a file, or a link to one.
    pub fn is_file(&self, path: impl AsRef<str>) -> bool {
        self.find(path)
            .is_some_and(|found| found.kind == Kind::File)
    }

    /// Whether it is a folder, or a link to one.
    pub fn is_folder(&self, path: impl AsRef<str>) -> bool {
        self.find(path)
            .is_some_and(|found| found.kind == Kind::Folder)
    }

    /// What is under a path, for who words the problems themselves; waits for no pipe.
    ///
    /// # Errors
    ///
    /// What cannot be read; one of the kind `FileTooLarge` for more than [`FILE_LIMIT`].
    pub fn read(&self, path: impl AsRef<str>) -> io::Result<Read> {
        self.read_file(path.as_ref(), false)
    }

    /// A text, if there is one under that path.
    ///
    /// # Errors
    ///
    /// What cannot be read, is no file or is not UTF-8.
    pub fn text(&self, path: impl AsRef<str>) -> Result<Option<Source>, Diagnostic> {
        let path = path.as_ref();
        decoded(path, self.bytes(path)?)
    }

    /// The bytes of a file, if there is one.
    ///
    /// # Errors
    ///
    /// What cannot be read or is no file: nothing waits for a pipe.
    pub fn bytes(&self, path: impl AsRef<str>) -> Result<Option<Vec<u8>>, Diagnostic> {
        self.content(path.as_ref(), false)
    }

    /// A text that somebody named, which may be a pipe of a shell.
    ///
    /// # Errors
    ///
    /// What cannot be read or is not UTF-8.
    pub fn named_text(&self, path: impl AsRef<str>) -> Result<Option<Source>, Diagnostic> {
        let path = path.as_ref();
        decoded(path, self.named_bytes(path)?)
    }

    /// The bytes of a file that somebody named, which may be a pipe of a shell.
    ///
    /// # Errors
    ///
    /// What cannot be read.
    pub fn named_bytes(&self, path: impl AsRef<str>) -> Result<Option<Vec<u8>>, Diagnostic> {
        self.content(path.as_ref(), true)
    }

    /// The bytes of an output as it is now, if it is an ordinary file. Anything else in its
    /// place is for the plan to report.
    ///
    /// # Errors
    ///
    /// One that cannot be read.
    pub fn output(&self, path: impl AsRef<str>) -> Result<Option<Vec<u8>>, Diagnostic> {
        let path = path.as_ref();
        match self.find(path) {
            Some(found)
                if !found.is_link && found.kind == Kind::File && found.size <= FILE_LIMIT =>
            {
                self.bytes(path)
            }
            _ => Ok(None),
        }
    }

    /// The names in a folder, in order.
    ///
    /// # Errors
    ///
    /// What is no folder, or cannot be listed.
    pub fn list(&self, folder: impl AsRef<str>) -> io::Result<Vec<Listed>> {
        self.backing.list(folder.as_ref())
    }

    fn content(&self, path: &str, patient: bool) -> Result<Option<Vec<u8>>, Diagnostic> {
        match self.read_file(path, patient) {
            Ok(Read::Absent) => Ok(None),
            Ok(Read::File { bytes, .. }) => Ok(Some(bytes)),
            Ok(Read::Other(Kind::Special)) => Err(special(path)),
            Ok(Read::Other(Kind::Nothing)) => {
                Err(unreadable(path, &io::ErrorKind::NotFound.into()))
            }
            Ok(Read::Other(_)) => Err(unreadable(path, &io::ErrorKind::IsADirectory.into())),
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => Err(too_large(path)),
            Err(error) => Err(unreadable(path, &error)),
        }
    }

    fn read_file(&self, path: &str, patient: bool) -> io::Result<Read> {
        self.backing.read(path, patient)
    }
}

fn decoded(path: &str, bytes: Option<Vec<u8>>) -> Result<Option<Source>, Diagnostic> {
    let decode = |bytes: Vec<u8>| {
        yaml::decode(path, &bytes, &yaml::Limits::default()).map_err(|problem| *problem)
    };
    bytes.map(decode).transpose()
}
