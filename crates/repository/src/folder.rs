//! Every file below a folder.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use camino::Utf8Path;
use diagnostics::{Diagnostics, Location, Rule};

use crate::read::{FILE_LIMIT, read_bytes, unreadable};
use crate::rules;

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

/// Every file below a folder of the repository, by path below it.
pub fn files(root: &Utf8Path, below: &str) -> (Files, Diagnostics) {
    let mut problems = Diagnostics::new();
    let files = read(root, below, &mut problems);
    (files, problems)
}

/// Every file below `root/folder`, by path below it; none where the folder does not exist.
/// Symbolic links are followed as long as they stay inside `root`.
pub fn read(root: &Utf8Path, folder: &str, problems: &mut Diagnostics) -> Files {
    let mut files = Files::new();
    let base = root.join(folder);
    if base.is_dir() {
        let mut reader = Reader {
            root,
            files: &mut files,
            problems,
        };
        reader.folder(&base, "", 0);
    }
    files
}

struct Reader<'a> {
    root: &'a Utf8Path,
    files: &'a mut Files,
    problems: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn folder(&mut self, folder: &Utf8Path, below: &str, depth: usize) {
        if depth > DEPTH_LIMIT {
            self.problem(folder, &rules::FILE_TOO_DEEP, "this folder lies too deep");
            return;
        }
        let entries = match folder.as_std_path().read_dir() {
            Ok(entries) => entries,
            Err(error) => return self.unreadable(folder, &error),
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry.file_name(),
                Err(error) => {
                    self.unreadable(folder, &error);
                    continue;
                }
            };
            let Some(entry) = entry.to_str() else {
                let path = folder.join(&*entry.to_string_lossy());
                self.problem(
                    &path,
                    &yaml::rules::FILE_NOT_UTF8,
                    "the name of this file is not UTF-8",
                );
                continue;
            };
            let path = &folder.join(entry);
            let name = match below {
                "" => entry.to_owned(),
                below => format!("{below}/{entry}"),
            };
            match path.metadata() {
                Ok(_) if !self.stays_inside(path) => {
                    self.problem(
                        path,
                        &rules::FILE_LINK_OUTSIDE,
                        "this link leads out of the repository",
                    );
                }
                Ok(metadata) if metadata.is_dir() => self.folder(path, &name, depth + 1),
                Ok(metadata) => self.file(path, name, &metadata),
                Err(error) => self.unreadable(path, &error),
            }
        }
    }

    fn file(&mut self, path: &Utf8Path, name: String, metadata: &Metadata) {
        if !metadata.is_file() {
            return self.problem(
                path,
                &rules::FILE_SPECIAL,
                "this is neither a file nor a folder",
            );
        }
        if metadata.len() > FILE_LIMIT {
            return self.problem(
                path,
                &yaml::rules::FILE_TOO_LARGE,
                "this template is larger than 16 MiB",
            );
        }
        match read_bytes(path) {
            Ok(content) => {
                let file = File {
                    content: content.into(),
                    mode: metadata.permissions().mode() & 0o777,
                };
                self.files.insert(name, file);
            }
            Err(error) => self.unreadable(path, &error),
        }
    }

    /// Only a symbolic link can lead out.
    fn stays_inside(&self, path: &Utf8Path) -> bool {
        if !path.is_symlink() {
            return true;
        }
        match (path.canonicalize_utf8(), self.root.canonicalize_utf8()) {
            (Ok(target), Ok(root)) => target.starts_with(root),
            _ => false,
        }
    }

    fn unreadable(&mut self, path: &Utf8Path, error: &std::io::Error) {
        let problem = unreadable(self.shown(path), error);
        self.problems.push(problem);
    }

    fn problem(&mut self, path: &Utf8Path, rule: &'static Rule, message: &str) {
        let problem = rule.report(message).at(Location::file(self.shown(path)));
        self.problems.push(problem);
    }

    fn shown<'a>(&self, path: &'a Utf8Path) -> &'a str {
        path.strip_prefix(self.root).unwrap_or(path).as_str()
    }
}
