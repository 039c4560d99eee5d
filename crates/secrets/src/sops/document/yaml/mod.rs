//! YAML documents.

mod comments;
mod metadata;
mod place;
mod read;
mod scalar;
mod write;

pub(super) use read::read;
pub(super) use write::write;
