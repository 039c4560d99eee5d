//! Words: help, near-misses, wrong usage, colours, completions.

use insta::assert_snapshot;
use serde_json::Value;

use crate::{empty, fixture};

#[test]
fn help_is_a_word_too() {
    let sandbox = empty();
    let all = sandbox.run(["help"]).success();
    assert_eq!(all.stdout, sandbox.run(["--help"]).success().stdout);
    let edit = sandbox.run(["help", "secrets", "edit"]).success();
    assert!(edit.stdout.contains("Usage: ichor secrets edit"), "{edit}");
    let asked = sandbox.run(["secrets", "edit", "--help"]).success();
    assert_eq!(edit.stdout, asked.stdout);
    let group = sandbox.run(["secrets", "help"]).success();
    assert!(group.stdout.contains("Usage: ichor secrets"), "{group}");
    assert_snapshot!(sandbox.run(["help", "talos", "aply"]).exits(2), @r"
    ------- stderr -------
    error: `aply` is no command
    hint: `ichor help talos` lists what `talos` can do
    [exit code: 2]
    ");
    let json = sandbox.run(["help", "diff", "--output", "json"]).success();
    let json: Value = serde_json::from_str(&json.stdout).expect("it is JSON");
    assert!(
        json["help"]
            .as_str()
            .is_some_and(|text| text.contains("ichor diff"))
    );
}

#[test]
fn flags_that_every_command_has_stand_together() {
    let sandbox = empty();
    for words in [
        &["-h"][..],
        &["configure", "-h"],
        &["talos", "validate", "--help"],
    ] {
        let help = sandbox.run(words.iter().copied()).success().stdout;
        let (_, global) = help
            .split_once("On every command:")
            .unwrap_or_else(|| panic!("{words:?}: {help}"));
        for flag in [
            "--directory",
            "--output",
            "--color",
            "--quiet",
            "--yes",
            "--help",
        ] {
            assert!(global.contains(flag), "{words:?}: {help}");
        }
    }
    assert!(
        sandbox
            .run(["--version"])
            .success()
            .stdout
            .starts_with("ichor ")
    );
    assert!(sandbox.run(["-V"]).success().stdout.starts_with("ichor "));
}

#[test]
fn words_of_other_programs_get_an_answer() {
    let sandbox = empty();
    assert_snapshot!(sandbox.run(["talos:generate-config"]).exits(2), @r"
    ------- stderr -------
    error: `talos:generate-config` is no command
    hint: did you mean `ichor talos generate-config`?
    [exit code: 2]
    ");
    assert_snapshot!(sandbox.run(["bootstrap:talos"]).exits(2), @r"
    ------- stderr -------
    error: `bootstrap:talos` is no command
    hint: did you mean `ichor bootstrap talos`?
    [exit code: 2]
    ");
    assert_snapshot!(sandbox.run(["-d", "a.sops.yaml"]).exits(2), @r"
    ------- stderr -------
    error: unexpected argument '-d' found
    hint: `ichor secrets decrypt` does that
    [exit code: 2]
    ");
}

#[test]
fn wrong_usage_is_json_where_json_is_asked_for() {
    let sandbox = empty();
    for words in [
        &["--output", "json", "plan"][..],
        &["plan", "--output=json"],
        &["configure", "--output", "json", "--frob"],
        &["configure", "--check", "--dry-run", "--output", "json"],
        &["--output", "json"],
        &["schema", "--output", "json", "nothing"],
        &["configure", "--output", "json", "--output", "a.yaml"],
    ] {
        let output = sandbox.run(words.iter().copied()).exits(2);
        let json: Value = serde_json::from_str(&output.stdout)
            .unwrap_or_else(|error| panic!("{words:?}: {error}\n{output}"));
        assert_eq!(json["exit"], 2, "{words:?}");
        assert!(
            json["message"]
                .as_str()
                .is_some_and(|text| !text.is_empty()),
            "{output}"
        );
        assert!(
            json["hints"].is_array() && json["problems"].is_array(),
            "{output}"
        );
        assert_eq!(output.stderr, "", "{words:?}");
    }
    let output = sandbox
        .run(["configure", "--output", "json", "--frob"])
        .exits(2);
    let json: Value = serde_json::from_str(&output.stdout).expect("it is JSON");
    assert_eq!(json["command"], "configure");
    // What belongs to a command that is run asks for nothing.
    let output = sandbox
        .run(["secrets", "frob", "--", "--output", "json"])
        .exits(2);
    assert_eq!(output.stdout, "");
}

#[test]
fn json_names_the_whole_command() {
    let sandbox = empty();
    let cases: [(&[&str], &str); 7] = [
        (&["validate"], "validate"),
        (&["versions", "list"], "versions list"),
        (&["-C", ".", "secrets", "-q", "check"], "secrets check"),
        (&["talos", "validate"], "talos validate"),
        // Wrong usage, as far as the words are ones.
        (&["secrets", "frob"], "secrets"),
        (&["talos", "-q", "validate", "--frob"], "talos validate"),
        (&["frob"], ""),
    ];
    for (words, command) in cases {
        let output = sandbox.run(words.iter().chain(&["--output", "json"]).copied());
        let json: Value = serde_json::from_str(&output.stdout)
            .unwrap_or_else(|error| panic!("{words:?}: {error}\n{output}"));
        assert_eq!(json["command"], command, "{words:?}");
    }
}

#[test]
fn commands_are_spelt_so_that_they_work_where_the_reader_stands() {
    let sandbox = empty();
    // Not installed: by the path of the program.
    let output = sandbox.command(["configure"]).env("PATH", "").output();
    let stderr = String::from_utf8(output.expect("it runs").stderr).expect("it is text");
    let path = env!("CARGO_BIN_EXE_ichor");
    assert!(
        stderr.contains(&format!("hint: `{path} init` starts")),
        "{stderr}"
    );
    // Built in a checkout and called in it: through cargo.
    let output = sandbox
        .command(["-C", sandbox.root().as_str(), "configure"])
        .env("PATH", "")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output();
    let stderr = String::from_utf8(output.expect("it runs").stderr).expect("it is text");
    if path.ends_with("/target/debug/ichor") {
        let wanted = format!(
            "hint: `cargo run -p cli -- -C {} init` starts",
            sandbox.root()
        );
        assert!(stderr.contains(&wanted), "{stderr}");
    }
    // Elsewhere: with the folder.
    std::fs::create_dir(sandbox.root().join("a b")).expect("it is writable");
    assert_snapshot!(sandbox.run(["-C", "a b", "configure"]).exits(2), @r"
    ------- stderr -------
    error: there is no `cluster.yaml` here
    hint: `ichor -C 'a b' init` starts a repository in this folder
    hint: `ichor -C 'a b' configure --example` shows a finished one in a new folder
    [exit code: 2]
    ");
}

#[test]
fn differences_and_lists_have_colours_where_they_are_asked_for() {
    let sandbox = fixture("minimal");
    let list = sandbox
        .run(["--color", "always", "configure", "--dry-run"])
        .success();
    assert!(
        list.stdout
            .contains("\u{1b}[32mcreate\u{1b}[0m    .sops.yaml\n"),
        "{list}"
    );
    drop(sandbox.run(["configure"]).success());
    let text = sandbox.read("cluster.yaml");
    sandbox.write("cluster.yaml", text.replace("10.10.10.254", "10.10.10.240"));
    let plain = sandbox.run(["diff"]).exits(3).stdout;
    let coloured = sandbox.run(["--color", "always", "diff"]).exits(3).stdout;
    assert!(!plain.contains('\u{1b}'), "{plain}");
    for line in [
        "\u{1b}[1m--- a/talos/talconfig.yaml\u{1b}[0m\n",
        "\u{1b}[31m-endpoint: \"https://10.10.10.254:6443\"\u{1b}[0m\n",
        "\u{1b}[32m+endpoint: \"https://10.10.10.240:6443\"\u{1b}[0m\n",
    ] {
        assert!(coloured.contains(line), "{coloured}");
    }
    assert_eq!(without_colours(&coloured), plain);
}

fn without_colours(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        out.push_str(&rest[..at]);
        let end = rest[at..].find('m').expect("a colour ends");
        rest = &rest[at + end + 1..];
    }
    out + rest
}

#[test]
fn a_path_that_is_no_output_is_told() {
    let sandbox = fixture("minimal");
    assert_snapshot!(sandbox.run(["diff", "kubernetes/app"]).exits(2), @r"
    ------- stderr -------
    error: `kubernetes/app` is no output, and no folder of outputs
    hint: did you mean `kubernetes/apps`?
    [exit code: 2]
    ");
    for path in ["kubernetes/apps/", "./talos", ".", "talos/talenv.yaml"] {
        let output = sandbox.run(["diff", path]).exits(3);
        assert!(
            output.stdout.starts_with("--- /dev/null"),
            "{path}: {output}"
        );
    }
    drop(sandbox.run(["diff", "talos", "cluster.yaml"]).exits(2));
    drop(sandbox.run(["configure"]).success());
    assert_eq!(sandbox.run(["diff", "talos"]).success().stdout, "");
}

/// Asks as a shell does that completes the last word.
fn completed(sandbox: &testkit::Sandbox, words: &[&str]) -> Vec<String> {
    let all: Vec<_> = ["--", "ichor"]
        .into_iter()
        .chain(words.iter().copied())
        .collect();
    let output = sandbox
        .command(all)
        .env("ICHOR_COMPLETE", "bash")
        .env("_CLAP_COMPLETE_INDEX", words.len().to_string())
        .env("_CLAP_COMPLETE_COMP_TYPE", "9")
        .env("_CLAP_COMPLETE_SPACE", "true")
        .env("_CLAP_IFS", "\n")
        .output()
        .expect("it runs");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("it is text");
    text.lines().map(str::to_owned).collect()
}

#[test]
fn shells_complete_nodes_templates_outputs_and_files() {
    let sandbox = fixture("minimal");
    assert!(completed(&sandbox, &["conf"]).contains(&"configure".to_owned()));
    let nodes = ["k8s-0", "k8s-1", "k8s-2"];
    assert_eq!(completed(&sandbox, &["talos", "explain", "k8s"]), nodes);
    drop(sandbox.run(["configure"]).success());
    assert_eq!(completed(&sandbox, &["talos", "patch", "k8s"]), nodes);
    let elsewhere = ["-C", "../repo", "talos", "explain", "k8s"];
    assert_eq!(completed(&sandbox, &elsewhere), nodes);
    let templates = completed(&sandbox, &["template", "eject", "talos/tal"]);
    assert_eq!(templates, ["talos/talconfig.yaml", "talos/talenv.yaml"]);
    assert_eq!(
        completed(&sandbox, &["diff", "kubernetes/a"]),
        ["kubernetes/apps/"]
    );
    drop(
        sandbox
            .run(["template", "eject", "talos/talenv.yaml"])
            .success(),
    );
    assert_eq!(
        completed(&sandbox, &["template", "diff", "talos"]),
        ["talos/talenv.yaml.j2"]
    );
    assert_eq!(completed(&sandbox, &["docs", "debu"]), ["debugging"]);
    assert_eq!(
        completed(&sandbox, &["secrets", "edit", "age"]),
        ["age.key"]
    );
}

#[test]
fn an_alias_is_completed_once_it_is_begun() {
    let sandbox = empty();
    let offered = completed(&sandbox, &["talos", ""]);
    let has = |word: &str| offered.iter().any(|one| one == word);
    assert!(has("gensecret") && has("apply-node"), "{offered:?}");
    assert!(
        !has("generate-secret") && !has("apply-config"),
        "{offered:?}"
    );
    assert_eq!(completed(&sandbox, &["talos", "apply-"]), ["apply-node"]);
    for alias in ["generate-secret", "apply-config"] {
        assert_eq!(
            completed(&sandbox, &["talos", &alias[..alias.len() - 3]]),
            [alias]
        );
    }
}

#[test]
fn every_shell_gets_a_script_that_asks_the_program() {
    let sandbox = empty();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = sandbox.run(["completions", shell]).success().stdout;
        assert!(script.contains("ICHOR_COMPLETE"), "{shell}: {script}");
    }
}

#[test]
fn a_check_that_stops_at_an_edit_does_not_say_that_all_is_well() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure"]).success());
    sandbox.write("talos/talenv.yaml", "mine: true\n");
    let check = sandbox.run(["configure", "--check"]).exits(3);
    assert!(
        check
            .stderr
            .ends_with("Nothing was written; `configure` would stop to protect edits.\n"),
        "{check}"
    );
    let forced = sandbox.run(["configure", "--force", "taloss"]).exits(4);
    assert!(
        forced.stderr.contains("hint: did you mean `talos`?"),
        "{forced}"
    );
}
