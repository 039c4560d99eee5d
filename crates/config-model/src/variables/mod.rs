//! Keys that a repository adds for itself: `templates/variables.yaml`.

mod declare;
mod defaults;
mod file;

pub(crate) use file::parse;
