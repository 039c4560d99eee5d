//! The program as users run it: one binary, one module a topic.

#![expect(
    clippy::disallowed_methods,
    reason = "tests may touch the disk of their sandbox, and ask the user's own git"
)]

mod bad_input;
mod configure;
mod example;
mod excerpts;
mod kill;
mod new_repository;
mod outputs;
mod plugin;
mod road;
mod secret_commands;
mod secret_outputs;
mod talos_commands;
mod templates;
mod words;

use secrets::{File, Identity, decrypt, parse_identity_file};
use testkit::Sandbox;

/// An empty repository.
fn empty() -> Sandbox {
    Sandbox::new(env!("CARGO_BIN_EXE_ichor"))
}

/// A repository with the configuration and keys of a fixture.
fn fixture(case: &str) -> Sandbox {
    Sandbox::from_fixture(env!("CARGO_BIN_EXE_ichor"), case)
}

/// The repository's own identity.
fn identity(sandbox: &Sandbox) -> Identity {
    let source = diagnostics::Source::new("age.key", sandbox.read("age.key"));
    parse_identity_file(&source).expect("a key file").remove(0)
}

/// The plaintext of a secret output.
#[track_caller]
fn plaintext(path: &str, content: &[u8], identity: &Identity) -> Vec<u8> {
    match decrypt(&File::new(path, content), std::slice::from_ref(identity)) {
        Ok(clear) => clear.content.to_vec(),
        Err(problems) => panic!("`{path}`: {:?}", problems.iter().next()),
    }
}
