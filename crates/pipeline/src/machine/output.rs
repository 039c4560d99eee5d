//! The files that nodes are given: compared with what is there, then written, for their owner
//! alone and where git does not see them.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::{Diagnostic, Diagnostics, Location, Source};
use talos::nodes::gitignore;
use talos::{compare, sensitive};
use tree::{Content, Diff, Redaction, RelPath, Side};
use zeroize::Zeroizing;

use crate::git::Git;
use crate::{load, write};

/// What happens to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
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
        root: &Utf8Path,
        folder: &Utf8Path,
        texts: Vec<(String, Zeroizing<String>)>,
        gitignored: bool,
    ) -> Result<Self, Diagnostics> {
        let names: BTreeSet<&str> = texts.iter().map(|(name, _)| name.as_str()).collect();
        let stale = stale(root, folder, &names);
        let mut problems = Diagnostics::new();
        let mut files = Vec::with_capacity(texts.len() + 1);
        if gitignored {
            let path = folder.join(".gitignore");
            let before = load::text(root, path.as_str())?;
            let before = before.map(|source| source.text().to_owned());
            let after = gitignore(before.as_deref().unwrap_or_default(), names.iter().copied());
            if before.is_some() || !after.is_empty() {
                files.push(Output::public(path, before, after));
            }
        } else {
            problems.extend(exposed(root, folder, &names));
        }
        problems.extend(tracked(root, folder, &names));
        for (name, text) in texts {
            match Output::private(root, folder.join(name), text) {
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

    /// Writes what changed: each file whole or not at all.
    ///
    /// # Errors
    ///
    /// What the disk refuses.
    pub fn write(&self, root: &Utf8Path) -> Result<(), Diagnostic> {
        for output in &self.files {
            if output.action == Action::Unchanged {
                continue;
            }
            if let Some(folder) = output.path.parent() {
                write::private_folder(root, folder)?;
            }
            let mode = if output.public { 0o644 } else { 0o600 };
            write::file(root, output.path.as_str(), output.after.as_bytes(), mode)?;
        }
        Ok(())
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
        root: &Utf8Path,
        path: Utf8PathBuf,
        after: Zeroizing<String>,
    ) -> Result<Self, Diagnostic> {
        let before = load::text(root, path.as_str())?;
        let before = before.map(|source| Zeroizing::new(source.text().to_owned()));
        let mut action = action(before.as_deref().map(String::as_str), &after);
        if let (Action::Update, Some(before)) = (action, &before)
            && mean_the_same(before, &after)
        {
            action = Action::Unchanged;
        }
        Ok(Self {
            path,
            action,
            before,
            after,
            public: false,
        })
    }

    /// The secrets in what is there and in what should be, which no difference may show.
    pub fn secrets(&self) -> Vec<String> {
        let texts = self.before.iter().chain([&self.after]);
        texts
            .flat_map(|text| match talosconfig_secrets(text) {
                Some(secrets) => secrets,
                None => sensitive::secret_texts(&documents(text)),
            })
            .collect()
    }

    /// What changes in it, line by line.
    pub fn diff(&self, redaction: &Redaction) -> Diff {
        let name = RelPath::new(self.path.as_str())
            .or_else(|_| RelPath::new(self.path.file_name().unwrap_or("file")));
        let before = self
            .before
            .as_deref()
            .map(|text| Content::from(text.as_str()));
        let after = Content::from(self.after.as_str());
        let Ok(name) = name else {
            return Diff {
                text: String::new(),
                added: 0,
                removed: 0,
            };
        };
        let before = before.as_ref().map_or(Side::Missing, Side::Content);
        Diff::new(&name, before, Side::Content(&after), false, redaction)
    }
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

/// The keys in a `talosconfig`; none if it is none.
fn talosconfig_secrets(text: &str) -> Option<Vec<String>> {
    let (config, _) = talos::talosconfig::read(&Source::new("", text));
    let contexts = config
        .filter(|config| !config.contexts.is_empty())?
        .contexts;
    let keys = contexts.into_iter().filter_map(|(_, context)| context.key);
    Some(keys.map(|key| key.expose().to_owned()).collect())
}

fn documents(text: &str) -> Vec<serde_json::Value> {
    let (documents, problems) = talos::patch::documents(&Source::new("", text));
    if problems.has_errors() {
        Vec::new()
    } else {
        documents
    }
}

/// Files of the folder that look like configurations and are none of these.
fn stale(root: &Utf8Path, folder: &Utf8Path, names: &BTreeSet<&str>) -> Vec<Utf8PathBuf> {
    let Ok(entries) = root.join(folder).read_dir_utf8() else {
        return Vec::new();
    };
    let mut found: Vec<_> = entries
        .flatten()
        .map(|entry| entry.file_name().to_owned())
        .filter(|name| name.ends_with(".yaml") && !names.contains(name.as_str()))
        .filter(|name| !name.starts_with(tree::TEMPORARY_PREFIX))
        .map(|name| folder.join(name))
        .collect();
    found.sort();
    found
}

/// Files that git tracks already: whoever has the repository has the keys of the cluster.
fn tracked(root: &Utf8Path, folder: &Utf8Path, names: &BTreeSet<&str>) -> Vec<Diagnostic> {
    let Some(git) = Git::discover(root) else {
        return Vec::new();
    };
    let paths: Vec<_> = names.iter().map(|name| folder.join(name)).collect();
    git.tracked(paths.iter().map(|path| path.as_str()))
        .into_iter()
        .map(|path| {
            Diagnostic::error(
                "git/key-tracked",
                format!("git tracks `{path}`, which holds keys of the cluster"),
            )
            .at(Location::file(path))
            .hint(format!(
                "run `git rm --cached {path}`, and replace the keys: whoever has the repository has them"
            ))
        })
        .collect()
}

/// Files that git would take into the next commit.
fn exposed(root: &Utf8Path, folder: &Utf8Path, names: &BTreeSet<&str>) -> Option<Diagnostic> {
    let git = Git::discover(root)?;
    let covered = |name: &&&str| git.ignores(folder.join(name).as_str());
    let first = names.iter().find(|name| !covered(name))?;
    Some(
        Diagnostic::error(
            "git/key-exposed",
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
