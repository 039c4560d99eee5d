//! The golden trees, put together as Flux does it: nothing is wrong with them, and nothing of
//! their Secrets is shown.

#![expect(clippy::disallowed_methods, reason = "fixtures lie on disk")]

use std::fs;

use flux::assembly::{Options, assemble};
use flux::diff::between;
use flux::files::Memory;
use flux::graph::{Graph, Page, html};
use flux::lint::{Context, check};
use flux::value::Value;

/// The files of a fixture, before encryption.
fn files(case: &str) -> Memory {
    let root = testkit::fixtures().join(case).join("expected");
    let paths = testkit::files_below(&root).into_iter();
    paths
        .map(|path| {
            let bytes = fs::read(root.join(&path)).expect("a file");
            (path.to_string(), bytes)
        })
        .collect()
}

#[test]
fn nothing_is_wrong_with_what_the_templates_render() {
    for case in [
        "public",
        "private",
        "minimal",
        "bgp",
        "multi-domain",
        "single-node",
    ] {
        let files = files(case);
        let assembled = assemble(&files, &Options::default());
        assert!(assembled.kustomizations.len() > 5, "{case}");
        let context = Context {
            files: Some(&files),
            ..Context::default()
        };
        let problems = check(&assembled, &context);
        let told: Vec<_> = problems.iter().map(ToString::to_string).collect();
        assert!(told.is_empty(), "{case}: {told:#?}");
        assert!(between(&assembled, &assembled, &[]).is_empty());
    }
}

#[test]
fn nothing_of_any_secret_is_in_the_page_of_a_whole_repository() {
    let files = files("public");
    let assembled = assemble(&files, &Options::default());
    let page = html(&Page {
        title: "public",
        assembled: &assembled,
        findings: &assembled.problems,
        public: &[],
    });
    let graph = Graph::new(&assembled, &[]).json().to_string();
    let mut count = 0;
    let objects = { assembled.kustomizations.iter() }.flat_map(|one| &one.objects);
    for secret in objects.filter(|object| object.kind() == "Secret") {
        for part in ["data", "stringData"] {
            let fields = secret.0.get(part).and_then(Value::as_map);
            for field in fields.into_iter().flat_map(|fields| fields.values()) {
                let text = field.value.as_text().unwrap_or_default();
                // A user of a database may be called as what uses it.
                let is_name = { assembled.kustomizations.iter() }
                    .flat_map(|one| &one.objects)
                    .any(|object| object.name() == text);
                if text.len() >= diagnostics::SHORTEST_SECRET && !is_name {
                    count += 1;
                    assert!(
                        !page.contains(text) && !graph.contains(text),
                        "{}",
                        secret.name()
                    );
                }
            }
        }
    }
    assert!(count > 5, "{count}");
}
