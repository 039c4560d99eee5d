//! A cluster that is made of nothing, by machines that change while they are looked at.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use cluster::Clock;
use cluster::bootstrap::{Bootstrap, Event, Member, Outcome, check};
use diagnostics::Source;
use prost::Message;
use talos::generate::Role;
use talos_client::api::cosi::{GetResponse, Resource, Spec};
use talos_client::api::machine::{
    ApplyConfiguration, ApplyConfigurationRequest, ApplyConfigurationResponse,
    Bootstrap as Started, BootstrapResponse, FileInfo, ServiceEvent, ServiceEvents, ServiceHealth,
    ServiceInfo, ServiceList, ServiceListResponse,
};
use talos_client::{Client, Credentials, Patience};
use testkit::nodes::{Call, Cluster, Guise, Node, Step};
use zeroize::Zeroizing;

/// What a machine is by now.
#[derive(Clone, Default)]
struct State {
    config: Option<Vec<u8>>,
    /// Looks until it runs, once it has a configuration.
    boots: u32,
    /// Whether etcd has data, and whether it runs.
    data: bool,
    etcd: bool,
    /// Looks until etcd, which somebody has asked for, has data and runs.
    begins: u32,
    applied: u32,
    bootstrapped: u32,
    /// It takes no configuration.
    refuses: bool,
    /// Somebody has asked for etcd, which Talos notes.
    requested: bool,
    /// Somebody else asks for it as soon as its data was looked for.
    has_rival: bool,
}

/// A machine and the server that speaks for it.
struct Machine {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    server: Option<Node>,
    guise: Guise,
}

fn lock<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn message(message: impl Message) -> Vec<Step> {
    vec![Step::Message(message.encode_to_vec())]
}

/// What a machine answers.
fn answer(state: &Mutex<State>, call: &Call) -> Vec<Step> {
    let mut state = lock(state);
    match call.path.rsplit('/').next().unwrap_or_default() {
        "Get" => {
            let stage = match (&state.config, state.boots) {
                (None, _) => "maintenance",
                (Some(_), 0) => "running",
                (Some(_), _) => "booting",
            };
            state.boots = state.boots.saturating_sub(1);
            let yaml_spec = format!("stage: {stage}\nstatus:\n  ready: false\n");
            message(GetResponse {
                resource: Some(Resource {
                    metadata: None,
                    spec: Some(Spec { yaml_spec }),
                }),
            })
        }
        "ApplyConfiguration" if state.refuses => vec![Step::Status(3, "unknown keys found")],
        "ApplyConfiguration" => {
            let request = ApplyConfigurationRequest::decode(call.message.as_slice());
            state.config = Some(request.expect("a request").data);
            state.applied += 1;
            state.boots = 2;
            message(ApplyConfigurationResponse {
                messages: vec![ApplyConfiguration::default()],
            })
        }
        "ServiceList" => {
            if state.begins == 1 {
                state.data = true;
                state.etcd = true;
            }
            state.begins = state.begins.saturating_sub(1);
            let note = ServiceEvent {
                msg: "Bootstrap requested".to_owned(),
                ..ServiceEvent::default()
            };
            let service = ServiceInfo {
                id: "etcd".to_owned(),
                events: state
                    .requested
                    .then(|| ServiceEvents { events: vec![note] }),
                state: if state.etcd { "Running" } else { "Preparing" }.to_owned(),
                health: Some(ServiceHealth {
                    healthy: state.etcd,
                    ..ServiceHealth::default()
                }),
            };
            message(ServiceListResponse {
                messages: vec![ServiceList {
                    services: vec![service],
                    ..ServiceList::default()
                }],
            })
        }
        "List" => {
            let names = [".", "member"];
            let names = &names[..if state.data { 2 } else { 1 }];
            if std::mem::take(&mut state.has_rival) {
                state.begins = 3;
                state.requested = true;
            }
            let file = |name: &&str| FileInfo {
                relative_name: (*name).to_owned(),
                ..FileInfo::default()
            };
            names.iter().map(file).flat_map(message).collect()
        }
        "Bootstrap" if state.data => vec![Step::Status(6, "etcd data directory is not empty")],
        // As Talos 1.13 does it: stopped for the second request, and not started for its data.
        "Bootstrap" if state.begins > 0 => {
            state.begins = 0;
            state.data = true;
            vec![Step::Status(2, "etcd data directory is not empty")]
        }
        "Bootstrap" => {
            state.requested = true;
            state.bootstrapped += 1;
            state.data = true;
            state.etcd = true;
            message(BootstrapResponse {
                messages: vec![Started::default()],
            })
        }
        _ => vec![Step::Status(12, "unknown method")],
    }
}

impl Machine {
    fn new(cluster: &Cluster, guise: Guise, state: State) -> Self {
        let state = Arc::new(Mutex::new(state));
        let told = Arc::clone(&state);
        let server = Node::start(cluster, guise, move |call| answer(&told, call));
        Self {
            address: server.address().parse().expect("an address"),
            state,
            server: Some(server),
            guise,
        }
    }

    /// Leaves maintenance with its configuration, as a member of the cluster.
    fn settle(&mut self, cluster: &Cluster) {
        if self.guise == Guise::Maintenance && lock(&self.state).config.is_some() {
            self.server = None;
            self.guise = Guise::Member;
            let told = Arc::clone(&self.state);
            let answer = move |call: &Call| answer(&told, call);
            self.server = Some(Node::start_at(self.address, cluster, self.guise, answer));
        }
    }
}

/// A clock whose pauses let the world go on.
struct World {
    cluster: Cluster,
    machines: Mutex<Vec<Machine>>,
    spent: AtomicU64,
    /// What machines are called.
    name: fn(usize) -> String,
}

impl Clock for World {
    fn elapsed(&self) -> Duration {
        Duration::from_secs(self.spent.load(Ordering::Relaxed))
    }

    fn pause(&self, span: Duration) {
        self.spent.fetch_add(span.as_secs(), Ordering::Relaxed);
        let mut machines = lock(&self.machines);
        let started = machines.iter().any(|machine| lock(&machine.state).etcd);
        for machine in machines.iter_mut() {
            machine.settle(&self.cluster);
            let mut state = lock(&machine.state);
            // Whoever has a configuration joins.
            if started && state.config.is_some() && state.boots == 0 {
                state.etcd = true;
                state.data = true;
            }
        }
    }
}

impl World {
    fn new(machines: Vec<(Guise, State)>) -> Self {
        let cluster = Cluster::new();
        let machines = machines
            .into_iter()
            .map(|(guise, state)| Machine::new(&cluster, guise, state))
            .collect();
        Self {
            cluster,
            machines: Mutex::new(machines),
            spent: AtomicU64::new(0),
            name: |index| format!("n{index}"),
        }
    }

    fn change<T>(&self, index: usize, change: impl FnOnce(&mut Machine) -> T) -> T {
        change(&mut lock(&self.machines)[index])
    }

    fn state(&self, index: usize) -> State {
        self.change(index, |machine| lock(&machine.state).clone())
    }

    /// Bootstraps with these roles; stops, as if it was killed, after so many events.
    fn run(&self, roles: &[Role], most: usize) -> (Option<Outcome>, Vec<Event>) {
        let member = |(index, role): (usize, &Role)| Member {
            name: (self.name)(index),
            address: self.change(index, |machine| machine.address.to_string()),
            role: *role,
            config: Zeroizing::new(format!("config of {index}")),
        };
        let members: Vec<Member> = roles.iter().enumerate().map(member).collect();
        let config = self.cluster.talosconfig(&[], &[]);
        let (config, _) = talos::talosconfig::read(&Source::new("talosconfig", config));
        let config = config.expect("one");
        let now = SystemTime::UNIX_EPOCH + Duration::from_hours(498_864);
        let credentials = Credentials::of_context(config.current().expect("one"), now);
        let credentials = credentials.unwrap_or_else(|problem| panic!("{problem}"));
        let nobody = Credentials::maintenance(Vec::new()).expect("nobody");
        let client = |credentials| Client::new(credentials, &[], Patience::default());
        let cluster = client(credentials).expect("a client");
        let maintenance = client(nobody).expect("a client");
        let bootstrap = Bootstrap {
            members: &members,
            cluster: &cluster,
            maintenance: &maintenance,
            preflight: None,
            patience: Duration::from_mins(5),
            clock: self,
        };
        let events = RefCell::new(Vec::new());
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            bootstrap.run(&mut |event| {
                events.borrow_mut().push(event);
                assert!(events.borrow().len() <= most, "killed here");
            })
        }));
        (outcome.ok(), events.into_inner())
    }
}

const THREE: [Role; 4] = [
    Role::ControlPlane,
    Role::ControlPlane,
    Role::ControlPlane,
    Role::Worker,
];

fn waiting() -> (Guise, State) {
    (Guise::Maintenance, State::default())
}

/// A member that runs, with etcd or without.
fn member(etcd: bool) -> (Guise, State) {
    let state = State {
        config: Some(Vec::new()),
        data: etcd,
        etcd,
        ..State::default()
    };
    (Guise::Member, state)
}

#[test]
fn machines_in_maintenance_become_a_cluster_and_a_second_run_does_nothing() {
    let world = World::new(vec![waiting(), waiting(), waiting(), waiting()]);
    let (outcome, events) = world.run(&THREE, usize::MAX);
    let outcome = outcome.expect("it ends");
    assert!(outcome.failed.is_empty(), "{:?}", outcome.failed);
    assert!(outcome.changed && outcome.has_etcd);
    for index in 0..4 {
        let state = world.state(index);
        let config = format!("config of {index}");
        assert_eq!(state.config.as_deref(), Some(config.as_bytes()));
        let done = (state.applied, state.bootstrapped);
        assert_eq!(done, (1, u32::from(index == 0)));
    }
    let started = Event::Started {
        node: "n0".to_owned(),
        already: false,
    };
    assert!(events.contains(&started), "{events:?}");
    let (outcome, events) = world.run(&THREE, usize::MAX);
    let outcome = outcome.expect("it ends");
    assert!(!outcome.changed && outcome.has_etcd && outcome.failed.is_empty());
    let found = |event: &Event| matches!(event, Event::Found { .. });
    assert!(events.iter().all(found), "{events:?}");
}

#[test]
fn killed_anywhere_it_goes_on() {
    for most in 0..14 {
        let world = World::new(vec![waiting(), waiting(), waiting(), waiting()]);
        let (first, events) = world.run(&THREE, most);
        if first.is_none() {
            assert_eq!(events.len(), most + 1);
        }
        world.pause(Duration::from_secs(1));
        let (outcome, _) = world.run(&THREE, usize::MAX);
        let outcome = outcome.expect("it ends");
        assert!(outcome.failed.is_empty(), "{most}: {:?}", outcome.failed);
        let bootstrapped: u32 = (0..4).map(|index| world.state(index).bootstrapped).sum();
        assert_eq!(bootstrapped, 1, "{most}");
    }
}

#[test]
fn etcd_that_a_killed_run_has_asked_for_is_not_asked_for_again() {
    let (guise, state) = member(false);
    let begins = State { begins: 3, ..state };
    let world = World::new(vec![(guise, begins)]);
    let (outcome, _) = world.run(&[Role::ControlPlane], usize::MAX);
    let outcome = outcome.expect("it ends");
    assert!(outcome.failed.is_empty() && !outcome.changed);
    assert!(world.state(0).etcd && world.state(0).bootstrapped == 0);
}

#[test]
fn etcd_that_another_run_has_asked_for_since_the_look_is_not_asked_for_again() {
    let mut first = waiting();
    first.1.has_rival = true;
    let world = World::new(vec![first, waiting()]);
    let (outcome, events) = world.run(&[Role::ControlPlane, Role::Worker], usize::MAX);
    let outcome = outcome.expect("it ends");
    assert!(outcome.failed.is_empty(), "{:?}", outcome.failed);
    assert!(world.state(0).etcd && world.state(0).bootstrapped == 0);
    let started = |event: &Event| matches!(event, Event::Started { .. });
    assert!(!events.iter().any(started), "{events:?}");
}

#[test]
fn etcd_is_started_on_the_same_control_plane_in_whatever_order_nodes_are_written() {
    let mut world = World::new(vec![waiting(), waiting(), waiting()]);
    world.name = |index| format!("n{}", 2 - index);
    let (outcome, _) = world.run(&THREE[..3], usize::MAX);
    assert!(outcome.expect("it ends").failed.is_empty());
    let bootstrapped: Vec<u32> = (0..3)
        .map(|index| world.state(index).bootstrapped)
        .collect();
    assert_eq!(bootstrapped, [0, 0, 1]);
}

#[test]
fn etcd_is_not_started_where_there_may_be_another() {
    // The second has data and does not run: the first must not begin a new cluster.
    let mut stopped = member(false);
    stopped.1.data = true;
    let world = World::new(vec![member(false), stopped]);
    let (outcome, _) = world.run(&THREE[..2], usize::MAX);
    let outcome = outcome.expect("it ends");
    let rules: Vec<_> = outcome
        .failed
        .values()
        .map(|problem| problem.rule.id())
        .collect();
    assert_eq!(rules, ["cluster/not-ready"; 2]);
    assert!(!outcome.has_etcd);
    assert_eq!(world.state(0).bootstrapped, 0);

    // The second does not answer at all.
    let world = World::new(vec![member(false), member(false)]);
    world.change(1, |machine| machine.server = None);
    let (outcome, events) = world.run(&THREE[..2], usize::MAX);
    assert_eq!(outcome.expect("it ends").failed.len(), 2);
    assert_eq!(world.state(0).bootstrapped, 0);
    let waits = |event: &Event| matches!(event, Event::Waiting { nodes, .. } if nodes.len() == 2);
    assert!(events.iter().any(waits), "{events:?}");
}

#[test]
fn a_machine_of_another_cluster_or_one_that_refuses_is_named_and_the_others_go_on() {
    let mut refuses = waiting();
    refuses.1.refuses = true;
    let world = World::new(vec![waiting(), waiting(), refuses, waiting()]);
    let other = Cluster::new();
    let state = State::default();
    world.change(3, |machine| {
        *machine = Machine::new(&other, Guise::Member, state);
    });
    let (outcome, _) = world.run(&THREE, usize::MAX);
    let outcome = outcome.expect("it ends");
    let told: Vec<_> = outcome
        .failed
        .iter()
        .map(|(index, problem)| (*index, problem.rule.id()))
        .collect();
    assert_eq!(told, [(2, "talos-api/refused"), (3, "talos-api/untrusted")]);
    assert!(outcome.failed[&3].message.starts_with("`n3`: "));
    assert!(outcome.has_etcd);
    assert_eq!((world.state(3).applied, world.state(1).applied), (0, 1));
}

#[test]
fn without_a_control_plane_there_is_nothing_to_start() {
    let worker = Member {
        name: "w".to_owned(),
        address: "10.0.0.1".to_owned(),
        role: Role::Worker,
        config: Zeroizing::default(),
    };
    let problem = check(&[worker]).expect_err("there is none");
    assert_eq!(problem.rule.id(), "cluster/no-control-plane");
}
