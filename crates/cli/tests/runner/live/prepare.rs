//! Before machines become nodes. Their addresses stand in files, with the port of Talos: so each
//! test has its own of the loopback, in a network of its own where one is looked through.

use prost::Message as _;
use serde_json::Value;
use talos_client::api::cosi::{GetRequest, GetResponse, ListRequest, ListResponse};
use testkit::Sandbox;
use testkit::nodes::{Call, Cluster, Guise, Node, Step};

use super::{control_plane, resource, say};
use crate::talos_commands::plain;
use crate::{empty, fixture};

const BUNDLE: &str = include_str!("../../../../talos/tests/vectors/talsecret.yaml");

/// Like [`control_plane`], with hardware that can be installed to.
fn hardware(call: &Call) -> Vec<Step> {
    if call.path != "/cosi.resource.State/List" {
        return control_plane(call);
    }
    let request = ListRequest::decode(call.message.as_slice()).expect("a request");
    let listed = |id: &str, yaml: &str| {
        say(ListResponse {
            resource: Some(resource(id, yaml)),
        })
    };
    match request.r#type.split('.').next().unwrap_or_default() {
        "Disks" => listed(
            "sda",
            "size: 512110190592\ndev_path: /dev/sda\nserial: S1\nmodel: Quick\ntransport: sata\n",
        ),
        _ => control_plane(call),
    }
}

/// A machine in maintenance at an address.
fn machine(address: &str, answer: fn(&Call) -> Vec<Step>) -> Node {
    let address = format!("{address}:50000").parse().expect("an address");
    Node::start_at(address, &Cluster::new(), Guise::Maintenance, answer)
}

/// A repository whose only node has this address.
fn repository(address: &str) -> Sandbox {
    let sandbox = plain();
    let text = sandbox.read("talconfig.yaml");
    let text = text.replace("10.0.0.11", address);
    sandbox.write("talconfig.yaml", text.replace("ip: 10.0.0.5", "ip: 100::1"));
    sandbox.write("talsecret.yaml", BUNDLE);
    sandbox
}

fn words(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn machines_are_checked_before_they_are_nodes() {
    let sandbox = repository("127.82.0.1");
    let output = sandbox.run(["talos", "preflight"]).exits(5);
    let row = output.stdout.lines().nth(1).unwrap_or_default();
    assert_eq!(
        words(row),
        "one 127.82.0.1 does not answer - - - -",
        "{output}"
    );
    assert!(
        output
            .stderr
            .contains("error[talos-api/unreachable]: `one`: "),
        "{output}"
    );

    let wrong = machine("127.82.0.1", control_plane);
    let output = sandbox.run(["talos", "preflight"]).exits(5);
    let rows: Vec<String> = output.stdout.lines().map(words).collect();
    assert_eq!(
        rows,
        [
            "NODE ADDRESS STAGE DISK LINKS CLOCK IMAGE",
            "one 127.82.0.1 in maintenance failed - unproven unproven",
            "ok: nobody is at 100::1",
        ],
        "{output}"
    );
    assert!(
        output.stderr.contains("error[cluster/small-disk]: `one`: "),
        "{output}"
    );
    assert!(
        output.stderr.contains("Unproven: the clock of one: "),
        "{output}"
    );
    drop(wrong);

    let _right = machine("127.82.0.1", hardware);
    let output = sandbox.run(["talos", "preflight", "one"]).success();
    assert!(
        output
            .stderr
            .contains("Nothing stands in the way of 1 node."),
        "{output}"
    );
    let output = sandbox.run(["talos", "preflight", "--output", "json"]);
    let json: Value = serde_json::from_str(&output.success().stdout).expect("JSON");
    let node = &json["nodes"][0];
    assert_eq!(node["stage"], "maintenance");
    assert_eq!(node["findings"][1]["topic"], "disk");
    assert_eq!(node["findings"][1]["verdict"], "passed");
    assert_eq!(json["shared"][0]["verdict"], "passed");
    let output = sandbox.run(["talos", "preflight", "two"]).exits(2);
    assert!(output.stderr.contains("there is no node `two`"), "{output}");
}

#[test]
fn nothing_is_begun_on_machines_that_are_wrong() {
    let sandbox = repository("127.82.0.2");
    let machine = machine("127.82.0.2", control_plane);
    let output = sandbox
        .run(["bootstrap", "talos", "--wait-timeout", "1s"])
        .exits(5);
    assert!(
        output.stderr.contains("error[cluster/small-disk]"),
        "{output}"
    );
    assert!(
        output.stderr.contains("hint: `--skip-preflight` applies"),
        "{output}"
    );
    let is_applied = || {
        let mut calls = machine.calls().into_iter();
        calls.any(|call| call.path.ends_with("ApplyConfiguration"))
    };
    assert!(!is_applied());
    let skip = [
        "bootstrap",
        "talos",
        "--wait-timeout",
        "1s",
        "--skip-preflight",
    ];
    let output = sandbox.run(skip).exits(5);
    assert!(is_applied(), "{output}");
}

#[test]
fn a_cluster_has_no_secrets_before_its_nodes_can_be_made() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure"]).success());
    let path = "talos/talconfig.yaml";
    let whole = sandbox.read(path);
    for broken in [
        whole.replace("controlPlane: true", "controlPlane: maybe"),
        whole.replace("controlPlane: true", "controlPlane: false"),
        whole.replace("hostname: ", "hostnam: "),
    ] {
        assert_ne!(broken, whole);
        sandbox.write(path, broken);
        let output = sandbox.run(["bootstrap", "talos"]).exits(1);
        assert!(output.stderr.contains("error["), "{output}");
        assert!(!sandbox.exists("talos/talsecret.sops.yaml"), "{output}");
        assert!(!sandbox.exists("talos/clusterconfig"), "{output}");
    }
}

/// A machine that tells everything that a node is made of.
fn candidate(call: &Call) -> Vec<Step> {
    let kind = match call.path.as_str() {
        "/cosi.resource.State/List" => {
            ListRequest::decode(call.message.as_slice()).map(|one| one.r#type)
        }
        "/cosi.resource.State/Get" => {
            GetRequest::decode(call.message.as_slice()).map(|one| one.r#type)
        }
        _ => return control_plane(call),
    };
    let kind = kind.expect("a request");
    let listed = |id: &str, yaml: &str| {
        say(ListResponse {
            resource: Some(resource(id, yaml)),
        })
    };
    match kind.split('.').next().unwrap_or_default() {
        "Disks" => [
            listed("sda", "size: 4000000000000\ndev_path: /dev/sda\nserial: BIG\ntransport: sata\nrotational: true\n"),
            listed("nvme0n1", "size: 512110190592\ndev_path: /dev/nvme0n1\nserial: S1\nmodel: \"Quick\\e[31m\\n# x\"\ntransport: nvme\n"),
            listed("loop0", "size: 100\ndev_path: /dev/loop0\n"),
        ]
        .concat(),
        "LinkStatuses" => [
            listed("eth0", "index: 1\ntype: ether\nkind: ''\nhardwareAddr: aa:00:00:00:00:01\nlinkState: true\n"),
            listed("eth1", "index: 2\ntype: ether\nkind: ''\nhardwareAddr: AA:00:00:00:00:02\nlinkState: true\n"),
            listed("eth1.7", "index: 3\nlinkIndex: 2\ntype: ether\nkind: vlan\nhardwareAddr: aa:00:00:00:00:02\n"),
        ]
        .concat(),
        "AddressStatuses" => listed("eth1.7/x", "address: 10.10.10.50/24\nlinkName: eth1.7\n"),
        "ExtensionStatuses" => {
            let id = "376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba";
            listed("0", &format!("metadata:\n  name: schematic\n  version: {id}\n"))
        }
        "HostnameStatuses" => say(GetResponse {
            resource: Some(resource("hostname", "hostname: talos-1\ndomainname: lan\n")),
        }),
        _ => control_plane(call),
    }
}

#[test]
fn machines_in_maintenance_become_nodes_of_the_file() {
    let sandbox = fixture("minimal");
    let nodes = sandbox.read("nodes.yaml");
    let _machine = machine("127.82.1.3", candidate);
    let member = Cluster::new();
    let at = "127.82.1.4:50000".parse().expect("an address");
    let _member = Node::start_at(at, &member, Guise::Member, control_plane);
    let line = ["talos", "discover", "127.82.1.0/29", "--timeout", "5s"];
    let output = sandbox.run(line).success();
    let entry = "  # v1.13.9
  - name: talos-1
    address: 10.10.10.50
    controller: false
    disk: S1  # `/dev/nvme0n1` (476.9 GiB, Quick\u{fffd}[31m\u{fffd}# x, serial S1); others: `/dev/sda` (3725.2 GiB, serial BIG)
    mac_addr: aa:00:00:00:00:02  # eth1
    schematic_id: 376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba
";
    assert_eq!(output.stdout, format!("nodes:\n{entry}"), "{output}");
    assert!(
        output
            .stderr
            .contains("  127.82.1.3 waits for a configuration\n"),
        "{output}"
    );
    assert!(
        output.stderr.contains("  127.82.1.4 is left alone: "),
        "{output}"
    );
    assert!(output.stderr.contains("Nothing was written"), "{output}");
    assert_eq!(sandbox.read("nodes.yaml"), nodes);

    let write = ["talos", "discover", "127.82.1.3", "--write"];
    let output = sandbox.run(write).success();
    assert!(
        output.stderr.contains("Added 1 node to `nodes.yaml`."),
        "{output}"
    );
    let written = sandbox.read("nodes.yaml");
    assert_eq!(written, format!("{nodes}{entry}"));
    drop(sandbox.run(["validate"]).success());
    let output = sandbox.run(write).success();
    assert!(
        output
            .stderr
            .contains("  127.82.1.3 is `talos-1` of `nodes.yaml`"),
        "{output}"
    );
    assert_eq!(sandbox.read("nodes.yaml"), written);

    // Outside of the network of the nodes it would not be valid.
    let cluster = sandbox.read("cluster.yaml");
    let smaller = cluster.replace("10.10.10.0/24", "10.10.10.96/27");
    sandbox.write("cluster.yaml", smaller);
    sandbox.write("nodes.yaml", &nodes);
    let output = sandbox.run(write).exits(1);
    assert!(output.stderr.contains("`10.10.10.50`"), "{output}");
    assert_eq!(sandbox.read("nodes.yaml"), nodes);
}

#[test]
fn addresses_that_are_none_or_too_many_are_told() {
    let sandbox = empty();
    for (target, code, words) in [
        (
            "10.0.0.0/8",
            1,
            "error[cluster/bad-range]: `10.0.0.0/8` has 16777214 addresses",
        ),
        ("a b", 1, "error[talos-api/bad-address]"),
        ("127.82.0.9", 5, "error[talos-api/unreachable]"),
    ] {
        let output = sandbox.run(["talos", "discover", target]).exits(code);
        assert!(output.stderr.contains(words), "{output}");
    }
    let output = sandbox
        .run(["talos", "discover", "127.82.0.8/30"])
        .success();
    assert_eq!(output.stdout, "");
    let output = sandbox.run(["talos", "discover", "127.82.0.8/30", "--write"]);
    assert!(
        output
            .exits(2)
            .stderr
            .contains("there is no `cluster.yaml`")
    );
}
