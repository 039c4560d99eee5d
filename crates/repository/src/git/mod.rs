//! What git knows of a repository, through `gix`; nothing is changed and no program started.

mod history;
mod local;

use std::cell::RefCell;
use std::collections::HashMap;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

pub use history::{Distance, Head};
pub use local::{Local, Setting, has_setting};

/// The git repository that a cluster repository lies in.
pub struct Git {
    repository: gix::Repository,
    work_tree: Utf8PathBuf,
    /// The cluster repository, an absolute path without links.
    root: Utf8PathBuf,
    /// Folders that were looked up, and what they are without links: outputs share them.
    folders: RefCell<HashMap<Utf8PathBuf, Utf8PathBuf>>,
}

impl Git {
    /// Finds the git repository around `root`. `None` where there is none, or none with a
    /// work tree, or one that cannot be read: everything asked of git here is advice.
    pub fn discover(root: &Utf8Path) -> Option<Self> {
        let repository = gix::discover(root.as_std_path()).ok()?;
        let work_tree = repository.workdir()?.canonicalize().ok()?;
        let work_tree = Utf8PathBuf::from_path_buf(work_tree).ok()?;
        let root = root.canonicalize_utf8().ok()?;
        root.strip_prefix(&work_tree).ok()?;
        Some(Self {
            repository,
            work_tree,
            root,
            folders: RefCell::default(),
        })
    }

    /// A path (relative to the cluster repository, or absolute) as git names it; `None` for
    /// what lies outside of its work tree, or is part of git's own folder.
    fn inside(&self, path: &str) -> Option<Utf8PathBuf> {
        let path = self.resolved(&self.root.join(path));
        let inner = path.strip_prefix(&self.work_tree).ok()?;
        let own = inner.components().any(|part| part.as_str() == ".git");
        (!own).then(|| inner.to_owned())
    }

    /// The path without `..` and without links, as far as it exists.
    fn resolved(&self, path: &Utf8Path) -> Utf8PathBuf {
        let (Some(folder), Some(Utf8Component::Normal(name))) =
            (path.parent(), path.components().next_back())
        else {
            return resolved(path);
        };
        if path.is_symlink() {
            return resolved(path);
        }
        let mut folders = self.folders.borrow_mut();
        let known = folders.entry(folder.to_owned());
        known.or_insert_with(|| resolved(folder)).join(name)
    }

    /// Whether the cluster repository is a folder below git's work tree.
    pub fn is_below(&self) -> bool {
        self.root != self.work_tree
    }

    /// Which of `paths` (relative to the cluster repository) git tracks, in the order given.
    pub fn tracked<'a>(&self, paths: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
        let Ok(index) = self.repository.index_or_empty() else {
            return Vec::new();
        };
        paths
            .into_iter()
            .filter(|path| {
                let inside = self.inside(path);
                inside.is_some_and(|path| index.entry_by_path(path.as_str().into()).is_some())
            })
            .collect()
    }

    /// Whether git leaves a file (path relative to the cluster repository) out: by its ignore
    /// rules, or since it lies elsewhere. False where the rules cannot be read.
    pub fn ignores(&self, path: &str) -> bool {
        self.inside(path).is_none() || !self.left_out([path]).is_empty()
    }

    /// Which of the files git leaves out by its ignore rules and does not track all the same,
    /// in the order given.
    pub fn ignored<'a>(&self, paths: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
        let mut found = self.left_out(paths);
        let tracked = self.tracked(found.iter().copied());
        found.retain(|path| !tracked.contains(path));
        found
    }

    fn left_out<'a>(&self, paths: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
        let Ok(index) = self.repository.index_or_empty() else {
            return Vec::new();
        };
        let source = gix::worktree::stack::state::ignore::Source::WorktreeThenIdMappingIfNotSkipped;
        let Ok(mut rules) = self.repository.excludes(&index, None, source) else {
            return Vec::new();
        };
        let mode = Some(gix::index::entry::Mode::FILE);
        paths
            .into_iter()
            .filter(|path| {
                let Some(path) = self.inside(path) else {
                    return false;
                };
                let at = rules.at_path(path.as_std_path(), mode);
                at.is_ok_and(|at| at.is_excluded())
            })
            .collect()
    }

    /// Which of the files (path relative to the cluster repository, and content on disk) the
    /// last commit does not hold as they are, in the order given. Without any commit: all.
    pub fn uncommitted<'a>(
        &self,
        files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> Vec<&'a str> {
        let tree = self.repository.head_tree().ok();
        files
            .into_iter()
            .filter(|(path, content)| {
                let committed = tree.as_ref().and_then(|tree| {
                    let path = self.inside(path)?;
                    tree.lookup_entry_by_path(path.as_std_path()).ok().flatten()
                });
                let on_disk = gix::objs::compute_hash(
                    self.repository.object_hash(),
                    gix::objs::Kind::Blob,
                    content,
                );
                match (committed, on_disk) {
                    (Some(committed), Ok(on_disk)) => committed.object_id() != on_disk,
                    _ => true,
                }
            })
            .map(|(path, _)| path)
            .collect()
    }

    /// The content of a file in the last commit, if there is one.
    pub fn committed(&self, path: &str) -> Option<Vec<u8>> {
        let tree = self.repository.head_tree().ok()?;
        let path = self.inside(path)?;
        let entry = tree.lookup_entry_by_path(path.as_std_path()).ok()??;
        Some(entry.object().ok()?.data.clone())
    }
}

/// The path without `..` and without links, as far as it exists.
fn resolved(path: &Utf8Path) -> Utf8PathBuf {
    let (mut known, mut rest) = (path, Vec::new());
    let real = loop {
        if let Ok(real) = known.canonicalize_utf8() {
            break real;
        }
        match (known.parent(), known.components().next_back()) {
            (Some(parent), Some(part)) => {
                rest.push(part);
                known = parent;
            }
            _ => break known.to_owned(),
        }
    };
    let mut path = real;
    for part in rest.into_iter().rev() {
        match part {
            Utf8Component::ParentDir => drop(path.pop()),
            Utf8Component::CurDir => {}
            part => path.push(part),
        }
    }
    path
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a repository for the test")]
mod tests {
    use super::*;

    #[test]
    fn what_lies_outside_of_the_work_tree_is_no_matter_of_git() {
        let folder = tempfile::tempdir().expect("a folder");
        let top = Utf8Path::from_path(folder.path()).expect("UTF-8");
        let work_tree = top.join("repository");
        for name in [".git/objects", ".git/refs", "home"] {
            std::fs::create_dir_all(work_tree.join(name)).expect("a folder");
        }
        std::fs::create_dir_all(top.join("outside")).expect("a folder");
        std::fs::write(work_tree.join(".git/HEAD"), "ref: refs/heads/main\n").expect("written");
        std::fs::write(work_tree.join(".gitignore"), "/home/out/\n").expect("written");
        let root = work_tree.join("home");
        let link = root.join("link");
        std::os::unix::fs::symlink(top.join("outside"), link).expect("linked");
        let git = Git::discover(&root).expect("a repository");
        let absolute = |path: &str| top.join(path).into_string();
        for (path, ignored) in [
            ("a.yaml", false),
            ("new/a.yaml", false),
            ("out/a.yaml", true),
            ("../a.yaml", false),
            ("../home/out/a.yaml", true),
            ("../../outside/a.yaml", true),
            ("../../none/deep/a.yaml", true),
            ("link/a.yaml", true),
            ("../.git/a.yaml", true),
            (&*absolute("outside/a.yaml"), true),
            (&*absolute("repository/a.yaml"), false),
            (&*absolute("repository/home/out/a.yaml"), true),
        ] {
            assert_eq!(git.ignores(path), ignored, "{path}");
            assert!(git.tracked([path]).is_empty());
        }
    }
}
