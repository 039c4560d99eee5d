//! Single files, bounded, and why one cannot be read.

use std::io::{self, Read as _};

use camino::Utf8Path;
use diagnostics::{Diagnostic, Location, Source};

use crate::rules;

/// A file larger than this is refused: 16 MiB.
pub const FILE_LIMIT: u64 = 16 << 20;

/// One text file of the repository, if it exists.
///
/// # Errors
///
/// One that cannot be read or is not UTF-8.
pub fn text(root: &Utf8Path, path: &str) -> Result<Option<Source>, Diagnostic> {
    let full = root.join(path);
    ordinary(&full, path)?;
    read_text(&full, path)
}

/// A text file that somebody named, which may be a pipe of a shell.
///
/// # Errors
///
/// One that cannot be read or is not UTF-8.
pub fn named_text(path: &Utf8Path) -> Result<Option<Source>, Diagnostic> {
    read_text(path, path.as_str())
}

/// The bytes of one file of the repository.
///
/// # Errors
///
/// One that cannot be read, or that is no file: nothing waits for a pipe.
pub fn bytes(path: &Utf8Path, shown_as: &str) -> Result<Vec<u8>, Diagnostic> {
    ordinary(path, shown_as)?;
    named_bytes(path, shown_as)
}

/// The bytes of a file that somebody named, which may be a pipe of a shell.
///
/// # Errors
///
/// One that cannot be read.
pub fn named_bytes(path: &Utf8Path, shown_as: &str) -> Result<Vec<u8>, Diagnostic> {
    read_bytes(path).map_err(|error| unreadable(shown_as, &error))
}

/// The bytes of an output as it is on disk, if it is an ordinary file. Anything else in its
/// place is for the plan to report.
///
/// # Errors
///
/// One that cannot be read.
pub fn output(root: &Utf8Path, path: &str) -> Result<Option<Vec<u8>>, Diagnostic> {
    let full = root.join(path);
    match full.symlink_metadata() {
        Ok(metadata) if metadata.is_file() && metadata.len() <= FILE_LIMIT => read_bytes(&full)
            .map(Some)
            .map_err(|error| unreadable(path, &error)),
        _ => Ok(None),
    }
}

/// One text file wherever it is, if it exists; a link that leads nowhere is a problem.
///
/// # Errors
///
/// One that cannot be read or is not UTF-8.
pub fn read_text(path: &Utf8Path, shown_as: &str) -> Result<Option<Source>, Diagnostic> {
    let metadata = match path.metadata() {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => {
            return Ok(None);
        }
        Err(error) => return Err(unreadable(shown_as, &error)),
    };
    if metadata.len() > FILE_LIMIT {
        return Err(too_large(shown_as));
    }
    let bytes = read_bytes(path).map_err(|error| unreadable(shown_as, &error))?;
    yaml::decode(shown_as, &bytes, &yaml::Limits::default())
        .map(Some)
        .map_err(|problem| *problem)
}

/// Refuses what a repository's own files are not: a pipe is never there to be read, and the
/// size of a device is no size.
pub fn ordinary(path: &Utf8Path, shown_as: &str) -> Result<(), Diagnostic> {
    match path.metadata() {
        Ok(metadata) if !metadata.is_file() && !metadata.is_dir() => Err(rules::FILE_SPECIAL
            .report(format!("`{shown_as}` is neither a file nor a folder"))
            .at(Location::file(shown_as))),
        _ => Ok(()),
    }
}

/// Whatever the size of a file is said to be, no more is read than can be meant.
pub fn read_bytes(path: &Utf8Path) -> io::Result<Vec<u8>> {
    let file = std::fs::File::open(path)?;
    let size = file.metadata().map_or(0, |metadata| metadata.len());
    let mut bytes = Vec::with_capacity(usize::try_from(size.min(FILE_LIMIT)).unwrap_or(0) + 1);
    file.take(FILE_LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FILE_LIMIT {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

fn too_large(shown_as: &str) -> Diagnostic {
    yaml::rules::FILE_TOO_LARGE
        .report(format!("`{shown_as}` is larger than 16 MiB"))
        .at(Location::file(shown_as))
}

/// The problem that a file cannot be read.
pub fn unreadable(shown_as: &str, error: &io::Error) -> Diagnostic {
    let reason = match error.kind() {
        io::ErrorKind::FileTooLarge => return too_large(shown_as),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotFound => "the link leads nowhere".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => error.to_string(),
    };
    rules::FILE_UNREADABLE
        .report(format!("`{shown_as}` cannot be read: {reason}"))
        .at(Location::file(shown_as))
}
