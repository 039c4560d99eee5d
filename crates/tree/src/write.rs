//! Writing one file that no tree holds, whole or not at all: a key, a sample, an edit.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "writes through folders that are held open"
)]

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{AtFlags, FileType, Mode as Permissions, OFlags};
use rustix::io::Errno;

use crate::disk::permissions;
use crate::{Mode, TEMPORARY_PREFIX};

/// How [`write_atomic`] writes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WriteOptions {
    /// The permissions, set exactly. Without any, those of the file that is replaced, or
    /// [`Mode::REGULAR`] as the umask allows.
    pub mode: Option<Mode>,
    /// Whether a file that is there is replaced. If not, it is an error of the kind
    /// [`AlreadyExists`](io::ErrorKind::AlreadyExists).
    pub overwrite: bool,
    /// Whether to return only when the medium holds the file. For what cannot be made again.
    pub sync: bool,
    /// Whether a folder that is made for it is for its owner alone; one that is there stays.
    pub private_folder: bool,
}

impl WriteOptions {
    /// For a key: readable by its owner only, never replacing one, on the medium when done.
    pub const KEY: Self = Self {
        mode: Some(Mode::PRIVATE),
        overwrite: false,
        sync: true,
        private_folder: false,
    };
}

/// Writes a file so that at any moment there is either nothing (or what was there before),
/// or the whole new file. Its folder must exist.
///
/// Where the system can write a file that has no name yet (Linux, most file systems), a new
/// file never has a temporary name, so a killed program leaves no part of a key behind.
///
/// # Errors
///
/// What the disk refuses; a file that is there and must not be replaced; a symbolic link in
/// the file's place, which is neither followed nor replaced.
pub fn write_atomic(path: &Path, bytes: &[u8], options: WriteOptions) -> io::Result<()> {
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"))?;
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let folder = File::from(rustix::fs::open(
        parent.unwrap_or(Path::new(".")),
        OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Permissions::empty(),
    )?);
    let target = Target {
        folder: &folder,
        name: Path::new(name),
    };
    let staged = target.stage(bytes, options)?;
    target.place(staged, options)
}

/// A place for a file in an open folder.
pub(crate) struct Target<'a> {
    pub(crate) folder: &'a File,
    pub(crate) name: &'a Path,
}

/// A file that is written and has no place yet.
pub(crate) enum Staged {
    /// It goes with its handle.
    Nameless(File),
    /// It stands beside its place.
    Named(String),
}

impl Target<'_> {
    /// Writes a file beside its place, if one may stand there. What must replace nothing has
    /// no name until it is placed, where the system can do that; what may replace something
    /// is closed, since there may be thousands of them.
    ///
    /// # Errors
    ///
    /// What the disk refuses, and what [`write_atomic`] refuses of its place.
    pub(crate) fn stage(&self, bytes: &[u8], options: WriteOptions) -> io::Result<Staged> {
        let present = self.mode()?;
        if present.is_some() && !options.overwrite {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let mode = options.mode.or(present);
        if !options.overwrite
            && let Some(file) = self.nameless(bytes, mode, options.sync)?
        {
            return Ok(Staged::Nameless(file));
        }
        self.named(bytes, mode, options.sync).map(Staged::Named)
    }

    /// Gives a staged file its name.
    ///
    /// # Errors
    ///
    /// What the disk refuses; a file that is there by now and must not be replaced. Nothing of
    /// it is left then.
    pub(crate) fn place(&self, staged: Staged, options: WriteOptions) -> io::Result<()> {
        match &staged {
            Staged::Nameless(file) => self.link(file)?,
            Staged::Named(temporary) => {
                let placed = if options.overwrite {
                    rustix::fs::renameat(self.folder, temporary, self.folder, self.name)
                } else {
                    // A link, unlike a rename, replaces nothing.
                    let (from, to) = (self.folder, self.folder);
                    rustix::fs::linkat(from, temporary, to, self.name, AtFlags::empty()).and_then(
                        |()| rustix::fs::unlinkat(self.folder, temporary, AtFlags::empty()),
                    )
                };
                if let Err(error) = placed {
                    self.discard(&staged);
                    return Err(error.into());
                }
            }
        }
        if options.sync {
            self.folder.sync_all()?;
        }
        Ok(())
    }

    /// Removes a staged file.
    pub(crate) fn discard(&self, staged: &Staged) {
        if let Staged::Named(temporary) = staged {
            // Whatever led here is what is reported.
            rustix::fs::unlinkat(self.folder, temporary, AtFlags::empty()).ok();
        }
    }

    /// The permissions of the file that is there, if one is.
    fn mode(&self) -> io::Result<Option<Mode>> {
        let found = match rustix::fs::statat(self.folder, self.name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(found) => found,
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        match FileType::from_raw_mode(found.st_mode) {
            FileType::RegularFile => Ok(Some(Mode::new(bits(found.st_mode)))),
            FileType::Symlink => Err(refused("a symbolic link is in its place")),
            _ => Err(refused("something that is no file is in its place")),
        }
    }

    /// Writes a file without a name. `None` where that cannot be done.
    #[cfg(target_os = "linux")]
    fn nameless(&self, bytes: &[u8], mode: Option<Mode>, sync: bool) -> io::Result<Option<File>> {
        let flags = OFlags::WRONLY | OFlags::TMPFILE | OFlags::CLOEXEC;
        let permissions = permissions(mode.unwrap_or_default());
        let Ok(handle) = rustix::fs::openat(self.folder, ".", flags, permissions) else {
            return Ok(None);
        };
        let mut file = File::from(handle);
        // Where it cannot be named later, that is told before anything is promised.
        if !Path::new("/proc/self/fd").exists() {
            return Ok(None);
        }
        fill(&mut file, bytes, mode, sync)?;
        Ok(Some(file))
    }

    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unused_self, reason = "one signature for all systems")]
    fn nameless(&self, _: &[u8], _: Option<Mode>, _: bool) -> io::Result<Option<File>> {
        Ok(None)
    }

    /// Names a nameless file, in the way that needs no privilege; open(2), `O_TMPFILE`.
    #[cfg(target_os = "linux")]
    fn link(&self, file: &File) -> io::Result<()> {
        use std::os::fd::AsRawFd as _;

        let source = format!("/proc/self/fd/{}", file.as_raw_fd());
        let follow = AtFlags::SYMLINK_FOLLOW;
        Ok(rustix::fs::linkat(
            rustix::fs::CWD,
            source,
            self.folder,
            self.name,
            follow,
        )?)
    }

    #[cfg(not(target_os = "linux"))]
    fn link(&self, _: &File) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Writes a file under a temporary name, and gives that.
    fn named(&self, bytes: &[u8], mode: Option<Mode>, sync: bool) -> io::Result<String> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let temporary = format!(
            "{TEMPORARY_PREFIX}{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let permissions = permissions(mode.unwrap_or_default());
        let handle = rustix::fs::openat(self.folder, &temporary, flags, permissions)?;
        if let Err(error) = fill(&mut File::from(handle), bytes, mode, sync) {
            self.discard(&Staged::Named(temporary));
            return Err(error);
        }
        Ok(temporary)
    }
}

fn fill(file: &mut File, bytes: &[u8], mode: Option<Mode>, sync: bool) -> io::Result<()> {
    file.write_all(bytes)?;
    if let Some(mode) = mode {
        rustix::fs::fchmod(&*file, permissions(mode))?;
    }
    if sync {
        file.sync_all()?;
    }
    Ok(())
}

#[allow(
    clippy::useless_conversion,
    reason = "the width differs between systems"
)]
fn bits(mode: rustix::fs::RawMode) -> u32 {
    mode.into()
}

fn refused(reason: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, reason)
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "the tests look at what is on disk"
)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("there").permissions().mode() & 0o777
    }

    fn names(folder: &Path) -> Vec<String> {
        fs::read_dir(folder)
            .expect("there")
            .map(|entry| {
                entry
                    .expect("readable")
                    .file_name()
                    .into_string()
                    .expect("UTF-8")
            })
            .collect()
    }

    #[test]
    fn a_key_is_private_and_never_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("age.key");
        write_atomic(&path, b"first", WriteOptions::KEY).expect("written");
        let error = write_atomic(&path, b"second", WriteOptions::KEY).expect_err("refused");
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).expect("there"), b"first");
        assert_eq!(mode(&path), 0o600);
        assert_eq!(names(folder.path()), ["age.key"]);
    }

    #[test]
    fn replacing_keeps_the_permissions_unless_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        let overwrite = WriteOptions {
            overwrite: true,
            ..WriteOptions::default()
        };
        write_atomic(&path, b"1", WriteOptions::KEY).expect("written");
        write_atomic(&path, b"2", overwrite).expect("written");
        assert_eq!(
            (fs::read(&path).expect("there"), mode(&path)),
            (b"2".to_vec(), 0o600)
        );
        let executable = WriteOptions {
            mode: Some(Mode::EXECUTABLE),
            ..overwrite
        };
        write_atomic(&path, b"3", executable).expect("written");
        assert_eq!(
            (fs::read(&path).expect("there"), mode(&path)),
            (b"3".to_vec(), 0o755)
        );
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn without_nameless_files_nothing_is_replaced_either() {
        let folder = tempfile::tempdir().expect("a folder");
        let handle = File::open(folder.path()).expect("opens");
        let target = Target {
            folder: &handle,
            name: Path::new("a"),
        };
        let write = |bytes| {
            let staged = target.named(bytes, Some(Mode::PRIVATE), true)?;
            target.place(Staged::Named(staged), WriteOptions::KEY)
        };
        write(b"1").expect("written");
        assert_eq!(
            write(b"2").expect_err("refused").kind(),
            io::ErrorKind::AlreadyExists
        );
        assert_eq!(fs::read(folder.path().join("a")).expect("there"), b"1");
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn links_and_folders_are_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let (link, target) = (folder.path().join("link"), folder.path().join("target"));
        std::os::unix::fs::symlink(&target, &link).expect("linked");
        let overwrite = WriteOptions {
            overwrite: true,
            ..WriteOptions::default()
        };
        assert!(write_atomic(&link, b"x", overwrite).is_err());
        assert!(!target.exists());
        fs::create_dir(&target).expect("made");
        assert!(write_atomic(&target, b"x", overwrite).is_err());
        assert_eq!(names(folder.path()).len(), 2);
    }
}
