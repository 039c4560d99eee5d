//! Overrides, ejected templates, and leaving templates behind.

use insta::assert_snapshot;

use crate::fixture;

const ECHO: &str = "kubernetes/apps/default/echo/ks.yaml";

#[test]
fn an_ejected_template_replaces_the_built_in_one() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure"]).success());
    drop(sandbox.run(["template", "eject", ECHO]).success());
    assert_snapshot!(sandbox.run(["template", "status"]).success(), @r"
    built-in same     yours unedited  kubernetes/apps/default/echo/ks.yaml.j2
    ");
    drop(sandbox.run(["configure", "--check"]).success());
    let copy = format!("templates/overrides/{ECHO}.j2");
    let text = sandbox.read(&copy) + "# mine\n";
    sandbox.write(&copy, text);
    drop(sandbox.run(["configure"]).success());
    assert!(sandbox.read(ECHO).ends_with("# mine\n"));
    drop(sandbox.run(["template", "diff", ECHO]).success());
}

#[test]
fn an_unknown_template_is_named_with_the_closest_one() {
    let sandbox = fixture("minimal");
    assert_snapshot!(sandbox.run(["template", "eject", "talos/talconfg.yaml.j2"]).exits(1), @r"
    ------- stderr -------
    error[template/unknown]: `talos/talconfg.yaml.j2` is not a built-in template
    --> talos/talconfg.yaml.j2
     |
    hint: did you mean `talos/talconfig.yaml.j2`?

    1 error
    [exit code: 1]
    ");
}

#[test]
fn the_whole_set_can_be_ejected_and_renders_the_same() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure"]).success());
    drop(sandbox.run(["template", "eject", "--all"]).success());
    drop(sandbox.run(["configure", "--check"]).success());
}

#[test]
fn an_undeclared_name_is_an_error_with_its_place() {
    let sandbox = fixture("minimal");
    sandbox.write(
        "templates/overrides/extra.txt.j2",
        "a\n  #{ primary_domian }#\n",
    );
    assert_snapshot!(sandbox.run(["configure"]).exits(1), @r"
    ------- stderr -------
    error[template/undeclared]: nothing declares `primary_domian`
     --> templates/overrides/extra.txt.j2:2:6
      |
    2 |   #{ primary_domian }#
      |      ^^^^^^^^^^^^^^
      |
    hint: did you mean `primary_domain`?

    1 error
    [exit code: 1]
    ");
}

#[test]
fn reset_removes_only_what_is_owned_and_unedited() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure"]).success());
    sandbox.write("talos/talsecret.sops.yaml", "a: 1\n");
    let edited = sandbox.read(ECHO) + "# mine\n";
    sandbox.write(ECHO, &edited);
    drop(sandbox.run(["template", "reset"]).exits(4));
    drop(sandbox.run(["template", "reset", "--yes"]).success());
    assert!(!sandbox.exists("talos/talconfig.yaml"));
    assert!(sandbox.exists("talos/talsecret.sops.yaml"));
    assert_eq!(sandbox.read(ECHO), edited);
}

#[test]
fn tidy_archives_and_leaves_a_marker() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure"]).success());
    drop(sandbox.run(["template", "tidy", "--yes"]).success());
    assert!(!sandbox.exists("cluster.yaml"));
    assert!(sandbox.exists(ECHO));
    drop(sandbox.run(["configure"]).exits(2));
    drop(sandbox.run(["init"]).exits(2));
    // What it would remove could not be rendered again.
    drop(sandbox.run(["template", "reset", "--yes"]).exits(2));
    assert!(sandbox.exists(ECHO));
    assert_eq!(sandbox.read(".private/.gitignore"), "*\n");
}
