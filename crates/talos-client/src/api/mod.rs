//! The messages of the Talos API that are used here, by their packages.
//!
//! The numbers of the fields are those of `pkg/machinery` v1.13.9 and of the runtime of COSI
//! v1.14.1, and the same in Talos 1.11, 1.12 and 1.14 (`cargo xtask oracles talos-api`). Fields
//! that nothing here reads are left out; what a node sends beyond these is passed over.

pub mod cluster;
pub mod common;
pub mod cosi;
pub mod lifecycle;
pub mod machine;
pub mod time;
