//! The crate as others use it, on the fixtures and on generated input.

mod common;
mod documents;
mod files;
mod fixtures;
mod limits;
mod problems;
mod secrets;
mod values;
