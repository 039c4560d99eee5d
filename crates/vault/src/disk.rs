//! Single files read and replaced.

use std::fs::Metadata;

use camino::Utf8Path;
use diagnostics::{Diagnostic, Location};
use tree::{Mode, WriteOptions, write_atomic};
use zeroize::Zeroizing;

use super::find::Target;
use repository::{read, write};

/// Beyond what is read: three times what Flux takes.
const LIMIT: u64 = 16 << 20;

/// The bytes of a file that the user named.
///
/// # Errors
///
/// One that is missing, no file, too large or unreadable.
pub fn read_target(target: &Target) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
    read(&target.path, &target.shown)
}

/// The bytes of a file.
///
/// # Errors
///
/// One that is missing, no file, too large or unreadable.
pub(super) fn read(path: &Utf8Path, shown: &str) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
    let at = |problem: Diagnostic| problem.at(Location::file(shown));
    match path.metadata() {
        Ok(metadata) => readable(&metadata, shown)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(at(
                repository::rules::FILE_MISSING.report(format!("`{shown}` does not exist"))
            ));
        }
        Err(_) => {}
    }
    read::named_bytes(path, shown).map(Zeroizing::new)
}

fn readable(metadata: &Metadata, shown: &str) -> Result<(), Diagnostic> {
    let problem = if !metadata.is_file() {
        repository::rules::FILE_SPECIAL.report(format!("`{shown}` is no file"))
    } else if metadata.len() > LIMIT {
        yaml::rules::FILE_TOO_LARGE
            .report(format!("`{shown}` is larger than 16 MiB"))
            .hint("Flux takes 5 MiB at most; split the file")
    } else {
        return Ok(());
    };
    Err(problem.at(Location::file(shown)))
}

/// Replaces a file, whole or not at all. One that is there keeps its mode; a new one has the
/// given one, or that of ordinary files.
///
/// # Errors
///
/// What the disk refuses; a symbolic link in its place.
pub fn replace(
    path: &Utf8Path,
    shown: &str,
    content: &[u8],
    new_mode: Option<u32>,
) -> Result<(), Diagnostic> {
    let exists = path.symlink_metadata().is_ok();
    let options = WriteOptions {
        mode: new_mode.filter(|_| !exists).map(Mode::new),
        overwrite: true,
        sync: false,
    };
    write_atomic(path.as_std_path(), content, options)
        .map_err(|error| write::unwritable(shown, &error))
}
