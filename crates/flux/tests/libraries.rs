//! What the libraries of Flux answered to a selection of the questions that
//! `cargo xtask oracles flux-libraries` asks, frozen.

#[path = "libraries/ours.rs"]
mod ours;

use serde_json::Value;

fn check(fixture: &str) {
    let cases: Vec<Value> = serde_json::from_str(fixture).expect("the fixture is JSON");
    assert!(cases.len() >= 100);
    for case in cases {
        let ours = ours::outcome(&case["question"]);
        // A failure has no answer.
        let theirs = Some(&case["answer"]).filter(|answer| !answer.is_null());
        let is_same = match (theirs, &ours) {
            (Some(theirs), Some(ours)) => ours::is_same(theirs, ours),
            (None, None) => true,
            _ => false,
        };
        assert!(is_same, "{case}\nours: {ours:?}");
    }
}

#[test]
fn texts_are_filled_in_as_flux_does_it() {
    check(include_str!("libraries/texts.json"));
}

#[test]
fn objects_are_filled_in_as_flux_does_it() {
    check(include_str!("libraries/objects.json"));
}

#[test]
fn values_of_releases_are_put_together_as_helm_controller_does_it() {
    check(include_str!("libraries/releases.json"));
}

#[test]
fn folders_are_built_as_kustomize_controller_builds_them() {
    check(include_str!("libraries/builds.json"));
}

#[test]
fn source_artifacts_have_the_files_that_source_controller_puts_into_them() {
    check(include_str!("libraries/artifacts.json"));
}
