//! `exec-env`, `exec-file`, and where identities come from.

use super::{FILE, repository, rules_only};

#[test]
fn values_become_variables() {
    let sandbox = rules_only();
    sandbox.write(
        "talos/talenv.sops.yaml",
        "TOKEN: abc\nPORT: 80\nON: true\nRATE: 1.0\n",
    );
    drop(sandbox.run(["secrets", "encrypt"]).success());
    let run = |arguments: &[&str]| {
        let all = ["secrets", "exec-env"].iter().chain(arguments).copied();
        sandbox.run(all)
    };
    let file = "talos/talenv.sops.yaml";
    assert_eq!(
        run(&[file, "echo $TOKEN-$PORT"]).success().stdout,
        "abc-80\n"
    );
    assert_eq!(
        run(&["--pristine", file, "--", "/usr/bin/env", "-u", "NONE"])
            .success()
            .stdout,
        // As sops 3.13.3 sets them.
        "ON=true\nPORT=80\nRATE=1.0\nTOKEN=abc\n"
    );
    drop(run(&[file, "exit 7"]).exits(7));
    drop(run(&["--same-process", file, "exit 8"]).exits(8));
    let nested = repository();
    let output = nested.run(["secrets", "exec-env", FILE, "true"]).exits(1);
    assert!(
        output
            .stderr
            .contains("`stringData.password` cannot become"),
        "{output}"
    );
}

#[test]
fn a_program_reads_a_pipe_or_a_file() {
    let mut sandbox = repository();
    sandbox.set_variable("PATH", "/usr/bin:/bin");
    let run = |arguments: &[&str]| {
        let all = ["secrets", "exec-file"].iter().chain(arguments).copied();
        sandbox.run(all)
    };
    let clear = super::CLEAR;
    assert_eq!(run(&[FILE, "cat {}"]).success().stdout, clear);
    assert_eq!(run(&[FILE, "--", "cat", "{}"]).success().stdout, clear);
    assert_eq!(
        run(&["--no-fifo", FILE, "cat {} {}"]).success().stdout,
        format!("{clear}{clear}")
    );
    let named = run(&["--filename", "a.yaml", FILE, "basename {}; echo {}"]).success();
    let path = named.stdout.lines().nth(1).expect("a path").to_owned();
    assert!(named.stdout.starts_with("a.yaml\n") && !std::path::Path::new(&path).exists());
    // A program that never reads it ends all the same.
    drop(run(&[FILE, "exit 5"]).exits(5));
    drop(run(&["--filename", "../a", FILE, "true"]).exits(2));
}

#[test]
fn identities_come_from_where_sops_takes_them() {
    let mut sandbox = repository();
    let key = sandbox.read("age.key");
    std::fs::remove_file(sandbox.root().join("age.key")).expect("there");
    drop(sandbox.run(["secrets", "decrypt", FILE]).exits(1));
    let config = sandbox.home().join(".config/sops/age");
    std::fs::create_dir_all(&config).expect("writable");
    std::fs::write(config.join("keys.txt"), &key).expect("writable");
    drop(sandbox.run(["secrets", "decrypt", FILE]).success());
    std::fs::remove_file(config.join("keys.txt")).expect("there");

    std::fs::write(sandbox.home().join("key"), &key).expect("writable");
    let marker = sandbox.home().join("asked");
    let script = sandbox.home().join("lookup");
    std::fs::write(
        &script,
        format!("PATH=/usr/bin:/bin\ntouch {marker}\ncat \"$1\"\n"),
    )
    .expect("writable");
    let line = format!("/bin/sh {script} '{}'", sandbox.home().join("key"));
    sandbox.set_variable("SOPS_AGE_KEY_CMD", &line);
    for arguments in [
        ["secrets", "status"],
        ["secrets", "check"],
        ["secrets", "encrypt"],
    ] {
        drop(sandbox.run(arguments).success());
    }
    assert!(!marker.exists(), "it is not asked for what nobody needs");
    drop(sandbox.run(["secrets", "decrypt", FILE]).success());
    assert!(marker.exists());
    sandbox.set_variable("SOPS_AGE_KEY_CMD", "/bin/false");
    let output = sandbox.run(["secrets", "decrypt", FILE]).exits(1);
    assert!(output.stderr.contains("`SOPS_AGE_KEY_CMD`"), "{output}");
    let secret = key
        .lines()
        .find(|line| line.starts_with("AGE-"))
        .expect("a key");
    sandbox.set_variable("SOPS_AGE_KEY", secret);
    drop(sandbox.run(["secrets", "decrypt", FILE]).success());
}
