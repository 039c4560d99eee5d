//! A repository for each rule that nothing else raises: right but for the one thing.

use std::os::unix::fs::symlink;

use secrets::Identity;
use testkit::Sandbox;

use crate::secret_commands::git;
use crate::{empty, fixture};

/// Runs a command, which must name the rule.
#[track_caller]
fn tells(sandbox: &Sandbox, command: &str, rule: &str) {
    let output = sandbox.run(command.split(' '));
    let told = output.stderr.contains(&format!("[{rule}]"));
    assert!(told, "`{command}` does not tell `{rule}`:\n{output}");
}

/// A folder with a key and a rule for all files.
fn vault() -> Sandbox {
    let (sandbox, key) = (empty(), Identity::generate());
    sandbox.write("age.key", key.to_file("2026-01-02T03:04:05Z").as_str());
    let rules = format!("creation_rules:\n  - age: {}\n", key.recipient());
    sandbox.write(".sops.yaml", rules);
    sandbox
}

#[test]
fn files_that_cannot_be_read() {
    let sandbox = fixture("minimal");
    let deep = "d/".repeat(80);
    sandbox.write(&format!("templates/overrides/{deep}a.txt"), "x");
    tells(&sandbox, "configure", "file/too-deep");

    let sandbox = fixture("minimal");
    std::fs::remove_file(sandbox.root().join("nodes.yaml")).expect("it is there");
    symlink("nodes.yaml", sandbox.root().join("nodes.yaml")).expect("linked");
    tells(&sandbox, "configure", "file/unreadable");

    let sandbox = fixture("minimal");
    sandbox.write("templates/overrides/a.yaml", b"a: \xff\n");
    tells(&sandbox, "configure", "output/not-utf8");
}

#[test]
fn keys_that_are_not_the_ones() {
    let mut sandbox = fixture("minimal");
    let other = Identity::generate().to_file("2026-01-02T03:04:05Z");
    sandbox.write("other.key", other.as_str());
    let path = sandbox.root().join("other.key");
    sandbox.set_variable("SOPS_AGE_KEY_FILE", path.as_str());
    tells(&sandbox, "configure", "keys/two-age-keys");
    std::fs::remove_file(sandbox.root().join("age.key")).expect("it is there");
    let nowhere = sandbox.root().join("nowhere.key");
    sandbox.set_variable("SOPS_AGE_KEY_FILE", nowhere.as_str());
    tells(&sandbox, "configure", "keys/unreadable");
}

#[test]
fn outputs_of_a_newer_version() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure"]).success());
    let record = sandbox.read(".ichor/outputs");
    let newer: String = record
        .lines()
        .map(|line| match line.split_once("# templates ") {
            Some((before, _)) => format!("{before}# templates 999.0.0\n"),
            None => format!("{line}\n"),
        })
        .collect();
    assert_ne!(record, newer, "{}", &record[..200.min(record.len())]);
    sandbox.write(".ichor/outputs", newer);
    tells(&sandbox, "configure", "record/newer-template-set");
}

#[test]
fn templates_of_ones_own() {
    let settings = "[makejinja]\ninputs = [\"./templates/config\"]\noutput = \"./\"\ndata = [\"./cluster.yaml\"]\n\
                    jinja_suffix = \".j2\"\n\n[makejinja.delimiter]\nvariable_start = \"#{\"\nvariable_end = \"}#\"\n";
    let own = |settings: &str, template: &str| {
        let sandbox = fixture("minimal");
        sandbox.write("makejinja.toml", settings);
        sandbox.write("templates/config/a.yaml.j2", template);
        sandbox
    };
    let sandbox = own(settings, "a: #{ unheard_of }#\n");
    tells(&sandbox, "configure", "template/not-declared");

    let outside = settings.replace("./templates/config", "../elsewhere");
    tells(
        &own(&outside, "a: 1\n"),
        "configure",
        "makejinja/input-outside",
    );

    let variable = format!("{settings}\n[makejinja.data_vars]\n\"node_cidr.x\" = \"y\"\n");
    tells(
        &own(&variable, "a: 1\n"),
        "configure",
        "makejinja/data-variable",
    );

    let data = settings.replace("./cluster.yaml\"", "./cluster.yaml\", \"./more.yaml\"");
    let sandbox = own(&data, "a: 1\n");
    sandbox.write("more.yaml", "a:\n  <<: text\n");
    tells(&sandbox, "configure", "makejinja/data-merge-key");

    let sandbox = own(settings, "a: 1\n");
    sandbox.write("templates/config/b.sops.yaml.j2", "a: 1\n");
    tells(&sandbox, "configure", "sops/no-rules");

    tells(
        &fixture("minimal"),
        "template diff nowhere.yaml.j2",
        "template/not-ejected",
    );
}

#[test]
fn what_git_has_or_cannot_say() {
    tells(&vault(), "secrets check --staged", "git/no-repository");

    let sandbox = vault();
    let Some(git) = git(&sandbox) else { return };
    git.init();
    sandbox.write("a.sops.yaml", "a: b\n");
    sandbox.write("b.sops.yaml", "a: b\n");
    let of_a = sandbox.read(".sops.yaml");
    let of_a = of_a.replace("- age:", "- path_regex: ^a\n    age:");
    sandbox.write(".sops.yaml", of_a);
    drop(git.run(&["add", "--force", "--all"]));
    tells(&sandbox, "secrets check --staged", "secrets/never-commit");
    tells(&sandbox, "secrets check --staged", "secrets/clear-file");
    sandbox.write(".git/index", "no index\n");
    tells(&sandbox, "secrets check --staged", "git/unreadable");
}

#[test]
fn a_key_that_git_tracks() {
    let sandbox = fixture("minimal");
    let Some(git) = git(&sandbox) else { return };
    git.init();
    drop(git.run(&["add", "--force", "age.key"]));
    tells(&sandbox, "configure", "git/key-tracked");
}

#[test]
fn secrets_that_fit_nowhere() {
    let sandbox = vault();
    sandbox.write("a.sops.yaml", "# one\na:\n  b: c\n");
    drop(sandbox.run(["secrets", "encrypt"]).success());
    let decrypt = "secrets decrypt a.sops.yaml --output-type";
    tells(
        &sandbox,
        &format!("{decrypt} json"),
        "secrets/conversion-loses",
    );
    tells(&sandbox, &format!("{decrypt} ini"), "secrets/no-conversion");
    tells(
        &sandbox,
        "secrets exec-env a.sops.yaml true",
        "secrets/no-variable",
    );
}

#[test]
fn secrets_of_a_cluster_that_are_there_twice() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure"]).success());
    drop(sandbox.run(["talos", "gensecret"]).success());
    let sealed = sandbox.read("talos/talsecret.sops.yaml");
    sandbox.write("talos/talsecret.yaml", sealed);
    tells(&sandbox, "talos validate", "talsecret/several");
}
