//! `talos upgrade-node`, against a node that does as it is told.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};

use prost::Message as _;
use talos_client::api::common::Data;
use talos_client::api::lifecycle as life;
use talos_client::api::machine as api;
use testkit::Sandbox;
use testkit::nodes::{Call, Cluster, Guise, Node, Step};

use super::{control_plane, say, stopped};
use crate::empty;

const IMAGE: &str = "factory.talos.dev/metal-installer/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba";

/// A worker that comes back with another version.
fn worker() -> impl Fn(&Call) -> Vec<Step> + Send + Sync {
    let is_back = AtomicBool::new(false);
    move |call| {
        let back = is_back.load(Ordering::Relaxed);
        match call.path.rsplit('/').next() {
            Some("Version") => say(api::VersionResponse {
                messages: vec![api::Version {
                    version: Some(api::VersionInfo {
                        tag: if back { "v1.12.5" } else { "v1.12.4" }.to_owned(),
                        ..api::VersionInfo::default()
                    }),
                    ..api::Version::default()
                }],
            }),
            Some("Read") => say(Data {
                bytes: format!("{back}\n").into_bytes(),
                ..Data::default()
            }),
            Some("Pull") => {
                let request = life::PullRequest::decode(call.message.as_slice());
                let name = request.expect("a request").image_ref;
                if name.contains("missing") {
                    return vec![Step::Status(5, "not found")];
                }
                say(life::PullResponse { name: Some(name) })
            }
            Some("Upgrade") => {
                is_back.store(true, Ordering::Relaxed);
                say(api::UpgradeResponse {
                    messages: vec![api::Upgrade::default()],
                })
            }
            Some("List") => Vec::new(),
            _ => control_plane(call),
        }
    }
}

/// A repository of one worker, which is at this address, and of a control plane that is nowhere.
fn repository(host: &str) -> (Sandbox, Node) {
    repository_of(host, worker())
}

/// The same with another worker.
fn repository_of(
    host: &str,
    worker: impl Fn(&Call) -> Vec<Step> + Send + Sync + 'static,
) -> (Sandbox, Node) {
    let cluster = Cluster::new();
    let address = SocketAddr::new(host.parse::<IpAddr>().expect("an address"), 50000);
    let node = Node::start_at(address, &cluster, Guise::Member, worker);
    let sandbox = empty();
    sandbox.write(
        "talconfig.yaml",
        format!(
            "clusterName: home\ntalosVersion: v1.12.5\nkubernetesVersion: v1.34.2\nendpoint: https://10.0.0.5:6443\nnodes:\n  - hostname: one\n    ipAddress: {host}\n    controlPlane: false\n    installDisk: /dev/sda\n    talosImageURL: {IMAGE}\n  - hostname: lead\n    ipAddress: 127.61.255.1\n    controlPlane: true\n    installDisk: /dev/sda\n"
        ),
    );
    let secret = sandbox.run(["talos", "gensecret", "--stdout"]).success();
    sandbox.write("talsecret.yaml", secret.stdout);
    sandbox.write("clusterconfig/talosconfig", cluster.talosconfig(&[], &[]));
    (sandbox, node)
}

#[test]
fn a_node_is_upgraded_and_a_second_run_does_nothing() {
    let (sandbox, _node) = repository("127.61.0.1");
    let upgrade = ["talos", "upgrade-node", "one", "--drain=false"];
    let output = sandbox.run(upgrade).exits(4);
    insta::assert_snapshot!(output.stdout, @r"
    NODE   UPGRADE              IMAGE
    one    v1.12.4 -> v1.12.5   factory.talos.dev/metal-installer/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba:v1.12.5
    ");
    insta::assert_snapshot!(output.stderr, @r"
    error: nobody can be asked whether to upgrade `one` (127.61.0.1)
    hint: add `--yes` if that is meant
    ");
    let with = |more: &str| sandbox.run(upgrade.iter().copied().chain(more.split(' ')));
    let output = with("--yes").success();
    insta::assert_snapshot!(output.stderr, @r"
    one: pulls its image
    one: installs its image
    one: starts again
    one: upgraded
    ");
    let output = with("--yes").success();
    insta::assert_snapshot!(output.stderr, @"Nothing to do: every node runs its image.");
}

#[test]
fn what_cannot_be_done_is_told_of_each_node_while_the_others_go_on() {
    let (sandbox, _node) = repository("127.61.0.2");
    let all = ["talos", "upgrade-node", "--all", "--drain=false", "--yes"];
    let output = sandbox.run(all).exits(5);
    insta::assert_snapshot!(output.stderr, @r"
      one: pulls its image
      one: installs its image
      one: starts again
      one: upgraded
    error[talos-api/unreachable]: `lead`: `127.61.255.1` does not answer, asked for Version: 127.61.255.1:50000: Connection refused (os error 111)
     |
    hint: is it on, and is its port 50000 open from here? A machine that reboots is back in a few minutes

    1 error
    ");
    let jump = [
        "talos",
        "upgrade-node",
        "one",
        "--drain=false",
        "--yes",
        "--image",
    ];
    let image = |image: &str| {
        let output = sandbox.run(jump.iter().copied().chain([image])).exits(5);
        output.stderr
    };
    insta::assert_snapshot!(image("installer:v1.15.0"), @r"
    error[cluster/version-jump]: `one` cannot go from Talos v1.12.5 to v1.15.0: that can be installed over 1.13 or newer
     |
    hint: go to the last patch release of 1.13 first, and on by one minor each time

    1 error
    ");
    insta::assert_snapshot!(image("missing/installer:v1.12.6"), @r"
      one: pulls its image
    error[talos-api/missing]: `one`: `127.61.0.2` has no such thing, asked for Pull: not found
     |
    hint: is `missing/installer:v1.12.6` an installer, and was its schematic made? Nothing was stopped yet

    1 error
    ");
    // Pods cannot be moved where no control plane answers.
    let output = sandbox
        .run(["talos", "upgrade-node", "one", "--yes"])
        .exits(1);
    insta::assert_snapshot!(output.stderr, @r"
    error[talos-api/unreachable]: `127.61.255.1` does not answer, asked for Kubeconfig: 127.61.255.1:50000: Connection refused (os error 111)
     |
    hint: is it on, and is its port 50000 open from here? A machine that reboots is back in a few minutes

    1 error
    ");
}

#[test]
fn programs_get_an_object_a_line() {
    let (sandbox, _node) = repository("127.61.0.3");
    let output = sandbox
        .run([
            "talos",
            "upgrade-node",
            "one",
            "--drain=false",
            "--yes",
            "--output",
            "json",
        ])
        .success();
    let lines: Vec<serde_json::Value> = { output.stdout.lines() }
        .map(|line| serde_json::from_str(line).expect("an object"))
        .collect();
    let (last, events) = lines.split_last().expect("there are lines");
    let steps: Vec<_> = events
        .iter()
        .filter_map(|event| event["step"].as_str())
        .collect();
    assert_eq!(steps, ["pull", "install", "reboot", "done"]);
    assert_eq!(last["plan"][0]["plan"]["from"], "v1.12.4");
    assert_eq!(last["changed"][0], "one");
}

#[test]
fn whoever_stops_it_is_told_what_goes_on() {
    let (sandbox, _node) = repository_of("127.61.0.4", |call| {
        let answer = control_plane(call);
        match call.path.rsplit('/').next() {
            Some("Pull") => say(life::PullResponse::default()),
            // It stays in the boot that it is in.
            Some("Read") => say(Data::default()),
            Some("Reboot") => say(api::RebootResponse {
                messages: vec![api::Reboot::default()],
            }),
            Some("Upgrade") => say(life::UpgradeResponse {
                progress: Some(life::InstallProgress {
                    response: Some(life::Progress::ExitCode(0)),
                }),
            }),
            _ => answer,
        }
    });
    let upgrade = "talos upgrade-node one --drain=false --yes";
    let rest = stopped(&sandbox, upgrade, "one: starts again\n");
    insta::assert_snapshot!(rest, @r"
    Stopped.
      one: starts again
    What has begun goes on by itself.
    The same `ichor talos upgrade-node …` goes on from there.
    ");
}
