//! The program as users run it: one binary, one module a topic.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests may touch the disk of their sandbox, and ask the user's own git"
)]

mod app;
mod bad_input;
mod cache;
mod charts;
mod configure;
mod documents;
mod example;
mod excerpts;
mod flux;
mod forks;
mod kill;
mod links;
mod live;
mod moving;
mod new_repository;
mod offline;
mod outputs;
mod own_plugin;
mod plugin;
mod road;
mod rules;
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

/// Puts the `python3` of this machine into the sandbox; where there is none, says that a test
/// is skipped.
#[expect(clippy::print_stderr, reason = "a skipped test is said")]
fn no_python(sandbox: &Sandbox, test: &str) -> bool {
    let asked = std::process::Command::new("python3")
        .args(["-c", "import sys; print(sys.executable)"])
        .output();
    let found = asked.ok().filter(|output| output.status.success());
    let Some(found) = found else {
        eprintln!("{test}: skipped, there is no `python3`");
        return true;
    };
    let program = String::from_utf8_lossy(&found.stdout);
    // A link would lead Python to another folder than its own.
    let script = format!("#!/bin/sh\nexec '{}' \"$@\"\n", program.trim());
    let path = sandbox.programs().join("python3");
    std::fs::write(&path, script).expect("the sandbox is writable");
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&path, executable).expect("it is ours");
    false
}

/// What the program says at a terminal where somebody gives this answer; none, which is said,
/// where there is no `script` to make one.
#[expect(clippy::print_stderr, reason = "a skipped test is said")]
fn on_terminal(sandbox: &Sandbox, arguments: &str, path: &str, answer: &str) -> Option<String> {
    let line = format!("'{}' {arguments}", env!("CARGO_BIN_EXE_ichor"));
    let started = std::process::Command::new("script")
        .args(["--quiet", "--return", "--command", &line, "/dev/null"])
        .current_dir(sandbox.root())
        .env("PATH", path)
        .env("HOME", sandbox.home())
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn();
    let Ok(mut child) = started else {
        eprintln!("skipped: `script` is not installed");
        return None;
    };
    let mut keys = child.stdin.take().expect("is piped");
    std::io::Write::write_all(&mut keys, format!("{answer}\n").as_bytes()).expect("is read");
    drop(keys);
    let output = child.wait_with_output().expect("it ends");
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
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
