//! `configure`, `diff`, `validate`, `versions` on real repositories.

use std::process::Command;

use insta::assert_snapshot;
use testkit::Sandbox;

use crate::{empty, fixture};

const TALENV: &str = "talos/talenv.yaml";

#[test]
fn without_a_configuration_nothing_is_written_and_three_lines_help() {
    let sandbox = empty();
    assert_snapshot!(sandbox.run(["configure"]).exits(2), @r"
    ------- stderr -------
    error: there is no `cluster.yaml` here
    hint: `ichor init` starts a repository in this folder
    hint: `ichor configure --example` shows a finished one in a new folder
    [exit code: 2]
    ");
    assert!(testkit::files_below(&sandbox.root()).is_empty());
}

#[test]
fn the_second_run_writes_nothing_at_all() {
    for case in ["public", "minimal", "private"] {
        let sandbox = fixture(case);
        drop(sandbox.run(["configure"]).success());
        let before = sandbox.snapshot();
        drop(sandbox.run(["configure"]).success());
        assert!(
            sandbox.snapshot().changed_since(&before).is_empty(),
            "{case}"
        );
        drop(sandbox.run(["configure", "--check"]).success());
    }
}

/// Runs real git where there is one, as a user would; without it there is nothing to ask.
#[test]
fn git_status_is_clean_after_the_second_run() {
    let sandbox = fixture("public");
    let git = |arguments: &[&str]| {
        Command::new("git")
            .args(["-c", "user.name=t", "-c", "user.email=t@example.com"])
            .args(arguments)
            .current_dir(sandbox.root())
            .output()
            .expect("git is installed wherever this repository was cloned")
    };
    drop(sandbox.run(["init"]).success());
    drop(sandbox.run(["configure"]).success());
    assert!(git(&["init", "--quiet"]).status.success());
    assert!(git(&["add", "--all"]).status.success());
    assert!(
        git(&["commit", "--quiet", "--message", "all"])
            .status
            .success()
    );
    drop(sandbox.run(["configure"]).success());
    assert_eq!(
        String::from_utf8_lossy(&git(&["status", "--porcelain"]).stdout),
        ""
    );
    let tracked = git(&["ls-files"]).stdout;
    let tracked = String::from_utf8_lossy(&tracked);
    for secret in ["age.key", "cluster.yaml", "github-deploy.key"] {
        assert!(
            !tracked.lines().any(|path| path == secret),
            "{secret} is tracked"
        );
    }
}

#[test]
fn preview_and_check_write_nothing() {
    let sandbox = fixture("minimal");
    let before = sandbox.snapshot();
    drop(sandbox.run(["configure", "--dry-run"]).success());
    drop(sandbox.run(["configure", "--check"]).exits(3));
    drop(sandbox.run(["diff"]).exits(3));
    drop(sandbox.run(["validate"]).success());
    assert!(sandbox.snapshot().changed_since(&before).is_empty());
}

#[test]
fn an_edited_output_is_protected_until_it_is_given_up() {
    let sandbox = rendered();
    let edited = sandbox.read(TALENV) + "# mine\n";
    sandbox.write(TALENV, &edited);
    let before = sandbox.snapshot();
    assert_snapshot!(sandbox.run(["configure"]).exits(4), @r"
    ------- stderr -------
    error[plan/edited-output]: `talos/talenv.yaml` was edited after it was rendered
    --> talos/talenv.yaml
     |
    hint: move the edit into its template `built-in:talos/talenv.yaml.j2`, or give it up with `--force talos/talenv.yaml`

    --- a/talos/talenv.yaml
    +++ b/talos/talenv.yaml
    @@ -1,3 +1,2 @@
     kubernetesVersion: v1.36.4
     talosVersion: v1.13.7
    -# mine

      edited    talos/talenv.yaml
    error: nothing was written, to protect 1 file
    hint: move an edit into its template (`ichor template eject talos/talenv.yaml` copies it), or give it up with `--force talos/talenv.yaml`
    [exit code: 4]
    ");
    assert!(sandbox.snapshot().changed_since(&before).is_empty());

    drop(sandbox.run(["configure", "--force", "kubernetes"]).exits(4));
    drop(sandbox.run(["configure", "--force", TALENV]).success());
    assert!(!sandbox.read(TALENV).contains("mine"));
}

#[test]
fn an_output_without_a_template_is_removed_but_an_edited_one_stays() {
    let sandbox = rendered();
    let (gone, kept) = (
        "kubernetes/apps/default/echo/ks.yaml",
        "kubernetes/apps/default/namespace.yaml",
    );
    let edited = sandbox.read(kept) + "# mine\n";
    sandbox.write(kept, &edited);
    sandbox.write(&format!("templates/overrides/{gone}.j2"), "#| nothing #|\n");
    sandbox.write(&format!("templates/overrides/{kept}.j2"), "");
    sandbox.write(
        "templates/overrides/kubernetes/apps/default/kustomization.yaml.j2",
        "resources: [./namespace.yaml]\n",
    );
    drop(sandbox.run(["configure"]).success());
    assert!(!sandbox.exists(gone));
    assert_eq!(sandbox.read(kept), edited);
}

#[test]
fn foreign_files_stop_the_first_run_until_they_are_adopted() {
    let sandbox = fixture("minimal");
    sandbox.write(TALENV, "talosVersion: v1.0.0\n");
    sandbox.write("kubernetes/apps/mine/app.yaml", "a: 1\n");
    drop(sandbox.run(["configure"]).exits(4));
    // Nobody can be asked, so `--yes` has to answer.
    drop(sandbox.run(["configure", "--adopt"]).exits(4));
    assert!(!sandbox.exists("talos/talconfig.yaml"));
    drop(sandbox.run(["configure", "--adopt", "--yes"]).success());
    assert!(sandbox.read(TALENV).contains("kubernetesVersion"));
    assert_eq!(sandbox.read("kubernetes/apps/mine/app.yaml"), "a: 1\n");
}

#[test]
fn of_many_files_those_are_listed_that_matter() {
    let sandbox = rendered();
    std::fs::remove_file(sandbox.root().join(".ichor/outputs")).expect("it is there");
    sandbox.write("talos/talenv.yaml", "mine: true\n");
    let stopped = sandbox.run(["configure"]).exits(4).stderr;
    assert!(stopped.contains("not owned talos/talenv.yaml"), "{stopped}");
    assert!(
        !stopped.contains("take over "),
        "nothing is taken over\n{stopped}"
    );
    let adopted = sandbox
        .run(["configure", "--adopt", "--yes"])
        .success()
        .stderr;
    assert!(adopted.contains("overwrite talos/talenv.yaml"), "{adopted}");
    assert!(adopted.contains("more files"), "{adopted}");
}

#[test]
fn a_dry_run_lists_every_file_on_standard_output() {
    let sandbox = fixture("minimal");
    let output = sandbox.run(["configure", "--dry-run"]).success();
    assert!(output.stdout.lines().count() > 80, "{output}");
    assert!(
        output.stdout.ends_with("  create    talos/talenv.yaml\n"),
        "{output}"
    );
    let before = sandbox.snapshot();
    drop(
        sandbox
            .run(["configure", "--example", "--dry-run"])
            .exits(2),
    );
    assert!(sandbox.snapshot().changed_since(&before).is_empty());
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    assert_snapshot!(empty().run(["-C", "nowhere", "configure"]).exits(2), @r"
    ------- stderr -------
    error: `nowhere` is no folder
    hint: `ichor -C nowhere init` makes it and starts a repository in it
    [exit code: 2]
    ");
}

#[test]
fn a_lost_record_is_found_again_where_everything_is_equal() {
    let sandbox = rendered();
    let record = sandbox.read(".ichor/outputs");
    std::fs::remove_file(sandbox.root().join(".ichor/outputs")).expect("it was written");
    drop(sandbox.run(["configure"]).success());
    assert_eq!(sandbox.read(".ichor/outputs"), record);
}

#[test]
fn a_version_that_was_raised_in_a_rendered_file_is_named_and_adopted() {
    let sandbox = rendered();
    let path = "kubernetes/apps/kube-system/cilium/app/ocirepository.yaml";
    let raised = sandbox.read(path).replace("1.20.1", "1.20.2");
    sandbox.write(path, &raised);
    let output = sandbox.run(["configure"]).exits(4);
    assert!(output.stderr.contains("`ichor versions adopt`"), "{output}");
    drop(sandbox.run(["versions", "adopt"]).success());
    assert!(sandbox.read("versions.yaml").contains("cilium: \"1.20.2\""));
    drop(sandbox.run(["configure"]).success());
    assert_eq!(sandbox.read(path), raised);
}

#[test]
fn json_output_is_one_object_with_places_and_no_secret() {
    let sandbox = fixture("minimal");
    let text = sandbox
        .read("cluster.yaml")
        .replace("node_cidr:", "node_cidrr:");
    sandbox.write("cluster.yaml", &text);
    let output = sandbox.run(["--output", "json", "configure"]).exits(1);
    let object: serde_json::Value = serde_json::from_str(&output.stdout).expect("it is JSON");
    assert_eq!(object["exit"], 1);
    let missing = &object["problems"][0];
    assert_eq!(missing["rule"], "key/missing");
    assert!(missing["location"]["file"].is_string() && missing["location"]["line"].is_null());
    assert_eq!(output.stderr, "");
    let rules: Vec<_> = object["problems"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|problem| problem["rule"].as_str().expect("a name"))
        .collect();
    assert!(
        rules.contains(&"key/unknown") || rules.contains(&"yaml/unknown-key"),
        "{rules:?}"
    );
}

#[test]
fn secrets_that_git_tracks_stop_a_public_repository() {
    let sandbox = fixture("minimal");
    assert!(git_tracks_the_configuration(&sandbox));
    let output = sandbox.run(["configure"]).exits(1);
    assert!(output.stderr.contains("git/secrets-tracked"), "{output}");
    assert!(!sandbox.exists("kubernetes"));
}

fn git_tracks_the_configuration(sandbox: &Sandbox) -> bool {
    let run = |arguments: &[&str]| {
        Command::new("git")
            .args(arguments)
            .current_dir(sandbox.root())
            .status()
            .is_ok_and(|status| status.success())
    };
    run(&["init", "--quiet"]) && run(&["add", "--force", "cluster.yaml"])
}

fn rendered() -> Sandbox {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure"]).success());
    sandbox
}

#[test]
fn with_everything_on_nothing_is_left_to_warn_of() {
    let sandbox = fixture("public");
    let output = sandbox.run(["validate", "--strict"]).success();
    assert!(!output.stderr.contains("warning"), "{output}");
}
