//! What is on a disk.

use std::fs::{self, Metadata, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::fs::OFlags;

use super::{Backing, FILE_LIMIT, Found, Kind, Listed, Read};

pub(super) struct OnDisk {
    pub(super) root: Utf8PathBuf,
}

impl Backing for OnDisk {
    fn find(&self, path: &str) -> io::Result<Option<Found>> {
        let full = self.root.join(path);
        let metadata = match full.symlink_metadata() {
            Ok(metadata) => metadata,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        if !metadata.is_symlink() {
            return Ok(Some(found(&metadata, false)));
        }
        Ok(Some(match full.metadata() {
            Ok(target) => found(&target, true),
            Err(_) => Found {
                kind: Kind::Nothing,
                ..found(&metadata, true)
            },
        }))
    }

    fn read(&self, path: &str, patient: bool) -> io::Result<Read> {
        let full = self.root.join(path);
        let mut options = OpenOptions::new();
        options.read(true);
        if !patient {
            // Opening a pipe would wait for somebody who writes to it.
            options.custom_flags(flags(OFlags::NONBLOCK));
        }
        let file = match options.open(&full) {
            Ok(file) => file,
            Err(error) if is_absent(&error) => {
                return Ok(if full.is_symlink() {
                    Read::Other(Kind::Nothing)
                } else {
                    Read::Absent
                });
            }
            // A socket, or a pipe that nobody reads from.
            Err(error) if error.raw_os_error() == Some(rustix::io::Errno::NXIO.raw_os_error()) => {
                return Ok(Read::Other(Kind::Special));
            }
            Err(error) => return Err(error),
        };
        let metadata = file.metadata()?;
        let kind = found(&metadata, false).kind;
        if kind == Kind::Folder || (kind == Kind::Special && !patient) {
            return Ok(Read::Other(kind));
        }
        // Whatever the size of a file is said to be, no more is read than can be meant.
        let size = metadata.len().min(FILE_LIMIT);
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
        file.take(FILE_LIMIT + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > FILE_LIMIT {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let mode = metadata.permissions().mode() & 0o777;
        Ok(Read::File { bytes, mode })
    }

    fn list(&self, folder: &str) -> io::Result<Vec<Listed>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.root.join(folder))? {
            let entry = entry?;
            let kind = entry.file_type()?;
            let name = entry.file_name();
            names.push(Listed {
                is_utf8: name.to_str().is_some(),
                name: name.to_string_lossy().into_owned(),
                kind: (!kind.is_symlink()).then(|| of_type(kind)),
            });
        }
        names.sort_unstable_by(|left, right| left.name.cmp(&right.name));
        Ok(names)
    }

    /// Only a symbolic link can lead out.
    fn stays_inside(&self, path: &str) -> bool {
        let full = self.root.join(path);
        match (full.canonicalize_utf8(), self.root.canonicalize_utf8()) {
            (Ok(target), Ok(root)) => target.starts_with(root),
            _ => false,
        }
    }

    fn root(&self) -> Option<&Utf8Path> {
        Some(&self.root)
    }
}

fn found(metadata: &Metadata, is_link: bool) -> Found {
    Found {
        kind: of_type(metadata.file_type()),
        is_link,
        mode: metadata.permissions().mode() & 0o777,
        size: metadata.len(),
    }
}

fn of_type(kind: fs::FileType) -> Kind {
    if kind.is_file() {
        Kind::File
    } else if kind.is_dir() {
        Kind::Folder
    } else {
        Kind::Special
    }
}

fn is_absent(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

fn flags(flags: OFlags) -> i32 {
    #[allow(
        clippy::cast_possible_wrap,
        reason = "the flags of a system are small numbers"
    )]
    {
        flags.bits() as i32
    }
}
