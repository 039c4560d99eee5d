//! Nodes that are none, are of others, or go: each is told, the others go on, and the exit code
//! is 5.

use std::io::Write as _;
use std::net::TcpListener;
use std::sync::atomic::{AtomicU32, Ordering};

use prost::Message as _;
use talos_client::api::common::Data;
use talos_client::api::machine as api;
use testkit::nodes::{Call, Cluster, Guise, Node, Step};
use testkit::{Output, Sandbox};

use super::machines::TALCONFIG;
use super::{control_plane, say};
use crate::empty;

/// A repository with one context; every node is dialled.
fn repository(cluster: &Cluster, nodes: &[String]) -> Sandbox {
    let sandbox = empty();
    let config = cluster.talosconfig(nodes, nodes);
    sandbox.write("talos/clusterconfig/talosconfig", config);
    sandbox
}

fn run(sandbox: &Sandbox, line: &str) -> Output {
    sandbox.run(line.split(' '))
}

#[test]
fn whoever_is_not_a_node_of_the_cluster_is_named_and_the_others_are_shown() {
    let (cluster, another) = (Cluster::new(), Cluster::new());
    let member = |cluster, guise| Node::start(cluster, guise, control_plane);
    let good = member(&cluster, Guise::Member);
    let mut gone = member(&cluster, Guise::Member);
    gone.stop();
    let page = TcpListener::bind("127.0.0.1:0").expect("a port");
    let page_address = page.local_addr().expect("bound").to_string();
    drop(std::thread::spawn(move || {
        for stream in page.incoming() {
            let _said =
                stream.map(|mut stream| stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }));
    let foreign = member(&another, Guise::Member);
    let misnamed = member(&cluster, Guise::Misnamed);
    let ended = member(&cluster, Guise::Ended);
    let waiting = member(&cluster, Guise::Maintenance);
    let html = Node::start(&cluster, Guise::Member, |_| vec![Step::Page]);
    let cases = [
        (foreign.address(), "talos-api/untrusted", "foreign"),
        (misnamed.address(), "talos-api/wrong-name", "foreign"),
        (ended.address(), "talos-api/not-valid-now", "foreign"),
        (waiting.address(), "talos-api/in-maintenance", "maintenance"),
        (gone.address(), "talos-api/unreachable", "away"),
        (page_address, "talos-api/not-talos", "foreign"),
        (html.address(), "talos-api/not-talos", "foreign"),
    ];
    let mut nodes: Vec<String> = cases.iter().map(|case| case.0.clone()).collect();
    nodes.insert(3, good.address());
    let sandbox = repository(&cluster, &nodes);
    for command in ["talos version", "talos services", "talos status"] {
        let output = run(&sandbox, command).exits(5);
        for (address, rule, stage) in &cases {
            let told = format!("error[{rule}]: `{address}` ");
            assert!(output.stderr.contains(&told), "{command}: {told}: {output}");
            if command == "talos status" {
                let row = { output.stdout.lines() }.find(|line| line.starts_with(address));
                let row: Vec<_> = row.unwrap_or_default().split_whitespace().collect();
                assert_eq!(row.get(2), Some(stage), "{output}");
            }
        }
        let shown = if command == "talos status" {
            "k8s-0"
        } else {
            &good.address()
        };
        assert!(output.stdout.contains(shown), "{command}: {output}");
        let hint = "hint: ";
        assert_eq!(output.stderr.matches(hint).count(), cases.len(), "{output}");
    }
}

#[test]
fn a_node_that_does_not_take_our_certificate_is_named() {
    // Their authority, and a certificate of ours.
    let (ours, theirs) = (Cluster::new(), Cluster::new());
    let node = Node::start(&theirs, Guise::Member, control_plane);
    let nodes = [node.address()];
    let line = |config: &str, key: &str| {
        let found = config.lines().find(|line| line.trim().starts_with(key));
        found.unwrap_or_default().to_owned()
    };
    let (config, other) = (
        ours.talosconfig(&nodes, &nodes),
        theirs.talosconfig(&nodes, &nodes),
    );
    let mixed = config.replace(&line(&config, "ca:"), &line(&other, "ca:"));
    let sandbox = empty();
    sandbox.write("talos/clusterconfig/talosconfig", mixed);
    let output = run(&sandbox, "talos version").exits(5);
    assert!(
        output.stderr.contains("error[talos-api/client-refused]"),
        "{output}"
    );
    assert!(
        output.stderr.contains("ichor talos generate-config"),
        "{output}"
    );
}

#[test]
fn a_name_that_is_no_node_may_be_mistyped() {
    let cluster = Cluster::new();
    let node = Node::start(&cluster, Guise::Member, |call| match call.node.as_deref() {
        Some("on") => vec![Step::Status(14, "lookup on: no such host")],
        _ => control_plane(call),
    });
    let sandbox = repository(&cluster, &[node.address()]);
    sandbox.write("talos/talconfig.yaml", TALCONFIG);
    for command in ["talos version", "talos status", "talos dmesg"] {
        let output = run(&sandbox, &format!("{command} -n on,two")).exits(5);
        assert!(
            output
                .stderr
                .contains("error[talos-api/unreachable]: `on` "),
            "{output}"
        );
        assert!(
            output.stderr.contains("hint: did you mean `one`?"),
            "{output}"
        );
        assert!(!output.stdout.is_empty(), "{output}");
    }
}

/// A node that hangs up from a call on, and does whatever else it is told.
fn leaves_at(last: u32) -> impl Fn(&Call) -> Vec<Step> + Send + Sync {
    let count = AtomicU32::new(0);
    let boot = AtomicU32::new(0);
    move |call| {
        if count.fetch_add(1, Ordering::Relaxed) >= last {
            return vec![Step::HangUp];
        }
        match call.path.rsplit('/').next() {
            Some("Read") => say(Data {
                bytes: boot.load(Ordering::Relaxed).to_string().into_bytes(),
                ..Data::default()
            }),
            Some("Reboot") => {
                boot.fetch_add(1, Ordering::Relaxed);
                say(api::RebootResponse {
                    messages: vec![api::Reboot::default()],
                })
            }
            Some("ApplyConfiguration") => say(api::ApplyConfigurationResponse {
                messages: vec![api::ApplyConfiguration {
                    mode: api::ApplyMode::NoReboot.into(),
                    ..api::ApplyConfiguration::default()
                }],
            }),
            _ => control_plane(call),
        }
    }
}

#[test]
fn a_node_that_goes_at_any_call_is_told_and_the_others_go_on() {
    for command in ["talos services", "talos get disks", "talos status"] {
        for last in 0..20 {
            let cluster = Cluster::new();
            let good = Node::start(&cluster, Guise::Member, control_plane);
            let bad = Node::start(&cluster, Guise::Member, leaves_at(last));
            let sandbox = repository(&cluster, &[bad.address(), good.address()]);
            let output = run(&sandbox, command);
            assert!(
                output.stdout.contains("k8s-0") || output.stdout.contains(&good.address()),
                "{last}: {output}"
            );
            if output.code == 0 {
                // What is not needed is left out; of the first calls none can be.
                assert!(last > 0, "{command}: {output}");
                break;
            }
            let output = output.exits(5);
            let told = ["interrupted", "unreachable"]
                .map(|rule| format!("error[talos-api/{rule}]: `{}` ", bad.address()));
            assert!(
                told.iter().any(|told| output.stderr.contains(told)),
                "{command}, {last}: {output}"
            );
        }
    }
}

#[test]
fn a_node_that_goes_while_something_is_done_to_it_is_told() {
    for (command, calls) in [
        ("reboot -n NODE --force --timeout 1s --yes", 4),
        ("apply-node one --yes", 4),
    ] {
        let mut ended = Vec::new();
        for last in 0..=calls {
            let cluster = Cluster::new();
            let node = Node::start(&cluster, Guise::Member, leaves_at(last));
            let sandbox = repository(&cluster, &[node.address()]);
            sandbox.write("talos/talconfig.yaml", TALCONFIG);
            let secrets = run(&sandbox, "talos gensecret --stdout").success().stdout;
            sandbox.write("talos/talsecret.yaml", secrets);
            let line = format!("talos {}", command.replace("NODE", &node.address()));
            let output = run(&sandbox, &line);
            ended.push(output.code);
            if output.code != 0 {
                let output = output.exits(5);
                assert!(output.stderr.contains("error["), "{output}");
            }
        }
        assert_eq!(ended.first(), Some(&5), "{command}: {ended:?}");
        assert_eq!(ended.last(), Some(&0), "{command}: {ended:?}");
    }
}

#[test]
fn of_two_runs_at_once_the_second_is_told_what_the_node_does() {
    let cluster = Cluster::new();
    let applied = AtomicU32::new(0);
    let node = Node::start(&cluster, Guise::Member, move |call| {
        match call.path.rsplit('/').next() {
            Some("ApplyConfiguration") => {
                let request = api::ApplyConfigurationRequest::decode(call.message.as_slice());
                let is_meant = !request.expect("a request").dry_run;
                if is_meant && applied.fetch_add(1, Ordering::Relaxed) > 0 {
                    return vec![Step::Status(9, "reboot is in progress")];
                }
                say(api::ApplyConfigurationResponse {
                    messages: vec![api::ApplyConfiguration {
                        mode: api::ApplyMode::NoReboot.into(),
                        ..api::ApplyConfiguration::default()
                    }],
                })
            }
            _ => control_plane(call),
        }
    });
    let sandbox = repository(&cluster, &[node.address()]);
    sandbox.write("talos/talconfig.yaml", TALCONFIG);
    let secrets = run(&sandbox, "talos gensecret --stdout").success().stdout;
    sandbox.write("talos/talsecret.yaml", secrets);
    let run = || run(&sandbox, "talos apply-node one --yes");
    let output = run().success();
    assert!(output.stderr.contains("applied"), "{output}");
    let output = run().exits(5);
    assert!(
        output.stderr.contains("error[talos-api/not-ready]"),
        "{output}"
    );
    assert!(output.stderr.contains("reboot is in progress"), "{output}");
}
