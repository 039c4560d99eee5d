//! A rule in CEL, made ready.

use std::fmt;

use kube_cel::KubeCelExt as _;
use kube_cel::cel::{Context, IdedExpr};

/// A rule, compiled.
#[derive(Debug, Default)]
pub(super) struct Compiled {
    /// The rule; none where it is not understood here.
    pub(super) rule: Option<IdedExpr>,
    /// What makes its message.
    pub(super) message: Option<IdedExpr>,
    /// Whether only changes can break it.
    pub(super) is_of_changes: bool,
}

/// The functions that rules call, made once: each object would make a hundred anew.
pub(super) struct Functions(Context<'static>);

impl Default for Functions {
    fn default() -> Self {
        Self(Context::default().with_all())
    }
}

impl Functions {
    /// Room for the variables of a rule, over the functions.
    pub(super) fn scope(&self) -> Context<'_> {
        self.0.new_inner_scope()
    }
}

impl fmt::Debug for Functions {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Functions")
    }
}
