//! The only module that touches the disk below a root, and the only way it does so.
//!
//! Folders are opened component by component without following symbolic links, and files
//! are named relative to their open folder, so no operation can leave the root whatever
//! stands on disk or is put there meanwhile.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the one module that touches the disk below a root"
)]

use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rustix::fs::{
    AtFlags, Mode as Permissions, OFlags, fchmod, mkdirat, openat, renameat, unlinkat,
};
use rustix::io::Errno;

use crate::digest::Hasher;
use crate::gate::Gate;
use crate::{Digest, Mode};

/// A file larger than this is not held in memory, unless the one it is compared with is.
const KEEP_LIMIT: u64 = 16 << 20;

const FOLDER: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// A folder on disk that trees are compared with and committed to.
///
/// The folder need not exist yet; it is then empty, and made by the first commit.
#[derive(Debug)]
pub struct Disk {
    root: PathBuf,
    handle: OnceLock<OwnedFd>,
    pub(crate) gate: Gate,
}

impl Disk {
    /// Opens the folder.
    ///
    /// # Errors
    ///
    /// It exists but is no folder, or may not be read.
    pub fn open(root: impl Into<PathBuf>) -> io::Result<Self> {
        let root = root.into();
        let handle = OnceLock::new();
        match open_root(&root) {
            Ok(folder) => drop(handle.set(folder)),
            Err(Errno::NOENT) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(Self {
            root,
            handle,
            gate: Gate::default(),
        })
    }

    /// The folder's path.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Makes the folder itself where it does not exist.
    pub(crate) fn create_root(&self) -> io::Result<()> {
        if self.handle.get().is_none() {
            self.gate.pass()?;
            std::fs::create_dir_all(&self.root)?;
            drop(self.handle.set(open_root(&self.root)?));
        }
        Ok(())
    }

    /// Keeps every other run out of the folder until the result is dropped; nothing is left
    /// behind on disk. `None` if another run holds it. Where the file system knows no locks,
    /// nobody is kept out.
    pub(crate) fn lock(&self) -> io::Result<Option<Lock>> {
        let folder = File::from(open_root(&self.root)?);
        match folder.try_lock() {
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Ok(()) | Err(std::fs::TryLockError::Error(_)) => Ok(Some(Lock { _folder: folder })),
        }
    }

    /// The same, but waits until every other run is done.
    pub(crate) fn wait(&self) -> io::Result<Lock> {
        let folder = File::from(open_root(&self.root)?);
        // Where the file system knows no locks, nobody is kept out.
        folder.lock().ok();
        Ok(Lock { _folder: folder })
    }

    /// Opens a folder below the root; the empty path is the root.
    pub(crate) fn folder(&self, path: &str) -> Result<Folder<'_>, Obstacle> {
        self.walk(None, path, |_, _, _| Err(Obstacle::Missing))
    }

    /// Opens a folder, making those that are missing and adding their paths to `made`.
    pub(crate) fn create_folder(
        &self,
        path: &str,
        made: &mut Vec<String>,
    ) -> Result<Folder<'_>, Obstacle> {
        self.create_folder_in(None, path, Permissions::from_bits_truncate(0o777), made)
    }

    /// The same, where the folder itself, unlike those above it, is given these permissions.
    /// `above` is an open folder on the way to it, with its path.
    pub(crate) fn create_folder_in(
        &self,
        above: Option<(&str, BorrowedFd<'_>)>,
        path: &str,
        mode: Permissions,
        made: &mut Vec<String>,
    ) -> Result<Folder<'_>, Obstacle> {
        self.walk(above, path, |parent, prefix, name| {
            let fail = |error| Obstacle::Io(prefix.to_owned(), error);
            self.gate.pass().map_err(fail)?;
            let all = Permissions::from_bits_truncate(0o777);
            let mode = if prefix == path { mode } else { all };
            match mkdirat(parent, name, mode) {
                // Somebody else was faster.
                Ok(()) | Err(Errno::EXIST) => {}
                Err(error) => return Err(fail(error.into())),
            }
            made.push(prefix.to_owned());
            openat(parent, name, FOLDER, Permissions::empty()).map_err(|error| fail(error.into()))
        })
    }

    fn walk(
        &self,
        above: Option<(&str, BorrowedFd<'_>)>,
        path: &str,
        mut missing: impl FnMut(BorrowedFd<'_>, &str, &str) -> Result<OwnedFd, Obstacle>,
    ) -> Result<Folder<'_>, Obstacle> {
        let root = self.handle.get().ok_or(Obstacle::Missing)?.as_fd();
        let fail = |prefix: &str, error: Errno| Obstacle::Io(prefix.to_owned(), error.into());
        let within = above.and_then(|(above, folder)| {
            let rest = path.strip_prefix(above)?.strip_prefix('/')?;
            Some((folder, rest, above.len() + 1))
        });
        let (start, rest, mut end) = within.unwrap_or((root, path, 0));
        let mut folder: Option<OwnedFd> = None;
        for name in rest.split('/').filter(|name| !name.is_empty()) {
            end += name.len();
            let prefix = &path[..end];
            end += 1;
            let parent = folder.as_ref().map_or(start, AsFd::as_fd);
            folder = Some(match openat(parent, name, FOLDER, Permissions::empty()) {
                Ok(next) => next,
                Err(Errno::NOENT) => missing(parent, prefix, name)?,
                // Systems differ in which of the two a symbolic link gives.
                Err(Errno::NOTDIR | Errno::LOOP) => {
                    return Err(match openat(parent, name, FILE, Permissions::empty()) {
                        Err(Errno::LOOP) => Obstacle::Link(prefix.to_owned()),
                        _ => Obstacle::NotAFolder(prefix.to_owned()),
                    });
                }
                Err(error) => return Err(fail(prefix, error)),
            });
        }
        let handle = match folder {
            Some(folder) => folder,
            None => openat(start, ".", FOLDER, Permissions::empty())
                .map_err(|error| fail(".", error))?,
        };
        Ok(Folder { handle, disk: self })
    }
}

/// Holds a [`Disk`] against other runs.
#[derive(Debug)]
pub(crate) struct Lock {
    _folder: File,
}

/// Why a folder cannot be opened; the path is the component in the way.
#[derive(Debug)]
pub(crate) enum Obstacle {
    Missing,
    NotAFolder(String),
    Link(String),
    Io(String, io::Error),
}

/// An open folder below the root.
#[derive(Debug)]
pub(crate) struct Folder<'disk> {
    handle: OwnedFd,
    disk: &'disk Disk,
}

/// What stands under a name.
#[derive(Debug)]
pub(crate) enum Found {
    Missing,
    File(FoundFile),
    /// Something that is no file; the text names its kind.
    Other(&'static str),
}

/// A file on disk.
#[derive(Debug)]
pub(crate) struct FoundFile {
    pub(crate) bytes: Bytes,
    pub(crate) mode: Mode,
    pub(crate) stamp: Stamp,
}

/// The bytes of a file on disk, or their digest where they are too many to hold.
#[derive(Debug)]
pub(crate) enum Bytes {
    Held(Vec<u8>),
    TooMany(Digest),
}

/// What changes when a file does, without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
}

impl Stamp {
    /// Whether both are one file under two names.
    pub(crate) fn is_same_file(&self, other: &Self) -> bool {
        (self.device, self.inode) == (other.device, other.inode)
    }
}

impl Folder<'_> {
    /// The open folder itself.
    pub(crate) fn into_handle(self) -> OwnedFd {
        self.handle
    }

    /// Reads a file. `expected` is the size in bytes of what it is compared with.
    pub(crate) fn read(&self, name: &str, expected: usize) -> io::Result<Found> {
        let (mut file, metadata) = match self.open(name)? {
            Opened::File(file, metadata) => (file, metadata),
            Opened::Missing => return Ok(Found::Missing),
            Opened::Other(kind) => return Ok(Found::Other(kind)),
        };
        let size = metadata.len();
        let bytes = if size > KEEP_LIMIT && usize::try_from(size) != Ok(expected) {
            let mut hasher = Hasher::default();
            let mut buffer = vec![0; 1 << 16];
            loop {
                match file.read(&mut buffer)? {
                    0 => break Bytes::TooMany(hasher.finish()),
                    count => hasher.update(&buffer[..count]),
                }
            }
        } else {
            // Room for one byte more shows the end without growing; reading through `take`
            // saves two system calls that would ask for the size again.
            let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
            file.take(size + 1).read_to_end(&mut bytes)?;
            Bytes::Held(bytes)
        };
        Ok(Found::File(FoundFile {
            bytes,
            mode: Mode::new(metadata.mode()),
            stamp: stamp(&metadata),
        }))
    }

    /// The stamp of a file; none if there is none or it is something else.
    pub(crate) fn stamp(&self, name: &str) -> io::Result<Option<Stamp>> {
        Ok(match self.open(name)? {
            Opened::File(_, metadata) => Some(stamp(&metadata)),
            Opened::Missing | Opened::Other(_) => None,
        })
    }

    /// Writes a new file under a temporary name. A leftover of that name is replaced.
    pub(crate) fn stage(&self, name: &str, bytes: &[u8], mode: Mode) -> io::Result<()> {
        self.disk.gate.pass()?;
        let create = || {
            openat(
                &self.handle,
                name,
                OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC,
                permissions(mode),
            )
        };
        let handle = match create() {
            Err(Errno::EXIST) => {
                unlinkat(&self.handle, name, AtFlags::empty())?;
                create()?
            }
            other => other?,
        };
        let mut file = File::from(handle);
        self.disk.gate.write_all(&mut file, bytes)?;
        // The modes that git knows follow the user's umask, as a checkout does; others were
        // asked for exactly.
        if mode != Mode::REGULAR && mode != Mode::EXECUTABLE {
            fchmod(&file, permissions(mode))?;
        }
        Ok(())
    }

    /// Gives a staged file its name, replacing what has it.
    pub(crate) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.disk.gate.pass()?;
        Ok(renameat(&self.handle, from, &self.handle, to)?)
    }

    /// Removes a file, if there is one.
    pub(crate) fn remove(&self, name: &str) -> io::Result<()> {
        self.disk.gate.pass()?;
        match unlinkat(&self.handle, name, AtFlags::empty()) {
            Err(Errno::NOENT) | Ok(()) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes a folder in this one if it is empty; says whether it is gone.
    pub(crate) fn remove_empty(&self, name: &str) -> io::Result<bool> {
        self.disk.gate.pass()?;
        match unlinkat(&self.handle, name, AtFlags::REMOVEDIR) {
            Ok(()) | Err(Errno::NOENT) => Ok(true),
            // POSIX lets a system say either of a folder that is not empty.
            Err(Errno::NOTEMPTY | Errno::EXIST | Errno::NOTDIR | Errno::LOOP | Errno::BUSY) => {
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) fn open(&self, name: &str) -> io::Result<Opened> {
        let file = match openat(&self.handle, name, FILE, Permissions::empty()) {
            Ok(handle) => File::from(handle),
            Err(Errno::NOENT) => return Ok(Opened::Missing),
            Err(Errno::LOOP) => return Ok(Opened::Other("a symbolic link")),
            Err(Errno::NXIO) => return Ok(Opened::Other("a socket or device")),
            Err(error) => return Err(error.into()),
        };
        let metadata = file.metadata()?;
        Ok(if metadata.is_file() {
            Opened::File(file, metadata)
        } else if metadata.is_dir() {
            Opened::Other("a folder")
        } else {
            Opened::Other("neither a file nor a folder")
        })
    }
}

/// Without `NONBLOCK`, opening a named pipe waits for a writer.
const FILE: OFlags = OFlags::RDONLY
    .union(OFlags::NOFOLLOW)
    .union(OFlags::NONBLOCK)
    .union(OFlags::CLOEXEC);

/// What opening a name gives.
pub(crate) enum Opened {
    Missing,
    File(File, Metadata),
    Other(&'static str),
}

/// The root itself may be reached through links: the user chose it.
fn open_root(root: &Path) -> Result<OwnedFd, Errno> {
    rustix::fs::open(
        root,
        OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Permissions::empty(),
    )
}

pub(crate) fn permissions(mode: Mode) -> Permissions {
    #[allow(
        clippy::useless_conversion,
        reason = "the width differs between systems"
    )]
    let bits = mode.bits().try_into().unwrap_or(0o600);
    Permissions::from_raw_mode(bits)
}

fn stamp(metadata: &Metadata) -> Stamp {
    Stamp {
        device: metadata.dev(),
        inode: metadata.ino(),
        size: metadata.len(),
        modified: (metadata.mtime(), metadata.mtime_nsec()),
    }
}
