//! Hand-made kustomizations, and what kustomize 5.8.2 made of them: `in/` is the repository,
//! whose folder `in/build` is built if there is one, else `in/` itself. `expected.yaml` holds
//! what `kustomize build --load-restrictor LoadRestrictionsNone` printed; where it failed there
//! is `fails`, which holds the rule that is to say so.
#![expect(clippy::disallowed_methods, reason = "tests read their cases")]

use std::fs;
use std::path::{Path, PathBuf};

use flux::files::{Files as _, Memory};

#[test]
fn every_case_is_built_as_kustomize_builds_it() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kustomize");
    let mut wrong = Vec::new();
    let mut count = 0;
    for case in sorted(&cases) {
        count += 1;
        let mut files = Memory::default();
        collect(&case.join("in"), "", &mut files);
        let folder = if files.is_folder("build") {
            "build"
        } else {
            ""
        };
        let built = flux::kustomize::build(&files, folder);
        let name = case
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let problems: Vec<String> = built.problems.iter().map(ToString::to_string).collect();
        let told = format!("{name}:\n{}", problems.join("\n"));
        if let Ok(rule) = fs::read_to_string(case.join("fails")) {
            let rule = rule.trim();
            let says_so = { built.problems.iter() }
                .any(|problem| problem.is_error() && problem.rule.id() == rule);
            if !says_so {
                wrong.push(format!("{told}\nis to fail with {rule}"));
            }
            continue;
        }
        let expected = fs::read_to_string(case.join("expected.yaml")).expect("what is expected");
        let written = flux::kustomize::to_yaml(&built.objects);
        if built.problems.has_errors() || written != expected {
            wrong.push(format!(
                "{told}\n--- expected\n{expected}\n--- built\n{written}"
            ));
        }
    }
    assert!(count >= 60, "{count} cases");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn collect(folder: &Path, path: &str, files: &mut Memory) {
    for entry in sorted(folder) {
        let name = entry.file_name().unwrap_or_default().to_string_lossy();
        let inner = if path.is_empty() {
            name.into_owned()
        } else {
            format!("{path}/{name}")
        };
        if entry.is_dir() {
            collect(&entry, &inner, files);
        } else if let Ok(bytes) = fs::read(&entry) {
            files.insert(inner, bytes);
        }
    }
}
