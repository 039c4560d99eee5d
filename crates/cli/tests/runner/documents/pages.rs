//! `ichor docs`.

use insta::assert_snapshot;
use pipeline::pages::PAGES;
use serde_json::Value;

use crate::{empty, fixture, on_terminal};

#[test]
fn pages_are_listed_with_a_line_each() {
    let sandbox = empty();
    let listed = sandbox.run(["docs"]).success();
    assert_eq!(listed.stdout.lines().count(), PAGES.len() + 1);
    for page in PAGES {
        let line = listed
            .stdout
            .lines()
            .find(|line| line.starts_with(page.name));
        assert!(
            line.is_some_and(|line| line.ends_with(page.about)),
            "{}: {listed}",
            page.name
        );
    }
    let json = sandbox.run(["docs", "--output", "json"]).success();
    let json: Value = serde_json::from_str(&json.stdout).expect("it is JSON");
    let names: Vec<_> = PAGES.iter().map(|page| page.name).collect();
    let told = json["pages"].as_array().expect("a list").iter();
    assert_eq!(
        told.map(|page| page["name"].clone()).collect::<Vec<_>>(),
        names
    );
}

#[test]
fn a_page_is_the_text_that_lies_in_docs() {
    let sandbox = empty();
    for page in PAGES {
        let shown = sandbox.run(["docs", page.name]).success();
        assert_eq!(shown.stdout, page.text, "{}", page.name);
    }
}

#[test]
fn a_page_has_the_values_of_the_cluster_that_is_here() {
    let sandbox = fixture("public");
    let table = sandbox.run(["docs", "from-tasks"]).success();
    assert!(
        table
            .stdout
            .contains("`dig @10.10.10.253 <hostname>.example.com`"),
        "{table}"
    );
    assert_eq!(table.stderr, "");
    let json = sandbox
        .run(["docs", "docs/from-tasks.md", "--output", "json"])
        .success();
    let json: Value = serde_json::from_str(&json.stdout).expect("it is JSON");
    let page = &json["page"];
    assert_eq!(page["text"], table.stdout);
    assert_eq!(page["values"]["domain"], "example.com");
    assert_eq!(page["values"]["cluster_dns_gateway_addr"], "10.10.10.253");
    // No key has to be at hand, nothing is asked, and nothing is written.
    std::fs::remove_file(sandbox.root().join("age.key")).expect("it was there");
    let before = sandbox.snapshot();
    assert_eq!(
        sandbox.run(["docs", "from-tasks"]).success().stdout,
        table.stdout
    );
    assert_eq!(sandbox.snapshot(), before);
}

#[test]
fn no_page_shows_a_secret_of_the_cluster() {
    let sandbox = fixture("public");
    for page in PAGES {
        let shown = sandbox.run(["docs", page.name]).success().to_string();
        for secret in [
            "fixture-token",
            "fixture-csi-secret",
            "fixture-keycloak-password",
            "AGE-SECRET-KEY-1",
        ] {
            // Pages may name how a key begins.
            let is_shown = shown.contains(secret) && !page.text.contains(secret);
            assert!(!is_shown, "{}: {secret}", page.name);
        }
    }
}

#[test]
fn without_a_cluster_that_is_said() {
    assert_snapshot!(empty().run(["docs", "from-tasks"]).success().stderr, @"`<domain>` and the like stand for values of a cluster: in its repository they are filled in.");
    let sandbox = fixture("minimal");
    sandbox.write("cluster.yaml", "node_cidr: 10.10.10.1/24\n");
    assert_snapshot!(sandbox.run(["docs", "from-tasks"]).success().stderr, @"`<domain>` and the like are not filled in, since the configuration has errors: `ichor validate` tells them.");
    assert_eq!(
        sandbox
            .run(["docs", "from-tasks", "--quiet"])
            .success()
            .stderr,
        ""
    );
    // A page that has nothing of a cluster in it.
    assert_eq!(sandbox.run(["docs", "exit-codes"]).success().stderr, "");
}

/// A page of a stack says at its top where that is off, and which keys turn it on.
#[test]
fn what_is_off_is_said_at_the_top() {
    let off = fixture("minimal");
    let shown = off.run(["docs", "bgp"]).success().stdout;
    assert_snapshot!(shown.lines().next().unwrap_or_default(), @"> This is off in this repository: `cilium_bgp_router_addr`, `cilium_bgp_router_asn`, `cilium_bgp_node_asn` in `cluster.yaml` turn it on.");
    let list = off.run(["docs"]).success();
    let is_off = |line: &&str| line.starts_with("bgp ") && line.ends_with("off here");
    assert_eq!(list.stdout.lines().filter(is_off).count(), 1, "{list}");
    let shown = fixture("bgp").run(["docs", "bgp"]).success().stdout;
    assert!(shown.starts_with("# BGP\n"), "{shown}");
    assert!(!shown.contains("<cilium_bgp_router_addr>"), "{shown}");
}

#[test]
fn a_page_that_is_none_gets_a_suggestion() {
    let sandbox = empty();
    assert_snapshot!(sandbox.run(["docs", "debuging"]).exits(2), @r"
    ------- stderr -------
    error: there is no page `debuging`
    hint: did you mean `ichor docs debugging`?
    [exit code: 2]
    ");
    assert_snapshot!(sandbox.run(["docs", "xyzzy"]).exits(2), @r"
    ------- stderr -------
    error: there is no page `xyzzy`
    hint: `ichor docs` lists them
    [exit code: 2]
    ");
    let said = sandbox.run(["docs", "a\u{1b}[2Jb"]).exits(2).stderr;
    assert!(said.contains("`a\u{fffd}[2Jb`"), "{said}");
    assert_snapshot!(sandbox.run(["documentation"]).exits(2), @r"
    ------- stderr -------
    error: `documentation` is no command
    hint: `ichor docs` lists the pages of the documentation, and shows one
    [exit code: 2]
    ");
}

#[test]
fn a_page_is_laid_out_on_a_terminal() {
    let sandbox = empty();
    let path = format!("{}:/usr/bin:/bin", sandbox.programs());
    let Some(shown) = on_terminal(&sandbox, "docs exit-codes", &path, "") else {
        return;
    };
    assert!(shown.contains("\u{1b}[1m# Exit codes"), "{shown}");
    assert!(!shown.contains("|---|"), "{shown}");
    let piped = on_terminal(&sandbox, "docs exit-codes | cat", &path, "").expect("as before");
    assert!(piped.contains("|---|"), "{piped}");
}
