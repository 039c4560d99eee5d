//! How a plan treats what it finds.

use crate::RelPath;

/// How a plan treats what it finds.
#[derive(Clone, Copy, Default)]
pub struct Options<'a> {
    /// The version of the template set, for the record.
    pub template_set: &'a str,
    /// Which hand edits may be overwritten.
    pub force: Force<'a>,
    /// Whether files that are rendered but not owned may be overwritten.
    pub adopt: bool,
}

/// Which protected files may be overwritten: those edited by hand, and those not owned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Force<'a> {
    /// None.
    #[default]
    None,
    /// Every one.
    All,
    /// Those of the given paths, and those below them.
    Paths(&'a [RelPath]),
}

impl Force<'_> {
    /// Whether a file may be overwritten.
    pub fn covers(self, path: &RelPath) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Paths(paths) => paths.iter().any(|forced| path.starts_with(forced.as_str())),
        }
    }
}
