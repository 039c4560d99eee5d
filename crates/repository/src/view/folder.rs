//! Every file below a folder.

use crate::rules;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use diagnostics::{Diagnostics, Location, Rule};

use super::{Kind, Listed, Read, View};
use crate::problems::unreadable;

/// A file as it was read.
#[derive(Clone)]
pub struct File {
    /// Its bytes.
    pub content: Arc<[u8]>,
    /// Unix permission bits.
    pub mode: u32,
}

/// Files by path below the folder they were read from.
pub type Files = BTreeMap<String, File>;

/// How deep folders may lie in each other.
const DEPTH_LIMIT: usize = 64;

impl View<'_> {
    /// Every file below a folder of the repository, by path below it; none where the folder
    /// does not exist. Symbolic links are followed as long as they stay inside.
    pub fn files(&self, folder: &str) -> (Files, Diagnostics) {
        let mut reader = Reader {
            view: self,
            files: Files::new(),
            problems: Diagnostics::new(),
        };
        if self.is_folder(folder) {
            reader.folder(folder, "", 0);
        }
        (reader.files, reader.problems)
    }
}

struct Reader<'a> {
    view: &'a View<'a>,
    files: Files,
    problems: Diagnostics,
}

impl Reader<'_> {
    fn folder(&mut self, folder: &str, below: &str, depth: usize) {
        if depth > DEPTH_LIMIT {
            self.problem(folder, &rules::FILE_TOO_DEEP, "this folder lies too deep");
            return;
        }
        let entries = match self.view.list(folder) {
            Ok(entries) => entries,
            Err(error) => return self.problems.push(unreadable(folder, &error)),
        };
        for entry in entries {
            let path = format!("{folder}/{}", entry.name);
            if !entry.is_utf8 {
                self.problem(
                    &path,
                    &yaml::rules::FILE_NOT_UTF8,
                    "the name of this file is not UTF-8",
                );
                continue;
            }
            let name = match below {
                "" => entry.name.clone(),
                below => format!("{below}/{}", entry.name),
            };
            match link_to(self.view, &path, &entry) {
                Some(kind) if kind != Kind::Nothing && !self.view.backing.stays_inside(&path) => {
                    self.problem(
                        &path,
                        &rules::FILE_LINK_OUTSIDE,
                        "this link leads out of the repository",
                    );
                }
                Some(Kind::Folder) => self.folder(&path, &name, depth + 1),
                None if entry.kind == Some(Kind::Folder) => self.folder(&path, &name, depth + 1),
                _ => self.file(&path, name),
            }
        }
    }

    fn file(&mut self, path: &str, name: String) {
        match self.view.read(path) {
            Ok(Read::File { bytes, mode }) => {
                let content = bytes.into();
                self.files.insert(name, File { content, mode });
            }
            Ok(Read::Other(Kind::Special)) => {
                self.problem(
                    path,
                    &rules::FILE_SPECIAL,
                    "this is neither a file nor a folder",
                );
            }
            Ok(Read::Absent | Read::Other(_)) => {
                let problem = unreadable(path, &io::ErrorKind::NotFound.into());
                self.problems.push(problem);
            }
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => self.problem(
                path,
                &yaml::rules::FILE_TOO_LARGE,
                "this template is larger than 16 MiB",
            ),
            Err(error) => self.problems.push(unreadable(path, &error)),
        }
    }

    fn problem(&mut self, path: &str, rule: &'static Rule, message: &str) {
        let problem = rule.report(message).at(Location::file(path));
        self.problems.push(problem);
    }
}

/// What a name leads to that is a symbolic link; `None` if it is none.
fn link_to(view: &View<'_>, path: &str, entry: &Listed) -> Option<Kind> {
    let found = || view.find(path).map_or(Kind::Nothing, |found| found.kind);
    entry.kind.is_none().then(found)
}
