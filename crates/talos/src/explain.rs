//! Where the values of a node's configuration come from.

use diagnostics::Location;

use crate::patch::Change;

/// What kind of step a stage is, in the order in which they are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StageKind {
    /// What Talos generates for the contract and the role.
    Generator,
    /// A key of the talconfig.
    Talconfig,
    /// A patch of the node's role.
    RolePatch,
    /// A patch of the node itself.
    NodePatch,
    /// A patch for all nodes.
    GlobalPatch,
}

/// One step of the making of a node's configuration.
#[derive(Debug, Clone)]
pub struct Stage {
    /// What kind of step it is.
    pub kind: StageKind,
    /// Its name: the file of a patch, the key of the talconfig, `generator`.
    pub name: String,
    /// Where it is written, if it is.
    pub place: Option<Location>,
    /// What it set, changed or removed.
    pub changes: Vec<Change>,
}
