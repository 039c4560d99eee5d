//! What goes with an application, and what stays.

use super::{PLAIN, add, apps, assert_same, contents, remove, words};
use crate::fixture;

#[test]
fn what_was_edited_goes_only_where_that_is_meant() {
    let sandbox = fixture("minimal");
    let at_first = contents(&sandbox);
    add(&sandbox, "media/x", PLAIN);
    let release = "templates/overrides/kubernetes/apps/media/x/app/helmrelease.yaml.j2";
    sandbox.write(
        release,
        sandbox
            .read(release)
            .replace("values: {}", "values:\n    a: 1"),
    );
    let more = "templates/overrides/kubernetes/apps/media/x/app/more.yaml";
    sandbox.write(more, "a: 1\n");
    // Asked for again, it is another one.
    let said = sandbox.run(words("media/x", PLAIN)).exits(1).stderr;
    assert!(said.contains("[app/exists]"), "{said}");
    let before = sandbox.snapshot();
    let said = sandbox.run(["app", "remove", "media/x"]).exits(4).stderr;
    assert!(said.contains(release) && said.contains(more), "{said}");
    let said = sandbox
        .run(["app", "remove", "media/x", "--dry-run"])
        .success();
    assert!(said.stdout.contains("-    a: 1"), "{}", said.stdout);
    assert_eq!(sandbox.snapshot().changed_since(&before), [""; 0]);
    drop(
        sandbox
            .run(["app", "remove", "media/x", "--force"])
            .success(),
    );
    assert_same(&contents(&sandbox), &at_first);
}

#[test]
fn what_others_changed_meanwhile_stays() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["init"]).success());
    add(&sandbox, "media/x", &format!("{PLAIN} --key x_size:string"));
    // A namespace that somebody uses, a declaration and a version that were changed.
    let list = "templates/overrides/kubernetes/apps/media/kustomization.yaml.j2";
    sandbox.write(list, sandbox.read(list) + "  - ./mine.yaml\n");
    sandbox.write(
        "templates/overrides/kubernetes/apps/media/mine.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: mine\n",
    );
    let variables = "templates/variables.yaml";
    sandbox.write(
        variables,
        "cluster:\n  # mine\n  x_size: { type: string, default: a }\n  y: { type: bool }\n",
    );
    sandbox.write(
        "versions.yaml",
        sandbox.read("versions.yaml").replace("1.2.3", "1.2.4"),
    );
    let cluster = sandbox.read("cluster.yaml").replace("# x_size", "#x_size");
    sandbox.write("cluster.yaml", &cluster);
    let said = sandbox.run(["app", "remove", "media/x"]).success().stderr;
    assert!(said.contains("app/kept"), "{said}");
    assert_eq!(
        sandbox.read(variables),
        "cluster:\n  # mine\n  y: { type: bool }\n"
    );
    assert!(
        sandbox
            .read(list)
            .ends_with("#% endfor %#\n  - ./mine.yaml\n")
    );
    assert!(!sandbox.read("versions.yaml").contains("1.2.4"));
    assert_eq!(sandbox.read("cluster.yaml"), cluster);
    drop(sandbox.run(["validate"]).success());
}

#[test]
fn what_two_applications_need_stays_as_long_as_one_does() {
    let sandbox = fixture("minimal");
    let at_first = contents(&sandbox);
    let flags = format!("{PLAIN} --secret smtp_password");
    add(&sandbox, "media/x", &flags);
    add(&sandbox, "media/y", &flags);
    // One version for one chart.
    assert_eq!(sandbox.read("versions.yaml").matches("1.2.3").count(), 1);
    remove(&sandbox, "media/x");
    drop(sandbox.run(["validate"]).success());
    assert!(
        sandbox
            .read("templates/variables.yaml")
            .contains("smtp_password")
    );
    remove(&sandbox, "media/y");
    let left: Vec<_> = contents(&sandbox).into_keys().collect();
    assert_eq!(left, at_first.keys().cloned().collect::<Vec<_>>());
    assert!(!sandbox.exists(".ichor/apps") && !sandbox.exists("templates"));
}

#[test]
fn a_dry_run_shows_everything_and_writes_nothing() {
    let sandbox = fixture("minimal");
    sandbox.write(
        "templates/overrides/kubernetes/apps/default/kustomization.yaml.j2",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: default\nresources:\n  - ./namespace.yaml\n  - ./echo/ks.yaml\n",
    );
    let before = sandbox.snapshot();
    let flags = format!("{PLAIN} --secret x_token --dry-run");
    let shown = sandbox.run(words("default/x", &flags)).success().stdout;
    for part in [
        "+++ b/templates/overrides/kubernetes/apps/default/kustomization.yaml.j2",
        "+  - ./x/ks.yaml",
        "+++ b/templates/variables.yaml",
        "+  x_token: { type: string, secret: true",
        "--- a/cluster.yaml",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let token = "cloudflare_token: ";
    let cluster = sandbox.read("cluster.yaml");
    let value = cluster
        .split(token)
        .nth(1)
        .and_then(|rest| rest.lines().next());
    assert!(!shown.contains(value.expect("it is set").trim_matches('"')));
    assert_eq!(sandbox.snapshot().changed_since(&before), [""; 0]);
}

#[test]
fn what_was_not_added_cannot_be_removed() {
    let sandbox = fixture("minimal");
    add(&sandbox, "default/podinfo", PLAIN);
    for (name, hint) in [
        ("default/podinf", "did you mean `default/podinfo`?"),
        ("default/echo", "built-in"),
        ("media/nothing-like-it", "app list"),
    ] {
        let said = sandbox.run(["app", "remove", name]).exits(1).stderr;
        assert!(
            said.contains("[app/unknown]") && said.contains(hint),
            "{said}"
        );
    }
    let echo = apps(&sandbox)["default/echo"].clone();
    assert_eq!(
        (&echo["added"], &echo["enabled"]),
        (&false.into(), &true.into())
    );
}
