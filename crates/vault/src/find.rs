//! The files that a command is about: named ones, and those below folders. What a killed run
//! left below folders is removed on the way.

use std::time::Duration;

use camino::{Utf8DirEntry, Utf8Path, Utf8PathBuf};
use diagnostics::{Diagnostics, Location};

use super::names;
use repository::chart;

/// Folders that are never entered: git's own, and what ichor keeps for itself.
const SKIPPED: &[&str] = &[".git", ".ichor", ".private"];

/// Deeper folders are a loop or a mistake.
const DEPTH: usize = 100;

/// A file is written and renamed in less; what is older was left behind.
const ABANDONED: Duration = Duration::from_mins(1);

/// A file that may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// Where it is.
    pub path: Utf8PathBuf,
    /// As messages name it.
    pub shown: String,
    /// Whether the user named it; else it was found in a folder, and may be anything.
    pub named: bool,
}

impl Target {
    /// A file that the user named, relative to `folder`.
    pub fn named(folder: &Utf8Path, path: &Utf8Path) -> Self {
        Self {
            path: folder.join(path),
            shown: tidy(path),
            named: true,
        }
    }

    /// Whether it was found among the templates of a Helm chart, and is not named as a secret.
    pub(super) fn is_chart_template(&self) -> bool {
        !self.named
            && !names::is_named(&self.shown)
            && chart::is_template(self.path.as_str(), |path| Utf8Path::new(path).is_file())
    }
}

/// The files named, and every file below the folders named, in the order of their paths.
/// Symbolic links that are found in folders are not followed.
pub fn targets(folder: &Utf8Path, paths: &[Utf8PathBuf]) -> (Vec<Target>, Diagnostics) {
    let mut walk = Walk {
        found: Vec::new(),
        problems: Diagnostics::new(),
    };
    for path in paths {
        let full = folder.join(path);
        if full.is_dir() {
            walk.folder(&full, &tidy(path), 0);
        } else {
            walk.found.push(Target::named(folder, path));
        }
    }
    let mut found = walk.found;
    // A file that is named and found counts as named.
    found.sort_by(|left, right| (&left.path, right.named).cmp(&(&right.path, left.named)));
    found.dedup_by(|left, right| left.path == right.path);
    (found, walk.problems)
}

/// Without `./` at the start; the folder itself is the empty text.
fn tidy(path: &Utf8Path) -> String {
    let mut text = path.as_str();
    while let Some(rest) = text.strip_prefix("./") {
        text = rest.trim_start_matches('/');
    }
    let text = if text == "." { "" } else { text };
    match text.trim_end_matches('/') {
        "" if text.starts_with('/') => "/".to_owned(),
        text => text.to_owned(),
    }
}

struct Walk {
    found: Vec<Target>,
    problems: Diagnostics,
}

impl Walk {
    fn folder(&mut self, folder: &Utf8Path, shown: &str, depth: usize) {
        let entries = match folder.read_dir_utf8() {
            Ok(entries) if depth < DEPTH => entries,
            Ok(_) => return self.problem(shown, "the folders nest too deeply"),
            Err(error) => return self.problem(shown, &error.to_string()),
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.problem(shown, &error.to_string());
                    continue;
                }
            };
            let name = match shown {
                "" => entry.file_name().to_owned(),
                "/" => format!("/{}", entry.file_name()),
                shown => format!("{shown}/{}", entry.file_name()),
            };
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => {
                    if !SKIPPED.contains(&entry.file_name()) {
                        self.folder(entry.path(), &name, depth + 1);
                    }
                }
                // What a killed run left, or a running one is about to rename.
                Ok(kind) if entry.file_name().starts_with(tree::TEMPORARY_PREFIX) => {
                    if kind.is_file() && is_abandoned(&entry) {
                        remove(entry.path());
                    }
                }
                Ok(kind) if kind.is_file() => self.found.push(Target {
                    path: entry.path().to_owned(),
                    shown: name,
                    named: false,
                }),
                Ok(_) => {}
                Err(error) => self.problem(&name, &error.to_string()),
            }
        }
    }

    fn problem(&mut self, shown: &str, reason: &str) {
        self.problems.push(
            repository::rules::FILE_UNREADABLE
                .report(format!("`{shown}` cannot be read: {reason}"))
                .at(Location::file(shown)),
        );
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "what may be in the clear must not be left behind"
)]
fn remove(path: &Utf8Path) {
    // Where it cannot be removed it is not ours.
    drop(std::fs::remove_file(path));
}

fn is_abandoned(entry: &Utf8DirEntry) -> bool {
    let modified = entry.metadata().and_then(|metadata| metadata.modified());
    modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age > ABANDONED))
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn what_a_killed_run_left_is_removed_and_what_a_running_one_writes_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Utf8Path::from_path(folder.path()).expect("UTF-8");
        for name in ["a.sops.yaml", ".ichor-tmp-1-0", ".ichor-tmp-2-0"] {
            File::create(root.join(name)).expect("a file");
        }
        let old = File::options()
            .write(true)
            .open(root.join(".ichor-tmp-1-0"))
            .expect("a file");
        let time = SystemTime::now() - 2 * ABANDONED;
        old.set_modified(time).expect("a time");
        let (found, problems) = targets(root, &[".".into()]);
        assert!(problems.is_empty());
        let names: Vec<_> = found.iter().map(|target| &*target.shown).collect();
        assert_eq!(names, ["a.sops.yaml"]);
        assert!(!root.join(".ichor-tmp-1-0").exists());
        assert!(root.join(".ichor-tmp-2-0").exists());
    }
}
