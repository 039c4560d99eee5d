//! A path inside a tree: relative, normal, and unable to leave it.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::names::{self, TEMPORARY_PREFIX};

/// How long one name may be, in bytes: what ext4, XFS, btrfs and APFS allow.
const NAME_LIMIT: usize = 255;

/// How long a whole path may be, in bytes; leaves room for a root below Linux's 4096.
const PATH_LIMIT: usize = 3072;

/// A valid path relative to the root of a tree, with `/` between its components.
///
/// Holding one means that it is neither absolute nor empty, has no `.`, `..` or empty
/// component, no backslash, no drive letter and no control character, so joining it to a
/// root stays below that root unless a symbolic link stands in the way.
///
/// Cheap to clone. Ordered by bytes, as git orders paths.
///
/// ```
/// use tree::RelPath;
///
/// let path = RelPath::new("kubernetes/apps/kustomization.yaml")?;
/// assert_eq!(path.parent(), "kubernetes/apps");
/// assert_eq!(path.file_name(), "kustomization.yaml");
/// assert!(RelPath::new("../outside").is_err());
/// # Ok::<(), tree::PathError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelPath(Arc<str>);

impl RelPath {
    /// Checks a path.
    ///
    /// # Errors
    ///
    /// The first rule of the type that `path` breaks.
    pub fn new(path: &str) -> Result<Self, PathError> {
        if path.is_empty() {
            return Err(PathError::Empty);
        }
        if path.starts_with('/') {
            return Err(PathError::Absolute);
        }
        if path.chars().any(char::is_control) {
            return Err(PathError::ControlCharacter);
        }
        if path.contains('\\') {
            return Err(PathError::Backslash);
        }
        let bytes = path.as_bytes();
        if bytes.len() >= 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':' {
            return Err(PathError::DriveLetter);
        }
        if path.len() > PATH_LIMIT {
            return Err(PathError::TooLong);
        }
        for component in path.split('/') {
            match component {
                "" => return Err(PathError::EmptyComponent),
                "." => return Err(PathError::CurrentFolder),
                ".." => return Err(PathError::ParentFolder),
                long if long.len() > NAME_LIMIT => return Err(PathError::TooLong),
                _ => {}
            }
        }
        Ok(Self(path.into()))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder that the path stands in; empty for a path at the root.
    pub fn parent(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(parent, _)| parent)
    }

    /// The last component.
    pub fn file_name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }

    /// Its components, from the root.
    pub fn components(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }

    /// The folders that it lies in, from the outermost, then the path itself.
    pub fn with_folders(&self) -> impl Iterator<Item = &str> {
        let folders = self.0.match_indices('/').map(|(at, _)| &self.0[..at]);
        folders.chain([self.as_str()])
    }

    /// Whether it is `folder` or lies below it.
    pub fn starts_with(&self, folder: &str) -> bool {
        self.0
            .strip_prefix(folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Whether a repository is rendered from this file, so that a plan may neither replace nor
    /// remove it: with a key, every secret that was encrypted for it would be lost; what lies
    /// below `templates` would be a template the next time.
    pub fn is_input(&self) -> bool {
        names::is_input(self.as_str())
    }

    /// Whether no output may have this path: git's own folder (at any depth, in any case,
    /// because file systems may fold it), this program's records, its temporary files.
    pub fn is_reserved(&self) -> bool {
        self.components()
            .next()
            .is_some_and(|first| first.eq_ignore_ascii_case(".ichor"))
            || self
                .components()
                .any(|name| name.eq_ignore_ascii_case(".git"))
            || self.file_name().starts_with(TEMPORARY_PREFIX)
    }
}

impl AsRef<str> for RelPath {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for RelPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl FromStr for RelPath {
    type Err = PathError;

    fn from_str(path: &str) -> Result<Self, PathError> {
        Self::new(path)
    }
}

impl TryFrom<&str> for RelPath {
    type Error = PathError;

    fn try_from(path: &str) -> Result<Self, PathError> {
        Self::new(path)
    }
}

impl fmt::Display for RelPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl Serialize for RelPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Why a text is not a [`RelPath`]. Its `Display` is a clause that continues “the path”.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// No text at all.
    #[error("is empty")]
    Empty,
    /// Begins with `/`.
    #[error("is absolute")]
    Absolute,
    /// Two slashes in a row, or one at the end.
    #[error("has an empty component")]
    EmptyComponent,
    /// A component is `.`.
    #[error("has a `.` component")]
    CurrentFolder,
    /// A component is `..`.
    #[error("has a `..` component")]
    ParentFolder,
    /// Has a backslash, which some systems read as a separator.
    #[error("has a backslash")]
    Backslash,
    /// Begins with a letter and a colon.
    #[error("begins with a drive letter")]
    DriveLetter,
    /// Has a NUL, a line break or another control character.
    #[error("has a control character")]
    ControlCharacter,
    /// A name above 255 bytes, or a path above 3072.
    #[error("is too long")]
    TooLong,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_leave_the_root_or_confuse_a_reader_is_refused() {
        for (path, reason) in [
            ("", PathError::Empty),
            ("/etc/passwd", PathError::Absolute),
            ("a//b", PathError::EmptyComponent),
            ("a/", PathError::EmptyComponent),
            ("./a", PathError::CurrentFolder),
            ("a/../../b", PathError::ParentFolder),
            ("a\\..\\b", PathError::Backslash),
            ("C:/a", PathError::DriveLetter),
            ("a\nb", PathError::ControlCharacter),
            ("a\0b", PathError::ControlCharacter),
        ] {
            assert_eq!(RelPath::new(path), Err(reason), "{path:?}");
        }
        assert_eq!(
            RelPath::new(&"x".repeat(NAME_LIMIT + 1)),
            Err(PathError::TooLong)
        );
        assert_eq!(RelPath::new(&"x/".repeat(2000)), Err(PathError::TooLong));
        for path in ["a", ".sops.yaml", "a..b/...", "ä/ö ü", "ab:c"] {
            assert_eq!(
                RelPath::new(path).map(|path| path.to_string()),
                Ok(path.to_owned())
            );
        }
    }

    #[test]
    fn prefixes_are_whole_components() {
        let path = RelPath::new("talos/patches/a.yaml").expect("valid");
        assert!(path.starts_with("talos"));
        assert!(path.starts_with("talos/patches/a.yaml"));
        assert!(!path.starts_with("talos/pat"));
    }

    #[test]
    fn configuration_keys_and_templates_are_inputs() {
        for path in [
            "age.key",
            "Cluster.yaml",
            "templates/overrides/x.yaml",
            ".private/x",
        ] {
            assert!(RelPath::new(path).expect("valid").is_input(), "{path}");
        }
        for path in [
            ".gitignore",
            "talos/age.key",
            "kubernetes/templates/x",
            "bootstrap/helmfile.d/templates/values.yaml.gotmpl",
        ] {
            assert!(!RelPath::new(path).expect("valid").is_input(), "{path}");
        }
    }

    #[test]
    fn records_and_git_are_reserved() {
        for path in [
            ".ichor/outputs",
            ".Ichor/x",
            ".git/hooks/pre-commit",
            "a/.GIT/x",
            "a/.ichor-tmp-1",
        ] {
            assert!(RelPath::new(path).expect("valid").is_reserved(), "{path}");
        }
        for path in [".gitignore", ".github/x", "a/.ichor/x", "git"] {
            assert!(!RelPath::new(path).expect("valid").is_reserved(), "{path}");
        }
    }
}
