//! A cluster to another Kubernetes.

mod manifests;
mod world;

use cluster::upgrade_k8s::Event;
use diagnostics::Diagnostics;

use world::{Part, World};

fn rules(problems: &Diagnostics) -> Vec<&'static str> {
    problems.iter().map(|problem| problem.rule.id()).collect()
}

#[test]
fn one_control_plane_after_the_other_and_kubelets_last() {
    let world = World::new(3, 1);
    let plan = world.plan("v1.36.4").expect("it is possible");
    assert_eq!(plan.from.to_string(), "1.36.2");
    let names: Vec<_> = plan.nodes().collect();
    assert_eq!(names, ["n0", "n1", "n2", "n3"]);
    let planned: Vec<_> = { plan.changes.iter() }
        .map(|change| format!("{} {}", change.node, change.component))
        .collect();
    assert_eq!(plan.changes[0].before, "r:5000/kube-apiserver:v1.36.2");
    assert_eq!(plan.changes[0].after, "r:5000/kube-apiserver:v1.36.4");
    assert_eq!(plan.changes[12].after, "k/kubelet:v1.36.4-slim");
    assert!(world.log().is_empty(), "a plan does nothing");

    let (outcome, events) = world.run("v1.36.4", usize::MAX);
    let outcome = outcome.expect("it ends");
    assert_eq!(rules(&outcome.failed), [""; 0], "{:?}", outcome.failed);
    assert!(outcome.changed && outcome.left.is_empty());
    let expected = [
        "n0 kube-apiserver",
        "n1 kube-apiserver",
        "n2 kube-apiserver",
        "n0 kube-controller-manager",
        "n1 kube-controller-manager",
        "n2 kube-controller-manager",
        "n0 kube-scheduler",
        "n1 kube-scheduler",
        "n2 kube-scheduler",
        "n0 kubelet",
        "n1 kubelet",
        "n2 kubelet",
        "n3 kubelet",
    ];
    assert_eq!(world.log(), expected);
    assert_eq!(planned, expected);
    assert_eq!(world.change(|state| state.most_away), 1);
    let pulled = { events.iter() }.filter(|event| matches!(event, Event::Pulling { .. }));
    assert_eq!(pulled.count(), 13);
    let changed = { events.iter() }.filter(|event| matches!(event, Event::Changed { .. }));
    assert_eq!(changed.count(), 13);
    // Nothing but images has changed in the configurations.
    let configs: Vec<_> = world.change(|state| {
        let configs = state.machines.iter().map(|machine| machine.config.clone());
        configs.collect()
    });
    assert_eq!(
        configs[0],
        "# Of this node\nmachine:\n  type: controlplane\n  token: abcdef.0123456789abcdef # secret\n  kubelet:\n    image: k/kubelet:v1.36.4\n\
         cluster:\n  apiServer: # the API\n    image: 'r:5000/kube-apiserver:v1.36.4'\n  controllerManager: {image: r:5000/kube-controller-manager:v1.36.4}\n  \
         scheduler:\n    extraArgs:\n      a: b\n    image: r:5000/kube-scheduler:v1.36.4\n"
    );
    assert_eq!(
        configs[3],
        "machine:\n  type: worker # ours\n  kubelet: {image: \"k/kubelet:v1.36.4-slim\"}\n"
    );

    // A second run does nothing.
    assert!(
        world
            .plan("v1.36.4")
            .expect("it is possible")
            .changes
            .is_empty()
    );
    let (outcome, events) = world.run("v1.36.4", usize::MAX);
    let outcome = outcome.expect("it ends");
    assert!(!outcome.changed && outcome.failed.is_empty());
    assert!(events.is_empty() && world.log().is_empty(), "{events:?}");
}

#[test]
fn the_documents_of_1_14_have_the_images_where_they_are() {
    let world = World::of_documents(1, 1);
    let before = world.change(|state| state.machines[0].config.clone());
    let (outcome, _) = world.run("v1.36.4", usize::MAX);
    let outcome = outcome.expect("it ends");
    assert_eq!(rules(&outcome.failed), [""; 0], "{:?}", outcome.failed);
    let expected = [
        "n0 kube-apiserver",
        "n0 kube-controller-manager",
        "n0 kube-scheduler",
        "n0 kubelet",
        "n1 kubelet",
    ];
    assert_eq!(world.log(), expected);
    let [first, second] =
        world.change(|state| [0, 1].map(|index| state.machines[index].config.clone()));
    // A document without an image gets one.
    let after = before.replace("v1.36.2", "v1.36.4").replace(
        "kind: KubeSchedulerConfig\nconfig: {}\n",
        "kind: KubeSchedulerConfig\nconfig: {}\nimage: r:5000/kube-scheduler:v1.36.4\n",
    );
    assert_eq!(first, after);
    assert!(
        second.contains("image: \"k/kubelet:v1.36.4-slim\" # ours"),
        "{second}"
    );
    assert!(
        world
            .plan("v1.36.4")
            .expect("it is possible")
            .changes
            .is_empty()
    );
}

#[test]
fn killed_anywhere_it_goes_on_and_never_are_two_api_servers_away() {
    let mut ended = false;
    for most in (0..48).step_by(7) {
        let world = World::new(3, 1);
        let (first, events) = world.run("v1.36.4", most);
        if first.is_none() {
            assert_eq!(events.len(), most + 1);
        }
        ended |= first.is_some();
        let (outcome, _) = world.run("v1.36.4", usize::MAX);
        let outcome = outcome.expect("it ends");
        assert_eq!(rules(&outcome.failed), [""; 0], "{most}");
        assert_eq!(world.log().len(), 13, "{most}");
        assert_eq!(world.change(|state| state.most_away), 1, "{most}");
    }
    assert!(ended, "every moment was tried");
}

#[test]
fn what_kubernetes_or_talos_do_not_do_is_refused_before_anything_changes() {
    let world = World::new(1, 1);
    for (to, expected) in [
        ("v1.36.1", &["cluster/kubernetes-jump"][..]),
        (
            "v1.38.0",
            &[
                "cluster/kubernetes-jump",
                "cluster/kubernetes-unsupported",
                "cluster/kubernetes-unsupported",
            ],
        ),
        (
            "v1.37.0",
            &[
                "cluster/kubernetes-unsupported",
                "cluster/kubernetes-unsupported",
            ],
        ),
    ] {
        let problems = world.plan(to).expect_err(to);
        assert_eq!(rules(&problems), expected, "{to}");
    }
    world.change(|state| state.machines[1].talos = "v1.99.0".to_owned());
    let problems = world.plan("v1.36.4").expect_err("unknown");
    assert_eq!(rules(&problems), ["cluster/kubernetes-unsupported"]);
    assert!(
        problems
            .iter()
            .all(|problem| problem.message.starts_with("`n1` runs Talos `v1.99.0`"))
    );

    let world = World::new(1, 0);
    world.change(|state| {
        for part in state.machines[0].parts.values_mut() {
            part.image = "somewhere/else@sha256:aa".to_owned();
        }
    });
    let problems = world.plan("v1.36.4").expect_err("unknown");
    assert_eq!(rules(&problems), ["cluster/kubernetes-version"]);
    let from = cluster::upgrade_k8s::version("1.36.2").expect("one");
    let plan = world.with("v1.36.4", |upgrade| {
        upgrade.from = Some(from);
        upgrade.plan()
    });
    assert_eq!(
        plan.expect("it is told").changes[0].after,
        "somewhere/else:v1.36.4"
    );
    let from = cluster::upgrade_k8s::version("1.36.2").expect("one");
    let plan = World::new(0, 1).with("v1.36.4", |upgrade| {
        upgrade.from = Some(from);
        upgrade.plan()
    });
    assert_eq!(
        rules(&plan.expect_err("nobody leads")),
        ["cluster/no-control-plane"]
    );
}

#[test]
fn what_the_new_minor_does_not_know_any_more_is_named_before_anything_changes() {
    let world = World::new(1, 1);
    world.change(|state| {
        for part in state
            .machines
            .iter_mut()
            .flat_map(|machine| machine.parts.values_mut())
        {
            part.image = part.image.replace("v1.36.2", "v1.33.9");
        }
    });
    let problems = world.plan("v1.34.0").expect_err("they do not start");
    assert_eq!(rules(&problems), ["cluster/kubernetes-removed"; 3]);
    let named: Vec<_> = { problems.iter() }
        .filter_map(|problem| problem.message.split(", which").next())
        .collect();
    assert_eq!(
        named,
        [
            "`n0`: kube-scheduler is started with the feature gate `DevicePluginCDIDevices`",
            "`n0`: kubelet is started with the flag `--cloud-config`",
            "`n1`: kubelet is started with the flag `--cloud-config`",
        ]
    );
    // Within a minor nothing goes.
    drop(world.plan("v1.33.10").expect("it is possible"));
}

#[test]
fn objects_of_a_kind_that_the_new_minor_does_not_have_are_counted_before_anything_changes() {
    let world = World::new(1, 0);
    world.change(|state| {
        for part in state.machines[0].parts.values_mut() {
            part.image = part.image.replace("v1.36.2", "v1.31.9");
        }
    });
    drop(world.plan("v1.32.3").expect("there are none"));
    world.change(|state| state.scheduling = 2);
    let problems = world.plan("v1.32.3").expect_err("they would be lost");
    let told: Vec<_> = { problems.iter() }
        .map(|problem| &problem.message)
        .collect();
    assert_eq!(
        told,
        [
            "2 objects are of the kind `PodSchedulingContext` of `resource.k8s.io/v1alpha3`, which Kubernetes 1.32 does not have any more"
        ]
    );
    drop(world.plan("v1.31.10").expect("within a minor nothing goes"));
}

#[test]
fn an_image_that_is_nowhere_is_told_before_anything_changes() {
    let world = World::new(2, 1);
    world.change(|state| state.missing = Some("kube-scheduler"));
    let (outcome, _) = world.run("v1.36.4", usize::MAX);
    let outcome = outcome.expect("it ends");
    assert_eq!(rules(&outcome.failed), ["talos-api/missing"; 2]);
    let told: Vec<_> = outcome
        .failed
        .iter()
        .map(|problem| problem.message[..4].to_owned())
        .collect();
    assert_eq!(told, ["`n0`", "`n1`"]);
    assert!(!outcome.changed);
    assert_eq!(outcome.left.len(), 9);
    assert!(world.log().is_empty());
}

#[test]
fn while_one_api_server_is_away_no_other_is_touched() {
    // One that was away before.
    let world = World::new(3, 0);
    world.change(|state| state.machines[2].is_cut = true);
    let (outcome, events) = world.run("v1.36.4", usize::MAX);
    let outcome = outcome.expect("it ends");
    assert_eq!(rules(&outcome.failed), ["cluster/not-ready"]);
    let problem = outcome.failed.iter().next().expect("one");
    assert!(
        problem
            .message
            .starts_with("`n2`: its API server is not there after 300 s: "),
        "{problem}"
    );
    assert!(world.log().is_empty() && !outcome.changed);
    let waits = |event: &Event| matches!(event, Event::Waiting { node, .. } if node == "n2");
    assert!(events.iter().any(waits), "{events:?}");

    // One that does not come back in its new version.
    let world = World::new(3, 0);
    world.change(|state| state.machines[1].broken = Some("kube-apiserver"));
    let (outcome, _) = world.run("v1.36.4", usize::MAX);
    let outcome = outcome.expect("it ends");
    assert_eq!(rules(&outcome.failed), ["cluster/not-ready"]);
    let problem = outcome.failed.iter().next().expect("one");
    assert!(
        problem
            .message
            .starts_with("`n1`: its kube-apiserver is not there"),
        "{problem}"
    );
    assert_eq!(world.log(), ["n0 kube-apiserver", "n1 kube-apiserver"]);
    assert_eq!(outcome.left.len(), 11);
    // The next run goes on from there, once somebody has helped it.
    world.change(|state| state.machines[1].broken = None);
    let (outcome, _) = world.run("v1.36.4", usize::MAX);
    assert!(outcome.expect("it ends").failed.is_empty());
    assert_eq!(world.log().len(), 10);
    assert_eq!(world.change(|state| state.most_away), 1);
}

#[test]
fn a_node_that_takes_no_configuration_ends_it_without_a_word_of_what_is_secret() {
    let refuses = |code| Some((code, "unknown keys: token abcdef.0123456789abcdef"));
    let world = World::new(1, 0);
    world.change(|state| state.machines[0].refusal = refuses(3));
    let (outcome, _) = world.run("v1.36.4", usize::MAX);
    let outcome = outcome.expect("it ends");
    assert_eq!(rules(&outcome.failed), ["talos-api/refused"]);
    let told = format!("{:?}", outcome.failed);
    assert!(told.contains("unknown keys: token <redacted>"), "{told}");

    // One that is busy is waited for.
    world.change(|state| state.machines[0].refusal = refuses(9));
    let (outcome, _) = world.run("v1.36.4", usize::MAX);
    assert_eq!(
        rules(&outcome.expect("it ends").failed),
        ["cluster/not-ready"]
    );

    let world = World::new(1, 0);
    world.change(|state| state.machines[0].config = "machine: {}\ncluster: [abcdef]\n".to_owned());
    let (outcome, _) = world.run("v1.36.4", usize::MAX);
    let outcome = outcome.expect("it ends");
    assert_eq!(rules(&outcome.failed), ["cluster/bad-config"]);
    assert!(!format!("{:?}", outcome.failed).contains("abcdef"));
}

#[test]
fn only_what_was_asked_for_changes() {
    let world = World::new(1, 1);
    world.change(|state| {
        let part = Part {
            image: "r:5000/kube-proxy:v1.36.2".to_owned(),
            ..Part::default()
        };
        state.machines[0].parts.insert("kube-proxy", part);
    });
    let outcome = world.with("v1.36.4", |upgrade| {
        upgrade.kubelets = false;
        upgrade.pull = false;
        upgrade.repositories.insert(
            talos::Component::Scheduler,
            "other/kube-scheduler".to_owned(),
        );
        let plan = upgrade.plan().expect("it is possible");
        assert_eq!(plan.nodes().collect::<Vec<_>>(), ["n0"]);
        assert_eq!(plan.changes.len(), 4, "{:?}", plan.changes);
        upgrade.run(&plan, &mut |event| {
            assert!(!matches!(event, Event::Pulling { .. }));
        })
    });
    // No controller says how far the pods of kube-proxy are.
    assert_eq!(rules(&outcome.failed), [""; 0]);
    let log = world.log();
    assert_eq!(
        log[..4],
        [
            "n0 kube-apiserver",
            "n0 kube-controller-manager",
            "n0 kube-scheduler",
            "n0 kube-proxy"
        ]
    );
    let image = world.change(|state| state.machines[0].parts["kube-scheduler"].image.clone());
    assert_eq!(image, "other/kube-scheduler:v1.36.4");
    assert!(
        log.iter().any(|line| line
            .starts_with("patch /apis/apps/v1/namespaces/kube-system/daemonsets/kube-proxy")),
        "{log:?}"
    );
}
