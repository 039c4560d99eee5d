//! Excerpts of files that hold secrets: keys, and what an object is, are shown; values never.

use insta::assert_snapshot;

use crate::fixture;

#[test]
fn a_broken_secret_shows_its_keys_and_no_value() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure"]).success());
    let file = "kubernetes/components/sops/cluster-secrets.sops.yaml";
    let text = sandbox.read(file);
    let broken = text.replace("kind: Secret\n", "kind: Secret\n   stray: hunter2\n");
    sandbox.write(file, broken);
    let output = sandbox.run(["secrets", "decrypt", file]).exits(1);
    assert!(!output.stderr.contains("hunter2"), "{output}");
    assert_snapshot!(output, @r"
    ------- stderr -------
    error[yaml/syntax]: a `:` cannot stand here
     --> kubernetes/components/sops/cluster-secrets.sops.yaml:4:9
      |
    4 |    stray: <redacted>
      |         ^
      |
    hint: put the value in quotes if the `:` belongs to it, or check the indentation

    1 error
    [exit code: 1]
    ");
}

#[test]
fn a_machine_configuration_shows_the_key_that_is_wrong() {
    let sandbox = fixture("minimal");
    sandbox.write(
        "a.yaml",
        "version: v1alpha1\nmachine:\n  type: controlplane\n  tokn: hunter2\n---\napiVersion: v1alpha1\nkind: HostnameConfig\nhostnam: hunter2\n",
    );
    let output = sandbox.run(["talos", "validate", "a.yaml"]).exits(1);
    assert!(!output.stderr.contains("hunter2"), "{output}");
    assert_snapshot!(output, @r"
    ------- stderr -------
    error[patch/unknown-field]: Talos knows no field `tokn` here
     --> a.yaml:4:3
      |
    4 |   tokn: <redacted>
      |   ^^^^
      |
    hint: did you mean `token`?

    error[patch/unknown-field]: Talos knows no field `hostnam` here
     --> a.yaml:8:1
      |
    8 | hostnam: <redacted>
      | ^^^^^^^
      |
    hint: did you mean `hostname`?

    2 errors
    [exit code: 1]
    ");
}

#[test]
fn the_difference_of_a_secret_says_what_the_object_is() {
    let sandbox = fixture("minimal");
    let diff = sandbox
        .run([
            "diff",
            "kubernetes/components/sops/cluster-secrets.sops.yaml",
        ])
        .exits(3);
    let (head, rest) = diff
        .stdout
        .split_once("\n+sops:\n")
        .expect("it is encrypted");
    assert!(!rest.contains("ENC["), "{rest}");
    let (_, head) = head.split_once("@@\n").expect("a hunk begins");
    assert_snapshot!(head, @r"
    +---
    +apiVersion: v1
    +kind: Secret
    +metadata:
    +  name: cluster-secrets
    +stringData:
    +  SECRET_DOMAIN: <redacted>
    ");
}

#[test]
fn a_blank_at_the_end_of_a_value_hides_nothing() {
    let sandbox = fixture("minimal");
    let text = sandbox.read("cluster.yaml");
    sandbox.write(
        "cluster.yaml",
        text.replace("10.10.10.0/24\"", "10.10.10.0/24 \""),
    );
    let output = sandbox.run(["validate"]).exits(1).stderr;
    assert!(
        output.contains("node_cidr: \"10.10.10.0/24 \"\n"),
        "{output}"
    );
    sandbox.write(
        "cluster.yaml",
        text.replace("10.10.10.0/24\"", "10.10.10.0/24 hunter2\""),
    );
    let output = sandbox.run(["validate"]).exits(1).stderr;
    assert!(output.contains("10.10.10.0/24<redacted>\n"), "{output}");
}

#[test]
fn a_version_that_was_put_in_is_shown() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure"]).success());
    let path = "talos/talconfig.yaml";
    let text = sandbox.read(path);
    sandbox.write(
        path,
        text.replace("talosVersion: \"", "talosVersions: \"")
            + "talosVersion: [\"${talosVersion}\"]\n",
    );
    let output = sandbox.run(["talos", "validate"]).exits(1).stderr;
    assert!(output.contains("| talosVersion: [\"v1."), "{output}");
}

#[test]
fn the_text_of_a_sample_is_no_secret_but_what_stands_behind_it_may_be() {
    let sandbox = fixture("minimal");
    let text = sandbox.read("cluster.yaml");
    let sample = "\"replace-with-your-cloudflare-api-token\"";
    let filled = text.replace("\"fixture-token\"", &format!("{sample} # hunter2"));
    sandbox.write("cluster.yaml", filled);
    let output = sandbox.run(["validate"]).exits(1).stderr;
    assert!(
        output.contains(&format!("cloudflare_token: {sample}<redacted>\n")),
        "{output}"
    );
}

#[test]
fn a_secret_of_one_letter_hides_no_word() {
    let sandbox = fixture("minimal");
    let text = sandbox.read("cluster.yaml");
    sandbox.write(
        "cluster.yaml",
        text.replace("fixture-token", "e")
            .replace("octocat/home-cluster", "octocat"),
    );
    let output = sandbox.run(["configure"]).exits(1);
    assert!(
        output.stderr.contains("| repository_name: \"octocat\"\n"),
        "{output}"
    );
    // Nor in what is shown of outputs.
    sandbox.write("cluster.yaml", text.replace("fixture-token", "e"));
    drop(sandbox.run(["configure"]).success());
    let path = "kubernetes/flux/cluster/ks.yaml";
    let edited = format!("{}# everyone else\n", sandbox.read(path));
    sandbox.write(path, edited);
    let output = sandbox.run(["configure"]).exits(4);
    assert!(output.stderr.contains("-# everyone else\n"), "{output}");
}
