//! The commands of `docs/moving.md`, run as they stand there in a repository of each generation.

use std::process::Command;

use testkit::{Sandbox, copy_folder, fixtures};

use crate::{fixture, no_python};

const DOCUMENT: &str = include_str!("../../../../docs/moving.md");

/// What keeps keys and configuration out of commits in all these repositories.
const IGNORED: &str = "*.key\n/cluster.yaml\n/nodes.yaml\n/cluster.toml\n/config.yaml\n\
                       /cloudflare-tunnel.json\n/cloudflared.json\n/*-token.txt\n.private/\nclusterconfig/\n";

/// The commands of a section and of those below it, each with the exit code that it names.
fn commands(heading: &str) -> Vec<(&'static str, i32)> {
    let start = DOCUMENT
        .find(&format!("\n## {heading}"))
        .unwrap_or_else(|| panic!("there is a section `{heading}`"));
    let section = &DOCUMENT[start + 1..];
    let section = section.find("\n## ").map_or(section, |end| &section[..end]);
    let blocks = section.split("```sh\n").skip(1);
    let lines = blocks.flat_map(|block| block.split("```").next().unwrap_or_default().lines());
    lines
        .map(|line| {
            let (command, comment) = line.split_once(" # ").unwrap_or((line, ""));
            let code = comment.split_once(':').map_or("", |(code, _)| code);
            (command.trim(), code.parse().unwrap_or(0))
        })
        .collect()
}

/// A repository as its owner has it: what makejinja rendered, encrypted, and committed.
fn repository(generation: &str, configured: bool) -> Sandbox {
    let mut sandbox = fixture(&format!("forks/{generation}"));
    let expected = fixtures().join("forks").join(generation).join("expected");
    copy_folder(&expected, &sandbox.root());
    sandbox.write(".gitignore", IGNORED);
    let folders = ["bootstrap", "kubernetes"].map(|name| sandbox.root().join(name).into_string());
    let folders = folders.iter().map(String::as_str);
    let folders: Vec<_> = folders
        .filter(|path| camino::Utf8Path::new(path).is_dir())
        .collect();
    drop(
        sandbox
            .run(["secrets", "encrypt"].into_iter().chain(folders))
            .success(),
    );
    if sandbox.exists("talos/talconfig.yaml") {
        drop(sandbox.run(["talos", "gensecret"]).success());
    }
    if !configured {
        for path in ["cluster.yaml", "nodes.yaml", "makejinja.toml"] {
            std::fs::remove_file(sandbox.root().join(path)).expect("it was there");
        }
        std::fs::remove_dir_all(sandbox.root().join("templates")).expect("it was there");
    }
    for (name, value) in [
        ("GIT_AUTHOR_NAME", "a"),
        ("GIT_AUTHOR_EMAIL", "a@example.com"),
        ("GIT_COMMITTER_NAME", "a"),
        ("GIT_COMMITTER_EMAIL", "a@example.com"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
    ] {
        sandbox.set_variable(name, value);
    }
    for command in [
        "git init --quiet .",
        "git add --all",
        "git commit --quiet --message rendered",
    ] {
        shell(&sandbox, command, 0);
    }
    sandbox
}

/// Runs one line as a reader would, who says yes.
#[track_caller]
fn shell(sandbox: &Sandbox, line: &str, code: i32) {
    let is_asked = line.contains("--adopt");
    let line = format!("{line}{}", if is_asked { " --yes" } else { "" });
    let template = sandbox.command([]);
    let output = Command::new("/bin/sh")
        .args(["-c", &line])
        .current_dir(sandbox.root())
        .env_clear()
        .envs(
            template
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .env("PATH", format!("{}:/usr/bin:/bin", sandbox.programs()))
        .output()
        .expect("there is a shell");
    assert_eq!(
        output.status.code(),
        Some(code),
        "{line}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The files that differ from a commit, untracked ones among them.
fn changed(sandbox: &Sandbox, commit: &str) -> Vec<String> {
    shell(sandbox, "git add --all", 0);
    shell(
        sandbox,
        &format!("git diff --cached --name-only {commit} > ../changed"),
        0,
    );
    let path = sandbox.root().join("../changed");
    let text = std::fs::read_to_string(path).expect("was written");
    text.lines().map(str::to_owned).collect()
}

/// Runs a section, after which no secret is in the clear.
fn run(sandbox: &Sandbox, heading: &str, least: usize) {
    let commands = commands(heading);
    assert!(commands.len() >= least, "{heading}: {commands:?}");
    for (command, code) in commands {
        shell(sandbox, command, code);
    }
    shell(sandbox, "ichor secrets check", 0);
}

#[test]
fn the_way_of_late_2025_and_back() {
    let sandbox = repository("late-2025", true);
    if no_python(&sandbox, "the_way_of_late_2025_and_back") {
        return;
    }
    run(&sandbox, "`cluster.yaml` and `nodes.yaml`", 14);
    // And back: only what was adopted differs from what makejinja made, and the hooks are there.
    assert_eq!(
        changed(&sandbox, "HEAD~2"),
        [".gitattributes", "talos/talconfig.yaml"]
    );
}

#[test]
fn the_way_of_early_2025_changes_nothing() {
    let sandbox = repository("early-2025", true);
    if no_python(&sandbox, "the_way_of_early_2025_changes_nothing") {
        return;
    }
    for (command, code) in commands("`cluster.yaml` and `nodes.yaml`") {
        // Nothing differs here.
        let differs = ["--dry-run", "ichor diff"];
        let same = differs.iter().any(|word| command.contains(word));
        shell(&sandbox, command, if same { 0 } else { code });
    }
    assert_eq!(changed(&sandbox, "HEAD~2"), [".gitattributes"]);
}

#[test]
fn the_way_of_2026() {
    let sandbox = repository("2026", true);
    if no_python(&sandbox, "the_way_of_2026") {
        return;
    }
    run(&sandbox, "`cluster.toml`", 5);
    assert!(changed(&sandbox, "HEAD").is_empty());
}

#[test]
fn the_way_of_2024() {
    let sandbox = repository("2024", true);
    run(&sandbox, "`config.yaml`", 5);
    // What the warning is about.
    assert_eq!(
        changed(&sandbox, "HEAD"),
        ["kubernetes/apps/network/namespace.yaml"]
    );
}

#[test]
fn what_works_in_a_repository_that_was_tidied() {
    run(
        &repository("early-2025", false),
        "A repository that was tidied",
        4,
    );
}
