//! What the program says twice must be what it would say without a cache.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, lchown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use testkit::Sandbox;

use crate::fixture;

/// A talconfig on disk, and then the same bytes as an output: every file that the check reads
/// is as it was, and yet there is more to check.
#[test]
fn what_is_rendered_now_is_checked_although_no_file_is_another() {
    let sandbox = fixture("minimal");
    sandbox.write("templates/config/a.yaml.j2", "a: 1\n");
    sandbox.write("templates/variables.yaml", "silence: [key/unused]\n");
    let broken = "clusterName: demo\nbroken: 1\n";
    sandbox.write("talos/talconfig.yaml", broken);
    drop(sandbox.run(["configure"]).success());
    drop(sandbox.run(["configure"]).success());
    drop(sandbox.run(["validate", "--strict"]).success());
    sandbox.write("templates/config/talos/talconfig.yaml.j2", broken);
    let warm = sandbox.run(["validate", "--strict"]).exits(1);
    std::fs::remove_dir_all(sandbox.root().join(".ichor/cache")).expect("there is one");
    let cold = sandbox.run(["validate", "--strict"]).exits(1);
    assert_eq!(warm.stderr, cold.stderr);
}

/// Whatever was left in its folder, git takes nothing of it.
#[test]
fn git_takes_nothing_of_it() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure"]).success());
    drop(sandbox.run(["configure"]).success());
    std::fs::remove_file(sandbox.root().join(".ichor/cache/.gitignore")).expect("it is there");
    sandbox.write("cluster.yaml", sandbox.read("cluster.yaml") + "# changed\n");
    drop(sandbox.run(["configure"]).success());
    assert_eq!(sandbox.read(".ichor/cache/.gitignore"), "*\n");
}

/// A repository whose next run has nothing to do.
fn settled() -> Sandbox {
    let sandbox = fixture("minimal");
    for command in ["configure", "configure", "validate", "validate"] {
        drop(sandbox.run([command]).success());
    }
    sandbox
}

/// What `validate` says, started in some other way: its exit code, and all that it wrote.
fn validate(sandbox: &Sandbox, start: impl FnOnce(Command) -> Command) -> (Option<i32>, String) {
    let mut command = start(sandbox.command(["validate"]));
    let output = command.output().expect("it can be started");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into())
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("it is there");
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.expect("readable").file_name();
    let mut names: Vec<_> = { entries.map(name) }
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Not one byte can be written to any file, as on a full disk.
#[test]
fn a_full_disk_is_as_if_there_were_no_cache() {
    let full = |command: Command| {
        let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\"";
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", script]).arg(command.get_program());
        shell.args(command.get_args()).env_clear();
        let set = { command.get_envs() }.filter_map(|(name, value)| Some((name, value?)));
        shell.envs(set);
        shell.current_dir(command.get_current_dir().expect("it is set"));
        shell
    };
    let sandbox = settled();
    let cache = sandbox.root().join(".ichor/cache");
    let fine = validate(&sandbox, |command| command);
    assert_eq!(validate(&sandbox, full), fine, "with what was kept");
    std::fs::remove_dir_all(&cache).expect("it is there");
    for _ in 0..2 {
        assert_eq!(validate(&sandbox, full), fine, "with nothing");
    }
    sandbox.write("cluster.yaml", "node_cidr: 10.0.0.0/24\n");
    let wrong = validate(&sandbox, full);
    assert_eq!(wrong.0, Some(1));
    assert_eq!(validate(&sandbox, |command| command), wrong);
}

/// A cache that can be read and not written, by somebody for whom that counts.
#[test]
fn a_folder_that_cannot_be_written_is_as_if_there_were_no_cache() {
    let sandbox = settled();
    let root = sandbox.root();
    let base = root.parent().expect("the sandbox's own").as_std_path();
    let is_root = std::fs::metadata(base).expect("it is there").uid() == 0;
    let somebody = |mut command: Command| {
        if is_root {
            command.uid(65_534).gid(65_534);
        }
        command
    };
    if is_root {
        give(base, 65_534);
        if let Err(refused) = somebody(sandbox.command(["--version"])).output() {
            eprintln!("skipped: others than root cannot start the program: {refused}");
            return;
        }
    }
    let fine = validate(&sandbox, somebody);
    assert_eq!(fine.0, Some(0), "{}", fine.1);
    let cache = root.join(".ichor/cache");
    let mode = |mode| {
        std::fs::set_permissions(&cache, std::fs::Permissions::from_mode(mode)).expect("set");
    };
    let kept = names(cache.as_std_path());
    assert!(kept.len() > 2, "{kept:?}");
    mode(0o500);
    for _ in 0..2 {
        assert_eq!(validate(&sandbox, somebody), fine);
    }
    let cluster = sandbox.read("cluster.yaml");
    sandbox.write("cluster.yaml", "node_cidr: 10.0.0.0/24\n");
    let wrong = validate(&sandbox, somebody);
    assert_eq!(wrong.0, Some(1));
    assert_eq!(validate(&sandbox, somebody), wrong);
    sandbox.write("cluster.yaml", cluster);
    assert_eq!(validate(&sandbox, somebody), fine);
    assert_eq!(names(cache.as_std_path()), kept);
    mode(0o700);
}

/// Gives a folder and all that is in it to a user.
fn give(path: &Path, user: u32) {
    lchown(path, Some(user), Some(user)).expect("root may");
    if path.is_dir() && !path.is_symlink() {
        for name in names(path) {
            give(&path.join(name), user);
        }
    }
}
