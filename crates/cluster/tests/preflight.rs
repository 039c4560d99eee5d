//! Machines that are looked at before they become nodes.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use cluster::bootstrap::{Bootstrap, Event, Member, Outcome};
use cluster::preflight::{Preflight, Report, Topic, Verdict};
use diagnostics::Source;
use prost::Message;
use talos::generate::Role;
use talos_client::api::common::Timestamp;
use talos_client::api::cosi::{
    GetRequest, GetResponse, ListRequest, ListResponse, Metadata, Resource, Spec,
};
use talos_client::api::machine::{
    ApplyConfiguration, ApplyConfigurationResponse, PlatformInfo, Version, VersionResponse,
};
use talos_client::api::time::{Time, TimeResponse};
use talos_client::{Client, Credentials, Patience};
use testkit::nodes::{Call, Cluster, Guise, Node, Step};
use zeroize::Zeroizing;

/// 2026-11-29, by the clock here.
const NOW: u64 = 1_795_910_400;

/// What a machine says of itself.
#[derive(Clone)]
struct Hardware {
    stage: &'static str,
    disks: &'static str,
    mac: &'static str,
    /// How far its clock is ahead; none where its time server does not answer.
    ahead: Option<i64>,
    synced: bool,
    /// What it says when it is to pull an image.
    pull: (u32, &'static str),
    mode: &'static str,
}

const GOOD: Hardware = Hardware {
    stage: "maintenance",
    disks: "size: 512110190592\ndev_path: /dev/sda\nserial: S1\nmodel: Quick\ntransport: sata\n",
    mac: "aa:00:00:00:00:01",
    ahead: Some(0),
    synced: true,
    pull: (7, "not authorized"),
    mode: "metal",
};

/// Wants what [`GOOD`] has.
const CONFIG: &str = "machine:
  install: {disk: /dev/sda, image: factory/installer:v1.13.9}
  network:
    interfaces: [{deviceSelector: {hardwareAddr: 'aa:00:00:00:00:01'}}]
";

fn message(message: impl Message) -> Vec<Step> {
    vec![Step::Message(message.encode_to_vec())]
}

fn resource(id: &str, yaml: &str) -> Resource {
    Resource {
        metadata: Some(Metadata {
            id: id.to_owned(),
            ..Metadata::default()
        }),
        spec: Some(Spec {
            yaml_spec: yaml.to_owned(),
        }),
    }
}

/// What a machine answers.
fn answer(hardware: &Hardware, call: &Call) -> Vec<Step> {
    match call.path.as_str() {
        "/cosi.resource.State/Get" => {
            let request = GetRequest::decode(call.message.as_slice()).expect("a request");
            let yaml = match request.r#type.split('.').next().unwrap_or_default() {
                "MachineStatuses" => format!("stage: {}\n", hardware.stage),
                "TimeStatuses" => format!("synced: {}\n", hardware.synced),
                _ => return vec![Step::Status(5, "resource doesn't exist")],
            };
            message(GetResponse {
                resource: Some(resource(&request.id, &yaml)),
            })
        }
        "/cosi.resource.State/List" => {
            let request = ListRequest::decode(call.message.as_slice()).expect("a request");
            let found = match request.r#type.split('.').next().unwrap_or_default() {
                "Disks" if hardware.disks == "denied" => return vec![Step::Status(7, "denied")],
                "Disks" => hardware
                    .disks
                    .split("---\n")
                    .filter(|disk| !disk.is_empty())
                    .map(|disk| resource("disk", disk))
                    .collect(),
                "LinkStatuses" => {
                    let mac = hardware.mac;
                    let yaml = format!("type: ether\nkind: ''\nhardwareAddr: {mac}\n");
                    vec![resource("eth0", &yaml)]
                }
                _ => Vec::new(),
            };
            let listed = |resource| ListResponse {
                resource: Some(resource),
            };
            found.into_iter().map(listed).flat_map(message).collect()
        }
        "/time.TimeService/Time" => match hardware.ahead {
            None => vec![Step::Status(2, "i/o timeout")],
            Some(ahead) => message(TimeResponse {
                messages: vec![Time {
                    localtime: Some(Timestamp {
                        seconds: i64::try_from(NOW).expect("small") + ahead,
                        nanos: 0,
                    }),
                    ..Time::default()
                }],
            }),
        },
        "/machine.MachineService/Version" => message(VersionResponse {
            messages: vec![Version {
                platform: Some(PlatformInfo {
                    mode: hardware.mode.to_owned(),
                    ..PlatformInfo::default()
                }),
                ..Version::default()
            }],
        }),
        "/machine.MachineService/ApplyConfiguration" => message(ApplyConfigurationResponse {
            messages: vec![ApplyConfiguration::default()],
        }),
        "/machine.ImageService/Pull" => vec![Step::Status(hardware.pull.0, hardware.pull.1)],
        _ => vec![Step::Status(12, "unknown method")],
    }
}

/// Machines of a cluster.
struct World {
    cluster: Cluster,
    nodes: Vec<Node>,
    members: Vec<Member>,
}

impl World {
    fn new(machines: &[(Guise, Hardware, &str)]) -> Self {
        let cluster = Cluster::new();
        let mut nodes = Vec::new();
        let mut members = Vec::new();
        for (index, (guise, hardware, config)) in machines.iter().enumerate() {
            let hardware = hardware.clone();
            let node = Node::start(&cluster, *guise, move |call| answer(&hardware, call));
            members.push(Member {
                name: format!("n{index}"),
                address: node.address(),
                role: Role::ControlPlane,
                config: Zeroizing::new((*config).to_owned()),
            });
            nodes.push(node);
        }
        Self {
            cluster,
            nodes,
            members,
        }
    }

    /// Does something with the clients of a cluster.
    fn with<T>(&self, has_secrets: bool, work: impl FnOnce(Preflight<'_>, &Client) -> T) -> T {
        let config = self.cluster.talosconfig(&[], &[]);
        let (config, _) = talos::talosconfig::read(&Source::new("talosconfig", config));
        let config = config.expect("one");
        let now = || SystemTime::UNIX_EPOCH + Duration::from_secs(NOW);
        let credentials = Credentials::of_context(config.current().expect("one"), now());
        let credentials = credentials.unwrap_or_else(|problem| panic!("{problem}"));
        let nobody = Credentials::maintenance(Vec::new()).expect("nobody");
        let client = |credentials| Client::new(credentials, &[], Patience::default());
        let cluster = client(credentials).expect("a client");
        let maintenance = client(nobody).expect("a client");
        let preflight = Preflight {
            cluster: has_secrets.then_some(&cluster),
            maintenance: &maintenance,
            now: &now,
        };
        work(preflight, &cluster)
    }

    fn report(&self) -> Report {
        self.with(true, |preflight, _| preflight.run(&self.members))
    }

    /// Bootstraps, and stops once a machine gets its configuration.
    fn bootstrap(&self) -> (Outcome, Vec<String>) {
        let told = Mutex::new(Vec::new());
        let outcome = self.with(true, |preflight, cluster| {
            let bootstrap = Bootstrap {
                members: &self.members,
                cluster,
                maintenance: preflight.maintenance,
                preflight: Some(preflight),
                patience: Duration::ZERO,
                clock: &Still,
            };
            bootstrap.run(&mut |event| {
                if let Event::Checking { nodes } = event {
                    let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
                    told.extend(nodes);
                }
            })
        });
        let told = told.into_inner().unwrap_or_else(PoisonError::into_inner);
        (outcome, told)
    }

    fn applied(&self) -> Vec<usize> {
        let is_applied = |node: &Node| {
            let mut calls = node.calls().into_iter();
            calls.any(|call| call.path.ends_with("ApplyConfiguration"))
        };
        let nodes = self.nodes.iter().enumerate();
        let applied = nodes.filter(|(_, node)| is_applied(node));
        applied.map(|(index, _)| index).collect()
    }
}

/// A clock that stands still.
struct Still;

impl cluster::Clock for Still {
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn pause(&self, _: Duration) {}
}

fn verdicts(report: &Report, node: usize) -> Vec<(Topic, Verdict)> {
    let findings = report.nodes[node].findings.iter();
    findings
        .map(|finding| (finding.topic, finding.verdict))
        .collect()
}

fn rules(report: &Report) -> Vec<&'static str> {
    report.problems().map(|problem| problem.rule.id()).collect()
}

#[test]
fn a_machine_that_is_as_it_should_be_passes() {
    let world = World::new(&[(Guise::Maintenance, GOOD, CONFIG)]);
    let report = world.report();
    assert_eq!(
        verdicts(&report, 0),
        [
            (Topic::Answers, Verdict::Passed),
            (Topic::Disk, Verdict::Passed),
            (Topic::Links, Verdict::Passed),
            (Topic::Clock, Verdict::Passed),
            (Topic::Image, Verdict::Unproven),
        ]
    );
    assert_eq!(rules(&report), [""; 0]);
    // A member pulls, and says so.
    let member = Hardware {
        stage: "running",
        pull: (0, ""),
        ..GOOD
    };
    let world = World::new(&[(Guise::Member, member, CONFIG)]);
    let report = world.report();
    assert_eq!(
        verdicts(&report, 0)[4],
        (Topic::Image, Verdict::Passed),
        "{report:?}"
    );
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let small = "size: 4294967296\ndev_path: /dev/sda\ntransport: sata\n";
    let readonly = "size: 512110190592\ndev_path: /dev/sda\nreadonly: true\n";
    let cases: [(Hardware, &[&str], &str); 8] = [
        (
            Hardware {
                disks: "size: 512110190592\ndev_path: /dev/sdb\nserial: S9\nmodel: Slow\ntransport: sata\n---\ndev_path: /dev/loop0\n",
                mac: "aa:00:00:00:00:02",
                ahead: Some(-3600),
                pull: (5, "no such image"),
                ..GOOD
            },
            &[
                "cluster/no-disk",
                "cluster/no-link",
                "cluster/other-time",
                "cluster/no-image",
            ],
            "`n0` has no disk `/dev/sda`; it has `/dev/sdb` (476.9 GiB, Slow, serial S9)",
        ),
        (
            Hardware {
                disks: small,
                ..GOOD
            },
            &["cluster/small-disk"],
            "`n0`: `/dev/sda` (4.0 GiB) is too small; Talos needs 6.0 GiB",
        ),
        (
            Hardware {
                disks: readonly,
                ..GOOD
            },
            &["cluster/no-disk"],
            "`n0`: `/dev/sda` (476.9 GiB) cannot be written to",
        ),
        (
            Hardware { disks: "", ..GOOD },
            &["cluster/no-disk"],
            "`n0` has no disk `/dev/sda`; it has none",
        ),
        (
            Hardware {
                ahead: Some(31),
                ..GOOD
            },
            &["cluster/other-time"],
            "the clock of `n0` is 31 s ahead of ours",
        ),
        // What cannot be told is no fault.
        (
            Hardware {
                disks: "denied",
                ahead: None,
                synced: false,
                ..GOOD
            },
            &[],
            "",
        ),
        (
            Hardware {
                ahead: None,
                ..GOOD
            },
            &[],
            "",
        ),
        (
            Hardware {
                disks: "",
                mode: "container",
                ..GOOD
            },
            &[],
            "",
        ),
    ];
    for (hardware, expected, first) in cases {
        let world = World::new(&[(Guise::Maintenance, hardware, CONFIG)]);
        let report = world.report();
        assert_eq!(rules(&report), expected, "{report:?}");
        let message = report.problems().next().map(|problem| &*problem.message);
        assert_eq!(message.unwrap_or_default(), first);
    }
}

#[test]
fn machines_that_were_mixed_up_are_named() {
    let other = CONFIG.replace("00:01", "00:02");
    let moved = Hardware {
        mac: "AA:00:00:00:00:02",
        ..GOOD
    };
    let machines = [
        (Guise::Maintenance, moved, CONFIG),
        (Guise::Maintenance, GOOD, other.as_str()),
    ];
    let report = World::new(&machines).report();
    assert_eq!(rules(&report), ["cluster/no-link"; 2]);
    for problem in report.problems() {
        let hint = problem.hint.as_deref().unwrap_or_default();
        assert!(hint.contains("mixed up in `nodes.yaml`?"), "{problem:?}");
    }
}

#[test]
fn machines_that_do_not_answer_or_are_of_another_cluster_are_named() {
    let mut world = World::new(&[
        (Guise::Maintenance, GOOD, CONFIG),
        (Guise::Member, GOOD, CONFIG),
    ]);
    world.nodes[0].stop();
    // Without secrets nobody is a member.
    let report = world.with(false, |preflight, _| preflight.run(&world.members));
    assert_eq!(
        rules(&report),
        ["talos-api/unreachable", "talos-api/client-refused"]
    );
    let words: Vec<_> = report
        .nodes
        .iter()
        .map(|node| node.findings[0].words.as_str())
        .collect();
    assert_eq!(words, ["does not answer", "not of this cluster"]);
    assert!(report.nodes.iter().all(|node| node.findings.len() == 1));
}

/// Only there are all addresses of the loopback at hand.
#[cfg(target_os = "linux")]
#[test]
fn a_shared_address_belongs_to_nobody_or_to_a_member() {
    let config = |address: &str| {
        format!("{CONFIG}---\napiVersion: v1alpha1\nkind: Layer2VIPConfig\nname: '{address}'\n")
    };
    // What is sent there is thrown away (RFC 6666).
    let free = config("100::1");
    let world = World::new(&[(Guise::Maintenance, GOOD, &free)]);
    let report = world.report();
    assert_eq!(rules(&report), [""; 0]);
    assert_eq!(report.shared[0].words, "nobody is at 100::1");
    // Everything on the loopback refuses a connection at least.
    let cases = [
        ("127.81.0.1", None, Verdict::Unproven),
        ("127.81.0.2", Some(true), Verdict::Passed),
        ("127.81.0.3", Some(false), Verdict::Failed),
    ];
    for (address, is_ours, verdict) in cases {
        let config = config(address);
        let machine = || (Guise::Maintenance, GOOD, config.as_str());
        let world = World::new(&[machine(), machine()]);
        let other = Cluster::new();
        let _holder = is_ours.map(|is_ours| {
            let cluster = if is_ours { &world.cluster } else { &other };
            let at = format!("{address}:50000").parse().expect("an address");
            Node::start_at(at, cluster, Guise::Member, |call| answer(&GOOD, call))
        });
        let report = world.report();
        assert_eq!(report.shared.len(), 1);
        assert_eq!(report.shared[0].verdict, verdict, "{address}");
        let is_wrong = verdict == Verdict::Failed;
        assert_eq!(
            rules(&report),
            &["cluster/address-taken"][..is_wrong.into()]
        );
    }
}

#[test]
fn workers_get_their_certificates_at_an_endpoint_that_control_planes_have_one_for() {
    let shared = "---\napiVersion: v1alpha1\nkind: Layer2VIPConfig\nname: '100::1'\n";
    let named = CONFIG.replace("machine:", "machine:\n  certSANs: [lb.example]");
    assert_ne!(named, CONFIG);
    let at = |endpoint: &str| format!("cluster: {{controlPlane: {{endpoint: '{endpoint}'}}}}\n");
    let found = |config: &str, role: Role| {
        let machine = || (Guise::Maintenance, GOOD, config);
        let mut world = World::new(&[machine(), machine()]);
        world.members[1].role = role;
        let shared = world.report().shared.into_iter();
        let words = shared.filter(|finding| finding.topic == Topic::Endpoint);
        words.map(|finding| finding.words).collect::<Vec<_>>()
    };
    let lacks = |host: &str| {
        vec![format!(
            "`machine.certSANs` of n0 lacks the endpoint {host}: a worker that discovers no control plane gets no certificate there"
        )]
    };
    let cases = [
        (
            CONFIG.to_owned(),
            "https://lb.example:6443",
            lacks("lb.example"),
        ),
        (
            CONFIG.to_owned(),
            "https://[fd00::5]:6443/",
            lacks("fd00::5"),
        ),
        (named, "https://lb.example:6443", Vec::new()),
        // One of the nodes, and what they share.
        (CONFIG.to_owned(), "https://127.0.0.1:6443", Vec::new()),
        (CONFIG.to_owned(), "", Vec::new()),
    ];
    for (config, endpoint, expected) in cases {
        let config = format!("{config}{}", at(endpoint));
        assert_eq!(found(&config, Role::Worker), expected, "{endpoint}");
        assert_eq!(found(&config, Role::ControlPlane), [""; 0], "{endpoint}");
    }
    let shares = format!("{CONFIG}{}{shared}", at("https://[100::1]:6443"));
    assert_eq!(found(&shares, Role::Worker), [""; 0]);
}

#[test]
fn a_new_cluster_is_not_begun_on_machines_that_are_wrong() {
    let wrong = Hardware {
        disks: "",
        mac: "aa:00:00:00:00:02",
        ..GOOD
    };
    let world = World::new(&[
        (Guise::Maintenance, GOOD, CONFIG),
        (Guise::Maintenance, wrong.clone(), CONFIG),
    ]);
    let (outcome, checked) = world.bootstrap();
    assert!(outcome.refused && !outcome.changed);
    let failed: Vec<_> = outcome.failed.values().chain(&outcome.further).collect();
    let failed: Vec<_> = failed.iter().map(|problem| problem.rule.id()).collect();
    assert_eq!(failed, ["cluster/no-disk", "cluster/no-link"]);
    assert_eq!(checked, ["n0", "n1"]);
    assert_eq!(world.applied(), [0; 0]);

    // Beside members it is left out, and the others go on.
    let member = Hardware {
        stage: "running",
        ..GOOD
    };
    let world = World::new(&[
        (Guise::Member, member, CONFIG),
        (Guise::Maintenance, wrong, CONFIG),
        (Guise::Maintenance, GOOD, CONFIG),
    ]);
    let (outcome, checked) = world.bootstrap();
    assert!(!outcome.refused && outcome.changed);
    assert_eq!(outcome.failed[&1].rule.id(), "cluster/no-disk");
    assert_eq!(checked, ["n1", "n2"]);
    assert_eq!(world.applied(), [2]);
}

#[test]
fn members_are_asked_for_no_more_than_how_far_they_are() {
    let member = Hardware {
        stage: "running",
        ..GOOD
    };
    let worker = CONFIG.replace("aa:", "ff:");
    let world = World::new(&[(Guise::Member, member, &worker)]);
    let mut world = world;
    world.members[0].role = Role::Worker;
    let (outcome, checked) = world.bootstrap();
    assert!(outcome.failed.is_empty() && !outcome.refused && !outcome.changed);
    assert_eq!(checked, [""; 0]);
    let calls = world.nodes[0].calls();
    assert_eq!(calls.len(), 1, "{calls:?}");
}
