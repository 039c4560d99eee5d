//! The record of what `configure` wrote, kept true where a file is encrypted anew: whoever
//! gives a file other keys has edited nothing.

use std::collections::HashMap;

use camino::Utf8PathBuf;
use diagnostics::Diagnostic;
use tree::{Digest, RECORD_PATH};

use super::config;
use super::disk;
use super::find::Target;
use super::open::Vault;
use repository::{View, write};

/// The files of a run that are as the record says.
pub(super) struct Owned {
    view: View<'static>,
    root: Utf8PathBuf,
    text: String,
    /// By the path that the record has.
    files: HashMap<String, Target>,
}

impl Owned {
    /// Looks before anything is changed; `None` where there is no record.
    pub(super) fn before(vault: &Vault, targets: &[Target]) -> Option<Self> {
        let folder = vault
            .config
            .as_ref()
            .map_or(vault.folder(), |config| &config.folder);
        let record = config::absolute(&folder.join("x")).with_file_name(RECORD_PATH);
        let root = record.parent()?.parent()?;
        let text = View::on_disk(root)
            .text(RECORD_PATH)
            .ok()??
            .text()
            .to_owned();
        let by_path: HashMap<_, _> = targets
            .iter()
            .filter_map(|target| {
                let path = config::absolute(&target.path);
                Some((path.strip_prefix(root).ok()?.to_string(), target))
            })
            .collect();
        let as_recorded = |line: &str| {
            let (digest, path) = line.split_once("  ")?;
            let target = *by_path.get(path)?;
            let content = disk::read(&vault.view, target).ok()?;
            let same = Digest::of(&content).to_string() == digest;
            same.then(|| (path.to_owned(), target.clone()))
        };
        let files = text.lines().filter_map(as_recorded).collect();
        Some(Self {
            view: vault.view.clone(),
            root: root.to_owned(),
            text,
            files,
        })
    }

    /// Writes down what the files are now.
    pub(super) fn after(&self) -> Result<(), Diagnostic> {
        let mut text = String::with_capacity(self.text.len());
        for line in self.text.split_inclusive('\n') {
            let path = line.trim_end().split_once("  ").map(|(_, path)| path);
            let now = path
                .and_then(|path| self.files.get_key_value(path))
                .and_then(|(path, target)| {
                    let content = disk::read(&self.view, target).ok()?;
                    Some(format!("{}  {path}\n", Digest::of(&content)))
                });
            text.push_str(now.as_deref().unwrap_or(line));
        }
        if text == self.text {
            return Ok(());
        }
        write::replace(&self.root, RECORD_PATH, text.as_bytes())
    }
}
