//! Every single thing that a kept result depends on, changed in turn; and caches that nobody
//! should trust.

#![expect(
    clippy::disallowed_methods,
    reason = "the tests change what lies on disk"
)]

use std::cell::Cell;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::{Diagnostics, Severity, Source};
use repository::{Question, View};
use secrets::Timestamp;
use testkit::Sandbox;
use tree::Disk;
use vault::identities::Offered;

use super::Cache;
use crate::again::{Command, Run};
use crate::load::{Environment, load};
use crate::options::BuildOptions;
use crate::rules;

/// 2026-01-02, noon.
const NOON: i64 = 1_767_355_200;

fn at(seconds: i64) -> BuildOptions {
    BuildOptions::new(Timestamp::from_unix_seconds(seconds))
}

fn environment() -> Environment {
    Environment {
        build: "one".to_owned(),
        ..Environment::default()
    }
}

fn sandbox() -> (Sandbox, Utf8PathBuf) {
    let sandbox = Sandbox::from_fixture("none", "public");
    let root = sandbox.root();
    (sandbox, root)
}

/// What a run says; `None` if it says what an earlier one said.
fn run(root: &Utf8Path, command: Command) -> Option<Vec<String>> {
    let (environment, options) = (environment(), at(NOON));
    let run = Run::start(command, root, &environment, &options);
    if run.again().is_some() {
        return None;
    }
    let (inputs, loaded) = load(run.view(), &environment).expect("a repository");
    let built = crate::build(&inputs, &options).expect("nothing is wrong");
    let disk = Disk::open(root.as_std_path()).expect("it is there");
    let plan = built.plan(&disk, &options).expect("comparable");
    if !plan.is_done() && command == Command::Configure {
        plan.commit(&disk).expect("the disk has room");
    }
    let plan = (command == Command::Configure).then_some(&plan);
    run.keep(&inputs, &loaded, &built, plan);
    Some(built.warnings.iter().map(ToString::to_string).collect())
}

fn is_again(root: &Utf8Path, command: Command) -> bool {
    Run::start(command, root, &environment(), &at(NOON))
        .again()
        .is_some()
}

/// A repository in which the next run has nothing to do.
fn settled() -> (Sandbox, Utf8PathBuf) {
    let (sandbox, root) = sandbox();
    // The first one writes, and knows nothing of what lies on disk after it.
    for command in [Command::Configure, Command::Configure, Command::Validate] {
        assert!(run(&root, command).is_some());
    }
    (sandbox, root)
}

/// Changes what stands under a path, of a folder its names if those were asked for; the result
/// undoes it.
fn change(path: &Utf8Path, names: bool) -> Box<dyn FnOnce()> {
    let path = path.to_owned();
    if path.is_dir() && !names {
        let away = Utf8PathBuf::from(format!("{path}.away"));
        fs::rename(&path, &away).expect("writable");
        return Box::new(move || fs::rename(away, path).expect("writable"));
    }
    if path.is_dir() {
        let new = path.join("new.yaml");
        fs::write(&new, "a: 1\n").expect("writable");
        return Box::new(move || fs::remove_file(new).expect("removable"));
    }
    if let Ok(before) = fs::read(&path) {
        fs::write(&path, [&before[..], b"\n"].concat()).expect("writable");
        return Box::new(move || fs::write(path, before).expect("writable"));
    }
    let mut top = path.clone();
    while let Some(parent) = top.parent()
        && !parent.exists()
    {
        top = parent.to_owned();
    }
    fs::create_dir_all(path.parent().expect("below the root")).expect("writable");
    fs::write(&path, "a: 1\n").expect("writable");
    Box::new(move || {
        if top.is_dir() {
            fs::remove_dir_all(top).expect("removable");
        } else {
            fs::remove_file(top).expect("removable");
        }
    })
}

#[test]
fn a_run_with_nothing_to_do_is_told_again_until_anything_changes() {
    let (_sandbox, root) = settled();
    for command in [Command::Configure, Command::Validate] {
        assert_eq!(run(&root, command), None);
        // The first run after another key asks everything, and writes down what.
        let options = at(NOON);
        let run = Run::start(command, &root, &environment(), &options);
        let (inputs, _) = load(run.view(), &environment()).expect("a repository");
        crate::build(&inputs, &options).expect("nothing is wrong");
        let mut paths: Vec<(Utf8PathBuf, bool)> = run
            .seen
            .answers()
            .into_iter()
            .map(|(question, _)| match question {
                Question::Kind(path) | Question::Content(path) => (root.join(path), false),
                Question::Names(path) => (root.join(path), true),
            })
            .collect();
        if command == Command::Configure {
            let outputs = inputs.view.text(tree::RECORD_PATH).expect("readable");
            let outputs = outputs.expect("it is there");
            let named = outputs
                .text()
                .lines()
                .filter_map(|line| line.split_once("  "));
            paths.extend(named.map(|(_, path)| (root.join(path), false)));
        }
        paths.sort();
        paths.dedup();
        assert!(paths.len() > 20, "{} paths", paths.len());
        for (path, names) in &paths {
            let undo = change(path, *names);
            assert!(!is_again(&root, command), "{command:?}: {path}");
            undo();
            assert!(is_again(&root, command), "{command:?}: {path} as it was");
        }
    }
}

#[test]
fn it_is_told_as_it_was() {
    let (_sandbox, root) = settled();
    for command in [Command::Configure, Command::Validate] {
        let again = Run::start(command, &root, &environment(), &at(NOON)).again();
        let again = again.expect("nothing has changed");
        let (inputs, loaded) = load(&View::on_disk(&root), &environment()).expect("there");
        let built = crate::build(&inputs, &at(NOON)).expect("nothing is wrong");
        assert_eq!(again.loaded, loaded);
        assert_eq!(again.warnings, built.warnings);
        assert!(!built.warnings.is_empty(), "something is told");
        assert_eq!(again.files, built.tree.len());
        assert_eq!(again.nodes, built.model.cluster.nodes().len());
    }
}

#[test]
fn whatever_else_decides_is_told_apart() {
    let (_sandbox, root) = settled();
    let again = |environment: &Environment, options: &BuildOptions| {
        let run = Run::start(Command::Configure, &root, environment, options);
        run.again().is_some()
    };
    let same = environment();
    assert!(again(&same, &at(NOON)));
    assert!(again(&same, &at(NOON + 60)));
    let strict = BuildOptions {
        strict: true,
        ..at(NOON)
    };
    let adopt = BuildOptions {
        adopt: true,
        ..at(NOON)
    };
    assert!(!again(&same, &at(NOON + 86_400)), "another day");
    assert!(!again(&same, &strict) && !again(&same, &adopt));
    for build in ["two", ""] {
        let other = Environment {
            build: build.to_owned(),
            ..environment()
        };
        assert!(!again(&other, &at(NOON)), "another build");
    }
    let identity = secrets::Identity::generate();
    let text = identity.expose();
    let other = Environment {
        keys: Offered {
            identities: vec![Source::new("SOPS_AGE_KEY", text.as_str())],
            ..Offered::default()
        },
        ..environment()
    };
    assert!(!again(&other, &at(NOON)), "another identity");
}

#[test]
fn without_an_identity_nothing_is_kept() {
    let (_sandbox, root) = settled();
    fs::remove_dir_all(root.join(".ichor/cache")).expect("there");
    fs::remove_file(root.join("age.key")).expect("there");
    let (inputs, _) = load(&View::on_disk(&root), &environment()).expect("there");
    drop(crate::build(&inputs, &at(NOON)));
    assert!(!root.join(".ichor/cache").exists());
}

#[test]
fn a_cache_that_is_broken_or_foreign_is_as_none() {
    let (_sandbox, root) = settled();
    let cache = root.join(".ichor/cache");
    for name in ["configure", "validate", "marks", "checks"] {
        let path = cache.join(name);
        let whole = fs::read(&path).expect("it is kept");
        let mut flipped = whole.clone();
        flipped[whole.len() / 2] ^= 1;
        let twice = [&whole[..], &whole].concat();
        for broken in [
            &whole[..whole.len() - 1],
            &whole[..20],
            b"",
            &flipped,
            &twice,
        ] {
            fs::write(&path, broken).expect("writable");
            for command in [Command::Configure, Command::Validate] {
                let run = Run::start(command, &root, &environment(), &at(NOON));
                if name == command.name() {
                    assert!(run.again().is_none(), "{name}");
                }
            }
            let (inputs, _) = load(&View::on_disk(&root), &environment()).expect("there");
            assert!(crate::build(&inputs, &at(NOON)).is_ok(), "{name}");
        }
        fs::write(&path, &whole).expect("writable");
    }
    assert!(is_again(&root, Command::Configure));
    // Another clone's key, or none that can be read.
    let key = fs::read(cache.join("key")).expect("it is kept");
    for other in [&[7; 32][..], &key[..31], b""] {
        fs::write(cache.join("key"), other).expect("writable");
        assert!(!is_again(&root, Command::Configure));
    }
}

#[test]
fn of_another_user_it_is_as_none() {
    let (_sandbox, root) = settled();
    let cache = root.join(".ichor/cache");
    let own = fs::metadata(&cache).expect("it is there").uid();
    // The key comes last: a run that finds none makes another.
    for name in ["configure", "validate", "marks", "checks", "key"] {
        let path = cache.join(name);
        if let Err(refused) = chown(&path, Some(own + 1), None) {
            eprintln!("skipped: nobody but root gives files away: {refused}");
            return;
        }
        for command in [Command::Configure, Command::Validate] {
            let is_foreign = name == "key" || name == command.name();
            assert!(!is_foreign || !is_again(&root, command), "{name}");
        }
        let (inputs, _) = load(&View::on_disk(&root), &environment()).expect("there");
        assert!(crate::build(&inputs, &at(NOON)).is_ok(), "{name}");
        chown(&path, Some(own), None).expect("given back");
    }
    // What was foreign is ours again with the first run.
    chown(cache.join("key"), Some(own + 1), None).expect("given away");
    assert!(run(&root, Command::Configure).is_some());
    assert!(is_again(&root, Command::Configure));
    let owner = fs::metadata(cache.join("key")).expect("it is there").uid();
    assert_eq!(owner, own);
}

#[test]
fn where_it_cannot_be_written_everything_is_done() {
    for in_the_way in ["a file", "a link"] {
        let (_sandbox, root) = settled();
        let cache = root.join(".ichor/cache");
        fs::remove_dir_all(&cache).expect("there");
        let outside = tempfile::tempdir().expect("a folder");
        match in_the_way {
            "a file" => fs::write(&cache, "").expect("writable"),
            _ => std::os::unix::fs::symlink(outside.path(), &cache).expect("linked"),
        }
        for _ in 0..2 {
            assert!(run(&root, Command::Configure).is_some(), "{in_the_way}");
        }
        let left = fs::read_dir(outside.path()).expect("there").count();
        assert_eq!(left, 0, "nothing goes through a link");
    }
}

#[test]
fn one_change_repeats_only_what_it_touches() {
    let (_sandbox, root) = settled();
    let marks = || -> Vec<Vec<u8>> {
        let bytes = fs::read(root.join(".ichor/cache/marks")).expect("it is kept");
        let body = &bytes[b"ichor cache 1\n".len()..bytes.len() - 32];
        body.chunks(32).map(<[u8]>::to_vec).collect()
    };
    let before = marks();
    let folder = root.join("templates/overrides/kubernetes/apps");
    fs::create_dir_all(&folder).expect("writable");
    let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more, namespace: default}\n";
    fs::write(folder.join("more.yaml.j2"), object).expect("writable");
    assert!(run(&root, Command::Configure).is_some());
    let after = marks();
    let new = after.iter().filter(|mark| !before.contains(mark)).count();
    let kept = after.iter().filter(|mark| before.contains(mark)).count();
    assert_eq!((new, kept), (1, before.len()));
}

#[test]
fn a_check_runs_again_when_any_part_changes() {
    let (_sandbox, root) = settled();
    let (inputs, _) = load(&View::on_disk(&root), &environment()).expect("there");
    let runs = |name: &str, parts: &[&[u8]]| {
        let cache = Cache::open(&inputs, Timestamp::from_unix_seconds(NOON));
        let ran = Cell::new(false);
        let found = cache.unless_passed(name, parts, || {
            ran.set(true);
            Vec::new()
        });
        assert!(found.is_empty());
        cache.close(false);
        ran.get()
    };
    assert!(runs("check", &[b"ab", b"c"]));
    assert!(!runs("check", &[b"ab", b"c"]));
    assert!(runs("other", &[b"ab", b"c"]));
    assert!(runs("check", &[b"a", b"bc"]) && runs("check", &[b"abc"]));
    assert!(runs("check", &[b"ab", b"d"]));
}

#[test]
fn what_finds_something_is_not_taken_for_passed() {
    let (_sandbox, root) = settled();
    let (inputs, _) = load(&View::on_disk(&root), &environment()).expect("there");
    let found = || {
        let cache = Cache::open(&inputs, Timestamp::from_unix_seconds(NOON));
        let problem = || vec![rules::OUTPUT_NOT_UTF8.report("odd")];
        let found = cache.unless_passed("check", &[b"a"], problem).len();
        cache.close(true);
        found
    };
    assert_eq!((found(), found()), (1, 1));
}

#[test]
fn a_check_that_reads_runs_again_when_any_answer_changes() {
    let (_sandbox, root) = settled();
    let (inputs, _) = load(&View::on_disk(&root), &environment()).expect("there");
    let ran = |view: &View<'_>, part: &[u8]| {
        let cache = Cache::open(&inputs, Timestamp::from_unix_seconds(NOON));
        let ran = Cell::new(false);
        let found = cache.unless_seen("reader", &[part], view, |view| {
            ran.set(true);
            drop((
                view.is_file("absent"),
                view.text("here"),
                view.list("folder"),
            ));
            Diagnostics::from(rules::OUTPUT_NOT_UTF8.report_as(Severity::Note, "told"))
        });
        assert_eq!(found.len(), 1, "it finds the same");
        cache.close(true);
        ran.get()
    };
    let files = [("here", "1"), ("folder/a", "2"), ("unasked", "3")];
    let view = |more: &[(&str, &str)]| files.iter().chain(more).copied().collect::<View>();
    assert!(ran(&view(&[]), b""));
    assert!(!ran(&view(&[]), b""));
    assert!(!ran(&view(&[("unasked", "4"), ("other", "5")]), b""));
    for more in [[("here", "2")], [("folder/b", "")], [("absent", "")]] {
        assert!(ran(&view(&more), b""), "{more:?}");
        assert!(ran(&view(&[]), b""));
    }
    assert!(ran(&view(&[]), b"other"));
}

#[test]
fn what_may_begin_or_end_before_the_day_is_over_is_looked_at_again() {
    let (_sandbox, root) = settled();
    let (inputs, _) = load(&View::on_disk(&root), &environment()).expect("there");
    let ran = |rule: &'static diagnostics::Rule| {
        let cache = Cache::open(&inputs, Timestamp::from_unix_seconds(NOON));
        let ran = Cell::new(false);
        let found = cache.unless_seen("reader", &[], &View::from_iter([("a", "1")]), |_| {
            ran.set(true);
            Diagnostics::from(rule.report_as(Severity::Warning, "told"))
        });
        assert_eq!(found.len(), 1, "it finds the same");
        cache.close(true);
        ran.get()
    };
    for rule in [
        &talos::rules::TALSECRET_EXPIRES_SOON,
        &talos::rules::TALSECRET_NOT_YET_VALID,
    ] {
        assert!(ran(rule) && ran(rule), "{rule}");
    }
    let other = &rules::OUTPUT_NOT_UTF8;
    assert!(ran(other) && !ran(other));
}
