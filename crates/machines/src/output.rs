//! The files that nodes are given: compared with what is there, then written, for their owner
//! alone and where git does not see them.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::{Diagnostic, Diagnostics, Location, Secrets, Severity, Source};
use documents::emit;
use talhelper::nodes::gitignore;
use talos::compare;
use talos::sensitive;
use talos::talosconfig::Talosconfig;
use tree::{Content, Diff, Mode, RelPath, Side, WriteOptions};
use zeroize::Zeroizing;

use super::clients;
use repository::write::REPLACING;
use repository::{Batch, Kind, View};

/// What happens to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It is new.
    Create,
    /// It is replaced.
    Update,
    /// It says already what it should, if in other words.
    Unchanged,
}

/// One file. Has no `Debug`: it holds secrets.
pub struct Output {
    /// Its path, relative to the repository.
    pub path: Utf8PathBuf,
    /// What happens to it.
    pub action: Action,
    /// What is there.
    before: Option<Zeroizing<String>>,
    /// What should be there.
    after: Zeroizing<String>,
    /// Whether anybody may read it.
    public: bool,
}

/// All files of a run, in the order in which they are written.
pub struct Outputs {
    /// The files; the one that keeps git away comes first.
    pub files: Vec<Output>,
    /// Configurations that are there and belong to no node.
    pub stale: Vec<Utf8PathBuf>,
}

impl Outputs {
    /// Compares files of the folder, each by name and text, with what is there. With
    /// `gitignored` a `.gitignore` beside them covers each.
    ///
    /// # Errors
    ///
    /// What cannot be read; files that git tracks or would.
    pub fn plan(
        view: &View<'_>,
        folder: &Utf8Path,
        texts: Vec<(String, Zeroizing<String>)>,
        gitignored: bool,
    ) -> Result<Self, Diagnostics> {
        let names: BTreeSet<&str> = texts.iter().map(|(name, _)| name.as_str()).collect();
        let stale = stale(view, folder, &names);
        let mut problems = Diagnostics::new();
        let mut files = Vec::with_capacity(texts.len() + 1);
        if gitignored {
            let path = folder.join(".gitignore");
            let before = view.text(path.as_str())?;
            let before = before.map(|source| source.text().to_owned());
            let after = gitignore(before.as_deref().unwrap_or_default(), names.iter().copied());
            if before.is_some() || !after.is_empty() {
                files.push(Output::public(path, before, after));
            }
        } else {
            problems.extend(exposed(view, folder, &names));
        }
        problems.extend(tracked(view, folder, &names));
        for (name, text) in texts {
            problems.extend(special(view, &folder.join(&name)));
            match Output::private(view, folder.join(name), text) {
                Ok(output) => files.push(output),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.has_errors() {
            return Err(problems);
        }
        Ok(Self { files, stale })
    }

    /// How many files change.
    pub fn changed(&self) -> usize {
        let changed = |output: &&Output| output.action != Action::Unchanged;
        self.files.iter().filter(changed).count()
    }

    /// Writes what changed, all of it or nothing.
    ///
    /// # Errors
    ///
    /// What the disk refuses; a symbolic link in the place of the folder.
    pub fn write(&self, view: &View<'_>) -> Result<(), Diagnostics> {
        if self.changed() == 0 {
            return Ok(());
        }
        let batch = Batch::into_view(view)?;
        for output in &self.files {
            if output.action == Action::Unchanged {
                continue;
            }
            let mode = if output.public {
                Mode::REGULAR
            } else {
                Mode::PRIVATE
            };
            let options = WriteOptions {
                mode: Some(mode),
                private_folder: true,
                ..REPLACING
            };
            batch.stage(output.path.as_str(), output.after.as_bytes(), options)?;
        }
        batch.commit()
    }
}

impl Output {
    fn public(path: Utf8PathBuf, before: Option<String>, after: String) -> Self {
        Self {
            action: action(before.as_deref(), &after),
            before: before.map(Zeroizing::new),
            after: Zeroizing::new(after),
            public: true,
            path,
        }
    }

    fn private(
        view: &View<'_>,
        path: Utf8PathBuf,
        after: Zeroizing<String>,
    ) -> Result<Self, Diagnostic> {
        let before = view.text(path.as_str())?;
        let before = before.map(|source| Zeroizing::new(source.text().to_owned()));
        let mut action = action(before.as_deref().map(String::as_str), &after);
        if let (Action::Update, Some(before)) = (action, &before)
            && mean_the_same(before, &after)
        {
            action = Action::Unchanged;
        }
        if action == Action::Unchanged && is_open(view, &path) {
            action = Action::Update;
        }
        Ok(Self {
            path,
            action,
            before,
            after,
            public: false,
        })
    }

    /// What changes in it, line by line, without secrets: neither those that are known nor what
    /// stands where secrets belong.
    pub fn diff(&self, secrets: &Secrets) -> Diff {
        let nothing = Diff {
            text: String::new(),
            added: 0,
            removed: 0,
        };
        let name = RelPath::new(self.path.as_str())
            .or_else(|_| RelPath::new(self.path.file_name().unwrap_or("file")));
        let Ok(name) = name else {
            return nothing;
        };
        if self.action == Action::Unchanged {
            return nothing;
        }
        let before = self.before.as_deref().map_or("", String::as_str);
        // Where what is there cannot be read, no value of it is shown.
        let (covered, unreadable) = if self.public {
            ([before.to_owned(), self.after.to_string()], false)
        } else {
            match covered(before, &self.after, secrets) {
                Some(covered) => (covered, false),
                None => ([before.to_owned(), self.after.to_string()], true),
            }
        };
        let [before, after] = covered.map(Content::from);
        let before = match self.before {
            Some(_) => Side::Content(&before),
            None => Side::Missing,
        };
        let after = Side::Content(&after);
        let hidden = unreadable.then_some(yaml::mask::values as tree::Values);
        Diff::new(&name, before, after, hidden, &Secrets::default())
    }
}

/// Both texts without secrets; none if either cannot be read.
fn covered(before: &str, after: &str, secrets: &Secrets) -> Option<[String; 2]> {
    if let Some(after) = client(after) {
        let before = client(before);
        let covered = clients::covered(before.as_ref(), &after);
        return Some(covered.map(|text| text.to_string()));
    }
    let (old, new) = (documents(before), documents(after));
    if new.is_empty() || (old.is_empty() && !before.trim().is_empty()) {
        return None;
    }
    let both = sensitive::both(secrets, &old, &new);
    Some(both.map(|documents| emit::documents(&documents, 2)))
}

/// Whether others than its owner may read a file.
fn is_open(view: &View<'_>, path: &Utf8Path) -> bool {
    view.find(path).is_some_and(|found| found.mode & 0o077 != 0)
}

fn action(before: Option<&str>, after: &str) -> Action {
    match before {
        None => Action::Create,
        Some(before) if before == after => Action::Unchanged,
        Some(_) => Action::Update,
    }
}

/// Whether two configurations say the same: one that talhelper wrote stays as it is.
fn mean_the_same(before: &str, after: &str) -> bool {
    let (before, after) = (documents(before), documents(after));
    !before.is_empty()
        && before.len() == after.len()
        && compare::differences(&before, &after).is_empty()
}

/// The `talosconfig` in a text; none if it is none.
fn client(text: &str) -> Option<Talosconfig> {
    let (config, problems) = talos::talosconfig::read(&Source::new("", text));
    config.filter(|config| !config.contexts.is_empty() && !problems.has_errors())
}

fn documents(text: &str) -> Vec<serde_json::Value> {
    let (documents, problems) = talos::patch::documents(&Source::new("", text));
    if problems.has_errors() {
        Vec::new()
    } else {
        documents
    }
}

/// What stands in the place of a file and is none, told before anything is written.
fn special(view: &View<'_>, path: &Utf8Path) -> Option<Diagnostic> {
    let found = view.find(path)?;
    (found.is_link || found.kind != Kind::File).then(|| {
        repository::rules::FILE_SPECIAL
            .report(format!(
                "`{path}` is a link, a folder or the like, and stands where a file belongs"
            ))
            .at(Location::file(path.as_str()))
            .hint("remove it")
    })
}

/// Machine configurations of the folder that are none of these.
fn stale(view: &View<'_>, folder: &Utf8Path, names: &BTreeSet<&str>) -> Vec<Utf8PathBuf> {
    let Ok(entries) = view.list(folder) else {
        return Vec::new();
    };
    let mut found: Vec<_> = entries
        .into_iter()
        .map(|entry| entry.name)
        .filter(|name| name.ends_with(".yaml") && !names.contains(name.as_str()))
        .filter(|name| !name.starts_with(tree::TEMPORARY_PREFIX))
        .map(|name| folder.join(name))
        .filter(|path| is_configuration(view, path))
        .collect();
    found.sort();
    found
}

/// Whether a file holds a machine configuration: others are nobody's business.
fn is_configuration(view: &View<'_>, path: &Utf8Path) -> bool {
    let Ok(Some(source)) = view.text(path.as_str()) else {
        return false;
    };
    documents(source.text())
        .iter()
        .any(|document| document.pointer("/machine/type").is_some())
}

/// Files that git tracks already: whoever has the repository has the keys of the cluster.
fn tracked(view: &View<'_>, folder: &Utf8Path, names: &BTreeSet<&str>) -> Vec<Diagnostic> {
    let Some(git) = view.git() else {
        return Vec::new();
    };
    let paths: Vec<_> = names.iter().map(|name| folder.join(name)).collect();
    git.tracked(paths.iter().map(|path| path.as_str()))
        .into_iter()
        .map(|path| {
            repository::rules::GIT_KEY_TRACKED.report(format!("git tracks `{path}`, which holds keys of the cluster"),
            )
            .at(Location::file(path))
            .hint(format!(
                "run `git rm --cached {path}`, and replace the keys: whoever has the repository has them"
            ))
        })
        .collect()
}

/// Files that git would take into the next commit.
fn exposed(view: &View<'_>, folder: &Utf8Path, names: &BTreeSet<&str>) -> Option<Diagnostic> {
    let git = view.git()?;
    let covered = |name: &&&str| git.ignores(folder.join(name).as_str());
    let first = names.iter().find(|name| !covered(name))?;
    Some(
        repository::rules::GIT_KEY_EXPOSED
            .report_as(
                Severity::Error,
                format!(
                    "no `.gitignore` covers `{}`, which holds keys of the cluster",
                    folder.join(first)
                ),
            )
            .hint(format!(
                "leave out `--no-gitignore`, or add `/{folder}/` to `.gitignore`"
            )),
    )
}
