//! Files of a folder, and YAML as Kubernetes reads it.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

/// The text of a file.
pub(super) fn read(path: &Utf8Path) -> Result<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "charts and rendered trees lie on the disk"
    )]
    let text = fs::read_to_string(path);
    text.with_context(|| format!("cannot read {path}"))
}

/// Writes a file of the check's own, in its temporary folder.
pub(super) fn write(path: &Path, text: &str) -> Result<()> {
    #[expect(clippy::disallowed_methods, reason = "a temporary file, not an output")]
    let written = fs::write(path, text);
    written.with_context(|| format!("cannot write {}", path.display()))
}

/// All files below `folder` for which `wanted` holds, in the order of their paths. Links are not
/// followed.
pub(super) fn files(
    folder: &Utf8Path,
    wanted: impl Fn(&Utf8Path) -> bool,
) -> Result<Vec<Utf8PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in folder
            .read_dir_utf8()
            .with_context(|| format!("cannot list {folder}"))?
        {
            let entry = entry.with_context(|| format!("cannot list {folder}"))?;
            let kind = entry
                .file_type()
                .with_context(|| format!("cannot read {}", entry.path()))?;
            if kind.is_dir() {
                folders.push(entry.into_path());
            } else if kind.is_file() && wanted(entry.path()) {
                found.push(entry.into_path());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The documents of a YAML text; an empty one is null.
pub(crate) fn documents(text: &str) -> Result<Vec<Value>> {
    // As Kubernetes' own reader does: `0644` is octal, and `yes` is a word.
    let options = serde_saphyr::options! {
        legacy_octal_numbers: true,
        strict_booleans: true,
    };
    serde_saphyr::from_multiple_with_options(text, options).context("not YAML")
}
