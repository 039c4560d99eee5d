//! Nodes that go, looked at until they are gone.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use cluster::quorum::{Going, has_left, keep, voters};
use cluster::{Clock, Leaving};
use diagnostics::{Diagnostic, Source};
use prost::Message;
use talos_client::api::common::Data;
use talos_client::api::cosi::{GetResponse, Resource, Spec};
use talos_client::api::machine as api;
use talos_client::{Client, Credentials, Patience};
use testkit::nodes::{Call, Cluster, Guise, Node, Step};

/// What a machine is, from some pause on.
#[derive(Clone, Copy)]
enum Becomes {
    Off,
    Maintenance,
    /// The same in another boot.
    Again,
}

/// A machine, and a clock whose pauses change it.
struct World {
    cluster: Cluster,
    address: String,
    node: Mutex<Option<Node>>,
    spent: AtomicU64,
    changes: Vec<(u64, Becomes)>,
}

fn say(message: impl Message) -> Vec<Step> {
    vec![Step::Message(message.encode_to_vec())]
}

/// A node in a boot and a stage.
fn answer(call: &Call, boot: &str, stage: &str) -> Vec<Step> {
    match call.path.rsplit('/').next().unwrap_or_default() {
        "Get" => {
            let yaml_spec = format!("stage: {stage}\n");
            say(GetResponse {
                resource: Some(Resource {
                    metadata: None,
                    spec: Some(Spec { yaml_spec }),
                }),
            })
        }
        "Read" => say(Data {
            bytes: boot.as_bytes().to_vec(),
            ..Data::default()
        }),
        _ => vec![Step::Status(12, "unknown method")],
    }
}

impl World {
    fn new(changes: &[(u64, Becomes)]) -> Self {
        let cluster = Cluster::new();
        let node = Node::start(&cluster, Guise::Member, |call| answer(call, "1", "running"));
        Self {
            address: node.address(),
            cluster,
            node: Mutex::new(Some(node)),
            spent: AtomicU64::new(0),
            changes: changes.to_vec(),
        }
    }

    fn client(&self) -> Client {
        self.client_by(&[])
    }

    fn client_by(&self, endpoints: &[String]) -> Client {
        let config = self.cluster.talosconfig(&[], &[]);
        let (config, _) = talos::talosconfig::read(&Source::new("talosconfig", config));
        let config = config.expect("one");
        let now = SystemTime::UNIX_EPOCH + Duration::from_hours(498_864);
        let credentials = Credentials::of_context(config.current().expect("one"), now);
        let credentials = credentials.unwrap_or_else(|problem| panic!("{problem}"));
        Client::new(credentials, endpoints, Patience::default()).expect("a client")
    }

    /// Waits for it, with both of the machines.
    fn wait(
        &self,
        work: impl FnOnce(&Leaving<'_>) -> Result<(), Diagnostic>,
    ) -> Result<(), Diagnostic> {
        let nobody = Credentials::maintenance(Vec::new()).expect("nobody");
        let maintenance = Client::new(nobody, &[], Patience::default()).expect("a client");
        let client = self.client();
        work(&Leaving {
            node: client.node(&self.address),
            direct: client.node(&self.address),
            maintenance: maintenance.node(&self.address),
            name: "one".to_owned(),
            patience: Duration::from_secs(12),
            clock: self,
        })
    }
}

impl Clock for World {
    fn elapsed(&self) -> Duration {
        Duration::from_secs(self.spent.load(Ordering::Relaxed))
    }

    fn pause(&self, span: Duration) {
        let spent = self.spent.fetch_add(span.as_secs(), Ordering::Relaxed);
        for (_, change) in self.changes.iter().filter(|(at, _)| *at == spent) {
            let mut node = self.node.lock().unwrap_or_else(PoisonError::into_inner);
            *node = None;
            let address = self.address.parse().expect("an address");
            let start = |guise, boot: &'static str, stage: &'static str| {
                Node::start_at(address, &self.cluster, guise, move |call| {
                    answer(call, boot, stage)
                })
            };
            // What did not answer is passed over for a while, by a clock that nobody changes.
            if !matches!(change, Becomes::Off) {
                std::thread::sleep(Duration::from_millis(2100));
            }
            *node = match change {
                Becomes::Off => None,
                Becomes::Maintenance => Some(start(Guise::Maintenance, "2", "maintenance")),
                Becomes::Again => Some(start(Guise::Member, "2", "running")),
            };
        }
    }
}

/// Which rule a wait ended with.
fn rule(ended: &Result<(), Diagnostic>) -> Option<&str> {
    ended.as_ref().err().map(|problem| problem.rule.id())
}

#[test]
#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "a closure is of all lifetimes"
)]
fn a_machine_is_off_once_it_is_silent_for_a_while() {
    use Becomes::{Again, Off};
    let late = Some("cluster/not-ready");
    // Silent at a few looks, it only starts again.
    for (changes, ended) in [
        (vec![(3, Off)], None),
        (vec![(3, Off), (6, Again)], late),
        (vec![], late),
    ] {
        let world = World::new(&changes);
        let waited = world.wait(|leaving| leaving.until_off());
        assert_eq!(rule(&waited), ended, "{waited:?}");
        let message = waited.err().map(|problem| problem.message);
        let still = "`one` still answers after 12 s: running";
        assert_eq!(message.as_deref(), ended.map(|_| still));
    }
}

#[test]
fn a_machine_has_forgotten_its_cluster_in_maintenance_or_in_another_boot() {
    use Becomes::{Again, Maintenance, Off};
    for (changes, ended) in [
        (vec![(0, Off), (3, Maintenance)], None),
        (vec![(0, Off), (3, Again)], None),
        (vec![(0, Off)], Some("cluster/not-ready")),
    ] {
        let world = World::new(&changes);
        let waited = world.wait(|leaving| {
            assert!(!leaving.is_in_maintenance());
            leaving.until_forgotten(Some("1"))
        });
        assert_eq!(rule(&waited), ended, "{waited:?}");
        let world = World::new(&[(0, Maintenance)]);
        world.pause(Duration::ZERO);
        drop(world.wait(|leaving| {
            assert!(leaving.is_in_maintenance());
            Ok(())
        }));
    }
}

#[test]
fn a_member_that_has_not_left_is_told() {
    let world = World::new(&[]);
    // It is known for five looks, or for ever.
    for (looks, ended) in [(5, None), (u64::MAX, Some("cluster/member-stays"))] {
        let left = AtomicU64::new(looks);
        let node = Node::start(&world.cluster, Guise::Member, move |call| {
            if !call.path.ends_with("/EtcdMemberList") {
                return vec![Step::Status(12, "unknown method")];
            }
            let is_there = left.load(Ordering::Relaxed) > 0;
            left.fetch_sub(u64::from(is_there), Ordering::Relaxed);
            let member = |id| api::EtcdMember {
                id,
                ..api::EtcdMember::default()
            };
            let ids = if is_there { vec![1, 2] } else { vec![1] };
            say(api::EtcdMemberListResponse {
                messages: vec![api::EtcdMembers {
                    members: ids.into_iter().map(member).collect(),
                    ..api::EtcdMembers::default()
                }],
            })
        });
        let others = [node.address()];
        let client = world.client_by(&others);
        let found = has_left(&client, &others, 2, "k8s-2", &world);
        assert_eq!(rule(&found), ended, "{found:?}");
        if let Err(problem) = found {
            assert_eq!(
                problem.message,
                "`k8s-2` is gone, and still a member of etcd: 0000000000000002"
            );
        }
    }
    // Nobody is left who would miss it.
    let gone = ["127.0.0.1:1".to_owned()];
    assert_eq!(has_left(&world.client(), &gone, 2, "k8s-2", &world), Ok(()));
}

#[test]
fn a_majority_is_waited_for_and_a_cluster_without_etcd_has_none_to_lose() {
    let world = World::new(&[]);
    let looks = Arc::new(AtomicU64::new(0));
    let told = Arc::clone(&looks);
    let node = Node::start(&world.cluster, Guise::Member, move |call| {
        match call.path.rsplit('/').next().unwrap_or_default() {
            "EtcdMemberList" => {
                let member = |name: &str, host: &str| api::EtcdMember {
                    hostname: name.to_owned(),
                    peer_urls: vec![format!("https://{host}:2380")],
                    ..api::EtcdMember::default()
                };
                let mut learner = member("new", "10.0.0.4");
                learner.is_learner = true;
                say(api::EtcdMemberListResponse {
                    messages: vec![api::EtcdMembers {
                        members: vec![
                            member("a", "10.0.0.1"),
                            member("b", "[fd00::2]"),
                            member("c", "10.0.0.3"),
                            learner,
                        ],
                        ..api::EtcdMembers::default()
                    }],
                })
            }
            "ServiceList" => {
                // One of them needs a while.
                let is_late = call.node.as_deref() == Some("fd00::2");
                let healthy = !is_late || told.fetch_add(1, Ordering::Relaxed) > 1;
                say(api::ServiceListResponse {
                    messages: vec![api::ServiceList {
                        services: vec![api::ServiceInfo {
                            id: "etcd".to_owned(),
                            health: Some(api::ServiceHealth {
                                healthy,
                                ..api::ServiceHealth::default()
                            }),
                            ..api::ServiceInfo::default()
                        }],
                        ..api::ServiceList::default()
                    }],
                })
            }
            _ => vec![Step::Status(12, "unknown method")],
        }
    });
    let leads = [node.address()];
    let client = world.client_by(&leads);
    let keeps = |patience: u64| {
        let goes = |voter: &cluster::quorum::Voter| voter.hostname == "a";
        let patience = Duration::from_secs(patience);
        keep(&client, &leads, &goes, Going::Away, patience, &world)
    };
    let problem = keeps(0).expect_err("one of the others is not well");
    assert_eq!(problem.rule.id(), "cluster/no-quorum");
    assert!(
        problem.message.contains("since `b` is not well"),
        "{problem}"
    );
    assert_eq!(keeps(60), Ok(()));

    let none = Node::start(&world.cluster, Guise::Member, |_| {
        vec![Step::Status(9, "etcd is not running")]
    });
    let client = world.client();
    assert_eq!(voters(&client, &[none.address()]), Ok(Vec::new()));
    let gone = "127.0.0.1:1".to_owned();
    let problem = voters(&client, &[gone]).expect_err("nobody tells");
    assert_eq!(problem.rule.id(), "cluster/no-quorum");
}
