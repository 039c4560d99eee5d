//! Whole runs over repositories in memory, and plans over a disk: no process, no git.

#![expect(
    clippy::disallowed_methods,
    reason = "some of the tests look at what is on disk"
)]

mod archives;
mod contract;
mod inputs;
mod outputs;
mod own;
mod pages;
mod pins;
mod plans;
mod stacks;

use camino::Utf8Path;
use diagnostics::{Diagnostics, Severity};
use pipeline::{BuildOptions, Built, Environment, Missing};
use repository::View;
use secrets::Timestamp;

/// The configuration and the keys of the fixture `minimal`.
fn fixture() -> Vec<(String, Vec<u8>)> {
    fixture_of("minimal")
}

/// The configuration and the keys of a fixture, `cluster.yaml` first.
fn fixture_of(case: &str) -> Vec<(String, Vec<u8>)> {
    let fixtures = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let disk = View::on_disk(fixtures.join(case));
    let read = |path: &str| disk.bytes(path).expect("readable").expect("there");
    let mut files: Vec<_> = ["cluster.yaml", "nodes.yaml"]
        .map(|path| (path.to_owned(), read(path)))
        .into();
    let (keys, problems) = disk.files("keys");
    assert!(problems.is_empty());
    let keys = keys.into_iter();
    files.extend(keys.map(|(path, file)| (path, file.content.to_vec())));
    files
}

/// Its `cluster.yaml` with more keys.
fn cluster(more: &str) -> String {
    let (_, text) = fixture().swap_remove(0);
    String::from_utf8(text).expect("a text") + more
}

/// The fixture, with some files changed; an empty text takes one out.
fn minimal(changes: &[(&str, &str)]) -> View<'static> {
    let mut files = fixture();
    files.retain(|(path, _)| !changes.iter().any(|(changed, _)| path == changed));
    let changed = changes.iter().filter(|(_, content)| !content.is_empty());
    files.extend(changed.map(|(path, content)| ((*path).to_owned(), content.as_bytes().to_vec())));
    files.into_iter().collect()
}

/// Everything up to the tree that could be written, or every problem.
fn build(view: &View<'static>) -> Result<(Built, Diagnostics), Diagnostics> {
    let (inputs, problems) = match pipeline::load(view, &Environment::default()) {
        Ok(loaded) => loaded,
        Err(Missing::NoConfiguration) => panic!("there is no configuration"),
        Err(Missing::Tidied) => panic!("it was archived"),
    };
    if problems.has_errors() {
        return Err(problems);
    }
    let options = BuildOptions::new(Timestamp::from_unix_seconds(1_767_323_045));
    pipeline::build(&inputs, &options).map(|built| (built, problems))
}

#[track_caller]
fn built(view: &View<'static>) -> Built {
    match build(view) {
        Ok((built, _)) => built,
        Err(problems) => panic!("{}", shown(&problems)),
    }
}

/// The rules of the errors that there must be, in order.
#[track_caller]
fn errors(view: &View<'static>) -> Vec<String> {
    let Err(problems) = build(view) else {
        panic!("nothing is wrong")
    };
    let errors = problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error);
    errors.map(|problem| problem.rule.id().to_owned()).collect()
}

/// The rules of everything that is worth knowing.
#[track_caller]
fn warnings(view: &View<'static>) -> Vec<String> {
    let (built, loaded) = build(view).unwrap_or_else(|problems| panic!("{}", shown(&problems)));
    let all = loaded.iter().chain(built.warnings.iter());
    all.map(|problem| problem.rule.id().to_owned()).collect()
}

fn text(built: &Built, path: &str) -> String {
    let entry = built
        .tree
        .get(path)
        .unwrap_or_else(|| panic!("{path} is no output"));
    entry.content.as_text().expect("a text").to_owned()
}

fn shown(problems: &Diagnostics) -> String {
    let lines = problems.iter().map(|problem| {
        let place = problem.location.as_ref().map(|place| place.file.clone());
        format!("{}: {} ({place:?})", problem.rule.id(), problem.message)
    });
    lines.collect::<Vec<_>>().join("\n")
}
