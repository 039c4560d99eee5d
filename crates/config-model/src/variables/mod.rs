//! The language that keys are declared in: by a repository for itself, in
//! `templates/variables.yaml`, and for each optional stack, beside its templates.

mod attributes;
mod constraints;
mod declare;
mod defaults;
mod file;
mod listed;
mod stacks;

pub(crate) use file::{parse, unknown};
pub(crate) use stacks::stack;

/// Who declares: some things are said of built-in keys only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Author {
    /// A repository, in `templates/variables.yaml`.
    Repository,
    /// This program, of one of its stacks.
    Stack,
}
