//! Everything but what fetches works without a network, and says the same.

use std::process::Command;

use camino::Utf8Path;
use testkit::Sandbox;

use crate::{empty, fixture};

const COMMANDS: &[&[&str]] = &[
    &["configure", "--dry-run"],
    &["configure"],
    &["configure", "--check"],
    &["validate"],
    &["validate", "--path", "."],
    &["flux", "build"],
    &["flux", "test"],
    &["flux", "graph"],
    &["flux", "graph", "--html", "page.html"],
    &["flux", "diff"],
    &["secrets", "check"],
    &["template", "status"],
    &["versions", "list"],
];

/// How a command is begun so that it has no network, not even the machine's own; none where this
/// kernel lets nobody, which is said.
#[expect(clippy::print_stderr, reason = "a skipped test is said")]
fn cut_off(test: &str) -> Option<&'static [&'static str]> {
    const WAYS: &[&[&str]] = &[
        &["unshare", "--net", "--"],
        &["unshare", "--map-root-user", "--net", "--"],
    ];
    let works = |way: &&&[&str]| {
        let (program, words) = way.split_first().expect("it has a program");
        let tried = Command::new(program).args(words).arg("true").output();
        tried.is_ok_and(|tried| tried.status.success())
    };
    let way = WAYS.iter().find(works).copied();
    if way.is_none() {
        eprintln!("{test}: skipped, no network can be cut off here");
    }
    way
}

/// Where a program of this machine lies.
fn installed(name: &str) -> std::path::PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = std::env::split_paths(&path).map(|folder| folder.join(name));
    let found = folders.find(|program| program.is_file());
    found.unwrap_or_else(|| name.into())
}

/// The output of a command that another program starts.
fn under(sandbox: &Sandbox, starter: &[&str], words: &[&str]) -> String {
    let program = Utf8Path::new(env!("CARGO_BIN_EXE_ichor"));
    let mut command = sandbox.command(words.iter().copied());
    if let Some((first, rest)) = starter.split_first() {
        let mut started = Command::new(installed(first));
        started.args(rest).arg(program).args(words);
        started.current_dir(sandbox.root()).env_clear();
        started.env("HOME", sandbox.home());
        started.env("TMPDIR", sandbox.temporary());
        started.env("PATH", sandbox.programs());
        started.stdin(std::process::Stdio::null());
        command = started;
    }
    let output = command.output().expect("it starts");
    let text =
        |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(sandbox.root().as_str(), "$REPO");
    format!(
        "{words:?}\n{}{}{:?}\n",
        text(&output.stdout),
        text(&output.stderr),
        output.status.code()
    )
}

/// A repository in git with a commit.
fn committed() -> Sandbox {
    let sandbox = fixture("public");
    let git = |words: &[&str]| {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
        let status = Command::new("git")
            .current_dir(sandbox.root())
            .args(identity)
            .args(words)
            .status();
        assert!(status.is_ok_and(|status| status.success()), "git {words:?}");
    };
    drop(sandbox.run(["configure", "--quiet"]).success());
    git(&["init", "--quiet"]);
    git(&["add", "kubernetes"]);
    git(&["commit", "--quiet", "--message", "a"]);
    sandbox
}

#[test]
fn without_a_network_everything_says_the_same() {
    let Some(starter) = cut_off("without_a_network_everything_says_the_same") else {
        return;
    };
    let (with, without) = (committed(), committed());
    for words in COMMANDS {
        let expected = under(&with, &[], words);
        assert!(expected.ends_with("Some(0)\n"), "{expected}");
        assert_eq!(under(&without, starter, words), expected);
    }
}

#[test]
fn no_socket_of_a_network_is_opened() {
    let trace = empty();
    let file = trace.root().join("trace");
    let starter = [
        "strace",
        "--follow-forks",
        "--trace=socket,connect,bind",
        "--output",
        file.as_str(),
        "--",
    ];
    let tried = Command::new("strace")
        .args(["--trace=socket", "--output", file.as_str(), "--", "true"])
        .output();
    if !tried.is_ok_and(|tried| tried.status.success()) {
        eprintln!("no_socket_of_a_network_is_opened: skipped, there is no `strace` that may trace");
        return;
    }
    let sandbox = committed();
    for words in COMMANDS {
        let told = under(&sandbox, &starter, words);
        assert!(told.ends_with("Some(0)\n"), "{told}");
        let traced = trace.read("trace");
        assert!(!traced.contains("AF_INET"), "{words:?}\n{traced}");
    }
}
