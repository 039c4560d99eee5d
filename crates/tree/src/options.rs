//! How a plan treats what it finds.

use crate::RelPath;

/// Says whether ciphertext on disk has the plaintext that was rendered for its path. False
/// also where that cannot be proven.
pub type SamePlaintext<'a> = &'a (dyn Fn(&RelPath, &[u8]) -> bool + Sync);

/// How a plan treats what it finds.
#[derive(Clone, Copy, Default)]
pub struct Options<'a> {
    /// The version of the template set, for the record.
    pub template_set: &'a str,
    /// Which hand edits may be overwritten.
    pub force: Force<'a>,
    /// Whether files that are rendered but not owned may be overwritten.
    pub adopt: bool,
    /// How to compare secret files that differ byte by byte, as two encryptions of one
    /// plaintext do. Without it their bytes decide.
    pub same_plaintext: Option<SamePlaintext<'a>>,
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
    pub(crate) fn covers(self, path: &RelPath) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Paths(paths) => paths.iter().any(|forced| path.starts_with(forced.as_str())),
        }
    }
}
