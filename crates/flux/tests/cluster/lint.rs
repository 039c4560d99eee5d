//! Every rule: a cluster that breaks it, with the problems that are told, and one that does not.
//!
//! A folder of `tests/lint` has pairs of `bad*.yaml` and `bad*.txt`, and `good*.yaml`, of which
//! nothing is told. `ICHOR_RECORD_CLUSTER=1` writes what is told now.

#![expect(clippy::disallowed_methods, reason = "cases lie on disk")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};

use diagnostics::Diagnostics;
use flux::assembled::Release;
use flux::assembly::{Options, assemble};
use flux::files::{Files as _, Memory};
use flux::lint::{Context, check};
use flux::value::documents;
use yaml::Dialect;

use crate::build::case;

#[test]
fn each_rule_has_a_case_that_breaks_it_and_one_that_does_not() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint");
    let mut differing = String::new();
    let mut count = 0;
    for folder in entries(&root) {
        for start in ["bad", "good"] {
            let names = entries(&folder).into_iter();
            let mut names = names.filter_map(|path| path.file_name()?.to_str().map(str::to_owned));
            assert!(
                names.any(|name| name.starts_with(start)),
                "{}",
                folder.display()
            );
        }
        for path in entries(&folder) {
            let name = path
                .file_name()
                .and_then(|name| name.to_str())
                .expect("a name")
                .to_owned();
            if !name.ends_with(".yaml") {
                continue;
            }
            count += 1;
            let text = fs::read_to_string(&path).expect("a case");
            let case = case(&name, &text);
            // The defaults of a chart lie beside the repository, under the name of the release.
            let defaults = |release: &Release| {
                let path = format!("charts/{}.yaml", release.id.name);
                let source = Arc::new(case.files.text(&path).ok()??);
                documents(&source, Dialect::Go).0.into_iter().next()
            };
            let context = Context {
                defaults: Some(&defaults),
                ..case.context()
            };
            let told = told(&check(&case.assembled, &context));
            let expected = path.with_extension("txt");
            if env::var_os("ICHOR_RECORD_CLUSTER").is_some() && name.starts_with("bad") {
                fs::write(&expected, &told).expect("it is written");
            }
            let expected = fs::read_to_string(expected).unwrap_or_default();
            let is_good = !name.starts_with("bad");
            if told != expected || is_good != told.is_empty() {
                let _ = write!(
                    differing,
                    "{}:\n{told}instead of\n{expected}\n",
                    path.display()
                );
            }
        }
    }
    assert!(differing.is_empty(), "{differing}");
    assert!(count > 40, "{count} cases");
}

fn told(problems: &Diagnostics) -> String {
    let mut text = String::new();
    for problem in problems {
        let _ = writeln!(text, "{problem}");
        for related in &problem.related {
            let _ = writeln!(text, "  {}: {}", related.location, related.message);
        }
        if let Some(hint) = &problem.hint {
            let _ = writeln!(text, "  hint: {hint}");
        }
    }
    text
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// A Kustomization that is not built, since its source is not there, does not make its source.
#[test]
fn a_source_in_the_own_namespace_is_sought_there() {
    let kustomization = |name: &str, namespace: &str, path: &str, source: &str| {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: {namespace}}}\n\
             spec: {{interval: 1h, prune: true, path: {path}, targetNamespace: {namespace}, sourceRef: {{kind: GitRepository, name: {source}}}}}\n"
        )
    };
    let root = kustomization("flux-system", "flux-system", "./c", "flux-system");
    let root = root.replace("targetNamespace: flux-system, ", "");
    for (source, hint) in [
        (
            "flux-system",
            "write `namespace: flux-system` beside the name",
        ),
        ("flux-sytem", "did you mean `flux-system`?"),
    ] {
        let files = Memory::from_iter([
            ("c/gotk-sync.yaml", root.clone()),
            (
                "c/ks.yaml",
                kustomization("echo", "default", "./echo", source),
            ),
        ]);
        let assembled = assemble(&files, &Options::default());
        let context = Context {
            files: Some(&files),
            ..Context::default()
        };
        let problems = check(&assembled, &context);
        let told = { problems.iter() }.find(|problem| problem.rule.id() == "flux/source-missing");
        let told = told.unwrap_or_else(|| panic!("{source}: nothing is told"));
        assert!(told.is_error());
        assert_eq!(told.hint.as_deref(), Some(hint));
    }
}

/// Parts of one cluster that somebody applies one by one bring what others wait for.
#[test]
fn what_is_missing_in_one_of_several_starts_is_no_error() {
    let start = |name: &str, more: &str| {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: flux-system}}\nspec: {{path: ./{name}, sourceRef: {{kind: GitRepository, name: flux-system}}{more}}}\n"
        )
    };
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: a}\n";
    let waits = start("apps", ", dependsOn: [{name: base}]");
    for (first, errors) in [("base", false), ("", true)] {
        let mut files = flux::files::Memory::default();
        files.insert("setup/apps.yaml", waits.as_str());
        files.insert("apps/m.yaml", map);
        if !first.is_empty() {
            files.insert("other/base.yaml", start(first, "").as_str());
            files.insert("base/m.yaml", map);
        }
        let assembled = flux::assembly::assemble(&files, &flux::assembly::Options::default());
        let found = check(&assembled, &Context::default());
        let told = told(&found);
        assert_eq!(found.has_errors(), errors, "{told}");
        assert!(told.contains("flux/dependency-missing"), "{told}");
    }
}
