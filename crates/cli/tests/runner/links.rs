//! Symbolic links in the place of folders that are written to: refused by name, and nothing
//! goes through them.

use std::fs;
use std::os::unix::fs::symlink;

use insta::assert_snapshot;
use testkit::{Sandbox, files_below};

use crate::fixture;
use crate::secret_commands::{FILE, repository};

/// Puts a link in the place of a folder, which goes to where the link leads.
fn lead_away(sandbox: &Sandbox, folder: &str) {
    let place = sandbox.root().join(folder);
    let away = sandbox.temporary().join("away");
    if place.exists() {
        fs::rename(&place, &away).expect("it can be moved");
    } else {
        fs::create_dir_all(&away).expect("it can be made");
    }
    symlink(&away, &place).expect("links can be made");
}

/// What lies where the link leads.
fn away(sandbox: &Sandbox) -> Vec<(String, String)> {
    let files = files_below(&sandbox.temporary()).into_iter();
    let read = |path: camino::Utf8PathBuf| {
        let text = fs::read_to_string(sandbox.temporary().join(&path)).expect("a text");
        (path.into_string(), text)
    };
    files.map(read).collect()
}

#[test]
fn in_the_place_of_the_folder_of_node_configurations() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure", "--quiet"]).success());
    drop(sandbox.run(["talos", "gensecret", "--quiet"]).success());
    lead_away(&sandbox, "talos/clusterconfig");
    assert_snapshot!(sandbox.run(["talos", "generate-config"]).exits(1), @r"
    ------- stderr -------
    error[file/unwritable]: `talos/clusterconfig/.gitignore` cannot be written: `talos/clusterconfig` is a symbolic link, and nothing is written through one
    --> talos/clusterconfig/.gitignore

    1 error
    [exit code: 1]
    ");
    assert!(away(&sandbox).is_empty());
}

#[test]
fn in_the_place_of_the_folder_of_a_secret() {
    let sandbox = repository();
    lead_away(&sandbox, "kubernetes/apps/demo");
    let before = away(&sandbox);
    assert_eq!(before.len(), 1);
    assert_snapshot!(sandbox.run(["secrets", "rotate", "-i", FILE]).exits(1), @r"
    ------- stderr -------
    error[file/unwritable]: `kubernetes/apps/demo/secret.sops.yaml` cannot be written: `kubernetes/apps/demo` is a symbolic link, and nothing is written through one
    --> kubernetes/apps/demo/secret.sops.yaml

    1 error
    [exit code: 1]
    ");
    let path = r#"["stringData"]["user"]"#;
    for arguments in [
        &["decrypt", "-i", FILE] as &[&str],
        &["set", "--text", FILE, path, "other"],
        &["unset", FILE, path],
        &["rotate", "-i", "kubernetes/apps/demo"],
    ] {
        let all = ["secrets"].iter().chain(arguments).copied();
        let output = sandbox.run(all).exits(1);
        let told = "`kubernetes/apps/demo` is a symbolic link";
        assert!(output.stderr.contains(told), "{arguments:?}: {output}");
    }
    assert_eq!(away(&sandbox), before);
}

#[test]
fn in_the_place_of_the_folder_of_the_record() {
    let sandbox = fixture("minimal");
    lead_away(&sandbox, ".ichor");
    assert_snapshot!(sandbox.run(["configure"]).exits(1), @r"
    ------- stderr -------
    error[plan/symbolic-link]: `.ichor` is a symbolic link, and outputs are never written through one
    --> .ichor
     |
    hint: replace the link by a folder

    1 error
    [exit code: 1]
    ");
    assert!(!sandbox.exists("kubernetes"));
    for arguments in [
        &["schema", "--write"] as &[&str],
        &["template", "tidy", "--yes"],
    ] {
        let output = sandbox.run(arguments.iter().copied()).exits(1);
        let told = "`.ichor` is a symbolic link, and nothing is written through one";
        assert!(output.stderr.contains(told), "{output}");
    }
    assert!(sandbox.exists("cluster.yaml"), "nothing was moved");
    assert!(away(&sandbox).is_empty());
}

#[test]
fn in_the_place_of_the_folder_of_a_record_that_is_there() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure", "--quiet"]).success());
    lead_away(&sandbox, ".ichor");
    let before = away(&sandbox);
    let output = sandbox
        .run(["secrets", "rotate", "-i", "kubernetes"])
        .exits(1);
    let told = "`.ichor/outputs` cannot be written: `.ichor` is a symbolic link";
    assert!(output.stderr.contains(told), "{output}");
    drop(sandbox.run(["configure"]).exits(1));
    assert_eq!(away(&sandbox), before);
}
