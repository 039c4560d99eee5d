//! The bootstrap manifests.

use serde_json::{Value, json};

use crate::rules;
use crate::world::World;

const INVENTORY: &str =
    "/api/v1/namespaces/kube-system/configmaps/talos-bootstrap-manifests-inventory";

fn config_map(name: &str, value: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"namespace": "kube-system", "name": name}, "data": {"key": value}})
}

fn role(name: &str) -> Value {
    // Somebody has given it a namespace, where it can have none.
    json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
        "metadata": {"namespace": "default", "name": name}, "rules": []})
}

fn inventory(world: &World) -> Vec<String> {
    world.change(|state| {
        let data = state.objects[INVENTORY]["data"].as_object().cloned();
        let mut keys: Vec<String> = data.into_iter().flatten().map(|(key, _)| key).collect();
        keys.sort();
        keys
    })
}

fn events(events: &[cluster::upgrade_k8s::Event]) -> Vec<String> {
    let shown = events.iter().filter_map(|event| {
        let event = json!(event);
        let done = event["done"].as_str()?;
        Some(format!("{done} {}", event["object"].as_str()?))
    });
    shown.collect()
}

#[test]
fn manifests_are_applied_as_talos_does_and_what_is_none_any_more_goes() {
    let world = World::new(1, 0);
    world.change(|state| {
        state.manifests = vec![
            config_map("one", "a"),
            role("system:b"),
            config_map("two", "b"),
        ];
    });
    let planned = world.plan("v1.36.2").expect("it is possible");
    assert!(planned.changes.is_empty() && world.log().is_empty());
    let planned = json!(planned.manifests);
    assert_eq!(planned.as_array().map(Vec::len), Some(3));
    assert_eq!(planned[2]["object"], "ConfigMap `kube-system/two`");
    assert_eq!(planned[2]["done"], "created");
    let (outcome, told) = world.run("v1.36.2", usize::MAX);
    let outcome = outcome.expect("it ends");
    assert_eq!(rules(&outcome.failed), [""; 0], "{:?}", outcome.failed);
    assert!(outcome.changed);
    assert_eq!(
        events(&told),
        [
            "created ClusterRole `system:b`",
            "created ConfigMap `kube-system/one`",
            "created ConfigMap `kube-system/two`",
        ]
    );
    assert_eq!(
        inventory(&world),
        [
            "_system__b_rbac.authorization.k8s.io_ClusterRole",
            "kube-system_one__ConfigMap",
            "kube-system_two__ConfigMap",
        ]
    );
    let role_path = "/apis/rbac.authorization.k8s.io/v1/clusterroles/system:b";
    world.change(|state| {
        let role = &state.objects[role_path];
        assert_eq!(role.pointer("/metadata/namespace"), None);
        let owner = &role["metadata"]["annotations"]["config.k8s.io/owning-inventory"];
        assert_eq!(owner, "talos-bootstrap-manifests-inventory");
    });
    let log = world.log();
    assert!(
        log.contains(&format!("patch {role_path} fieldManager=talos")),
        "{log:?}"
    );

    // Nothing to do.
    let (outcome, told) = world.run("v1.36.2", usize::MAX);
    assert!(!outcome.expect("it ends").changed && told.is_empty());
    assert!(world.log().is_empty());

    // One changes, one goes, and one is somebody else's by now.
    world.change(|state| {
        state.manifests = vec![config_map("one", "other")];
        let path = "/api/v1/namespaces/kube-system/configmaps/two";
        let two = state.objects.get_mut(path).expect("it is there");
        two["metadata"]["annotations"]["config.k8s.io/owning-inventory"] = json!("theirs");
    });
    let problems = world.plan("v1.36.2").expect_err("it is somebody else's");
    assert_eq!(rules(&problems), ["cluster/foreign-object"]);
    assert!(world.log().is_empty());
    let (outcome, told) = world.run("v1.36.4", usize::MAX);
    let outcome = outcome.expect("it ends");
    assert_eq!(rules(&outcome.failed), ["cluster/foreign-object"]);
    assert_eq!(
        events(&told),
        [
            "changed ConfigMap `kube-system/one`",
            "pruned ClusterRole `system:b`"
        ]
    );
    assert_eq!(
        inventory(&world),
        ["kube-system_one__ConfigMap", "kube-system_two__ConfigMap"]
    );
}

#[test]
fn nothing_is_pruned_where_that_was_not_meant_or_nothing_is_known() {
    let world = World::new(1, 0);
    world.change(|state| state.manifests = vec![config_map("one", "a"), config_map("two", "b")]);
    drop(world.run("v1.36.2", usize::MAX));
    // No manifests at all are no reason to delete everything.
    world.change(|state| state.manifests.clear());
    let (outcome, _) = world.run("v1.36.2", usize::MAX);
    assert!(!outcome.expect("it ends").changed);
    assert_eq!(inventory(&world).len(), 2);
    // One of several is, but not if told otherwise, and not if something failed.
    world.change(|state| state.manifests = vec![config_map("one", "a")]);
    let outcome = world.with("v1.36.2", |upgrade| {
        upgrade.prune = false;
        let plan = upgrade.plan().expect("it is possible");
        upgrade.run(&plan, &mut |_| {})
    });
    assert!(!outcome.changed && outcome.failed.is_empty());
    world.change(|state| {
        let unknown = json!({"apiVersion": "v1", "kind": "Unknown", "metadata": {"name": "x"}});
        state.manifests.push(unknown);
    });
    let problems = world.plan("v1.36.2").expect_err("nobody knows it");
    assert_eq!(rules(&problems), ["kubernetes-api/missing"]);
    let (outcome, _) = world.run("v1.36.4", usize::MAX);
    let outcome = outcome.expect("it ends");
    assert_eq!(rules(&outcome.failed), ["kubernetes-api/missing"]);
    assert_eq!(inventory(&world).len(), 2);
    world.change(|state| drop(state.manifests.pop()));
    let (outcome, told) = world.run("v1.36.4", usize::MAX);
    assert!(outcome.expect("it ends").failed.is_empty());
    assert_eq!(events(&told), ["pruned ConfigMap `kube-system/two`"]);
    assert_eq!(inventory(&world), ["kube-system_one__ConfigMap"]);
}

#[test]
fn what_one_control_plane_lacks_and_what_nobody_can_read_deletes_nothing() {
    let world = World::new(2, 0);
    world.change(|state| state.manifests = vec![config_map("one", "a"), config_map("two", "b")]);
    drop(world.run("v1.36.2", usize::MAX));
    assert_eq!(inventory(&world).len(), 2);
    // The first has it no more, the second has.
    world.change(|state| {
        let two = state.manifests.pop();
        state.more.extend(two);
    });
    let plan = world.plan("v1.36.2").expect("it is possible");
    assert!(plan.manifests.is_empty(), "{:?}", plan.manifests);
    world.change(|state| state.more = vec![json!({"kind": "ConfigMap"})]);
    let problems = world.plan("v1.36.2").expect_err("nobody can read it");
    assert_eq!(rules(&problems), ["cluster/bad-manifest"]);
    let (outcome, _) = world.run("v1.36.4", usize::MAX);
    let outcome = outcome.expect("it ends");
    assert_eq!(rules(&outcome.failed), ["cluster/bad-manifest"]);
    assert_eq!(inventory(&world).len(), 2);
    assert!(world.log().iter().all(|line| !line.starts_with("delete")));
}

#[test]
fn an_older_talos_keeps_no_inventory() {
    let world = World::new(1, 0);
    world.change(|state| {
        state.machines[0].talos = "v1.12.4".to_owned();
        state.machines[0].parts.values_mut().for_each(|part| {
            part.image = part.image.replace("v1.36.2", "v1.35.0");
        });
        state.manifests = vec![config_map("one", "a")];
    });
    let (outcome, told) = world.run("v1.35.0", usize::MAX);
    assert!(outcome.expect("it ends").failed.is_empty());
    assert_eq!(events(&told), ["created ConfigMap `kube-system/one`"]);
    world.change(|state| {
        assert!(!state.objects.contains_key(INVENTORY));
        let one = &state.objects["/api/v1/namespaces/kube-system/configmaps/one"];
        assert_eq!(one.pointer("/metadata/annotations"), None);
    });
}
