//! Nine repositories in which Flux ate the variables of a shell, and how each was mended.
//!
//! A folder of `tests/breakages` has `before.yaml`, of which `before.txt` is told, and
//! `after.yaml`, of which nothing is; a `lenient.txt` is what is told of `before.yaml` where Flux
//! is not strict. `# file: PATH` begins a file of the repository. The repositories are made up,
//! after the threads that their first lines name. `ICHOR_RECORD_BREAKAGES=1` writes what is told.

#![expect(clippy::disallowed_methods, reason = "cases lie on disk")]

use std::path::{Path, PathBuf};
use std::{env, fs};

use diagnostics::Diagnostics;
use flux::assembly::{Options, assemble};
use flux::files::Memory;
use flux::lint::{self, Context};
use flux::schema::{self, Schemas};
use flux::substitute::Mode;
use flux::verdict::{self, Verdict};

/// What each of them has: the root.
const ROOT: &str = "\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 1m, url: 'https://git.example.org/a/b', ref: {branch: main}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 1h, path: ./cluster, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}
";

#[test]
fn each_is_told_before_and_clean_after() {
    let mut differing = String::new();
    let mut count = 0;
    for folder in folders(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/breakages")) {
        count += 1;
        let mut expect = |told: &str, recorded: &str| {
            let path = folder.join(recorded);
            if env::var_os("ICHOR_RECORD_BREAKAGES").is_some() {
                fs::write(&path, told).expect("it is written");
            }
            let expected = fs::read_to_string(&path).unwrap_or_default();
            if told != expected || told.is_empty() {
                differing += &format!("{}:\n{told}instead of\n{expected}\n", path.display());
            }
        };
        let before = repository(&folder.join("before.yaml"));
        let (told, verdict) = told(&before, Mode::Strict);
        expect(&told, "before.txt");
        // Whoever is told an error is told that the app fails.
        assert_eq!(
            verdict == Verdict::Failed,
            told.contains(": error["),
            "{}",
            folder.display()
        );
        expect(&self::told(&before, Mode::Lenient).0, "lenient.txt");
        let after = repository(&folder.join("after.yaml"));
        for mode in [Mode::Strict, Mode::Lenient] {
            let (told, verdict) = self::told(&after, mode);
            assert_eq!(told, "", "{}", folder.display());
            assert_eq!(verdict, Verdict::Passed, "{}", folder.display());
        }
    }
    assert_eq!(count, 9);
    assert!(differing.is_empty(), "{differing}");
}

fn repository(path: &Path) -> Memory {
    let text = fs::read_to_string(path).expect("a case");
    let sections = text.split("# file: ").skip(1);
    let files = sections.map(|section| section.split_once('\n').expect("a path and a file"));
    let root = ("cluster/flux-system/gotk-sync.yaml", ROOT);
    files.chain([root]).collect()
}

/// Everything that is wrong, and the verdict on the app.
fn told(files: &Memory, mode: Mode) -> (String, Verdict) {
    let options = Options {
        mode: Some(mode),
        ..Options::default()
    };
    let assembled = assemble(files, &options);
    let schemas = Schemas::bundled("v1.36.4");
    let mut problems = Diagnostics::new();
    problems.extend(assembled.problems.iter().cloned());
    for object in assembled.kustomizations.iter().flat_map(|one| &one.objects) {
        let found = schema::check(object, &schemas);
        assert!(!found.missing, "{}", object.id());
        problems.extend(found.problems);
    }
    let context = Context {
        files: Some(files),
        ..Context::default()
    };
    problems.extend(lint::check(&assembled, &context));
    problems.sort();
    let verdicts = verdict::of(&assembled, &problems);
    let (_, _, app) = verdicts.get(1).expect("the root applies an app");
    let told = problems.iter().map(|problem| format!("{problem}\n"));
    (told.collect(), *app)
}

fn folders(root: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}
