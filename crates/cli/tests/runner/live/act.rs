//! What changes nodes, or writes what they give.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use prost::Message as _;
use talos_client::api::common::Data;
use talos_client::api::machine as api;
use testkit::nodes::{Call, Cluster, Guise, Node, Step};

use super::{World, control_plane, say};

/// A control plane that starts again when it is told to, and goes when it is switched off.
fn reboots() -> impl Fn(&Call) -> Vec<Step> + Send + Sync {
    let boot = AtomicU32::new(0);
    let off = Mutex::new(Vec::new());
    let is_off = move |call: &Call, now: bool| {
        let mut off = off.lock().expect("nobody panicked");
        if now {
            off.push(call.node.clone());
        }
        off.contains(&call.node)
    };
    move |call| match call.path.rsplit('/').next() {
        _ if is_off(call, false) => vec![Step::Status(14, "connection refused")],
        Some("Read") => say(Data {
            bytes: format!("{}\n", boot.load(Ordering::Relaxed)).into_bytes(),
            ..Data::default()
        }),
        Some("Reboot") => {
            boot.fetch_add(1, Ordering::Relaxed);
            say(api::RebootResponse {
                messages: vec![api::Reboot::default()],
            })
        }
        Some("Shutdown") => {
            is_off(call, true);
            say(api::ShutdownResponse {
                messages: vec![api::Shutdown::default()],
            })
        }
        Some("Reset") => say(api::ResetResponse {
            messages: vec![api::Reset::default()],
        }),
        Some("Rollback") => vec![Step::Status(9, "method is not supported in container mode")],
        _ => control_plane(call),
    }
}

#[test]
fn what_stops_a_node_wants_it_named_and_asks() {
    let world = World::new(reboots());
    for command in ["reboot", "shutdown", "rollback", "reset"] {
        let output = world.run(&format!("talos {command}")).exits(2);
        assert!(output.stderr.contains("no node is named"), "{output}");
    }
    let output = world.run("talos reboot -n NODE").exits(4);
    assert!(output.stderr.contains("add `--yes`"), "{output}");
    assert_eq!(world.calls(), [""; 0]);
    let output = world.run("talos reboot -n NODE --yes").success();
    assert!(output.stderr.contains(": is back\n"), "{output}");
    let calls = world.calls();
    let acted: Vec<_> = { calls.iter() }
        .skip_while(|call| *call != "Read")
        .collect();
    assert_eq!(acted, ["Read", "Reboot", "Read"]);
    let output = world.run("talos rollback -n NODE,GONE --yes").exits(5);
    assert!(output.stderr.contains("[talos-api/not-ready]"), "{output}");
    assert!(output.stderr.contains("Left alone: GONE"), "{output}");
    let output = world.run("talos shutdown -n 10.0.0.10 --yes").success();
    assert!(output.stderr.contains("10.0.0.10: is off\n"), "{output}");
    // It does not answer any more.
    let output = world
        .run("talos shutdown -n 10.0.0.10 --no-wait --yes")
        .exits(5);
    assert!(
        output.stderr.contains("[talos-api/unreachable]"),
        "{output}"
    );
}

#[test]
fn a_member_that_is_gone_is_taken_out_of_etcd_and_one_that_is_well_is_not() {
    // Of three members, the second is not well.
    let world = World::new(|call| match call.path.rsplit('/').next() {
        Some("ServiceList") if call.node.as_deref() == Some("10.0.0.11") => {
            vec![Step::Status(14, "gone")]
        }
        Some("EtcdRemoveMemberByID") => say(api::EtcdRemoveMemberByIdResponse {
            messages: vec![api::EtcdRemoveMemberById::default()],
        }),
        _ => control_plane(call),
    });
    for (line, exit, said) in [
        ("nobody", 2, "etcd has no one member `nobody`"),
        ("one --yes", 4, "is well; nothing was done"),
        ("two", 4, "add `--yes` if that is meant"),
    ] {
        let line = format!("talos etcd remove-member {line}");
        let output = world.run(&line).exits(exit);
        assert!(output.stderr.contains(said), "{output}");
    }
    assert!(!world.calls().contains(&"EtcdRemoveMemberByID".to_owned()));
    for member in ["two", "abd", "0000000000000abd"] {
        let output = world.run(&format!("talos etcd remove-member {member} --yes"));
        let output = output.success();
        let said = "Took the member 0000000000000abd (two) out of etcd.";
        assert!(output.stderr.contains(said), "{output}");
        let calls = world.calls();
        assert_eq!(
            calls.last().map(String::as_str),
            Some("EtcdRemoveMemberByID")
        );
    }
}

#[test]
fn what_is_not_waited_for_is_only_begun() {
    for flag in ["--no-wait", "--wait=false"] {
        let world = World::new(reboots());
        let run = |command: &str| {
            world
                .run(&format!("talos {command} {flag} --yes"))
                .success()
        };
        let output = run("reboot -n NODE");
        assert!(output.stderr.contains(": starts again\n"), "{output}");
        let output = run("reset --cluster-name test -n NODE");
        assert!(
            output.stderr.contains(": forgets its cluster\n"),
            "{output}"
        );
        let output = run("shutdown -n NODE");
        assert!(
            output.stderr.contains(": switches itself off\n"),
            "{output}"
        );
    }
}

#[test]
fn whoever_stops_in_the_middle_is_told_what_goes_on() {
    // They stay as they are.
    let world = World::new(|call| match call.path.rsplit('/').next() {
        Some("Read") => say(Data::default()),
        Some("Reboot") => say(api::RebootResponse {
            messages: vec![api::Reboot::default()],
        }),
        Some("Reset") => say(api::ResetResponse {
            messages: vec![api::Reset::default()],
        }),
        _ => control_plane(call),
    });
    let node = world.node.address();
    for (line, doing, then) in [
        (
            "reboot -n NODE",
            "starts again; waiting until it is back",
            "No other node was begun; name only those that are left.",
        ),
        (
            "reset --cluster-name test --reboot -n NODE",
            "forgets its cluster; waiting until it is in maintenance",
            "The same `ichor talos reset …` goes on from there.",
        ),
        (
            "reset --cluster-name test --all --graceful=false",
            "is to forget its cluster",
            "The same `ichor talos reset …` goes on from there.",
        ),
    ] {
        let line = format!("talos {line} --yes").replace("NODE", &node);
        let doing = format!("{node}: {doing}");
        let said = super::stopped(&world.sandbox, &line, &format!("{doing}\n"));
        assert_eq!(
            said,
            format!("\nStopped.\n  {doing}\nWhat has begun goes on by itself.\n{then}\n"),
            "{line}"
        );
    }
}

#[test]
fn control_planes_stay_where_etcd_would_lose_its_majority_without_them() {
    // Of three members, the second is not well.
    let ill = |well: fn(&Call) -> bool| {
        let reboots = reboots();
        World::new(move |call| match call.path.rsplit('/').next() {
            Some("ServiceList") if !well(call) => say(api::ServiceListResponse {
                messages: vec![api::ServiceList::default()],
            }),
            _ => reboots(call),
        })
    };
    let second = |call: &Call| call.node.as_deref() != Some("10.0.0.11");
    for line in [
        "talos reboot -n 10.0.0.10 --yes",
        "talos reset -n 10.0.0.10 --cluster-name test",
    ] {
        let world = ill(second);
        let output = world.run(line);
        assert!(output.stderr.contains("[cluster/no-quorum]"), "{output}");
        assert!(
            output.stderr.contains("since `two` is not well"),
            "{output}"
        );
        // Whoever is not well may go.
        let line = line.replace("10.0.0.10", "10.0.0.11");
        drop(world.run(&format!("{line} --no-wait")).success());
        let calls = ill(second);
        drop(
            calls
                .run(&format!("{} --force --no-wait", line.replace(".11", ".10")))
                .success(),
        );
    }
    let well = |_: &Call| true;
    let line = "talos shutdown -n 10.0.0.10,10.0.0.11 --yes --no-wait";
    let output = ill(well).run(line).exits(5);
    assert!(output.stderr.contains("[cluster/no-quorum]"), "{output}");
    // Without any, the cluster is to be off.
    drop(
        ill(well)
            .run(&line.replace(".11", ".11,10.0.0.12"))
            .success(),
    );
    drop(ill(well).run(&format!("{line} --force")).success());
    let world = ill(well);
    let output = world
        .run("talos reboot -n 10.0.0.10,10.0.0.11 --no-wait --yes")
        .exits(5);
    assert!(output.stderr.contains("[cluster/no-quorum]"), "{output}");
    assert!(!world.calls().contains(&"Reboot".to_owned()), "{output}");
}

#[test]
fn a_reset_ends_in_maintenance_and_is_not_done_twice() {
    let cluster_of = reboots();
    let mut world = World::new(move |call| match call.path.rsplit('/').next() {
        // It is in another boot only once it is in maintenance.
        Some("Read") => vec![Step::Status(12, "unknown method")],
        _ => cluster_of(call),
    });
    let line = "talos reset --all --graceful=false --reboot --cluster-name test";
    let output = std::thread::scope(|scope| {
        let address = world.node.address();
        let mut command = world.sandbox.command(line.split(' '));
        let child = command.stderr(std::process::Stdio::piped()).spawn();
        let child = child.expect("it starts");
        let waits = scope.spawn(move || child.wait_with_output().expect("it ends"));
        while !world.calls().contains(&"Reset".to_owned()) {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        world.node.stop();
        let address = address.parse().expect("an address");
        world.node = Node::start_at(address, &Cluster::new(), Guise::Maintenance, control_plane);
        waits.join().expect("nobody panicked")
    });
    assert!(output.status.success(), "{output:?}");
    let output = world.run(line).success();
    assert!(
        output.stderr.contains(": is in maintenance already\n"),
        "{output}"
    );
    assert!(!world.calls().contains(&"Reset".to_owned()));
}

#[test]
fn a_reset_wants_the_name_of_the_cluster_and_keeps_the_majority_of_etcd() {
    let world = World::new(reboots());
    let output = world.run("talos reset --all").exits(4);
    assert!(output.stderr.contains("`--cluster-name`"), "{output}");
    let output = world
        .run("talos reset --all --cluster-name other --yes")
        .exits(4);
    assert!(output.stderr.contains("not the name"), "{output}");
    // Two of three members that do not leave before.
    let line = "talos reset -n 10.0.0.10,10.0.0.11 --graceful=false --cluster-name test";
    let output = world.run(line).exits(5);
    assert!(output.stderr.contains("[cluster/no-quorum]"), "{output}");
    assert!(!world.calls().contains(&"Reset".to_owned()));
    let line = "talos reset --all --cluster-name test --reboot --system-labels-to-wipe STATE,EPHEMERAL --graceful=false --no-wait";
    drop(world.run(line).success());
    let reset = world
        .node
        .calls()
        .into_iter()
        .find(|call| call.path.ends_with("/Reset"));
    let message = reset.expect("it was called").message;
    let reset = api::ResetRequest::decode(message.as_slice()).expect("a request");
    assert!(reset.reboot && !reset.graceful);
    let labels: Vec<_> = reset
        .system_partitions_to_wipe
        .iter()
        .map(|partition| (partition.label.as_str(), partition.wipe))
        .collect();
    assert_eq!(labels, [("STATE", true), ("EPHEMERAL", true)]);
}

#[test]
fn snapshots_and_kubeconfigs_are_for_their_owner_and_replace_nothing_unasked() {
    let data = |bytes: Vec<u8>| {
        say(Data {
            bytes,
            ..Data::default()
        })
    };
    let world = World::new(move |call| match call.path.rsplit('/').next() {
        Some("EtcdSnapshot") => data(vec![0; 600]),
        Some("Kubeconfig") => vec![Step::Status(9, "not a control plane")],
        _ => control_plane(call),
    });
    let output = world
        .run("talos etcd snapshot etcd.snapshot -n NODE")
        .exits(1);
    assert!(output.stderr.contains("[cluster/bad-snapshot]"), "{output}");
    assert!(!world.sandbox.exists("etcd.snapshot"));
    let output = world.run("talos kubeconfig -n NODE").exits(1);
    assert!(output.stderr.contains("[talos-api/not-ready]"), "{output}");
    world.sandbox.write("kubeconfig", "mine\n");
    let output = world.run("talos kubeconfig").exits(4);
    assert!(output.stderr.contains("add `--force`"), "{output}");
    assert_eq!(world.sandbox.read("kubeconfig"), "mine\n");

    // The database of a snapshot, and its checksum.
    let mut snapshot = vec![0; 512];
    snapshot.extend([
        0x07, 0x6a, 0x27, 0xc7, 0x9e, 0x5a, 0xce, 0x2a, 0x3d, 0x47, 0xf9, 0xdd, 0x2e, 0x83, 0xe4,
        0xff, 0x6e, 0xa8, 0x87, 0x2b, 0x3c, 0x22, 0x18, 0xf6, 0x6c, 0x92, 0xb8, 0x9b, 0x55, 0xf3,
        0x65, 0x60,
    ]);
    let whole = snapshot.clone();
    let world = World::new(move |_| data(whole.clone()));
    drop(
        world
            .run("talos etcd snapshot etcd.snapshot -n NODE")
            .success(),
    );
    let path = world.sandbox.root().join("etcd.snapshot");
    let mode = std::fs::metadata(&path)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(std::fs::read(&path).expect("it is there"), snapshot);
    drop(
        world
            .run("talos etcd snapshot etcd.snapshot -n NODE")
            .exits(4),
    );
}

#[test]
fn a_kubeconfig_is_added_to_one_of_other_clusters() {
    let given = "apiVersion: v1\nkind: Config\nclusters:\n- name: home\n  cluster:\n    server: https://10.0.0.5:6443\nusers:\n- name: admin@home\n  user:\n    client-key-data: k1\ncontexts:\n- context:\n    cluster: home\n    user: admin@home\n  name: admin@home\ncurrent-context: admin@home\n";
    let mut world = World::new(move |_| {
        say(Data {
            bytes: testkit::archive(&[("kubeconfig", given)]),
            ..Data::default()
        })
    });
    let mode = |world: &World, path: &str| {
        let path = world.sandbox.root().join(path);
        let found = std::fs::metadata(path).expect("it is there");
        found.permissions().mode() & 0o777
    };
    // Where nothing is, it is the file.
    let home = world.sandbox.root().join("home");
    world.sandbox.set_variable("HOME", home.as_str());
    drop(world.run("talos kubeconfig --merge -n NODE").success());
    assert_eq!(world.sandbox.read("home/.kube/config"), given);
    assert_eq!(mode(&world, "home/.kube/config"), 0o600);

    let other = given.replace("10.0.0.5", "10.1.0.5");
    world.sandbox.write("mine", &other);
    let output = world.run("talos kubeconfig mine --merge -n NODE").success();
    assert!(
        output
            .stderr
            .contains("the cluster `home` is `home-1` there"),
        "{output}"
    );
    let merged = world.sandbox.read("mine");
    assert!(
        merged.ends_with("current-context: admin@home-1\n"),
        "{merged}"
    );
    let kept = &other[..other.find("users:").expect("it is there")];
    assert!(merged.starts_with(kept), "{merged}");
    assert_eq!(mode(&world, "mine"), 0o600);
    assert!(!output.to_string().contains("k1"), "{output}");

    world.sandbox.write("mine", &other);
    let line = "talos kubeconfig mine --merge --force --force-context-name here -n NODE";
    drop(world.run(line).success());
    let merged = world.sandbox.read("mine");
    assert_eq!(merged.matches("10.0.0.5").count(), 1, "{merged}");
    assert!(!merged.contains("10.1.0.5"), "{merged}");
    assert!(merged.ends_with("current-context: here\n"), "{merged}");
    world.sandbox.write("mine", "a: [\n");
    let output = world.run("talos kubeconfig mine --merge -n NODE").exits(1);
    assert!(
        output.stderr.contains("[kubeconfig/unmergeable]"),
        "{output}"
    );
}
