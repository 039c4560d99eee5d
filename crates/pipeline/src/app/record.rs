//! What adding an application did: `.ichor/apps/NAMESPACE/NAME.json`, committed with the
//! repository. It holds no value of any key.

use std::collections::BTreeMap;

use diagnostics::{Diagnostic, Location};
use repository::View;
use serde::{Deserialize, Serialize};
use tree::names::TEMPORARY_PREFIX;
use tree::{Digest, RelPath};

use super::APPS;
use super::edit::Insertion;
use super::keys::VARIABLES;
use super::name::Name;
use super::pin::VERSIONS;
use crate::rules;

/// Where keys are shown, to be set.
pub(super) const CLUSTER: &str = "cluster.yaml";

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

    /// Whether it names nothing but what adding this application touches: it may come from somebody
    /// else, and what it names is taken away. Its own files are below its own folder; what it shares
    /// and what it puts something into is below the folder of applications, or one of three files.
    fn stays_inside(&self, name: &Name) -> bool {
        let is_path = |path: &str| RelPath::new(path).is_ok_and(|path| !path.starts_with(".git"));
        let is_below = |path: &str, folder: &str| {
            is_path(path) && format!("/{path}").contains(&format!("/{folder}/"))
        };
        let is_touched =
            |path: &str| [CLUSTER, VARIABLES, VERSIONS].contains(&path) || is_below(path, APPS);
        let own = name.folder();
        let mut shared = { self.insertions.iter().map(|it| &it.file) }.chain(self.shared.keys());
        { self.files.keys() }.all(|path| is_below(path, &own))
            && shared.all(|path| is_touched(path))
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
        // What a run has left that was killed: `doctor` tells of it.
        let is_left = path.rsplit('/').next();
        if is_left.is_some_and(|file| file.starts_with(TEMPORARY_PREFIX)) {
            continue;
        }
        let name: Option<Name> = path
            .strip_suffix(".json")
            .and_then(|name| name.parse().ok());
        let record = serde_json::from_slice(&file.content).ok();
        let record = record.filter(|record: &Record| {
            { name.as_ref() }.is_some_and(|name| record.stays_inside(name))
        });
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
