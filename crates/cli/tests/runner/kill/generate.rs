//! `talos generate-config`, killed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt as _;

use diagnostics::Source;
use testkit::{Sandbox, files_below};

use super::{KILLS, Killer, temporary_files, undisturbed};
use crate::talos_commands::plain;

const FOLDER: &str = "clusterconfig";
const GENERATE: [&str; 3] = ["talos", "generate-config", "--quiet"];

/// More files than threads.
const WORKERS: usize = 12;

/// Two states of the repository, which differ in every configuration.
const PORTS: [&str; 2] = ["PORT: 7447\n", "PORT: 7448\n"];

#[test]
fn configurations_are_whole_and_those_of_one_run_after_the_next() {
    let sandbox = plain();
    let mut talconfig = sandbox.read("talconfig.yaml");
    let mut workers = String::new();
    for number in 0..WORKERS {
        let _ = write!(
            workers,
            "  - hostname: worker-{number}\n    ipAddress: 10.0.0.{}\n    controlPlane: false\n    installDisk: /dev/sda\n",
            20 + number
        );
    }
    let end = talconfig
        .rfind("patches:\n  - \"@")
        .expect("patches for all");
    talconfig.insert_str(end, &workers);
    sandbox.write("talconfig.yaml", talconfig);
    let made = sandbox.run(["talos", "gensecret", "--stdout"]).success();
    let bundle = talos::bundle::read(&Source::new("talsecret.yaml", made.stdout.as_str()));
    let bundle = bundle.expect("a bundle");
    sandbox.write("talsecret.yaml", made.stdout);

    let whole = PORTS.map(|port| {
        sandbox.write("talenv.yaml", port);
        let time = undisturbed(&sandbox, &GENERATE);
        (time, contents(&sandbox))
    });
    let secrets: Vec<&str> = bundle.secret_texts().collect();
    let mut killer = Killer::new(whole[1].0);
    let whole = whole.map(|(_, contents)| contents);
    for round in 0..KILLS {
        let now = usize::from(round % 2 == 0);
        sandbox.write("talenv.yaml", PORTS[now]);
        // Some rounds start from nothing, the others from what the one before left.
        if round % 4 == 3 {
            std::fs::remove_dir_all(sandbox.root().join(FOLDER)).expect("it is there");
        }
        let before = contents(&sandbox);
        let left_before = temporary_files(&sandbox);
        let folder = sandbox.root().join(FOLDER);
        let is_new = !folder.exists();
        killer.kill(&sandbox, &GENERATE, || {
            if is_new {
                folder.exists()
            } else {
                files_below(&folder).len() > before.len() + left_before.len()
            }
        });
        let after = contents(&sandbox);
        for (path, content) in &after {
            let known = whole.iter().any(|whole| whole.get(path) == Some(content));
            assert!(known, "`{path}` is not whole in round {round}");
        }
        let half = after != before && after != whole[now];
        let staged = temporary_files(&sandbox) != left_before;
        killer.in_the_middle += u32::from(half || staged);
        assert_private(&sandbox, &secrets, round);
        if round % 4 == 0 {
            drop(sandbox.run(GENERATE).success());
            assert_eq!(contents(&sandbox), whole[now], "round {round}");
            assert!(temporary_files(&sandbox).is_empty(), "round {round}");
        }
    }
    sandbox.write("talenv.yaml", PORTS[0]);
    drop(sandbox.run(GENERATE).success());
    assert_eq!(contents(&sandbox), whole[0]);
    assert!(temporary_files(&sandbox).is_empty());
    killer.close("talos generate-config");
}

/// What was made, by path. Every certificate of a client is another: of a `talosconfig` counts
/// what else is in it.
fn contents(sandbox: &Sandbox) -> BTreeMap<String, String> {
    let root = sandbox.root().join(FOLDER);
    let files = files_below(&root)
        .into_iter()
        .map(camino::Utf8PathBuf::into_string);
    files
        .filter(|path| !path.contains(tree::TEMPORARY_PREFIX))
        .filter_map(|path| {
            let text = std::fs::read_to_string(root.join(&path)).ok()?;
            let lines = text.split_inclusive('\n').map(|line| {
                let key = line.split_once(": ").filter(|_| path == "talosconfig");
                match key {
                    Some((key, value)) if matches!(key.trim(), "crt" | "key") => {
                        format!("{key}: {}\n", value.len() > 40)
                    }
                    _ => line.to_owned(),
                }
            });
            let text = lines.collect();
            Some((path, text))
        })
        .collect()
}

/// Secrets are where they belong, and there for their owner alone.
fn assert_private(sandbox: &Sandbox, secrets: &[&str], round: u32) {
    let root = sandbox.root();
    for path in files_below(&root) {
        let content = std::fs::read_to_string(root.join(&path)).unwrap_or_default();
        if path == "talsecret.yaml" || !secrets.iter().any(|secret| content.contains(secret)) {
            continue;
        }
        let mode = root
            .join(&path)
            .metadata()
            .expect("there")
            .permissions()
            .mode();
        let private = path.starts_with(FOLDER) && mode.trailing_zeros() >= 6;
        assert!(private, "`{path}` shows a secret in round {round}");
    }
    assert!(files_below(&sandbox.temporary()).is_empty());
}
