//! Commands that hold running nodes against the machines of the repository.

use std::sync::{Arc, Mutex, PoisonError};

use prost::Message as _;
use serde_json::Value;
use talos_client::api::cosi::{GetRequest, GetResponse};
use testkit::nodes::{Call, Step};

use super::{World, control_plane, resource, say};

/// What a repository says of two nodes, the first of which has two addresses.
pub(super) const TALCONFIG: &str = "clusterName: test
talosVersion: v1.13.9
kubernetesVersion: v1.34.2
endpoint: https://10.0.0.11:6443
nodes:
  - {hostname: one, ipAddress: '10.0.0.11, fd00::11', controlPlane: true, installDisk: /dev/sda}
  - {hostname: two, ipAddress: 10.0.0.12, controlPlane: false, installDisk: /dev/sda}
";

/// What nodes run with: all of them the same.
type Running = Arc<Mutex<String>>;

/// A repository with these nodes; calls to them come to the one that is an endpoint. Second, what
/// they run with, which is what the first is to have.
fn repository(
    answer: impl Fn(&Call) -> Option<Vec<Step>> + Send + Sync + 'static,
) -> (World, Running) {
    let running = Running::default();
    let told = Arc::clone(&running);
    let world = World::new(move |call| {
        if let Some(steps) = answer(call) {
            return steps;
        }
        match GetRequest::decode(call.message.as_slice()) {
            Ok(request) if call.path.ends_with("/Get") && request.id == "v1alpha1" => {
                let text = told.lock().unwrap_or_else(PoisonError::into_inner).clone();
                let yaml = format!("|\n    {}\n", text.replace('\n', "\n    "));
                say(GetResponse {
                    resource: Some(resource("v1alpha1", &yaml)),
                })
            }
            _ => control_plane(call),
        }
    });
    world.sandbox.write("talos/talconfig.yaml", TALCONFIG);
    let secrets = world.run("talos gensecret --stdout").success().stdout;
    world.sandbox.write("talos/talsecret.yaml", secrets);
    drop(world.run("talos generate-config --out-dir made").success());
    let made = world.sandbox.read("made/test-one.yaml");
    *running.lock().unwrap_or_else(PoisonError::into_inner) = made;
    (world, running)
}

fn rows(table: &str) -> Vec<String> {
    let row = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    table.lines().skip(1).map(row).collect()
}

#[test]
fn a_node_has_one_row_and_what_differs_from_its_own_configuration_is_counted() {
    let (world, running) = repository(|_| None);
    let all = "talos status -n 10.0.0.11,fd00::11,two";
    let status = |line: &str| rows(&world.run(line).success().stdout);
    let found = status(all);
    assert_eq!(found.len(), 2, "{found:?}");
    let row = |end: &str| format!("controlplane running v1.13.9 v1.34.2 37656798 OK {end}");
    assert!(
        found[0].starts_with(&format!("one {}", row("none"))),
        "{found:?}"
    );
    // The other one is to be a worker.
    assert!(
        found[1].starts_with(&format!("two {}", row(""))),
        "{found:?}"
    );
    assert!(!found[1].contains("none"), "{found:?}");
    let text = running
        .lock()
        .expect("nobody failed")
        .replace("/dev/sda", "/dev/sdb");
    *running.lock().expect("nobody failed") = text;
    let found = status("talos status -n one");
    assert!(
        found[0].starts_with(&format!("one {}", row("1"))),
        "{found:?}"
    );
    let found = status("talos status -n one --no-drift");
    assert!(
        found[0].starts_with(&format!("one {}", row("-"))),
        "{found:?}"
    );
    let json = world.run("talos status -n one --output json").success();
    let json: Value = serde_json::from_str(&json.stdout).expect("JSON");
    let drift = serde_json::json!([{ "document": "v1alpha1", "path": "machine.install.disk" }]);
    assert_eq!(json["nodes"][0]["drift"], drift);
    assert!(
        json["certificate_days"]
            .as_u64()
            .is_some_and(|days| days > 300_000)
    );
}

#[test]
fn without_secrets_that_can_be_read_there_is_nothing_to_tell_drift_from() {
    let (world, _) = repository(|_| None);
    world
        .sandbox
        .write("talos/talsecret.yaml", "cluster: {id: 1}\n");
    let output = world.run("talos status -n one").success();
    assert!(rows(&output.stdout)[0].contains(" OK - "), "{output}");
    assert!(
        output
            .stderr
            .contains("There is nothing to tell drift from: "),
        "{output}"
    );
}
