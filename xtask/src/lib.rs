//! What the people who work on ichor run: golden trees, tidiness, oracles, measurements.
//!
//! A library too, so that `cargo test` holds to the same golden trees and rules of the
//! house as the commands.

// The tools of this repository read and write it, and start programs; users never run them.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the tools of this repository work on its files and start its programs"
)]

pub mod bench;
mod charts;
pub mod codegen;
pub mod files;
pub mod golden;
pub mod oracles;
pub mod process;
pub mod stacks;
pub mod tidy;
