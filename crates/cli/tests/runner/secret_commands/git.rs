//! git's own merges and differences of encrypted files, through ichor.

use std::process::{Command, Output};

use testkit::Sandbox;

use super::{CLEAR, FILE, PASSWORD, repository};

/// The user's git in a sandbox; it finds the program under test as `ichor`.
pub(crate) struct Git<'a> {
    sandbox: &'a Sandbox,
    path: String,
}

/// `None`, and a word on it, where git is not installed.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
pub(crate) fn git(sandbox: &Sandbox) -> Option<Git<'_>> {
    if Command::new("git").arg("--version").output().is_err() {
        eprintln!("skipped: git is not installed");
        return None;
    }
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_ichor"));
    let folder = program.parent().expect("a program has a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    Some(Git {
        sandbox,
        path: format!("{}:{path}", folder.display()),
    })
}

impl Git<'_> {
    pub(crate) fn init(&self) {
        self.run(&["init", "--quiet", "--initial-branch=main"]);
        for (name, value) in [("user.name", "t"), ("user.email", "t@example.com")] {
            self.run(&["config", name, value]);
        }
    }

    pub(crate) fn output(&self, arguments: &[&str]) -> Output {
        Command::new("git")
            .args(arguments)
            .current_dir(self.sandbox.root())
            .env_clear()
            .env("HOME", self.sandbox.home())
            .env("PATH", &self.path)
            .output()
            .expect("git was found")
    }

    #[track_caller]
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(
            output.status.success(),
            "git {arguments:?}:\n{}{}",
            text(&output.stdout),
            text(&output.stderr)
        );
        text(&output.stdout)
    }

    /// The program under test with a search path that has it.
    pub(crate) fn ichor<'b>(
        &self,
        arguments: impl IntoIterator<Item = &'b str>,
    ) -> testkit::Output {
        let mut command = self.sandbox.command(arguments);
        let output = command
            .env("PATH", &self.path)
            .output()
            .expect("the program under test can be started");
        testkit::Output {
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: output.status.code().unwrap_or(-1),
        }
    }

    fn commit(&self, message: &str) {
        self.run(&["commit", "--quiet", "--all", "--message", message]);
    }

    fn set(&self, path: &str, value: &str) {
        drop(self.ichor(["secrets", "set", FILE, path, value]).success());
    }
}

fn two_branches<'a>(sandbox: &'a Sandbox, left: &str, right: &str) -> Option<Git<'a>> {
    let git = git(sandbox)?;
    git.init();
    drop(git.ichor(["init", "--hooks"]).success());
    git.run(&["add", ".sops.yaml", ".gitattributes", FILE]);
    git.commit("encrypted");
    git.run(&["switch", "--quiet", "--create", "other"]);
    git.set(left, "\"from-left\"");
    git.commit("left");
    git.run(&["switch", "--quiet", "main"]);
    git.set(right, "\"from-right\"");
    git.commit("right");
    Some(git)
}

#[test]
fn changes_of_different_values_merge() {
    let sandbox = repository();
    let Some(git) = two_branches(&sandbox, r#"["stringData"]["user"]"#, PASSWORD) else {
        return;
    };
    git.run(&["merge", "--quiet", "--no-edit", "other"]);
    let clear = git.ichor(["secrets", "decrypt", FILE]).success().stdout;
    let expected = CLEAR
        .replace("admin", "from-left")
        .replace("hunter2-in-the-clear", "from-right");
    assert_eq!(clear, expected);
    drop(git.ichor(["secrets", "status", "--verify"]).success());
    assert_eq!(
        git.run(&["status", "--porcelain", "--untracked-files=no"]),
        ""
    );
}

#[test]
fn changes_of_the_same_value_are_a_conflict() {
    let sandbox = repository();
    let Some(git) = two_branches(&sandbox, PASSWORD, PASSWORD) else {
        return;
    };
    let ours = sandbox.read(FILE);
    let merge = git.output(&["merge", "--no-edit", "other"]);
    assert!(!merge.status.success());
    let told = String::from_utf8_lossy(&merge.stderr).into_owned();
    assert!(
        told.contains("both sides changed `stringData.password`"),
        "{told}"
    );
    assert!(!told.contains("from-"), "{told}");
    assert_eq!(sandbox.read(FILE), ours);
    assert!(
        git.run(&["status", "--porcelain"])
            .contains(&format!("UU {FILE}"))
    );
}

#[test]
fn differences_show_which_value_changed_and_not_what_it_is() {
    let sandbox = repository();
    let Some(git) = two_branches(&sandbox, PASSWORD, r#"["stringData"]["user"]"#) else {
        return;
    };
    let shown = git.run(&["diff", "main~1", "other"]);
    let lines: Vec<_> = shown
        .lines()
        .filter(|line| {
            line.starts_with(['+', '-']) && !line.starts_with("+++") && !line.starts_with("---")
        })
        .map(|line| line.split('<').next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(lines, ["-  password: ", "+  password: "], "{shown}");
    let reveal = "diff.ichor.textconv=ichor secrets textconv --reveal";
    let shown = git.run(&["-c", reveal, "diff", "main~1", "other"]);
    assert!(shown.contains("+  password: from-left"), "{shown}");
}

#[test]
fn what_was_decrypted_and_encrypted_again_is_as_it_was_committed() {
    let sandbox = repository();
    let Some(git) = git(&sandbox) else { return };
    git.init();
    git.run(&["add", FILE]);
    git.commit("encrypted");
    drop(sandbox.run(["secrets", "decrypt", "-i", FILE]).success());
    assert_eq!(sandbox.read(FILE), CLEAR);
    drop(sandbox.run(["secrets", "encrypt", "-i", FILE]).success());
    assert_eq!(
        git.run(&["status", "--porcelain", "--untracked-files=no"]),
        ""
    );
}

#[test]
fn a_cluster_in_a_folder_of_a_larger_repository_is_guarded_too() {
    let sandbox = repository();
    let Some(git) = git(&sandbox) else { return };
    git.init();
    let cluster = sandbox.root().join("clusters/it's home");
    std::fs::create_dir_all(&cluster).expect("writable");
    for name in [".sops.yaml", "age.key", "kubernetes"] {
        std::fs::rename(sandbox.root().join(name), cluster.join(name)).expect("ours");
    }
    drop(
        git.ichor(["-C", cluster.as_str(), "init", "--hooks"])
            .success(),
    );
    git.run(&["add", ".gitattributes", "clusters/*.sops.yaml"]);
    git.commit("encrypted");
    let path = format!("clusters/it's home/{FILE}");
    let file = |value: &str| {
        git.run(&["checkout", "--quiet", "-B", value, "main"]);
        let at = format!("[\"stringData\"][\"{value}\"]");
        drop(
            git.ichor([
                "-C",
                cluster.as_str(),
                "secrets",
                "set",
                FILE,
                &at,
                "\"new\"",
            ])
            .success(),
        );
        git.commit(value);
    };
    file("user");
    file("port");
    git.run(&["merge", "--quiet", "--no-edit", "user"]);
    let clear = git
        .ichor(["-C", cluster.as_str(), "secrets", "decrypt", FILE])
        .success();
    assert!(
        clear.stdout.contains("user: new\n") && clear.stdout.contains("port: new\n"),
        "{clear}"
    );
    sandbox.write(&path, CLEAR);
    let refused = git.output(&["commit", "--all", "--message", "clear"]);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("should be encrypted by the rule"));
}
