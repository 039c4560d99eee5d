//! What the program says twice must be what it would say without a cache.

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
