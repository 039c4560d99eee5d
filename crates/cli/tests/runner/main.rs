//! The program as users run it: one binary, one module a topic.

#![expect(
    clippy::disallowed_methods,
    reason = "tests may touch the disk of their sandbox, and ask the user's own git"
)]

mod bad_input;
mod configure;
mod example;
mod kill;
mod new_repository;
mod secrets;
mod templates;

use testkit::Sandbox;

/// An empty repository.
fn empty() -> Sandbox {
    Sandbox::new(env!("CARGO_BIN_EXE_ichor"))
}

/// A repository with the configuration and keys of a fixture.
fn fixture(case: &str) -> Sandbox {
    Sandbox::from_fixture(env!("CARGO_BIN_EXE_ichor"), case)
}
