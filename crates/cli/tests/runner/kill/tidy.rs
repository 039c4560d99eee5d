//! `template tidy`, killed.

use std::collections::BTreeMap;

use testkit::{Sandbox, files_below};

use super::{KILLS, Killer, temporary_files, undisturbed};
use crate::fixture;

const TIDY: [&str; 4] = ["template", "tidy", "--yes", "--quiet"];

/// What is archived: files and folders.
const ARCHIVED: [&str; 8] = [
    ".ichor/ejected/a.yaml.j2",
    ".ichor/schema/cluster.json",
    "cluster.yaml",
    "makejinja.toml",
    "nodes.yaml",
    "templates/config/a.yaml.j2",
    "templates/config/b/c.yaml.j2",
    "templates/overrides/d.yaml.j2",
];

#[test]
fn everything_is_in_its_place_or_in_one_archive() {
    let sandbox = fixture("minimal");
    let kept = sandbox.read("age.key");
    restore(&sandbox);
    let mut killer = Killer::new(undisturbed(&sandbox, &TIDY));
    for round in 0..KILLS {
        restore(&sandbox);
        killer.kill(&sandbox, &TIDY, || sandbox.exists(".private"));
        let found = places(&sandbox);
        assert_eq!(found.len(), ARCHIVED.len(), "round {round}");
        let moved = found.values().filter(|archive| archive.is_some()).count();
        let half = moved < ARCHIVED.len();
        killer.in_the_middle += u32::from(half && sandbox.exists(".private"));
        assert!(
            moved == 0 || sandbox.exists(".ichor/tidied"),
            "round {round}"
        );

        // The next run completes, or has nothing to do.
        if half {
            drop(sandbox.run(TIDY).success());
        }
        let found = places(&sandbox);
        let archives: std::collections::BTreeSet<_> = found.values().collect();
        assert_eq!(archives.len(), 1, "round {round}: {found:?}");
        let archive = found["cluster.yaml"].as_ref().expect("it is archived");
        let marker = sandbox.read(".ichor/tidied");
        assert!(marker.ends_with(&format!(" {archive}.\n")), "{marker}");
        assert!(temporary_files(&sandbox).is_empty(), "round {round}");
        assert_eq!(sandbox.read(".private/.gitignore"), "*\n");
        drop(sandbox.run(TIDY).exits(2));
    }
    assert_eq!(sandbox.read("age.key"), kept);
    killer.close("template tidy");
}

/// A repository as it was before.
fn restore(sandbox: &Sandbox) {
    for folder in [".private", ".ichor"] {
        drop(std::fs::remove_dir_all(sandbox.root().join(folder)));
    }
    for path in ARCHIVED {
        sandbox.write(path, path);
    }
}

/// In which archive each file is, none for its old place; each is whole.
fn places(sandbox: &Sandbox) -> BTreeMap<String, Option<String>> {
    let mut found = BTreeMap::new();
    for path in files_below(&sandbox.root()) {
        let (archive, inner) = match path.strip_prefix(".private") {
            Ok(rest) => {
                let time = rest.components().next().expect("a name").as_str();
                let inner = rest.strip_prefix(time).expect("it begins so");
                (Some(format!(".private/{time}")), inner.as_str())
            }
            Err(_) => (None, path.as_str()),
        };
        if ARCHIVED.contains(&inner) {
            assert_eq!(sandbox.read(path.as_str()), inner, "it is whole");
            let twice = found.insert(inner.to_owned(), archive);
            assert_eq!(twice, None, "`{inner}` is in two places");
        }
    }
    found
}
