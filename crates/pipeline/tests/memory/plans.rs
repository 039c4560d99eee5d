//! What a plan makes of what lies on a disk; committed, and built again.

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use pipeline::{BuildOptions, Built, Overwrite, archive};
use repository::View;
use secrets::Timestamp;
use tree::{Action, Disk, Plan, RelPath};

use super::built;

/// The fixture in a folder, with one output of its own.
struct Room {
    folder: tempfile::TempDir,
}

const OUTPUT: &str = "kubernetes/extra.txt";
const TEMPLATE: &str = "templates/overrides/kubernetes/extra.txt.j2";

impl Room {
    fn new() -> Self {
        let room = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        for (path, content) in super::fixture() {
            room.write(&path, &content);
        }
        room.write(TEMPLATE, b"one\n");
        room
    }

    /// The same after a first run.
    fn settled() -> Self {
        let room = Self::new();
        room.commit(&options());
        room
    }

    fn root(&self) -> &Utf8Path {
        Utf8Path::from_path(self.folder.path()).expect("UTF-8")
    }

    fn write(&self, path: &str, content: &[u8]) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, content).expect("written");
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).expect("there")
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.root().join(path)).expect("there");
    }

    fn disk(&self) -> Disk {
        Disk::open(self.folder.path()).expect("opens")
    }

    fn build(&self) -> Built {
        built(&View::on_disk(self.root().to_owned()))
    }

    fn plan(&self, options: &BuildOptions) -> Plan {
        let plan = self.build().plan(&self.disk(), options);
        plan.unwrap_or_else(|problems| panic!("{}", super::shown(&problems)))
    }

    fn commit(&self, options: &BuildOptions) {
        let plan = self.plan(options);
        assert!(!plan.is_blocked());
        plan.commit(&self.disk()).map(drop).expect("committed");
    }

    /// What would become of the output.
    fn action(&self, options: &BuildOptions) -> Option<Action> {
        let plan = self.plan(options);
        let change = plan
            .changes()
            .iter()
            .find(|change| change.path.as_str() == OUTPUT);
        change.map(|change| change.action)
    }
}

fn options() -> BuildOptions {
    BuildOptions::new(Timestamp::from_unix_seconds(1_767_323_045))
}

fn forcing(force: Overwrite) -> BuildOptions {
    BuildOptions { force, ..options() }
}

fn path(path: &str) -> RelPath {
    RelPath::new(path).expect("a path")
}

#[test]
fn at_first_everything_is_made() {
    let room = Room::new();
    let plan = room.plan(&options());
    assert!(
        plan.changes()
            .iter()
            .all(|change| change.action == Action::Create)
    );
    assert!(!plan.is_done() && !plan.is_blocked());
    assert!(!room.root().join(OUTPUT).exists(), "a plan writes nothing");
}

#[test]
fn after_a_run_nothing_is_left_to_do_and_ciphertext_stays() {
    let room = Room::settled();
    let plan = room.plan(&options());
    assert!(plan.is_done());
    assert!(plan.changes().iter().any(|change| change.secret));
    assert!(
        plan.changes()
            .iter()
            .all(|change| change.action == Action::Unchanged)
    );
}

#[test]
fn an_owned_file_follows_its_template() {
    let room = Room::settled();
    room.write(TEMPLATE, b"two\n");
    assert_eq!(room.action(&options()), Some(Action::Update));
    room.commit(&options());
    assert_eq!(room.read(OUTPUT), "two\n");
}

#[test]
fn an_edited_file_whose_template_is_the_same_is_protected() {
    let room = Room::settled();
    room.write(OUTPUT, b"mine\n");
    assert_eq!(room.action(&options()), Some(Action::Edited));
    assert!(room.plan(&options()).is_blocked());
    assert_eq!(room.read(OUTPUT), "mine\n");
}

#[test]
fn an_edit_is_overwritten_on_request_only_where_it_was_named() {
    let room = Room::settled();
    room.write(OUTPUT, b"mine\n");
    let elsewhere = forcing(Overwrite::Paths(vec![path("talos")]));
    assert_eq!(room.action(&elsewhere), Some(Action::Edited));
    for force in [
        Overwrite::Paths(vec![path(OUTPUT)]),
        Overwrite::Paths(vec![path("kubernetes")]),
        Overwrite::Everything,
    ] {
        assert_eq!(room.action(&forcing(force)), Some(Action::Overwrite));
    }
    room.commit(&forcing(Overwrite::Everything));
    assert_eq!(room.read(OUTPUT), "one\n");
}

#[test]
fn an_edit_that_the_template_makes_too_is_none() {
    let room = Room::settled();
    room.write(OUTPUT, b"two\n");
    room.write(TEMPLATE, b"two\n");
    assert!(!room.plan(&options()).is_blocked());
    room.commit(&options());
    assert!(room.plan(&options()).is_done());
}

#[test]
fn a_file_of_somebody_else_is_protected_until_it_is_adopted() {
    let room = Room::new();
    room.write(OUTPUT, b"theirs\n");
    assert_eq!(room.action(&options()), Some(Action::Foreign));
    let adopt = BuildOptions {
        adopt: true,
        ..options()
    };
    assert_eq!(room.action(&adopt), Some(Action::Overwrite));
    room.commit(&adopt);
    assert_eq!(room.read(OUTPUT), "one\n");
}

#[test]
fn a_file_of_somebody_else_that_says_the_same_is_taken_over() {
    let room = Room::new();
    room.write(OUTPUT, b"one\n");
    assert_eq!(room.action(&options()), Some(Action::TakeOver));
    assert!(!room.plan(&options()).is_blocked());
}

#[test]
fn what_is_rendered_no_more_is_removed() {
    let room = Room::settled();
    room.remove(TEMPLATE);
    assert_eq!(room.action(&options()), Some(Action::Prune));
    room.commit(&options());
    assert!(!room.root().join(OUTPUT).exists());
}

#[test]
fn what_is_rendered_no_more_and_was_edited_is_released() {
    let room = Room::settled();
    room.remove(TEMPLATE);
    room.write(OUTPUT, b"mine\n");
    assert_eq!(room.action(&options()), Some(Action::Release));
    room.commit(&options());
    assert_eq!(room.read(OUTPUT), "mine\n");
    assert_eq!(room.action(&options()), None, "it is nobody's now");
}

#[test]
fn what_was_deleted_by_hand_is_made_again() {
    let room = Room::settled();
    room.remove(OUTPUT);
    assert_eq!(room.action(&options()), Some(Action::Create));
    room.commit(&options());
    assert_eq!(room.read(OUTPUT), "one\n");
}

#[test]
fn one_protected_file_keeps_everything_from_being_written() {
    let room = Room::settled();
    room.write(OUTPUT, b"mine\n");
    room.write("templates/overrides/kubernetes/new.txt", b"new\n");
    let plan = room.plan(&options());
    assert!(plan.commit(&room.disk()).is_err());
    assert!(!room.root().join("kubernetes/new.txt").exists());
}

#[test]
fn a_changed_secret_is_encrypted_anew_and_no_other() {
    let room = Room::settled();
    let before = room.read("cluster.yaml");
    let changed = before.replace("fixture-token", "another-token");
    room.write("cluster.yaml", changed.as_bytes());
    let plan = room.plan(&options());
    let changed = plan
        .changes()
        .iter()
        .filter(|change| change.action == Action::Update);
    let changed: Vec<_> = changed.collect();
    let secrets = plan.changes().iter().filter(|change| change.secret).count();
    assert!(!changed.is_empty() && changed.len() < secrets);
    assert!(changed.iter().all(|change| change.secret));
}

#[test]
fn a_folder_in_the_place_of_an_output_is_told_before_anything_is_written() {
    let room = Room::new();
    room.write(&format!("{OUTPUT}/inside"), b"");
    assert!(room.build().plan(&room.disk(), &options()).is_err());
}

#[test]
fn a_reset_removes_what_is_owned_and_leaves_edits() {
    let room = Room::settled();
    room.write(OUTPUT, b"mine\n");
    room.write("kubernetes/theirs.txt", b"theirs\n");
    let plan = archive::reset(&room.disk()).expect("comparable");
    plan.commit(&room.disk()).map(drop).expect("committed");
    let left: Vec<Utf8PathBuf> = testkit::files_below(&room.root().join("kubernetes"));
    assert_eq!(left, ["extra.txt", "theirs.txt"]);
}

#[test]
fn a_record_of_conflicts_is_read_and_cleaned() {
    let room = Room::settled();
    let record = room.read(".ichor/outputs");
    let (head, rest) = record.split_once('\n').expect("lines");
    let conflict = format!("{head}\n<<<<<<< ours\n=======\n>>>>>>> theirs\n{rest}");
    room.write(".ichor/outputs", conflict.as_bytes());
    let plan = room.plan(&options());
    assert!(!plan.is_blocked());
    let found: Vec<_> = plan
        .findings()
        .iter()
        .map(|problem| problem.rule.id())
        .collect();
    assert!(found.contains(&"record/merge-conflict"), "{found:?}");
    plan.commit(&room.disk()).map(drop).expect("committed");
    assert_eq!(room.read(".ichor/outputs"), record);
}
