//! Nodes that are upgraded one after the other, by machines that change while they are looked at.

mod world;

use cluster::upgrade::{Event, Outcome, Verdict};
use world::{State, World};

const IMAGE: &str = "factory.example/installer:v1.13.9";

/// Three control planes, and a worker before them.
fn four() -> World {
    World::new(vec![
        State::new(false),
        State::new(true),
        State::new(true),
        State::new(true),
    ])
}

fn rules(outcome: &Outcome) -> Vec<(usize, &'static str)> {
    let failed = outcome.failed.iter();
    failed
        .map(|(index, problem)| (*index, problem.rule.id()))
        .collect()
}

#[test]
fn control_planes_go_first_one_after_the_other_and_a_second_run_does_nothing() {
    let world = four();
    let (outcome, events) = world.run(IMAGE, false);
    assert!(outcome.failed.is_empty(), "{:?}", outcome.failed);
    assert_eq!(outcome.changed, [1, 2, 3, 0]);
    let all = ["pull", "cordon", "drain", "install", "reboot", "uncordon"];
    let expected: Vec<String> = [1, 2, 3, 0]
        .iter()
        .flat_map(|node| all.map(|step| format!("n{node} {step}")))
        .collect();
    assert_eq!(world.done(), expected);
    // What a node prints does nothing to a terminal.
    let line = Event::Line {
        node: "n1".to_owned(),
        line: "writing\u{fffd}[2J".to_owned(),
    };
    assert!(events.contains(&line), "{events:?}");
    let (outcome, events) = world.run(IMAGE, false);
    assert_eq!(outcome, Outcome::default());
    assert_eq!((world.done(), events), (Vec::new(), Vec::new()));
}

#[test]
fn before_1_13_it_is_one_call() {
    let mut old = State::new(false);
    old.runs = "v1.12.8".to_owned();
    let world = World::new(vec![old]);
    let (outcome, _) = world.run(IMAGE, false);
    assert!(outcome.failed.is_empty(), "{:?}", outcome.failed);
    let all = ["pull (old)", "cordon", "drain", "upgrade (old)", "uncordon"];
    assert_eq!(world.done(), all.map(|step| format!("n0 {step}")));
}

#[test]
fn an_image_that_does_not_exist_is_refused_before_anything_is_stopped() {
    let world = four();
    let (outcome, _) = world.run("missing.example/installer:v1.13.9", false);
    assert_eq!(rules(&outcome), [(1, "talos-api/missing")]);
    assert!(outcome.changed.is_empty() && world.cordoned().is_empty());
    assert_eq!(outcome.left, [2, 3, 0]);
    assert_eq!(world.done(), ["n1 pull"]);
}

#[test]
fn an_installer_that_fails_leaves_the_node_cordoned_and_the_others_alone() {
    let world = four();
    world.change(1, |state| state.code = 3);
    let (outcome, _) = world.run(IMAGE, false);
    assert_eq!(rules(&outcome), [(1, "cluster/upgrade-failed")]);
    let message = &outcome.failed[&1].message;
    assert!(
        message.contains("ended with exit code 3: writing"),
        "{message}"
    );
    assert!(message.ends_with("; `n1` stays cordoned"), "{message}");
    assert_eq!((world.cordoned(), outcome.left), (vec![1], vec![2, 3, 0]));
    // Mended, the same command goes on, and lets pods come again.
    world.change(1, |state| state.code = 0);
    let (outcome, _) = world.run(IMAGE, false);
    assert!(outcome.failed.is_empty() && world.cordoned().is_empty());
}

#[test]
fn what_did_not_start_is_told_and_stays_cordoned() {
    let world = World::new(vec![State::new(false)]);
    world.change(0, |state| state.starts = false);
    let (outcome, _) = world.run(IMAGE, false);
    assert_eq!(rules(&outcome), [(0, "cluster/upgrade-failed")]);
    let message = &outcome.failed[&0].message;
    assert!(
        message.contains("back with Talos v1.13.8, not v1.13.9"),
        "{message}"
    );
    assert_eq!(world.cordoned(), [0]);
}

#[test]
fn pods_that_do_not_go_stop_it_before_the_installer() {
    let world = World::new(vec![State::new(false)]);
    world.stick(0);
    let (outcome, events) = world.run(IMAGE, false);
    assert_eq!(rules(&outcome), [(0, "cluster/not-ready")]);
    assert_eq!(world.done(), ["n0 pull", "n0 cordon", "n0 drain"]);
    let line = |event: &Event| matches!(event, Event::Line { line, .. } if line.contains("budget"));
    assert!(events.iter().any(line), "{events:?}");
}

#[test]
fn a_node_that_is_lost_anywhere_is_gone_on_with() {
    for call in [
        "Version",
        "EtcdMemberList",
        "Pull",
        "Read",
        "Upgrade",
        "Reboot",
    ] {
        let world = four();
        world.change(1, |state| state.dies_after = Some(call));
        let (outcome, _) = world.run(IMAGE, false);
        let told = outcome.failed.get(&1);
        let told = told.unwrap_or_else(|| panic!("{call}: {outcome:?}"));
        assert!(told.message.contains("`n1`"), "{call}: {}", told.message);
        if call == "Version" {
            // Passed over; but without it the next one is needed for a majority.
            let rules = rules(&outcome);
            assert_eq!(rules[1], (2, "cluster/no-quorum"), "{call}");
            assert_eq!(outcome.left, [3, 0], "{call}");
        } else {
            assert_eq!(outcome.left, [2, 3, 0], "{call}");
        }
        world.change(1, |state| {
            state.dead = false;
            state.dies_after = None;
        });
        let (outcome, _) = world.run(IMAGE, false);
        assert!(outcome.failed.is_empty(), "{call}: {:?}", outcome.failed);
        assert!(world.cordoned().is_empty(), "{call}");
        let plan = world.plan(IMAGE);
        assert!(
            plan.iter().all(|one| *one == Ok(Verdict::Nothing)),
            "{plan:?}"
        );
    }
}

#[test]
fn etcd_keeps_its_majority() {
    let world = four();
    world.change(2, |state| state.etcd = false);
    let (outcome, events) = world.run(IMAGE, false);
    assert_eq!(rules(&outcome), [(1, "cluster/no-quorum")]);
    assert!(
        world.done().is_empty(),
        "nothing was pulled, nothing stopped"
    );
    let waits =
        |event: &Event| matches!(event, Event::Waiting { until, .. } if until.starts_with("127."));
    assert!(events.iter().any(waits), "{events:?}");
    let (outcome, _) = world.run(IMAGE, true);
    // By force it goes, and the one whose etcd does not run is said not to be back.
    assert_eq!(rules(&outcome), [(2, "cluster/not-ready")]);
}

#[test]
fn jumps_that_the_installer_refuses_are_refused_before() {
    for (runs, image, rule) in [
        ("v1.10.9", "i:v1.13.9", Some("cluster/version-jump")),
        ("v1.11.0", "i:v1.13.9", None),
        ("v1.14.1", "i:v1.13.9", None),
        ("v1.15.0", "i:v1.13.9", Some("cluster/version-jump")),
        // Talos 1.12 ends with Kubernetes 1.35.
        ("v1.12.9", "i:v1.12.10", Some("cluster/version-jump")),
        // Beyond every table, the same holds.
        ("v1.13.8", "i:v1.9.0", Some("cluster/version-jump")),
        ("v1.13.8", "i:v1.18.0", Some("cluster/version-jump")),
        ("v1.13.8", "i:latest", None),
        ("v1.13.8", "i@sha256:0123", None),
    ] {
        let mut state = State::new(false);
        state.runs = runs.to_owned();
        let world = World::new(vec![state]);
        let plan = world.plan(image).remove(0);
        let found = plan.as_ref().err().map(|problem| problem.rule.id());
        assert_eq!(found, rule, "{runs} {image} {plan:?}");
    }
}

#[test]
fn another_schematic_of_the_same_version_is_an_upgrade() {
    let (first, second) = ("a".repeat(64), "b".repeat(64));
    let mut state = State::new(false);
    state.schematic = Some(first.clone());
    let world = World::new(vec![state]);
    let image = |schematic: &str| format!("factory.example/installer/{schematic}:v1.13.8");
    assert_eq!(world.plan(&image(&first)), [Ok(Verdict::Nothing)]);
    let wanted = Verdict::Upgrade {
        from: "v1.13.8".to_owned(),
        to: Some("v1.13.8".to_owned()),
        schematic: true,
    };
    assert_eq!(world.plan(&image(&second)), [Ok(wanted)]);
}
