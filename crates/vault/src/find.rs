//! The files that a command is about: named ones, and those below folders. What a killed run
//! left below folders is removed on the way.

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::{Diagnostics, Location};

use super::names;
use repository::{Kind, Listed, View, chart};

/// Folders that are never entered: git's own, and what ichor keeps for itself.
const SKIPPED: &[&str] = &[".git", ".ichor", ".private"];

/// Deeper folders are a loop or a mistake.
const DEPTH: usize = 100;

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
    /// A file that the user named, by its path from the folder of the view.
    pub fn named(view: &View<'_>, path: &Utf8Path) -> Self {
        Self {
            path: on_disk(view, path),
            shown: tidy(path),
            named: true,
        }
    }

    /// Whether it was found among the templates of a Helm chart, and is not named as a secret.
    pub(super) fn is_chart_template(&self, view: &View<'_>) -> bool {
        !self.named
            && !names::is_named(&self.shown)
            && chart::is_template(&self.shown, |path| view.is_file(path))
    }
}

fn on_disk(view: &View<'_>, path: &Utf8Path) -> Utf8PathBuf {
    view.root().unwrap_or(Utf8Path::new("")).join(path)
}

/// The files named, and every file below the folders named, in the order of their paths.
/// Symbolic links that are found in folders are not followed.
pub fn targets(view: &View<'_>, paths: &[Utf8PathBuf]) -> (Vec<Target>, Diagnostics) {
    let mut walk = Walk {
        view,
        found: Vec::new(),
        problems: Diagnostics::new(),
    };
    for path in paths {
        let all = path == "." && view.root().is_none();
        if all || view.is_folder(path) {
            walk.folder(&on_disk(view, path), &tidy(path), 0);
        } else {
            walk.found.push(Target::named(view, path));
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

struct Walk<'a> {
    view: &'a View<'a>,
    found: Vec<Target>,
    problems: Diagnostics,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Utf8Path, shown: &str, depth: usize) {
        let listed = match shown {
            "" => ".",
            shown => shown,
        };
        let entries = match self.view.list(listed) {
            Ok(entries) if depth < DEPTH => entries,
            Ok(_) => return self.problem(shown, "the folders nest too deeply"),
            Err(error) => return self.problem(shown, &error.to_string()),
        };
        for Listed {
            name,
            kind,
            is_utf8,
            ..
        } in entries
        {
            let path = folder.join(&name);
            let shown = match shown {
                "" => name.clone(),
                "/" => format!("/{name}"),
                shown => format!("{shown}/{name}"),
            };
            if !is_utf8 {
                self.problem(&shown, "its name is not UTF-8");
            } else if kind == Some(Kind::Folder) {
                if !SKIPPED.contains(&name.as_str()) {
                    self.folder(&path, &shown, depth + 1);
                }
            // What a killed run left, or a running one is about to rename.
            } else if name.starts_with(tree::TEMPORARY_PREFIX) {
                if kind == Some(Kind::File) {
                    repository::sweep(&path);
                }
            } else if kind == Some(Kind::File) {
                self.found.push(Target {
                    path,
                    shown,
                    named: false,
                });
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
