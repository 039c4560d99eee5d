//! What git knows of a repository, through `gix`; nothing is changed and no program started.

use camino::{Utf8Path, Utf8PathBuf};

/// The git repository that a cluster repository lies in.
pub struct Git {
    repository: gix::Repository,
    /// The cluster repository, relative to git's work tree.
    prefix: Utf8PathBuf,
}

impl Git {
    /// Finds the git repository around `root`. `None` where there is none, or none with a
    /// work tree, or one that cannot be read: everything asked of git here is advice.
    pub fn discover(root: &Utf8Path) -> Option<Self> {
        let repository = gix::discover(root.as_std_path()).ok()?;
        let work_tree = repository.workdir()?.canonicalize().ok()?;
        let work_tree = Utf8PathBuf::from_path_buf(work_tree).ok()?;
        let prefix = root
            .canonicalize_utf8()
            .ok()?
            .strip_prefix(&work_tree)
            .ok()?
            .to_owned();
        Some(Self { repository, prefix })
    }

    /// Whether the cluster repository is a folder below git's work tree.
    pub fn is_below(&self) -> bool {
        !self.prefix.as_str().is_empty()
    }

    /// Which of `paths` (relative to the cluster repository) git tracks, in the order given.
    pub fn tracked<'a>(&self, paths: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
        let Ok(index) = self.repository.index_or_empty() else {
            return Vec::new();
        };
        paths
            .into_iter()
            .filter(|path| {
                let path = self.prefix.join(path);
                index.entry_by_path(path.as_str().into()).is_some()
            })
            .collect()
    }

    /// Whether git leaves a file (path relative to the cluster repository) out by its ignore
    /// rules. False where these cannot be read.
    pub fn ignores(&self, path: &str) -> bool {
        !self.left_out([path]).is_empty()
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
                let path = self.prefix.join(path);
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
                    let path = self.prefix.join(path);
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
        let path = self.prefix.join(path);
        let entry = tree.lookup_entry_by_path(path.as_std_path()).ok()??;
        Some(entry.object().ok()?.data.clone())
    }
}
