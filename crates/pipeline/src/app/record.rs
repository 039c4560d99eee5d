//! What adding an application did: `.ichor/apps/NAMESPACE/NAME.json`, committed with the
//! repository. It holds no value of any key.

use std::collections::BTreeMap;

use diagnostics::{Diagnostic, Location};
use repository::View;
use serde::{Deserialize, Serialize};
use tree::{Digest, RelPath};

use super::edit::Insertion;
use super::name::Name;
use crate::rules;

/// Folder of the records.
const FOLDER: &str = ".ichor/apps";

/// What adding one application did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    /// Its own files, with the SHA-256 of what was written.
    pub(super) files: BTreeMap<String, String>,
    /// Files that were made for it and that others may use too, with the SHA-256 of what they
    /// hold when no application needs them any more.
    pub(super) shared: BTreeMap<String, String>,
    /// What was put into files.
    pub(super) insertions: Vec<Insertion>,
}

/// Where the record of an application is.
pub(super) fn path(name: &Name) -> String {
    format!("{FOLDER}/{name}.json")
}

/// A digest as records have it.
pub(super) fn digest(content: &[u8]) -> String {
    Digest::of(content).to_string()
}

impl Record {
    /// The text of its file.
    pub(super) fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self);
        format!("{}\n", text.unwrap_or_default())
    }

    /// Whether all of its files are in the repository, and none is git's: it may come from
    /// somebody else.
    fn stays_inside(&self) -> bool {
        let files = self.files.keys().chain(self.shared.keys());
        let mut all = files.chain(self.insertions.iter().map(|it| &it.file));
        all.all(|path| RelPath::new(path).is_ok_and(|path| !path.starts_with(".git")))
    }
}

/// The records of a repository, by application.
///
/// # Errors
///
/// One that cannot be read: what of it may go is not known then.
pub(super) fn all(view: &View<'_>) -> Result<BTreeMap<Name, Record>, Diagnostic> {
    let (files, problems) = view.files(FOLDER);
    if let Some(problem) = problems.into_iter().next() {
        return Err(problem);
    }
    let mut found = BTreeMap::new();
    for (path, file) in files {
        let name = path
            .strip_suffix(".json")
            .and_then(|name| name.parse().ok());
        let record = serde_json::from_slice(&file.content).ok();
        let record = record.filter(Record::stays_inside);
        let Some((name, record)) = name.zip(record) else {
            let path = format!("{FOLDER}/{path}");
            return Err(rules::APP_NOT_UNDERSTOOD
                .report(format!("`{path}` is no record of an application"))
                .at(Location::file(path.as_str()))
                .hint("take it from a commit that has it whole"));
        };
        found.insert(name, record);
    }
    Ok(found)
}
