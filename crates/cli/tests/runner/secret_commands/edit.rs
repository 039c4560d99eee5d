//! `secrets edit` with editors of a few lines: what is written, and what is never left.

use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use testkit::Sandbox;

use super::{CLEAR, FILE, repository, rules_only};

/// Makes a shell script the editor; `$1` is its file.
fn editor(sandbox: &mut Sandbox, script: &str) {
    let path = sandbox.home().join("editor");
    let prelude = "PATH=/usr/local/bin:/usr/bin:/bin\n";
    std::fs::write(&path, format!("#!/bin/sh\n{prelude}{script}\n")).expect("writable");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).expect("ours");
    sandbox.set_variable("EDITOR", path.as_str());
}

fn edit(sandbox: &Sandbox) -> testkit::Output {
    sandbox.run(["secrets", "edit", FILE])
}

#[test]
fn a_changed_value_is_written_and_nothing_else() {
    let mut sandbox = repository();
    let before = sandbox.read(FILE);
    editor(&mut sandbox, "sed -i s/admin/root/ \"$1\"");
    assert_snapshot!(edit(&sandbox).success(), @r"
    ------- stderr -------
    Changed values are encrypted and written.
    ");
    let after = sandbox.read(FILE);
    let password = |text: &str| {
        text.lines()
            .find(|line| line.contains("password:"))
            .map(str::to_owned)
    };
    assert_eq!(password(&before), password(&after));
    assert_eq!(
        sandbox.run(["secrets", "decrypt", FILE]).success().stdout,
        CLEAR.replace("admin", "root")
    );
}

#[test]
fn nothing_changed_is_nothing_written() {
    let mut sandbox = repository();
    let before = sandbox.snapshot();
    editor(&mut sandbox, "touch \"$1\"");
    assert_snapshot!(edit(&sandbox).success(), @r"
    ------- stderr -------
    Nothing was changed, and nothing was written.
    ");
    editor(&mut sandbox, "exit 3");
    drop(edit(&sandbox).exits(1));
    let changed = sandbox.snapshot();
    assert!(changed.changed_since(&before).is_empty());
}

#[test]
fn a_broken_result_fails_and_shows_nothing() {
    let mut sandbox = repository();
    let before = sandbox.snapshot();
    editor(
        &mut sandbox,
        "printf 'stringData: {a: \"in-the-clear' > \"$1\"",
    );
    let output = edit(&sandbox).exits(1);
    assert!(output.stderr.contains("yaml/syntax"), "{output}");
    assert!(output.stderr.contains("nothing was written"), "{output}");
    assert!(!output.stderr.contains("in-the-clear"), "{output}");
    assert!(sandbox.snapshot().changed_since(&before).is_empty());
}

#[test]
fn the_file_is_private_and_in_memory_and_a_new_one_is_created() {
    let mut sandbox = rules_only();
    let seen = sandbox.home().join("seen");
    let script = format!(
        "stat -c '%a %n' \"$1\" \"$(dirname \"$1\")\" > {seen}\nprintf 'stringData:\\n  a: new\\n' > \"$1\""
    );
    editor(&mut sandbox, &script);
    std::fs::create_dir_all(sandbox.root().join("kubernetes/apps/demo")).expect("writable");
    assert_snapshot!(edit(&sandbox).success(), @r"
    ------- stderr -------
    Encrypted and written.
    ");
    assert!(sandbox.read(FILE).contains("ENC["));
    if cfg!(target_os = "linux") {
        let seen = std::fs::read_to_string(seen).expect("the editor wrote it");
        let lines: Vec<_> = seen.lines().collect();
        assert!(
            lines[0].starts_with("600 /") && lines[1].starts_with("700 /"),
            "{seen}"
        );
        let folder = lines[1].split_once(' ').expect("two words").1;
        assert!(!std::path::Path::new(folder).exists());
    }
}

#[test]
fn a_change_made_meanwhile_is_merged() {
    let mut sandbox = repository();
    let root = sandbox.root();
    let program = env!("CARGO_BIN_EXE_ichor");
    let script = format!(
        "cd {root} && {program} secrets set {FILE} '[\"stringData\"][\"port\"]' '\"9090\"'\nsed -i s/admin/root/ \"$1\""
    );
    editor(&mut sandbox, &script);
    drop(edit(&sandbox).success());
    assert_eq!(
        sandbox.run(["secrets", "decrypt", FILE]).success().stdout,
        CLEAR.replace("admin", "root").replace("8080", "9090")
    );
}

#[test]
fn signals_leave_nothing_behind() {
    for signal in ["TERM", "HUP", "INT"] {
        let mut sandbox = repository();
        let before = sandbox.read(FILE);
        let seen = sandbox.home().join("seen");
        // Written whole or not at all, so that the test never reads half a path.
        editor(
            &mut sandbox,
            &format!("echo \"$1\" > {seen}.new; mv {seen}.new {seen}; exec sleep 60"),
        );
        let mut child = sandbox
            .command(["secrets", "edit", FILE])
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("the program can be started");
        let waited = Instant::now();
        while !seen.exists() {
            assert!(
                waited.elapsed() < Duration::from_mins(1),
                "the editor never started"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
        let path = std::fs::read_to_string(&seen).expect("the editor wrote it");
        let path = std::path::Path::new(path.trim());
        assert!(path.exists());
        let killed = std::process::Command::new("/bin/sh")
            .args(["-c", &format!("kill -{signal} {}", child.id())])
            .status()
            .expect("there is a shell");
        assert!(killed.success());
        let status = child.wait().expect("it was started");
        assert!(
            status.code().is_some_and(|code| code > 128),
            "{signal}: {status}"
        );
        assert!(
            !path.exists() && !path.parent().expect("a folder").exists(),
            "{signal}"
        );
        assert_eq!(sandbox.read(FILE), before);
    }
}

#[test]
fn a_rendered_output_is_told_to_be_one_with_what_to_change_instead() {
    let mut sandbox = crate::fixture("minimal");
    drop(sandbox.run(["configure"]).success());
    let file = "kubernetes/components/sops/cluster-secrets.sops.yaml";
    editor(&mut sandbox, "touch \"$1\"");
    assert_snapshot!(sandbox.run(["secrets", "edit", file]).success(), @r"
    ------- stderr -------
    warning[plan/edits-output]: `kubernetes/components/sops/cluster-secrets.sops.yaml` is an output: `ichor configure` renders it from a built-in template, and stops where it was edited by hand
    --> kubernetes/components/sops/cluster-secrets.sops.yaml
     |
    hint: change `cluster.yaml` instead, or the template after `ichor template eject kubernetes/components/sops/cluster-secrets.sops.yaml`, then run `ichor configure`

    Nothing was changed, and nothing was written.
    ");
    let set = [
        "secrets",
        "set",
        "--text",
        file,
        r#"["stringData"]["X"]"#,
        "x",
    ];
    let told = sandbox.run(set).success();
    assert!(told.stderr.contains("plan/edits-output"), "{told}");
    // A template of the repository's own is the one to change.
    let template = format!("templates/overrides/{file}.j2");
    sandbox.write(&template, "");
    let told = sandbox
        .run(["secrets", "unset", file, r#"["stringData"]["X"]"#])
        .success();
    assert!(
        told.stderr
            .contains(&format!("renders it from `{template}`")),
        "{told}"
    );
    // What was archived is no output any more, and neither is a file of one's own.
    drop(sandbox.run(["template", "tidy", "--yes"]).success());
    assert_snapshot!(sandbox.run(["secrets", "edit", file]).success(), @r"
    ------- stderr -------
    Nothing was changed, and nothing was written.
    ");
}
