//! The templates of a repository, read once for all stages.

use std::sync::Arc;

use config_model::Templates;
use diagnostics::Diagnostics;
use render::Reading;

/// What is rendered, and how.
pub(crate) struct Gathered {
    /// Whose templates they are.
    pub(crate) origin: Templates,
    /// None where the repository's own cannot be chosen.
    pub(crate) reading: Option<Arc<Reading>>,
    /// What is wrong with choosing them.
    pub(crate) problems: Diagnostics,
}
