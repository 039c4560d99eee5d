//! Where the repository is that a folder belongs to, found upwards as git does it.

use camino::{Utf8Path, Utf8PathBuf};

use crate::names::TIDIED;

/// What only the root of a repository has.
const MARKS: [&str; 5] = [
    "cluster.yaml",
    "cluster.sops.yaml",
    "makejinja.toml",
    tree::RECORD_PATH,
    TIDIED,
];

/// More folders lie in no path that anybody uses.
const LEVELS: usize = 100;

/// A repository, as seen from a folder of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Where it is: the folder as it was named, or an absolute path above it.
    pub path: Utf8PathBuf,
    /// Where the folder is in it; empty at the root itself.
    pub below: Utf8PathBuf,
}

impl Root {
    /// The nearest folder, from `folder` upwards, that is the root of a repository: of one of
    /// ours, or else of git's. Where there is none, the folder itself.
    pub fn find(folder: &Utf8Path) -> Self {
        let here = Self {
            path: folder.to_owned(),
            below: Utf8PathBuf::new(),
        };
        let Ok(absolute) = folder.canonicalize_utf8() else {
            return here;
        };
        let mut of_git = None;
        for above in absolute.ancestors().take(LEVELS) {
            let is_git = has(above, ".git");
            if is_git {
                of_git = Some(above);
            }
            if MARKS.iter().any(|mark| has(above, mark)) {
                return Self::at(folder, &absolute, above);
            }
            if is_git {
                break;
            }
        }
        of_git.map_or(here, |root| Self::at(folder, &absolute, root))
    }

    /// A path that counts from the root as it counts from the folder, where it lies in that.
    pub(crate) fn shown<'a>(&self, path: &'a str) -> &'a str {
        let below = Utf8Path::new(path).strip_prefix(&self.below);
        below.map_or(path, Utf8Path::as_str)
    }

    fn at(folder: &Utf8Path, absolute: &Utf8Path, root: &Utf8Path) -> Self {
        let below = absolute.strip_prefix(root).unwrap_or(Utf8Path::new(""));
        Self {
            path: if below.as_str().is_empty() {
                folder.to_owned()
            } else {
                root.to_owned()
            },
            below: below.to_owned(),
        }
    }

    /// A path as it counts from the root, if somebody in the folder names it: relative to the
    /// folder, or, where only that exists, to the root.
    pub fn named(&self, path: &str) -> String {
        if self.below.as_str().is_empty() || path.starts_with('/') {
            return path.to_owned();
        }
        let mut parts: Vec<&str> = self.below.as_str().split('/').collect();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." if !parts.is_empty() => drop(parts.pop()),
                part => parts.push(part),
            }
        }
        let from_folder = parts.join("/");
        if !has(&self.path, &from_folder) && has(&self.path, path) {
            return path.to_owned();
        }
        from_folder
    }
}

/// A path without symbolic links; `None` where nothing is.
pub fn real(path: &Utf8Path) -> Option<Utf8PathBuf> {
    path.canonicalize_utf8().ok()
}

fn has(folder: &Utf8Path, path: &str) -> bool {
    folder.join(path).symlink_metadata().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::disallowed_methods, reason = "the test needs folders")]
    fn write(root: &Utf8Path, path: &str) {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        std::fs::write(path, "").expect("it can be written");
    }

    #[test]
    fn the_nearest_repository_counts_and_git_ends_the_search() {
        let folder = tempfile::tempdir().expect("a folder");
        let top = Utf8Path::from_path(folder.path()).expect("UTF-8");
        let top = &top.canonicalize_utf8().expect("it is there");
        for path in [
            "a/cluster.yaml",
            "a/kubernetes/apps/x.yaml",
            "a/vendor/.git",
            "a/vendor/b/x.yaml",
            "lone/x.yaml",
        ] {
            write(top, path);
        }
        let found = |path: &str| {
            let found = Root::find(&top.join(path));
            let shown = found.path.strip_prefix(top).map(ToString::to_string);
            (shown.expect("inside"), found.below.to_string())
        };
        assert_eq!(found("a"), ("a".to_owned(), String::new()));
        assert_eq!(
            found("a/kubernetes/apps"),
            ("a".to_owned(), "kubernetes/apps".to_owned())
        );
        assert_eq!(found("a/vendor/b"), ("a/vendor".to_owned(), "b".to_owned()));
        assert_eq!(found("nowhere"), ("nowhere".to_owned(), String::new()));
    }

    #[test]
    fn paths_count_from_the_folder_and_else_from_the_root() {
        let folder = tempfile::tempdir().expect("a folder");
        let top = Utf8Path::from_path(folder.path()).expect("UTF-8");
        for path in ["cluster.yaml", "talos/a.yaml", "kubernetes/apps/x.yaml"] {
            write(top, path);
        }
        let root = Root::find(&top.join("kubernetes"));
        for (path, expected) in [
            ("apps/x.yaml", "kubernetes/apps/x.yaml"),
            ("./apps/", "kubernetes/apps"),
            ("../talos/a.yaml", "talos/a.yaml"),
            ("talos/a.yaml", "talos/a.yaml"),
            ("kubernetes/apps/x.yaml", "kubernetes/apps/x.yaml"),
            ("new.yaml", "kubernetes/new.yaml"),
            (".", "kubernetes"),
        ] {
            assert_eq!(root.named(path), expected, "{path}");
        }
    }
}
