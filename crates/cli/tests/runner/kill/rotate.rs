//! `secrets rotate` on a tree, killed.

use std::collections::BTreeMap;

use testkit::{Sandbox, files_below};

use super::{KILLS, Killer, temporary_files, undisturbed};
use crate::secret_commands::{CLEAR, rules_only};
use crate::{identity, plaintext};

const ROTATE: [&str; 5] = ["secrets", "rotate", "--quiet", "-i", "kubernetes"];

/// More files than threads.
const FILES: usize = 16;

#[test]
fn every_file_can_be_decrypted_at_any_moment() {
    let sandbox = rules_only();
    for number in 0..FILES {
        sandbox.write(
            &format!("kubernetes/apps/{}/{number}.sops.yaml", number % 3),
            CLEAR,
        );
    }
    drop(sandbox.run(["secrets", "encrypt", "--quiet"]).success());
    let identity = identity(&sandbox);
    let mut killer = Killer::new(undisturbed(&sandbox, &ROTATE));
    let mut before = contents(&sandbox);
    for round in 0..KILLS {
        let left_before = temporary_files(&sandbox);
        killer.kill(&sandbox, &ROTATE, || {
            temporary_files(&sandbox) != left_before
        });
        let after = contents(&sandbox);
        let mut new = 0;
        for (path, content) in &after {
            if before.get(path) != Some(content) {
                new += 1;
                let clear = plaintext(path, content, &identity);
                assert_eq!(clear, CLEAR.as_bytes(), "`{path}` in round {round}");
            }
        }
        assert_eq!(after.len(), FILES);
        let half = new > 0 && new < FILES;
        let staged = temporary_files(&sandbox) != left_before;
        killer.in_the_middle += u32::from(half || staged);
        assert_nothing_clear(&sandbox, round);
        before = after;
        if round % 4 == 0 {
            drop(sandbox.run(ROTATE).success());
            let after = contents(&sandbox);
            let same = after
                .iter()
                .filter(|(path, content)| before[*path] == **content);
            assert_eq!(same.count(), 0, "all are rotated after round {round}");
            assert!(temporary_files(&sandbox).is_empty(), "round {round}");
            before = after;
        }
    }
    drop(sandbox.run(ROTATE).success());
    assert!(temporary_files(&sandbox).is_empty());
    for (path, content) in contents(&sandbox) {
        assert_eq!(
            plaintext(&path, &content, &identity),
            CLEAR.as_bytes(),
            "{path}"
        );
    }
    killer.close("secrets rotate");
}

/// The files that have names, by path.
fn contents(sandbox: &Sandbox) -> BTreeMap<String, Vec<u8>> {
    let root = sandbox.root().join("kubernetes");
    let files = files_below(&root)
        .into_iter()
        .map(camino::Utf8PathBuf::into_string);
    files
        .filter(|path| !path.contains(tree::TEMPORARY_PREFIX))
        .filter_map(|path| {
            let content = std::fs::read(root.join(&path)).ok()?;
            Some((path, content))
        })
        .collect()
}

fn assert_nothing_clear(sandbox: &Sandbox, round: u32) {
    for root in [sandbox.root(), sandbox.temporary()] {
        for path in files_below(&root) {
            let content = std::fs::read(root.join(&path)).unwrap_or_default();
            let content = String::from_utf8_lossy(&content);
            assert!(
                !content.contains("in-the-clear"),
                "`{path}` in round {round}"
            );
        }
    }
}
