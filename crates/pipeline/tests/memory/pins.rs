//! Pins that were raised in what is rendered.

use pipeline::pins::{Bump, adopted};
use pipeline::{Environment, Inputs};

fn inputs(changes: &[(&str, &str)]) -> Inputs {
    let loaded = pipeline::load(&super::minimal(changes), &Environment::default());
    loaded.expect("there is configuration").0
}

fn bump(name: &str, to: &str, path: &str) -> Bump {
    Bump {
        name: name.to_owned(),
        from: "1.0.0".to_owned(),
        to: to.to_owned(),
        path: path.to_owned(),
    }
}

#[test]
fn a_raised_pin_is_written_over_the_built_in_one() {
    let text = adopted(&inputs(&[]), &[bump("cilium", "99.0.0", "a.yaml")]).expect("one version");
    let lines: Vec<_> = text
        .lines()
        .filter(|line| line.contains("99.0.0"))
        .collect();
    assert!(
        matches!(&lines[..], [line] if line.starts_with("cilium:")),
        "{lines:?}"
    );
}

#[test]
fn what_a_repository_has_is_edited_and_nothing_else_of_it() {
    let own = "# mine\ncilium: \"1.0.0\" # kept\ntalos: v1.12.0\n";
    let text = adopted(
        &inputs(&[("versions.yaml", own)]),
        &[bump("cilium", "99.0.0", "a.yaml")],
    );
    assert_eq!(text.expect("one version"), own.replace("1.0.0", "99.0.0"));
}

#[test]
fn one_pin_raised_twice_to_the_same_version_is_no_question() {
    let bumps = [
        bump("cilium", "99.0.0", "a.yaml"),
        bump("cilium", "99.0.0", "b.yaml"),
    ];
    assert!(adopted(&inputs(&[]), &bumps).is_ok());
}

#[test]
fn two_versions_of_one_pin_are_told_with_both_files() {
    let bumps = [
        bump("cilium", "98.0.0", "a.yaml"),
        bump("cilium", "99.0.0", "b.yaml"),
    ];
    let problems = adopted(&inputs(&[]), &bumps).expect_err("which one?");
    assert_eq!(
        super::shown(&problems),
        "versions/ambiguous-bump: `cilium` is `98.0.0` in `a.yaml` but `99.0.0` in `b.yaml` (None)"
    );
}
