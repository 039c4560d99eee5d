//! How large an input may be.

use diagnostics::{Diagnostic, Location};

use crate::rules;

/// What a reader refuses to go beyond, so that no input exhausts memory or the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Size of the text in bytes.
    pub bytes: usize,
    /// How deep lists and maps may nest, aliases expanded. At most [`Limits::MAX_DEPTH`];
    /// a larger number counts as that.
    pub depth: usize,
    /// How many scalars, lists and maps one text may hold, keys included and aliases expanded.
    pub nodes: usize,
}

impl Limits {
    /// The depth that no setting exceeds: dropping and walking a tree recurses once a level.
    pub const MAX_DEPTH: usize = 512;

    /// The depth in force.
    pub(crate) fn effective_depth(&self) -> usize {
        self.depth.min(Self::MAX_DEPTH)
    }
}

/// 16 MiB, 128 levels, a million nodes.
impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 16 << 20,
            depth: 128,
            nodes: 1_000_000,
        }
    }
}

/// The problem of a text larger than a limit; both in bytes.
pub(crate) fn too_large(name: &str, bytes: usize, limit: usize) -> Diagnostic {
    rules::FILE_TOO_LARGE
        .report(format!(
            "the file has {bytes} bytes, more than the {limit} that are read"
        ))
        .at(Location::file(name))
}
