//! `secrets decrypt` of a tree, killed: what it leaves behind is in the clear.

use testkit::files_below;

use super::{KILLS, Killer, temporary_files, undisturbed};
use crate::secret_commands::{CLEAR, rules_only};

const DECRYPT: [&str; 5] = ["secrets", "decrypt", "--quiet", "-i", "kubernetes"];

/// More files than threads.
const FILES: usize = 16;

#[test]
fn a_decrypted_tree_is_whole_and_the_next_run_leaves_nothing_else() {
    let sandbox = rules_only();
    let paths: Vec<_> = (0..FILES)
        .map(|number| format!("kubernetes/apps/{}/{number}.sops.yaml", number % 3))
        .collect();
    for path in &paths {
        sandbox.write(path, CLEAR);
    }
    drop(sandbox.run(["secrets", "encrypt", "--quiet"]).success());
    let encrypted: Vec<_> = paths.iter().map(|path| sandbox.read(path)).collect();
    let mut killer = Killer::new(undisturbed(&sandbox, &DECRYPT));
    for round in 0..KILLS / 2 {
        for (path, text) in paths.iter().zip(&encrypted) {
            sandbox.write(path, text);
        }
        let left_before = temporary_files(&sandbox);
        killer.kill(&sandbox, &DECRYPT, || {
            temporary_files(&sandbox) != left_before
        });
        let mut new = 0;
        for (path, old) in paths.iter().zip(&encrypted) {
            let now = sandbox.read(path);
            new += usize::from(now == CLEAR);
            assert!(now == CLEAR || now == *old, "`{path}` in round {round}");
        }
        let left = temporary_files(&sandbox);
        killer.in_the_middle += u32::from((new > 0 && new < FILES) || left != left_before);
        assert_eq!(
            files_below(&sandbox.root().join("kubernetes")).len(),
            FILES + left.len(),
            "nothing in the clear has another name"
        );
        // Nor does git take it: there is an entry in what `init` writes, and a guard.
        assert!(
            left.iter()
                .all(|path| repository::names::is_never_committed(path))
        );
        if round % 4 == 0 {
            drop(sandbox.run(DECRYPT).success());
            assert!(temporary_files(&sandbox).is_empty(), "round {round}");
            assert!(paths.iter().all(|path| sandbox.read(path) == CLEAR));
        }
    }
    drop(sandbox.run(DECRYPT).success());
    assert!(temporary_files(&sandbox).is_empty());
    killer.close("secrets decrypt");
}
