//! The built-in example: a cluster of its own in a folder of its own.

use std::io;

use camino::Utf8Path;
use diagnostics::{Diagnostic, Location};

use repository::{View, unwritable};

use crate::init;
use crate::rules;

/// Marks a folder that `configure --example` made.
const MARKER: &str = ".ichor/example";

/// Makes the example's configuration and keys where they are missing.
///
/// # Errors
///
/// `example/not-empty` for a folder that holds anything else; what the disk refuses.
pub fn prepare(folder: &Utf8Path, created: &str) -> Result<(), Diagnostic> {
    let view = View::on_disk(folder);
    if !view.is_file(MARKER)
        && !is_empty(&view).map_err(|error| unwritable(folder.as_str(), &error))?
    {
        return Err(rules::EXAMPLE_NOT_EMPTY
            .report(format!("`{folder}` is not empty, and no example"))
            .at(Location::file(folder.as_str()))
            .hint("name another folder: `ichor configure --example DIR`"));
    }
    repository::write::file(
        folder,
        MARKER,
        b"Made by `ichor configure --example`.\n",
        0o644,
    )?;
    init::run_example(folder, created)?;
    Ok(())
}

fn is_empty(view: &View<'_>) -> io::Result<bool> {
    match view.list(".") {
        Ok(names) => Ok(names.is_empty()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}
