//! What only asks.

use prost::Message as _;
use serde_json::Value;
use talos_client::api::cluster::HealthCheckProgress;
use talos_client::api::common::Any;
use talos_client::api::machine::{Event, TaskEvent};
use testkit::nodes::{Cluster, Guise, Node, Step};

use super::{World, control_plane, say};
use crate::empty;

#[test]
fn one_table_has_all_nodes_and_those_that_fail_are_told() {
    let world = World::new(control_plane);
    let output = world.run("talos status").success();
    let lines: Vec<Vec<&str>> = output
        .stdout
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    let header = "NODE ROLE STAGE TALOS KUBERNETES SCHEMATIC ETCD DRIFT CERTIFICATE";
    assert_eq!(lines[0].join(" "), header);
    let row = lines[1].join(" ");
    let known = "k8s-0 controlplane running v1.13.9 v1.34.2 37656798 OK - ";
    let days = row
        .strip_prefix(known)
        .and_then(|days| days.strip_suffix('d'));
    assert!(
        days.is_some_and(|days| days.parse::<u32>().is_ok()),
        "{row}"
    );
    let output = world.run("talos status -n NODE,GONE").exits(5);
    let last = output.stdout.lines().nth(2).unwrap_or_default();
    let last: Vec<&str> = last.split_whitespace().collect();
    assert_eq!(last.join(" "), "GONE - away - - - - - -", "{output}");
    assert!(
        output
            .stderr
            .contains("error[talos-api/unreachable]: `GONE"),
        "{output}"
    );
    assert!(!output.to_string().contains("s3cret"));
    let json = world
        .run("talos status -n NODE,GONE --output json")
        .exits(5);
    let json: Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(
        json["nodes"][0]["schematic"],
        "376567988ad370138ad8b2698212367b"
    );
    assert_eq!(json["nodes"][1]["stage"], "away");
    assert_eq!(json["problems"][0]["rule"], "talos-api/unreachable");
    assert_eq!(json["exit"], 5);
}

#[test]
fn versions_services_and_members() {
    let world = World::new(control_plane);
    let words = |line: &str| {
        let output = world.run(line).success();
        let last = output.stdout.lines().nth(1).unwrap_or_default().to_owned();
        last.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        words("talos version"),
        "NODE v1.13.9 linux/amd64 metal metal"
    );
    // What a node says cannot command the terminal.
    assert_eq!(
        words("talos services"),
        "NODE etcd Running OK Health check successful [0m"
    );
    assert_eq!(
        words("talos etcd members -n NODE"),
        "NODE 0000000000000abc one https://10.0.0.10:2380 false"
    );
}

#[test]
fn resources_by_any_name_in_any_shape() {
    let world = World::new(control_plane);
    let output = world.run("talos get DISK").success();
    let table: Vec<String> = output
        .stdout
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        table,
        [
            "NODE NAMESPACE TYPE ID VERSION SIZE PATH",
            "NODE runtime Disk sda 1 10 /dev/sda",
            "NODE runtime Disk sdb 1 20",
        ]
    );
    let yaml = world.run("talos get disks sda -o yaml").success().stdout;
    let yaml: Vec<&str> = yaml.lines().map(str::trim_end).collect();
    assert_eq!(
        yaml,
        [
            "node: NODE",
            "metadata:",
            "    namespace: runtime",
            "    type: Disks.block.talos.dev",
            "    id: sda",
            r#"    version: "1""#,
            "    owner: a.Controller",
            "    phase: running",
            "spec:",
            "    size: 10",
            "    dev_path: /dev/sda",
        ]
    );
    let json = world.run("talos get disks sda -o json").success().stdout;
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["spec"]["size"], 10);
    let output = world.run("talos get disc").exits(2);
    assert!(
        output.stderr.contains("hint: did you mean `disk`?"),
        "{output}"
    );
    let output = world.run("talos get disks sdz").exits(5);
    assert!(output.stderr.contains("[talos-api/missing]"), "{output}");
}

#[test]
fn logs_of_several_nodes_come_in_whole_lines_with_their_node() {
    let world = World::new(control_plane);
    let one = world.run("talos dmesg").success();
    assert_eq!(one.stdout, "one line\nanother\u{fffd}[31m\nlast\n");
    let two = world.run("talos dmesg -n NODE,worker").success();
    let lines: Vec<&str> = two.stdout.lines().collect();
    assert_eq!(lines.len(), 6, "{two}");
    assert!(lines.contains(&"worker: last"), "{two}");
    let json = world.run("talos dmesg --output json").success().stdout;
    let lines: Vec<Value> = json
        .lines()
        .map(|line| serde_json::from_str(line).expect("an object a line"))
        .collect();
    assert_eq!(lines[0]["line"], "one line");
    assert_eq!(lines[3]["exit"], 0);
}

#[test]
fn events_are_lines() {
    let world = World::new(|call| match call.path.rsplit('/').next() {
        Some("Events") => {
            let task = TaskEvent {
                task: "startAllServices".to_owned(),
                action: 1,
            };
            let type_url = "talos/runtime/machine.TaskEvent".to_owned();
            let value = task.encode_to_vec();
            let event = Event {
                data: Some(Any { type_url, value }),
                ..Event::default()
            };
            [say(Event::default()), say(event)].concat()
        }
        _ => control_plane(call),
    });
    let output = world.run("talos events --tail -1").success();
    let words: Vec<&str> = output.stdout.split_whitespace().collect();
    assert_eq!(words, ["NODE", "Task", "startAllServices", "Stop"]);
}

#[test]
fn a_cluster_is_healthy_or_what_is_missing_is_told() {
    let progress = |words: &str| {
        let message = words.to_owned();
        say(HealthCheckProgress {
            message,
            ..HealthCheckProgress::default()
        })
    };
    let world = World::new(move |_| {
        let steps = [
            "waiting for etcd to be healthy: ...",
            "waiting for etcd to be healthy: OK",
            "waiting for coredns to report ready: SKIP",
        ];
        steps.into_iter().flat_map(progress).collect()
    });
    let output = world.run("talos health").success();
    let checks = "etcd to be healthy: OK\ncoredns to report ready: SKIP\n";
    assert_eq!(output.stdout, checks);
    assert!(
        output.stderr.contains("The cluster is healthy."),
        "{output}"
    );
    let world = World::new(move |_| {
        let mut steps = progress("waiting for etcd to be healthy: 1 of 3 are");
        steps.push(Step::Status(4, "context deadline exceeded"));
        steps
    });
    let output = world.run("talos health --wait-timeout 1s").exits(1);
    let told =
        "error[cluster/unhealthy]: the cluster is not healthy: etcd to be healthy: 1 of 3 are";
    assert!(output.stderr.contains(told), "{output}");
}

#[test]
fn without_a_talosconfig_a_context_or_nodes_it_is_said_what_to_do() {
    let mut sandbox = empty();
    let output = sandbox.run(["talos", "status"]).exits(2);
    assert!(
        output.stderr.contains("ichor talos generate-config"),
        "{output}"
    );
    let cluster = Cluster::new();
    sandbox.write("talosconfig", cluster.talosconfig(&[], &[]));
    let path = sandbox.root().join("talosconfig");
    sandbox.set_variable("TALOSCONFIG", path.as_str());
    let output = sandbox.run(["talos", "status"]).exits(2);
    assert!(output.stderr.contains("no node is named"), "{output}");
    let output = sandbox
        .run(["talos", "status", "--context", "tset"])
        .exits(2);
    assert!(output.stderr.contains("did you mean `test`?"), "{output}");
    sandbox.write("talosconfig", cluster.talosconfig_until(&[], &[], 2020));
    let output = sandbox.run(["talos", "version", "-n", "10.0.0.1"]).exits(1);
    assert!(
        output.stderr.contains("[talos-api/client-refused]"),
        "{output}"
    );
}

#[test]
fn machines_in_maintenance_are_asked_without_a_talosconfig() {
    let machine = Node::start(&Cluster::new(), Guise::Maintenance, control_plane);
    let sandbox = empty();
    let address = machine.address();
    let output = sandbox.run(["talos", "version", "--insecure", "-n", &address]);
    assert!(output.success().stdout.contains("v1.13.9"));
    let output = sandbox.run(["talos", "get", "disks", "-i", "-n", &address]);
    assert!(output.success().stdout.contains("/dev/sda"));
    let output = sandbox.run(["talos", "version", "--insecure"]).exits(2);
    assert!(output.stderr.contains("`--nodes`"), "{output}");
}
