//! What runs left behind that were killed.

use camino::Utf8PathBuf;
use diagnostics::{Diagnostics, Location};
use repository::{Kind, View};
use tree::JOURNAL_PATH;

use super::Check;
use crate::rules;

/// Folders are not looked into below this depth.
const DEEPEST: usize = 64;

/// So many are named.
const NAMED: usize = 3;

/// What is there of runs that are over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Leftovers {
    /// Whether a run was killed, or is about, between the first and the last file that it writes.
    pub is_half_written: bool,
    /// Files that were to take the place of others, relative to the repository.
    pub files: Vec<String>,
    /// Folders for what is in the clear.
    pub folders: Vec<Utf8PathBuf>,
}

impl Leftovers {
    /// Looks for them, which has to come before anything sweeps them away. `folders` are those that
    /// [`repository::private::left_behind`] tells of.
    pub fn look(view: &View<'_>, folders: Vec<Utf8PathBuf>) -> Self {
        let mut files = Vec::new();
        gather(view, "", 0, &mut files);
        Self {
            is_half_written: view.is_file(JOURNAL_PATH),
            files,
            folders,
        }
    }

    /// Tells of them, and of which are there no more.
    pub fn check(&self, view: &View<'_>) -> Check {
        const NAME: &str = "leftovers";
        let mut problems = Diagnostics::new();
        if self.is_half_written {
            problems.push(
                rules::DOCTOR_INTERRUPTED
                    .report("`ichor configure` was killed while it wrote, or writes now")
                    .at(Location::file(JOURNAL_PATH))
                    .hint("`ichor configure` ends what was begun"),
            );
        }
        if !self.files.is_empty() {
            let left: Vec<_> = { self.files.iter() }
                .filter(|path| view.exists(path))
                .collect();
            let problem = rules::DOCTOR_LEFTOVERS.report(format!(
                "a run that was killed left {}, which may hold secrets in the clear",
                named(&self.files)
            ));
            problems.push(match left.as_slice() {
                [] => problem.hint("nothing is to be done: removed just now"),
                left => problem.hint(format!("remove {}", named(left))),
            });
        }
        if !self.folders.is_empty() {
            let problem = rules::DOCTOR_LEFTOVERS.report(format!(
                "a run that was killed left {}, which may hold secrets in the clear",
                named(&self.folders)
            ));
            problems.push(problem.hint(
                "the next `ichor secrets edit` or `ichor secrets exec-file` removes them; so does `rm -r`",
            ));
        }
        let what = if problems.is_empty() {
            "none of runs that were killed"
        } else {
            "runs were killed"
        };
        Check::of(NAME, what, problems)
    }
}

fn named<T: AsRef<str>>(paths: &[T]) -> String {
    let shown = paths.iter().take(NAMED);
    let shown: Vec<_> = shown.map(|path| format!("`{}`", path.as_ref())).collect();
    match paths.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn gather(view: &View<'_>, folder: &str, depth: usize, found: &mut Vec<String>) {
    let listed = view.list(folder).unwrap_or_default();
    for entry in listed {
        let path = match folder {
            "" => entry.name.clone(),
            folder => format!("{folder}/{}", entry.name),
        };
        let may_be_left = || {
            let process = entry.name.strip_prefix(tree::TEMPORARY_PREFIX);
            process.is_some_and(|rest| !rest.contains('-') || tree::is_abandoned(&entry.name))
        };
        match entry.kind {
            Some(Kind::Folder) if entry.name != ".git" && depth < DEEPEST => {
                gather(view, &path, depth + 1, found);
            }
            Some(Kind::File) if may_be_left() => found.push(path),
            _ => {}
        }
    }
}
