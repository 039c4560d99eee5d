//! What the caller of a run decides.

use secrets::Timestamp;
use tree::RelPath;

/// What the caller of a run decides.
pub struct BuildOptions {
    /// Whether warnings are errors.
    pub strict: bool,
    /// Whether what is wrong with manifests that nobody renders is an error, too. What is
    /// rendered must not wait for it.
    pub whole: bool,
    /// Which edited files may be overwritten, and which encrypted ones may be replaced though
    /// they cannot be decrypted.
    pub force: Overwrite,
    /// Whether files that are rendered but not owned may be overwritten.
    pub adopt: bool,
    /// The time that newly encrypted files bear.
    pub now: Timestamp,
}

impl BuildOptions {
    /// Nothing is overwritten, and warnings are warnings.
    pub fn new(now: Timestamp) -> Self {
        Self {
            strict: false,
            whole: false,
            force: Overwrite::Nothing,
            adopt: false,
            now,
        }
    }
}

/// Which edited files may be overwritten.
#[derive(Default)]
pub enum Overwrite {
    /// None.
    #[default]
    Nothing,
    /// All.
    Everything,
    /// These, and what lies below them.
    Paths(Vec<RelPath>),
}

impl Overwrite {
    /// As the plan takes it.
    pub(crate) fn as_force(&self) -> tree::Force<'_> {
        match self {
            Self::Nothing => tree::Force::None,
            Self::Everything => tree::Force::All,
            Self::Paths(paths) => tree::Force::Paths(paths),
        }
    }
}
