//! Folders of this repository: finding, reading, copying.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};

/// The root of this repository.
pub fn root() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask lies in the repository")
        .to_owned()
}

/// The text of a file.
pub fn text(path: &Utf8Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read `{path}`"))
}

/// Writes a file, with its folders.
pub fn write(path: &Utf8Path, content: impl AsRef<[u8]>) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make `{folder}`"))?;
    }
    fs::write(path, content).with_context(|| format!("cannot write `{path}`"))
}

/// The names of the folders directly in a folder, sorted.
pub fn folders(folder: &Utf8Path) -> Result<Vec<String>> {
    let entries = folder
        .read_dir_utf8()
        .with_context(|| format!("cannot read `{folder}`"))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.path().is_dir() {
            names.push(entry.file_name().to_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Every file below a folder, by path relative to it; none where there is no such folder.
pub fn below(folder: &Utf8Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut found = BTreeMap::new();
    for path in paths(folder)? {
        let content =
            fs::read(folder.join(&path)).with_context(|| format!("cannot read `{path}`"))?;
        found.insert(path, content);
    }
    Ok(found)
}

/// The paths of every file below a folder, relative to it, sorted.
pub fn paths(folder: &Utf8Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        if !next.is_dir() {
            continue;
        }
        let entries = next
            .read_dir_utf8()
            .with_context(|| format!("cannot read `{next}`"))?;
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                open.push(entry.into_path());
            } else {
                found.push(entry.path().strip_prefix(folder)?.to_string());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Copies every file below `from`, with its mode, to `to`.
pub fn copy(from: &Utf8Path, to: &Utf8Path) -> Result<()> {
    for path in paths(from)? {
        let target = to.join(&path);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::copy(from.join(&path), &target).with_context(|| format!("cannot copy `{path}`"))?;
    }
    Ok(())
}

/// Removes a file, and the folders above it up to `root` that it leaves empty.
pub fn remove(root: &Utf8Path, path: &str) -> Result<()> {
    let target = root.join(path);
    fs::remove_file(&target).with_context(|| format!("cannot remove `{target}`"))?;
    for folder in target
        .ancestors()
        .skip(1)
        .take_while(|folder| *folder != root)
    {
        if fs::remove_dir(folder).is_err() {
            break;
        }
    }
    Ok(())
}

/// A path in UTF-8, as everything here has it.
pub fn utf8(path: &std::path::Path) -> Result<&Utf8Path> {
    Utf8Path::from_path(path).context("a path that is not UTF-8")
}
