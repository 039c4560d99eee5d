//! Writing one file that no tree holds, whole or not at all: a key, a sample, an edit.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{AtFlags, Mode as Permissions, OFlags};
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
}

impl WriteOptions {
    /// For a key: readable by its owner only, never replacing one, on the medium when done.
    pub const KEY: Self = Self {
        mode: Some(Mode::PRIVATE),
        overwrite: false,
        sync: true,
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
    let present = target.mode()?;
    if present.is_some() && !options.overwrite {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let mode = options.mode.or(present);
    let written = match present {
        Some(_) => false,
        None => match write_nameless(&target, bytes, mode, options.sync) {
            // Somebody else was faster; what they wrote is replaced as if it had been there.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && options.overwrite => {
                false
            }
            written => written?,
        },
    };
    if !written {
        write_named(&target, bytes, mode, options)?;
    }
    if options.sync {
        folder.sync_all()?;
    }
    Ok(())
}

struct Target<'a> {
    folder: &'a File,
    name: &'a Path,
}

impl Target<'_> {
    /// The permissions of the file that is there, if one is.
    fn mode(&self) -> io::Result<Option<Mode>> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let metadata = match rustix::fs::openat(self.folder, self.name, flags, Permissions::empty())
        {
            Ok(handle) => File::from(handle).metadata()?,
            Err(Errno::NOENT) => return Ok(None),
            Err(Errno::LOOP) => return Err(refused("a symbolic link is in its place")),
            Err(error) => return Err(error.into()),
        };
        if !metadata.is_file() {
            return Err(refused("something that is no file is in its place"));
        }
        Ok(Some(Mode::new(metadata.permissions().mode())))
    }
}

/// Writes a file without a name and then gives it one. False where that cannot be done.
#[cfg(target_os = "linux")]
fn write_nameless(
    target: &Target<'_>,
    bytes: &[u8],
    mode: Option<Mode>,
    sync: bool,
) -> io::Result<bool> {
    use std::os::fd::AsRawFd as _;

    use rustix::fs::CWD;

    let flags = OFlags::WRONLY | OFlags::TMPFILE | OFlags::CLOEXEC;
    let permissions = permissions(mode.unwrap_or_default());
    let Ok(handle) = rustix::fs::openat(target.folder, ".", flags, permissions) else {
        return Ok(false);
    };
    let mut file = File::from(handle);
    fill(&mut file, bytes, mode, sync)?;
    // The way to name it that needs no privilege; open(2), O_TMPFILE.
    let source = format!("/proc/self/fd/{}", file.as_raw_fd());
    match rustix::fs::linkat(
        CWD,
        source,
        target.folder,
        target.name,
        AtFlags::SYMLINK_FOLLOW,
    ) {
        Ok(()) => Ok(true),
        Err(Errno::EXIST) => Err(io::ErrorKind::AlreadyExists.into()),
        // No /proc, no hard links: it goes with its handle.
        Err(_) => Ok(false),
    }
}

#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "one signature for all systems")]
fn write_nameless(_: &Target<'_>, _: &[u8], _: Option<Mode>, _: bool) -> io::Result<bool> {
    Ok(false)
}

/// Writes a file under a temporary name and renames it.
fn write_named(
    target: &Target<'_>,
    bytes: &[u8],
    mode: Option<Mode>,
    options: WriteOptions,
) -> io::Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let temporary = format!(
        "{TEMPORARY_PREFIX}{}-{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    );
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let permissions = permissions(mode.unwrap_or_default());
    let mut file = File::from(rustix::fs::openat(
        target.folder,
        &temporary,
        flags,
        permissions,
    )?);
    let remove = || rustix::fs::unlinkat(target.folder, &temporary, AtFlags::empty());
    let placed = fill(&mut file, bytes, mode, options.sync).and_then(|()| {
        if options.overwrite {
            rustix::fs::renameat(target.folder, &temporary, target.folder, target.name)?;
        } else {
            // A link, unlike a rename, replaces nothing.
            let (from, to) = (target.folder, target.folder);
            rustix::fs::linkat(from, &temporary, to, target.name, AtFlags::empty())?;
            remove()?;
        }
        Ok(())
    });
    if placed.is_err() {
        // The first failure is the one to report.
        remove().ok();
    }
    placed
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
        let write = |bytes| write_named(&target, bytes, Some(Mode::PRIVATE), WriteOptions::KEY);
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
