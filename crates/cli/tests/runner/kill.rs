//! `configure` killed at random moments: whole files only, nothing in the clear, and the next
//! run completes.

use std::time::{Duration, Instant};

use camino::Utf8Path;
use testkit::{Sandbox, files_below};

use crate::{fixture, identity, plaintext};

/// How many runs are killed.
const KILLS: u32 = 500;

/// What makes the moments: a fixed start, so that a failure can be repeated.
const SEED: u64 = 0x1c40_5eed;

#[test]
fn a_killed_run_leaves_whole_files_and_the_next_one_completes() {
    let sandbox = fixture("minimal");
    let started = Instant::now();
    drop(sandbox.run(["configure"]).success());
    let whole_run = started.elapsed().max(Duration::from_millis(5));
    let finished = contents(&sandbox);
    let secrets = secrets(&sandbox);
    let identity = identity(&sandbox);
    let mut random = SEED;
    let mut interrupted = 0;
    for round in 0..KILLS {
        // Half of the rounds start from nothing, the others from a whole or broken tree.
        if round % 2 == 0 {
            for folder in ["kubernetes", "talos", "bootstrap", ".ichor"] {
                drop(std::fs::remove_dir_all(sandbox.root().join(folder)));
            }
        } else {
            sandbox.write("templates/overrides/talos/note.txt", format!("{round}\n"));
        }
        let mut child = sandbox
            .command(["configure", "--quiet"])
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("the program can be started");
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let share = (random >> 33) % 1000;
        let moment = whole_run.mul_f64(f64::from(u32::try_from(share).unwrap_or(0)) / 900.0);
        std::thread::sleep(moment);
        drop(child.kill());
        let status = child.wait().expect("it was started");
        interrupted += u32::from(!status.success());
        for (path, content) in contents(&sandbox) {
            if is_hidden(&path) {
                continue;
            }
            if let Some((_, whole)) = finished.iter().find(|(known, _)| *known == path) {
                // Every encryption is another; what is encrypted has to be whole.
                let same = if path.contains(".sops.") && path != ".sops.yaml" {
                    plaintext(&path, &content, &identity) == plaintext(&path, whole, &identity)
                } else {
                    content == *whole
                };
                assert!(same, "`{path}` is not whole in round {round}");
            }
        }
        assert_nothing_leaked(&sandbox, &secrets, round);
    }
    drop(sandbox.run(["configure"]).success());
    for (path, content) in &finished {
        let secret = path.contains(".sops.") && path != ".sops.yaml";
        if !path.starts_with(".ichor") && !secret {
            assert_eq!(sandbox.read(path).as_bytes(), content, "{path}");
        }
    }
    let left: Vec<_> = contents(&sandbox)
        .into_iter()
        .filter(|(path, _)| path.contains(".ichor-tmp-") || path.ends_with("/journal"))
        .map(|(path, _)| path)
        .collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(
        interrupted > KILLS / 4,
        "only {interrupted} runs were interrupted"
    );
}

fn is_hidden(path: &str) -> bool {
    path.contains(".ichor")
}

/// Every output, by path.
fn contents(sandbox: &Sandbox) -> Vec<(String, Vec<u8>)> {
    files_below(&sandbox.root())
        .into_iter()
        // Nothing depends on it.
        .filter(|path| !path.starts_with(".ichor/cache"))
        .filter(|path| {
            let first = path.components().next().map_or("", |part| part.as_str());
            matches!(
                first,
                "kubernetes" | "talos" | "bootstrap" | ".ichor" | ".sops.yaml"
            )
        })
        .map(|path| {
            let content = std::fs::read(sandbox.root().join(&path)).unwrap_or_default();
            (path.into_string(), content)
        })
        .collect()
}

/// The secret texts of the fixture's configuration and keys.
fn secrets(sandbox: &Sandbox) -> Vec<String> {
    let key = sandbox.read("age.key");
    let identity = key.lines().find(|line| line.starts_with("AGE-SECRET-KEY"));
    let token = sandbox.read("github-push-token.txt");
    let mut all = vec![token.trim().to_owned()];
    all.extend(identity.map(str::to_owned));
    assert!(all.iter().all(|secret| secret.len() > 8));
    all
}

fn assert_nothing_leaked(sandbox: &Sandbox, secrets: &[String], round: u32) {
    let inputs = [
        "age.key",
        "github-push-token.txt",
        "github-deploy.key",
        "cluster.yaml",
    ];
    let search = |root: &Utf8Path| {
        for path in files_below(root) {
            if inputs.contains(&path.as_str()) {
                continue;
            }
            let content = std::fs::read(root.join(&path)).unwrap_or_default();
            let content = String::from_utf8_lossy(&content);
            for secret in secrets {
                assert!(
                    !content.contains(secret.as_str()),
                    "`{path}` holds a secret in round {round}"
                );
            }
        }
    };
    search(&sandbox.root());
    search(&sandbox.temporary());
}
