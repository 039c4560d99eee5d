//! Everything that the fixtures render to is what the API server takes.

#![expect(clippy::disallowed_methods, reason = "the test reads fixtures")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use diagnostics::Source;
use flux::object::Object;
use flux::schema::{Schemas, check};

/// Every file below a folder.
fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            files(&path, found);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "yaml")
        {
            found.push(path);
        }
    }
}

/// What substitution would put in, so that what is left is read as YAML with any value.
fn substituted(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        out.push_str("x1");
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    out + rest
}

#[test]
fn all_objects_of_the_fixtures_pass() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let schemas = Schemas::bundled("v1.36.4");
    let mut count = 0;
    for case in fs::read_dir(fixtures).expect("the fixtures are there") {
        let folder = case.expect("the folder can be read").path();
        let folder = folder.join("expected/kubernetes");
        let mut paths = Vec::new();
        if folder.exists() {
            files(&folder, &mut paths);
        }
        for path in paths {
            let text = substituted(&fs::read_to_string(&path).expect("it is text"));
            let source = Arc::new(Source::new(path.display().to_string(), text));
            let (objects, problems) = flux::value::documents(&source, yaml::Dialect::Go);
            assert!(problems.is_empty(), "{problems:?}");
            for object in objects {
                let object = Object(object);
                let found = check(&object, &schemas);
                assert!(!found.missing, "{} {}", object.api_version(), object.kind());
                assert!(found.problems.is_empty(), "{:?}", found.problems);
                count += 1;
            }
        }
    }
    assert!(count > 600, "{count}");
}
