//! Machines that are upgraded, and a Kubernetes that moves their pods.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use cluster::Clock;
use cluster::upgrade::{Event, Outcome, Placement, Target, Upgrade, Verdict, Workloads};
use diagnostics::{Diagnostic, Source};
use prost::Message;
use talos::generate::Role;
use talos_client::api::common::Data;
use talos_client::api::cosi::{GetRequest, GetResponse, ListResponse, Resource, Spec};
use talos_client::api::lifecycle::{
    InstallProgress, Progress, PullRequest, PullResponse, UpgradeRequest, UpgradeResponse,
};
use talos_client::api::machine::{
    EtcdMember, EtcdMemberListResponse, EtcdMembers, ImagePull, ImagePullResponse, Reboot,
    RebootMode, RebootResponse, ServiceHealth, ServiceInfo, ServiceList, ServiceListResponse,
    Upgrade as Begun, UpgradeResponse as BegunResponse, Version, VersionInfo, VersionResponse,
};
use talos_client::{Client, Credentials, Patience};
use testkit::nodes::{Call, Cluster, Guise, Node, Step};

/// What a machine is by now.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) runs: String,
    pub(crate) installed: String,
    pub(crate) boot: u32,
    /// Looks until it is ready again.
    pub(crate) boots: u32,
    pub(crate) etcd: bool,
    pub(crate) schematic: Option<String>,
    /// How its installer ends.
    pub(crate) code: i32,
    /// Whether what is installed starts.
    pub(crate) starts: bool,
    /// It answers nothing any more after this call.
    pub(crate) dies_after: Option<&'static str>,
    pub(crate) dead: bool,
    pub(crate) lead: bool,
}

impl State {
    pub(crate) fn new(lead: bool) -> Self {
        Self {
            runs: "v1.13.8".to_owned(),
            installed: "v1.13.8".to_owned(),
            boot: 1,
            boots: 0,
            etcd: lead,
            schematic: None,
            code: 0,
            starts: true,
            dies_after: None,
            dead: false,
            lead,
        }
    }
}

fn lock<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn message(message: impl Message) -> Vec<Step> {
    vec![Step::Message(message.encode_to_vec())]
}

fn resource(yaml_spec: String) -> Option<Resource> {
    Some(Resource {
        metadata: None,
        spec: Some(Spec { yaml_spec }),
    })
}

/// What a machine answers, and what is written down of it.
fn answer(index: usize, state: &Mutex<State>, log: &Mutex<Vec<String>>, call: &Call) -> Vec<Step> {
    let mut state = lock(state);
    if state.dead {
        return vec![Step::HangUp];
    }
    let name = call.path.trim_start_matches('/');
    let note = |what: &str| lock(log).push(format!("n{index} {what}"));
    let old = state.runs.starts_with("v1.12");
    let steps = match name {
        "machine.MachineService/Version" => message(VersionResponse {
            messages: vec![Version {
                version: Some(VersionInfo {
                    tag: state.runs.clone(),
                    ..VersionInfo::default()
                }),
                ..Version::default()
            }],
        }),
        "machine.MachineService/Read" => message(Data {
            bytes: format!("boot-{}\n", state.boot).into_bytes(),
            ..Data::default()
        }),
        "machine.MachineService/EtcdMemberList" => message(EtcdMemberListResponse {
            messages: vec![EtcdMembers {
                members: vec![EtcdMember::default(); 3],
                ..EtcdMembers::default()
            }],
        }),
        "machine.MachineService/ServiceList" => message(ServiceListResponse {
            messages: vec![ServiceList {
                services: vec![ServiceInfo {
                    id: "etcd".to_owned(),
                    health: Some(ServiceHealth {
                        healthy: state.etcd && state.boots == 0,
                        ..ServiceHealth::default()
                    }),
                    ..ServiceInfo::default()
                }],
                ..ServiceList::default()
            }],
        }),
        "cosi.resource.State/List" => match &state.schematic {
            None => Vec::new(),
            Some(schematic) => message(ListResponse {
                resource: resource(format!(
                    "metadata: {{name: schematic, version: {schematic}}}\n"
                )),
            }),
        },
        "cosi.resource.State/Get" => {
            let request = GetRequest::decode(call.message.as_slice()).expect("a request");
            if request.id == "nodename" {
                return message(GetResponse {
                    resource: resource(format!("nodename: n{index}\n")),
                });
            }
            if request.id == "kubelet" {
                return message(GetResponse {
                    resource: resource("image: ghcr.io/siderolabs/kubelet:v1.36.2\n".to_owned()),
                });
            }
            let ready = state.boots == 0;
            state.boots = state.boots.saturating_sub(1);
            message(GetResponse {
                resource: resource(format!(
                    "stage: running\nstatus:\n  ready: {ready}\n  unmetConditions:\n    - name: services\n"
                )),
            })
        }
        "machine.ImageService/Pull" if old => vec![Step::Status(12, "unknown service")],
        "machine.MachineService/ImagePull" => {
            note("pull (old)");
            message(ImagePullResponse {
                messages: vec![ImagePull::default()],
            })
        }
        "machine.ImageService/Pull" => {
            let request = PullRequest::decode(call.message.as_slice()).expect("a request");
            note("pull");
            if request.image_ref.contains("missing") {
                return vec![Step::Status(5, "failed to resolve reference: not found")];
            }
            message(PullResponse {
                name: Some(request.image_ref),
            })
        }
        "machine.LifecycleService/Upgrade" if old => vec![Step::Status(12, "unknown service")],
        "machine.LifecycleService/Upgrade" => {
            note("install");
            let request = UpgradeRequest::decode(call.message.as_slice()).expect("a request");
            let image = request.source.expect("an image").image_name;
            if state.code == 0 {
                let tag = image.rsplit(':').next().expect("a tag");
                tag.clone_into(&mut state.installed);
            }
            let progress = |response| UpgradeResponse {
                progress: Some(InstallProgress {
                    response: Some(response),
                }),
            };
            let mut steps = message(progress(Progress::Message("writing\u{1b}[2J\n".to_owned())));
            steps.extend(message(progress(Progress::ExitCode(state.code))));
            steps
        }
        "machine.MachineService/Upgrade" => {
            note("upgrade (old)");
            "v1.13.9".clone_into(&mut state.runs);
            state.boot += 1;
            state.boots = 2;
            message(BegunResponse {
                messages: vec![Begun::default()],
            })
        }
        "machine.MachineService/Reboot" => {
            note("reboot");
            state.boot += 1;
            state.boots = 3;
            if state.starts {
                let installed = state.installed.clone();
                state.runs.clone_from(&installed);
            }
            message(RebootResponse {
                messages: vec![Reboot::default()],
            })
        }
        _ => vec![Step::Status(12, "unknown method")],
    };
    let method = name.rsplit('/').next();
    if state.dies_after.is_some() && state.dies_after == method {
        state.dead = true;
        return vec![Step::HangUp];
    }
    steps
}

/// Nodes of Kubernetes: whether they take pods, and by whom they are kept from it.
#[derive(Clone, Default)]
struct Pods {
    cordoned: Vec<usize>,
    stuck: Vec<usize>,
}

/// A cluster, and its time.
pub(crate) struct World {
    authority: Cluster,
    states: Vec<Arc<Mutex<State>>>,
    nodes: Vec<Node>,
    pods: Mutex<Pods>,
    pub(crate) log: Arc<Mutex<Vec<String>>>,
    spent: AtomicU64,
}

impl Clock for World {
    fn elapsed(&self) -> Duration {
        Duration::from_secs(self.spent.load(Ordering::Relaxed))
    }

    fn pause(&self, span: Duration) {
        self.spent.fetch_add(span.as_secs(), Ordering::Relaxed);
    }
}

fn number(node: &str) -> usize {
    node[1..].parse().expect("a number")
}

impl Workloads for World {
    fn placement(&self, node: &str) -> Result<Option<Placement>, Diagnostic> {
        let ours = lock(&self.pods).cordoned.contains(&number(node));
        Ok(Some(Placement {
            ready: true,
            schedulable: !ours,
            ours,
        }))
    }

    fn cordon(&self, node: &str) -> Result<(), Diagnostic> {
        lock(&self.log).push(format!("{node} cordon"));
        lock(&self.pods).cordoned.push(number(node));
        Ok(())
    }

    fn drain(&self, node: &str, tell: &mut dyn FnMut(&str)) -> Result<(), Diagnostic> {
        lock(&self.log).push(format!("{node} drain"));
        tell("pod `web-0` waits for its budget");
        if lock(&self.pods).stuck.contains(&number(node)) {
            return Err(cluster::rules::CLUSTER_NOT_READY.report("1 pod does not go: `web-0`"));
        }
        Ok(())
    }

    fn uncordon(&self, node: &str) -> Result<(), Diagnostic> {
        lock(&self.log).push(format!("{node} uncordon"));
        lock(&self.pods).cordoned.retain(|one| *one != number(node));
        Ok(())
    }
}

impl World {
    pub(crate) fn new(states: Vec<State>) -> Self {
        let authority = Cluster::new();
        let log = Arc::new(Mutex::new(Vec::new()));
        let states: Vec<_> = states
            .into_iter()
            .map(|state| Arc::new(Mutex::new(state)))
            .collect();
        let node = |(index, state): (usize, &Arc<Mutex<State>>)| {
            let (state, log) = (Arc::clone(state), Arc::clone(&log));
            Node::start(&authority, Guise::Member, move |call| {
                answer(index, &state, &log, call)
            })
        };
        let nodes = states.iter().enumerate().map(node).collect();
        Self {
            authority,
            states,
            nodes,
            pods: Mutex::default(),
            log,
            spent: AtomicU64::new(0),
        }
    }

    pub(crate) fn change(&self, index: usize, change: impl FnOnce(&mut State)) {
        change(&mut lock(&self.states[index]));
    }

    pub(crate) fn stick(&self, index: usize) {
        lock(&self.pods).stuck.push(index);
    }

    pub(crate) fn cordoned(&self) -> Vec<usize> {
        lock(&self.pods).cordoned.clone()
    }

    /// What was done since the last question.
    pub(crate) fn done(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.log))
    }

    fn with<T>(&self, image: &str, force: bool, work: impl FnOnce(&Upgrade<'_>) -> T) -> T {
        let targets: Vec<Target> = { self.nodes.iter().zip(&self.states).enumerate() }
            .map(|(index, (node, state))| Target {
                name: format!("n{index}"),
                address: node.address(),
                role: if lock(state).lead {
                    Role::ControlPlane
                } else {
                    Role::Worker
                },
                image: image.to_owned(),
            })
            .collect();
        let leads: Vec<String> = { targets.iter() }
            .filter(|target| target.role == Role::ControlPlane)
            .map(|target| target.address.clone())
            .collect();
        let config = self.authority.talosconfig(&[], &[]);
        let (config, _) = talos::talosconfig::read(&Source::new("talosconfig", config));
        let config = config.expect("one");
        let now = SystemTime::UNIX_EPOCH + Duration::from_hours(498_864);
        let credentials = Credentials::of_context(config.current().expect("one"), now);
        let credentials = credentials.unwrap_or_else(|problem| panic!("{problem}"));
        let client = Client::new(credentials, &[], Patience::default()).expect("a client");
        work(&Upgrade {
            targets: &targets,
            leads: &leads,
            client: &client,
            workloads: Some(self),
            reboot: RebootMode::Default,
            force,
            patience: Duration::from_mins(1),
            clock: self,
        })
    }

    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "it is not general enough"
    )]
    pub(crate) fn plan(&self, image: &str) -> Vec<Result<Verdict, Diagnostic>> {
        self.with(image, false, |upgrade| upgrade.plan())
    }

    pub(crate) fn run(&self, image: &str, force: bool) -> (Outcome, Vec<Event>) {
        let mut events = Vec::new();
        let outcome = self.with(image, force, |upgrade| {
            upgrade.run(&mut |event| events.push(event))
        });
        (outcome, events)
    }
}
