//! Many nodes that answer as Talos does, for measuring whoever asks them.
//!
//! Reads from standard input, for each node, a line of its address, its name and its machine
//! configuration in base64; an empty line ends them. Writes two talosconfigs to standard output,
//! in base64, one a line: one whose only endpoint hands calls on to the nodes, by `node` or
//! `nodes`; and one that has every node as an endpoint of its own. They answer until standard
//! input ends.
#![expect(clippy::print_stdout, reason = "its result")]

use std::collections::HashMap;
use std::io::BufRead as _;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use prost::Message;
use talos_client::api::common;
use talos_client::api::cosi::{GetRequest, GetResponse, ListRequest, ListResponse};
use talos_client::api::cosi::{Metadata, Resource, Spec};
use talos_client::api::machine as api;
use testkit::nodes::{Call, Cluster, Guise, Node, Step};

/// A node that is played.
struct Played {
    address: String,
    name: String,
    /// Its machine configuration, as a resource says it.
    config: String,
}

fn main() {
    let mut lines = std::io::stdin().lock().lines().map_while(Result::ok);
    let played: Vec<Played> = lines
        .by_ref()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| {
            let mut words = line.split(' ').map(str::to_owned);
            let (address, name) = (words.next()?, words.next()?);
            let config = STANDARD.decode(words.next()?).ok()?;
            let config = String::from_utf8(config).ok()?.replace('\n', "\n    ");
            let config = format!("|\n    {config}\n");
            Some(Played {
                address,
                name,
                config,
            })
        })
        .collect();
    let played = Arc::new(played);
    let cluster = Cluster::new();
    let direct = Arc::clone(&played);
    let nodes = Node::start_many(&cluster, played.len(), move |number, call| {
        answer(&direct[number], call)
    });
    let numbers: HashMap<String, usize> = { played.iter().enumerate() }
        .map(|(number, one)| (one.address.clone(), number))
        .collect();
    let through = Arc::clone(&played);
    let lead = Node::start(&cluster, Guise::Member, move |call| {
        if !call.nodes.is_empty() {
            return say(api::VersionResponse {
                messages: call.nodes.iter().map(|node| version(node)).collect(),
            });
        }
        match call.node.as_ref().and_then(|node| numbers.get(node)) {
            Some(number) => answer(&through[*number], call),
            None => vec![Step::Status(14, "no such node")],
        }
    });
    let addresses: Vec<String> = played.iter().map(|one| one.address.clone()).collect();
    let forwarded = cluster.talosconfig(&[lead.address()], &addresses);
    let itself: Vec<String> = nodes.iter().map(Node::address).collect();
    let dialled = cluster.talosconfig(&itself, &itself);
    println!(
        "{}\n{}",
        STANDARD.encode(forwarded),
        STANDARD.encode(dialled)
    );
    // Whoever measures closes it.
    lines.for_each(drop);
}

fn say(message: impl Message) -> Vec<Step> {
    vec![Step::Message(message.encode_to_vec())]
}

fn version(hostname: &str) -> api::Version {
    api::Version {
        metadata: Some(common::Metadata {
            hostname: hostname.to_owned(),
            ..common::Metadata::default()
        }),
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
    }
}

fn resource(kind: String, id: String, yaml_spec: String) -> Resource {
    Resource {
        metadata: Some(Metadata {
            r#type: kind,
            id,
            version: "1".to_owned(),
            phase: "running".to_owned(),
            ..Metadata::default()
        }),
        spec: Some(Spec { yaml_spec }),
    }
}

/// What a node says of itself.
fn answer(one: &Played, call: &Call) -> Vec<Step> {
    match call.path.rsplit('/').next().unwrap_or_default() {
        "Version" => say(api::VersionResponse {
            messages: vec![version(&one.address)],
        }),
        "Get" => {
            let Ok(request) = GetRequest::decode(call.message.as_slice()) else {
                return vec![Step::Status(3, "no request")];
            };
            let yaml = match request.r#type.split('.').next().unwrap_or_default() {
                "MachineStatuses" => "stage: running\nstatus:\n    ready: true\n".to_owned(),
                "MachineTypes" => "controlplane\n".to_owned(),
                "Identities" => format!("nodeId: {}\n", one.name),
                "Nodenames" => format!("nodename: {}\n", one.name),
                "KubeletSpecs" => "image: ghcr.io/siderolabs/kubelet:v1.34.2\n".to_owned(),
                "MachineConfigs" => one.config.clone(),
                _ => return vec![Step::Status(5, "resource doesn't exist")],
            };
            say(GetResponse {
                resource: Some(resource(request.r#type, request.id, yaml)),
            })
        }
        "List" => {
            let kind = ListRequest::decode(call.message.as_slice()).map(|request| request.r#type);
            let yaml =
                "metadata:\n    name: schematic\n    version: 376567988ad370138ad8b2698212367b\n";
            say(ListResponse {
                resource: Some(resource(
                    kind.unwrap_or_default(),
                    "0".to_owned(),
                    yaml.to_owned(),
                )),
            })
        }
        "ServiceList" => say(api::ServiceListResponse {
            messages: vec![api::ServiceList {
                services: vec![api::ServiceInfo {
                    id: "etcd".to_owned(),
                    state: "Running".to_owned(),
                    health: Some(api::ServiceHealth {
                        healthy: true,
                        ..api::ServiceHealth::default()
                    }),
                    ..api::ServiceInfo::default()
                }],
                ..api::ServiceList::default()
            }],
        }),
        _ => vec![Step::Status(12, "unknown method")],
    }
}
