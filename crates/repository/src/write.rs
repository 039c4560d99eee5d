//! Single files that are not outputs: keys, samples, schemas, manual pages.

use std::io;

use camino::Utf8Path;
use diagnostics::{Diagnostic, Location};
use tree::{Mode, WriteOptions, write_atomic};

use crate::rules;

/// Writes one file below `root`, with its folders, replacing what is there.
///
/// # Errors
///
/// `file/unwritable` with the reason.
pub fn file(root: &Utf8Path, path: &str, content: &[u8], mode: u32) -> Result<(), Diagnostic> {
    let options = WriteOptions {
        mode: Some(Mode::new(mode)),
        overwrite: true,
        sync: false,
    };
    with(root, path, content, options)
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
    };
    with(root, path, content, options)
}

fn with(
    root: &Utf8Path,
    path: &str,
    content: &[u8],
    options: WriteOptions,
) -> Result<(), Diagnostic> {
    let target = root.join(path);
    make_folder(&target)
        .and_then(|()| write_atomic(target.as_std_path(), content, options))
        .map_err(|error| unwritable(path, &error))
}

/// Makes a folder below `root` that only its owner may look into; one that is there stays.
///
/// # Errors
///
/// `file/unwritable` with the reason.
pub fn private_folder(root: &Utf8Path, path: &Utf8Path) -> Result<(), Diagnostic> {
    use std::os::unix::fs::DirBuilderExt as _;

    let full = root.join(path);
    if full.is_dir() {
        return Ok(());
    }
    make_folder(&full)
        .and_then(|()| std::fs::DirBuilder::new().mode(0o700).create(&full))
        .map_err(|error| unwritable(path.as_str(), &error))
}

fn make_folder(target: &Utf8Path) -> io::Result<()> {
    match target.parent() {
        Some(folder) => std::fs::create_dir_all(folder),
        None => Ok(()),
    }
}

/// The problem that a path cannot be written.
pub fn unwritable(path: &str, error: &io::Error) -> Diagnostic {
    rules::FILE_UNWRITABLE
        .report(format!("`{path}` cannot be written: {error}"))
        .at(Location::file(path))
}
