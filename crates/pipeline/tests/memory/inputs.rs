//! What is read, and what stands in for what.

use pipeline::road::Road;
use pipeline::{Environment, Missing};
use repository::View;

use super::{build, errors, minimal, shown, warnings};

fn missing(view: &View<'static>) -> Option<Missing> {
    pipeline::load(view, &Environment::default()).err()
}

#[test]
fn a_folder_without_configuration_is_no_repository() {
    let view = View::from_iter([("README.md", "nothing")]);
    assert!(matches!(missing(&view), Some(Missing::NoConfiguration)));
}

#[test]
fn an_archived_repository_says_so() {
    let view = minimal(&[(".ichor/tidied", "archived\n")]);
    assert!(matches!(missing(&view), Some(Missing::Tidied)));
}

#[test]
fn nodes_are_required() {
    assert_eq!(errors(&minimal(&[("nodes.yaml", "")])), ["file/missing"]);
}

#[test]
fn what_is_no_yaml_is_told_at_its_place() {
    let Err(problems) = build(&minimal(&[("cluster.yaml", "a: [\n")])) else {
        panic!("nothing is wrong")
    };
    let places = problems
        .iter()
        .filter_map(|problem| problem.location.as_ref());
    assert!(
        places
            .map(|place| &*place.file)
            .any(|file| file == "cluster.yaml"),
        "{}",
        shown(&problems)
    );
}

#[test]
fn the_file_in_the_clear_goes_before_the_encrypted_one() {
    let view = minimal(&[("cluster.sops.yaml", "sops: {}\n")]);
    assert!(warnings(&view).contains(&"file/two-configurations".to_owned()));
}

#[test]
fn every_input_is_asked_of_the_view() {
    let (view, seen) = minimal(&[]).recording();
    build(&view).map_or_else(|problems| panic!("{}", shown(&problems)), drop);
    assert!(seen.holds(&minimal(&[])));
    for (path, content) in [
        ("cluster.yaml", "a: 1\n"),
        ("nodes.yaml", "nodes: []\n"),
        ("age.key", ""),
        ("versions.yaml", "talos: v1.0.0\n"),
        ("templates/variables.yaml", "variables: {}\n"),
        ("templates/overrides/a.j2", "a: 1\n"),
        ("templates/config/a.j2", "a: 1\n"),
        ("makejinja.toml", "[makejinja]\n"),
        (".sops.yaml", "creation_rules: []\n"),
        (".ichor/outputs", "# ichor-outputs 1\n"),
        (".ichor/tidied", "archived\n"),
        ("cluster.sops.yaml", "a: 1\n"),
        ("nodes.sops.yaml", "a: 1\n"),
        ("github-push-token.txt", ""),
    ] {
        assert!(!seen.holds(&minimal(&[(path, content)])), "{path}");
    }
    assert!(seen.holds(&minimal(&[("README.md", "of no interest")])));
}

#[test]
fn the_road_is_told_from_names() {
    let start = Road::of(&View::from_iter([("README.md", "")]));
    assert!(!start.configured && !start.rendered);
    let begun = Road::of(&minimal(&[
        (".ichor/outputs", "x"),
        ("talos/talconfig.yaml", "x"),
    ]));
    assert!(begun.configured && begun.rendered && begun.described && !begun.has_secrets);
    let secret = Road::of(&minimal(&[("talos/talsecret.sops.yaml", "x")]));
    assert!(secret.has_secrets);
}
