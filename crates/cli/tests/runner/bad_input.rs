//! Hostile and broken input: a clear problem each, nothing written, nothing lost.

use std::os::unix::fs::symlink;

use testkit::Sandbox;

use crate::{empty, fixture};

/// Runs `configure`, which must find problems of the given rule and leave everything as it is.
#[track_caller]
fn refused(sandbox: &Sandbox, rule: &str) {
    let before = sandbox.snapshot();
    let output = sandbox.run(["configure"]).exits(1);
    assert!(output.stderr.contains(rule), "expected `{rule}`:\n{output}");
    assert!(
        output.stderr.len() < 20_000,
        "{} bytes of message",
        output.stderr.len()
    );
    assert!(sandbox.snapshot().changed_since(&before).is_empty());
}

#[test]
fn configuration_that_is_no_text_or_too_much_of_it() {
    for (content, rule) in [
        (b"a: \xff\xfe\n".to_vec(), "file/not-utf8"),
        (vec![b'a'; 100 << 20], "file/too-large"),
        (vec![b'['; 100_000], "yaml/too-deep"),
        (alias_bomb().into_bytes(), "yaml/alias-bomb"),
    ] {
        let sandbox = fixture("minimal");
        sandbox.write("cluster.yaml", content);
        refused(&sandbox, rule);
    }
}

fn alias_bomb() -> String {
    let mut text = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for level in 1..12 {
        let alias = format!("*a{}", level - 1);
        text += &format!("a{level}: &a{level} [{}]\n", vec![alias; 9].join(","));
    }
    text
}

#[test]
fn an_empty_configuration_names_every_key_that_is_missing() {
    let sandbox = fixture("minimal");
    sandbox.write("cluster.yaml", "");
    sandbox.write("nodes.yaml", "");
    refused(&sandbox, "file/empty");
    sandbox.write("cluster.yaml", "{}\n");
    refused(&sandbox, "node_cidr");
}

#[test]
fn templates_that_include_themselves_or_never_end() {
    for template in [
        "#% include 'loop.txt.j2' %#\n",
        "#% for a in range(99999999999) %#x#% endfor %#\n",
        "#% macro m() %##{ m() }##% endmacro %##{ m() }#\n",
        "#{ 'x' * 999999999999 }#\n",
    ] {
        let sandbox = fixture("minimal");
        sandbox.write("templates/overrides/loop.txt.j2", template);
        refused(&sandbox, "templates/overrides/loop.txt.j2");
    }
}

#[test]
fn help_that_nobody_reads_is_no_wrong_usage() {
    let sandbox = fixture("minimal");
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let unread = sandbox.command(["--help"]).stdout(writer).status();
    assert_eq!(unread.expect("it ran").code(), Some(0));
    if let Ok(full) = std::fs::File::options().write(true).open("/dev/full") {
        let lost = sandbox.command(["--help"]).stdout(full).status();
        assert_eq!(lost.expect("it ran").code(), Some(70));
    }
}

#[test]
fn a_name_that_would_command_the_terminal() {
    let sandbox = fixture("minimal");
    sandbox.write("templates/overrides/a\u{1b}[2J\nb.txt.j2", "x\n");
    let output = sandbox.run(["--color", "always", "configure"]).exits(1);
    assert!(
        output.stderr.contains("overrides/a␛[2J␊b.txt.j2"),
        "{output}"
    );
}

#[test]
fn two_templates_with_one_output() {
    let sandbox = fixture("minimal");
    sandbox.write("templates/overrides/extra.txt.j2", "a\n");
    sandbox.write("templates/overrides/extra.txt", "b\n");
    refused(&sandbox, "extra.txt");
}

#[test]
fn a_template_folder_that_leads_out() {
    let sandbox = fixture("minimal");
    sandbox.write("templates/overrides/x.txt", "x\n");
    symlink("/etc", sandbox.root().join("templates/overrides/etc")).expect("links can be made");
    refused(&sandbox, "file/link-outside");
}

#[test]
fn targets_that_are_folders_or_lead_out() {
    let sandbox = fixture("minimal");
    std::fs::create_dir_all(sandbox.root().join("talos/talenv.yaml")).expect("writable");
    refused(&sandbox, "talos/talenv.yaml");

    let sandbox = fixture("minimal");
    symlink(sandbox.temporary(), sandbox.root().join("kubernetes")).expect("links can be made");
    refused(&sandbox, "kubernetes");
    assert!(testkit::files_below(&sandbox.temporary()).is_empty());
}

#[test]
fn files_with_windows_line_ends_work() {
    let sandbox = fixture("minimal");
    for path in ["cluster.yaml", "nodes.yaml"] {
        let text = sandbox.read(path).replace('\n', "\r\n");
        sandbox.write(path, text);
    }
    drop(sandbox.run(["configure"]).success());
}

#[test]
fn a_name_that_is_no_utf8_is_told_with_its_folder_and_nothing_of_the_machine() {
    use std::os::unix::ffi::OsStrExt as _;
    let sandbox = crate::fixture("minimal");
    sandbox.write("templates/overrides/a/b.yaml", "a: 1\n");
    let name = std::ffi::OsStr::from_bytes(b"c\xff.yaml");
    let path = sandbox.root().join("templates/overrides/a");
    if std::fs::write(path.as_std_path().join(name), "").is_err() {
        // Not every file system takes such a name.
        return;
    }
    let output = sandbox.run(["configure"]).exits(1);
    assert!(
        output.stderr.contains("error[file/not-utf8]: the name of this file is not UTF-8\n--> templates/overrides/a/c\u{fffd}.yaml\n"),
        "{output}"
    );
    assert!(!output.stderr.contains("PathBuf"), "{output}");
}

/// A folder without a `kustomization.yaml`, of which Flux takes every file.
fn applied() -> Sandbox {
    let sandbox = empty();
    sandbox.write(
        "c/flux-system/gotk-sync.yaml",
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: flux-system, namespace: flux-system}\nspec: {interval: 1h, prune: true, path: ./c, sourceRef: {kind: GitRepository, name: flux-system}}\n",
    );
    sandbox
}

#[test]
fn manifests_that_are_no_text_or_too_much_of_it() {
    for (content, rule) in [
        (b"a: \xff\xfe\n".to_vec(), "file/not-utf8"),
        (vec![b'a'; 50 << 20], "file/too-large"),
        (vec![0; 1000], "yaml/syntax"),
        (vec![b'['; 100_000], "yaml/too-deep"),
        (alias_bomb().into_bytes(), "yaml/alias-bomb"),
    ] {
        let sandbox = applied();
        sandbox.write("c/bad.yaml", content);
        let output = sandbox.run(["validate", "--path", "."]).exits(1);
        assert!(output.stderr.contains(rule), "expected `{rule}`:\n{output}");
        assert!(output.stderr.len() < 20_000, "{rule}");
    }
}

#[test]
fn links_in_a_circle_and_ten_thousand_manifests() {
    let sandbox = applied();
    symlink(".", sandbox.root().join("c/loop")).expect("linked");
    symlink("two.yaml", sandbox.root().join("c/one.yaml")).expect("linked");
    symlink("one.yaml", sandbox.root().join("c/two.yaml")).expect("linked");
    for number in 0..10_000 {
        sandbox.write(
            &format!("c/m/{number}.yaml"),
            format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m-{number}, namespace: default}}\n"),
        );
    }
    let output = sandbox.run(["validate", "--path", "."]).exits(0);
    assert!(
        output.stderr.contains("objects in 1 Kustomization"),
        "{output}"
    );
}
