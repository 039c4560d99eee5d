//! What `template tidy` left half done.

use pipeline::archive::{archivable, begun};
use repository::View;

const MARKER: &str =
    "The templates and the configuration were archived to .private/2026-01-02T030405Z.\n";

#[test]
fn a_repository_that_nobody_archived_was_not_begun() {
    assert_eq!(begun(&super::minimal(&[])), None);
}

#[test]
fn what_is_still_in_its_place_belongs_into_the_archive_that_was_begun() {
    let view = super::minimal(&[
        (".ichor/tidied", MARKER),
        (".private/2026-01-02T030405Z/templates/a.j2", "a"),
    ]);
    assert_eq!(archivable(&view), ["cluster.yaml", "nodes.yaml"]);
    assert_eq!(begun(&view).as_deref(), Some(".private/2026-01-02T030405Z"));
}

#[test]
fn an_archive_that_has_everything_is_complete() {
    let view = View::from_iter([
        (".ichor/tidied", MARKER),
        (".private/2026-01-02T030405Z/cluster.yaml", "a"),
    ]);
    assert_eq!(begun(&view), None);
}

#[test]
fn what_was_copied_back_is_not_archived_over_the_first() {
    let view = super::minimal(&[
        (".ichor/tidied", MARKER),
        (".private/2026-01-02T030405Z/cluster.yaml", "a"),
    ]);
    assert_eq!(begun(&view), None);
}

#[test]
fn a_marker_that_names_another_place_leads_nowhere() {
    for place in [
        "../elsewhere",
        ".private/../x",
        ".private/",
        "/etc",
        "kubernetes",
    ] {
        let marker = format!("The templates and the configuration were archived to {place}.\n");
        assert_eq!(
            begun(&super::minimal(&[(".ichor/tidied", &marker)])),
            None,
            "{place}"
        );
    }
    assert_eq!(
        begun(&super::minimal(&[(".ichor/tidied", "archived\n")])),
        None
    );
}
