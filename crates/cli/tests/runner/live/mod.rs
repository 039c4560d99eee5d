//! Commands that call nodes, against nodes that answer as Talos does.

mod act;
mod apps;
mod ask;
mod bad;
mod debug;
mod doctor;
mod kubernetes;
mod machines;
#[cfg(target_os = "linux")]
mod prepare;
mod reconcile;
mod status;
mod upgrade;

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use prost::Message;
use rustix::process::{Pid, Signal, kill_process};
use talos_client::api::common::{Data, Timestamp};
use talos_client::api::cosi::{GetRequest, ListRequest};
use talos_client::api::cosi::{GetResponse, ListResponse, Metadata, Resource, Spec};
use talos_client::api::machine as api;
use testkit::Sandbox;
use testkit::nodes::{Call, Cluster, Guise, Node, Step};

use crate::empty;

fn say(message: impl Message) -> Vec<Step> {
    vec![Step::Message(message.encode_to_vec())]
}

fn resource(id: &str, yaml: &str) -> Resource {
    Resource {
        metadata: Some(Metadata {
            namespace: "runtime".to_owned(),
            r#type: "Disks.block.talos.dev".to_owned(),
            id: id.to_owned(),
            version: "1".to_owned(),
            owner: "a.Controller".to_owned(),
            phase: "running".to_owned(),
            ..Metadata::default()
        }),
        spec: Some(Spec {
            yaml_spec: yaml.to_owned(),
        }),
    }
}

/// What a control plane answers.
fn control_plane(call: &Call) -> Vec<Step> {
    match call.path.rsplit('/').next().unwrap_or_default() {
        "Version" => say(api::VersionResponse {
            messages: vec![api::Version {
                version: Some(api::VersionInfo {
                    tag: "v1.13.9".to_owned(),
                    os: "linux".to_owned(),
                    arch: "amd64".to_owned(),
                    ..api::VersionInfo::default()
                }),
                platform: Some(api::PlatformInfo {
                    name: "metal".to_owned(),
                    mode: "metal".to_owned(),
                }),
                ..api::Version::default()
            }],
        }),
        "ServiceList" => say(api::ServiceListResponse {
            messages: vec![api::ServiceList {
                services: vec![api::ServiceInfo {
                    id: "etcd".to_owned(),
                    state: "Running".to_owned(),
                    events: Some(api::ServiceEvents {
                        events: vec![api::ServiceEvent {
                            msg: "Health check successful\u{1b}[0m".to_owned(),
                            state: "Running".to_owned(),
                            ts: Some(Timestamp::default()),
                        }],
                    }),
                    health: Some(api::ServiceHealth {
                        healthy: true,
                        ..api::ServiceHealth::default()
                    }),
                }],
                ..api::ServiceList::default()
            }],
        }),
        "Get" => {
            let request = GetRequest::decode(call.message.as_slice()).expect("a request");
            let yaml = match request.r#type.split('.').next().unwrap_or_default() {
                "MachineStatuses" => "stage: running\nstatus:\n    ready: true\n",
                "MachineTypes" => "controlplane\n",
                "Identities" => &format!("nodeId: {:?}\n", call.node),
                "Nodenames" => "nodename: k8s-0\n",
                "KubeletSpecs" => "image: ghcr.io/siderolabs/kubelet:v1.34.2@sha256:1\n",
                "MachineConfigs" => "|\n    machine: {type: controlplane, token: s3cret}\n",
                "Disks" if request.id == "sda" => "size: 10\ndev_path: /dev/sda\n",
                _ => return vec![Step::Status(5, "resource doesn't exist")],
            };
            say(GetResponse {
                resource: Some(resource(&request.id, yaml)),
            })
        }
        "List" if call.path.starts_with("/cosi") => {
            let request = ListRequest::decode(call.message.as_slice()).expect("a request");
            let found = match request.r#type.split('.').next().unwrap_or_default() {
                "ResourceDefinitions" => vec![resource(
                    "disks.block.talos.dev",
                    "type: Disks.block.talos.dev\ndisplayType: Disk\ndefaultNamespace: runtime\nallAliases: [disk, disks]\nprintColumns:\n  - {name: Size, jsonPath: '{.size}'}\n  - {name: Path, jsonPath: '{.dev_path}'}\n",
                )],
                "ExtensionStatuses" => vec![resource(
                    "0",
                    "metadata:\n  name: schematic\n  version: 376567988ad370138ad8b2698212367b\n",
                )],
                "Disks" => vec![
                    resource("sda", "size: 10\ndev_path: /dev/sda\n"),
                    resource("sdb", "size: 20\n"),
                ],
                _ => Vec::new(),
            };
            let listed = |resource| ListResponse {
                resource: Some(resource),
            };
            found.into_iter().map(listed).flat_map(say).collect()
        }
        "EtcdMemberList" => say(api::EtcdMemberListResponse {
            messages: vec![api::EtcdMembers {
                members: ["one", "two", "three"]
                    .iter()
                    .enumerate()
                    .map(|(index, name)| api::EtcdMember {
                        id: 0xabc + index as u64,
                        hostname: (*name).to_owned(),
                        peer_urls: vec![format!("https://10.0.0.1{index}:2380")],
                        ..api::EtcdMember::default()
                    })
                    .collect(),
                ..api::EtcdMembers::default()
            }],
        }),
        "EtcdStatus" => {
            let number = match call.node.as_deref() {
                Some("10.0.0.11") => 1,
                Some("10.0.0.12") => 2,
                _ => 0,
            };
            say(api::EtcdStatusResponse {
                messages: vec![api::EtcdStatus {
                    member_status: Some(api::EtcdMemberStatus {
                        member_id: 0xabc + number,
                        ..api::EtcdMemberStatus::default()
                    }),
                    ..api::EtcdStatus::default()
                }],
            })
        }
        "Dmesg" => ["one li", "ne\nanother\u{1b}[31m\nlast"]
            .iter()
            .map(|text| Data {
                bytes: text.as_bytes().to_vec(),
                ..Data::default()
            })
            .flat_map(say)
            .collect(),
        _ => vec![Step::Status(12, "unknown method")],
    }
}

/// A repository whose talosconfig has this node, and one that is gone where that is asked for.
struct World {
    sandbox: Sandbox,
    node: Node,
    gone: String,
}

impl World {
    fn new(answer: impl Fn(&Call) -> Vec<Step> + Send + Sync + 'static) -> Self {
        let cluster = Cluster::new();
        let node = Node::start(&cluster, Guise::Member, answer);
        let mut gone = Node::start(&cluster, Guise::Member, |_| Vec::new());
        gone.stop();
        let sandbox = empty();
        let endpoints = [node.address(), gone.address()];
        let config = cluster.talosconfig(&endpoints, &endpoints[..1]);
        sandbox.write("talos/clusterconfig/talosconfig", config);
        Self {
            sandbox,
            gone: gone.address(),
            node,
        }
    }

    /// Runs a command, and gives what it said with the addresses replaced.
    fn run(&self, line: &str) -> testkit::Output {
        let line = line
            .replace("NODE", &self.node.address())
            .replace("GONE", &self.gone);
        let mut output = self.sandbox.run(line.split(' '));
        for text in [&mut output.stdout, &mut output.stderr] {
            let (node, gone) = (self.node.address(), &self.gone);
            // As wide as the addresses are here, whatever the ports.
            let wide = |name: &str, address: &str| format!("{name:<0$}", address.len());
            *text = text
                .replace(&node, &wide("NODE", &node))
                .replace(gone.as_str(), &wide("GONE", gone));
        }
        output
    }

    /// The names of the calls so far, but for those that only look.
    fn calls(&self) -> Vec<String> {
        let names = self.node.calls().into_iter();
        names
            .filter_map(|call| Some(call.path.rsplit('/').next()?.to_owned()))
            .collect()
    }
}

/// What a command says that is interrupted once it has said something.
fn stopped(sandbox: &Sandbox, line: &str, after: &str) -> String {
    let mut child = sandbox
        .command(line.split(' '))
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut stderr = BufReader::new(child.stderr.take().expect("it is piped"));
    let mut said = String::new();
    while !said.ends_with(after) {
        let read = stderr.read_line(&mut said).expect("it is text");
        assert_ne!(read, 0, "{said}");
    }
    kill_process(Pid::from_child(&child), Signal::INT).expect("it runs");
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).expect("it is text");
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    rest
}
