//! Files that somebody named, in a repository or not.

use camino::Utf8Path;
use diagnostics::Diagnostic;
use tree::{Mode, WriteOptions};

use crate::problems::unwritable;

/// How a file is written that replaces what is there and keeps its permissions; a new one has
/// those of ordinary files.
pub const REPLACING: WriteOptions = WriteOptions {
    mode: None,
    overwrite: true,
    sync: false,
    private_folder: false,
};

/// Replaces a file that somebody named, wherever it is: its folder may be reached through
/// links. One that is there keeps its mode; a new one has the given one, or that of ordinary
/// files.
///
/// # Errors
///
/// `file/unwritable`; a symbolic link in its place.
pub fn replace(
    path: &Utf8Path,
    shown: &str,
    content: &[u8],
    new_mode: Option<u32>,
) -> Result<(), Diagnostic> {
    let exists = path.symlink_metadata().is_ok();
    let options = WriteOptions {
        mode: new_mode.filter(|_| !exists).map(Mode::new),
        ..REPLACING
    };
    tree::write_atomic(path.as_std_path(), content, options)
        .map_err(|error| unwritable(shown, &error))
}
