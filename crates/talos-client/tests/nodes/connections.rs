//! Who is spoken to, as whom, and what is said where that does not work.

#![expect(clippy::disallowed_types, reason = "a port at which nobody answers")]

use std::net::TcpListener;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use talos_client::api::machine::{Version, VersionInfo, VersionResponse};
use talos_client::{Client, Credentials, Fingerprint, Kind, Patience};
use testkit::nodes::{Call, Cluster, Guise, Node, Step};

use crate::{PATIENCE, client, config, message, node, now, rule};

/// Says a version.
fn versions(_: &Call) -> Vec<Step> {
    let info = VersionInfo {
        tag: "v1.13.9".to_owned(),
        ..VersionInfo::default()
    };
    let version = Version {
        version: Some(info),
        ..Version::default()
    };
    vec![message(VersionResponse {
        messages: vec![version],
    })]
}

#[test]
fn an_endpoint_is_asked_itself_and_hands_on_what_is_for_others() {
    let (cluster, one) = node(versions);
    let endpoints = [one.address()];
    let client = client(&cluster, &endpoints, PATIENCE);
    let itself = client.node(&one.address()).version();
    assert_eq!(
        itself.expect("it answers").version.expect("one").tag,
        "v1.13.9"
    );
    drop(client.node("worker-1").version().expect("it answers"));
    let nodes: Vec<_> = one.calls().into_iter().map(|call| call.node).collect();
    assert_eq!(nodes, [None, Some("worker-1".to_owned())]);
}

#[test]
fn the_next_endpoint_is_taken_where_one_is_gone_and_a_node_itself_where_all_are() {
    let cluster = Cluster::new();
    let mut gone = Node::start(&cluster, Guise::Member, versions);
    gone.stop();
    let here = Node::start(&cluster, Guise::Member, versions);
    let both = [gone.address(), here.address()];
    let first = client(&cluster, &both, PATIENCE);
    for _ in 0..3 {
        drop(first.node("worker-1").version().expect("it answers"));
    }
    assert_eq!(here.calls().len(), 3);
    let second = client(&cluster, &both[..1], PATIENCE);
    // The node is no endpoint: another address of the same.
    let node = here.address().replace("127.0.0.1", "127.0.0.2");
    let fault = second.node(&node).version().expect_err("nobody is there");
    assert_eq!(fault.kind, Kind::Unreachable);
    assert!(fault.is_passing());
}

#[test]
fn a_connection_that_ended_is_made_again() {
    let (cluster, one) = node(|call| match call.path.as_str() {
        "/machine.MachineService/Rollback" => vec![Step::HangUp],
        _ => versions(call),
    });
    let client = client(&cluster, &[], PATIENCE);
    let node = client.node(&one.address());
    drop(node.version().expect("it answers"));
    let fault = node.rollback().expect_err("it hangs up");
    assert_eq!(fault.kind, Kind::Interrupted, "{fault}");
    assert_eq!(rule(&fault.diagnostic()), "talos-api/interrupted");
    drop(node.version().expect("it answers again"));
}

#[test]
fn many_nodes_are_asked_at_a_time_and_answer_in_their_order() {
    let (cluster, one) = node(versions);
    let client = client(&cluster, &[one.address()], PATIENCE);
    let names: Vec<String> = (0..200).map(|index| format!("node-{index}")).collect();
    let answers = client.each(&names, |node| {
        node.version().map(|_| node.name().to_owned())
    });
    let answers: Result<Vec<_>, _> = answers.into_iter().collect();
    assert_eq!(answers, Ok(names));
}

#[test]
fn a_machine_that_is_not_the_one_is_told_from_others_that_are_not() {
    let cluster = Cluster::new();
    let tells = |node: &Node, kind: Kind, id: &str| {
        let client = client(&cluster, &[], PATIENCE);
        let fault = client.node(&node.address()).version().expect_err(id);
        assert_eq!(
            (fault.kind, rule(&fault.diagnostic())),
            (kind, id),
            "{fault}"
        );
        assert!(!fault.is_passing());
    };
    let other = Node::start(&Cluster::new(), Guise::Member, versions);
    tells(&other, Kind::Untrusted, "talos-api/untrusted");
    let maintenance = Node::start(&cluster, Guise::Maintenance, versions);
    tells(
        &maintenance,
        Kind::InMaintenance,
        "talos-api/in-maintenance",
    );
    let misnamed = Node::start(&cluster, Guise::Misnamed, versions);
    tells(&misnamed, Kind::WrongName, "talos-api/wrong-name");
    let ended = Node::start(&cluster, Guise::Ended, versions);
    tells(&ended, Kind::NotValidNow, "talos-api/not-valid-now");
}

#[test]
fn a_certificate_of_another_cluster_is_not_taken_by_the_node() {
    let (ours, theirs) = (Cluster::new(), Cluster::new());
    let node = Node::start(&theirs, Guise::Member, versions);
    // Their authority and our certificate.
    let (mut mixed, other) = (
        config(&ours.talosconfig(&[], &[])),
        config(&theirs.talosconfig(&[], &[])),
    );
    let context = &mut mixed.contexts[0].1;
    context.authority.clone_from(&other.contexts[0].1.authority);
    let credentials = Credentials::of_context(context, now()).expect("all can be read");
    let client = Client::new(credentials, &[], PATIENCE).expect("a client");
    let fault = client
        .node(&node.address())
        .version()
        .expect_err("not taken");
    assert_eq!(fault.kind, Kind::ClientRefused, "{fault}");
    assert_eq!(rule(&fault.diagnostic()), "talos-api/client-refused");
}

#[test]
fn contexts_without_what_is_needed_make_no_client() {
    let cluster = Cluster::new();
    let ended = config(&cluster.talosconfig_until(&[], &[], 2020));
    let problem = Credentials::of_context(&ended.contexts[0].1, now()).err();
    let problem = problem.expect("it has ended");
    assert_eq!(rule(&problem), "talos-api/client-refused");
    assert!(problem.message.contains("has ended"), "{problem}");
    let whole = config(&cluster.talosconfig(&[], &[]));
    let changes: [fn(&mut talos::talosconfig::Context); 6] = [
        |context| context.authority = None,
        |context| context.certificate = None,
        |context| context.key = None,
        |context| context.authority = Some("x".into()),
        |context| context.key = Some("eA==".into()),
        |context| context.proxy_url = Some("http://proxy".to_owned()),
    ];
    for change in changes {
        let mut context = whole.contexts[0].1.clone();
        change(&mut context);
        let problem = Credentials::of_context(&context, now()).err();
        assert_eq!(problem.as_ref().map(rule), Some("talos-api/no-credentials"));
    }
}

#[test]
fn a_machine_in_maintenance_is_any_or_the_one_of_a_fingerprint() {
    let cluster = Cluster::new();
    let machine = Node::start(&cluster, Guise::Maintenance, versions);
    let key = STANDARD.decode(machine.public_key()).expect("base64");
    let right = Fingerprint::of(&key);
    assert_eq!(right.to_string().parse::<Fingerprint>(), Ok(right));
    let wrong = Fingerprint::of(b"another");
    let ask = |fingerprints: Vec<Fingerprint>| {
        let credentials = Credentials::maintenance(fingerprints).expect("nobody's");
        // Endpoints are of no use there.
        let endpoints = ["192.0.2.1".to_owned()];
        let client = Client::new(credentials, &endpoints, PATIENCE).expect("a client");
        client.node(&machine.address()).version().map(drop)
    };
    assert_eq!(ask(Vec::new()), Ok(()));
    assert_eq!(ask(vec![wrong, right]), Ok(()));
    let fault = ask(vec![wrong]).expect_err("it is another one");
    assert_eq!(fault.kind, Kind::WrongFingerprint);
    assert_eq!(rule(&fault.diagnostic()), "talos-api/wrong-fingerprint");
    assert!(fault.words.contains(&right.to_string()), "{fault}");
    for text in ["", "x", "eA==", &right.to_string()[1..]] {
        let problem = text.parse::<Fingerprint>().expect_err(text);
        assert_eq!(rule(&problem), "talos-api/bad-fingerprint");
    }
}

#[test]
fn what_is_nobody_or_somebody_else_is_told() {
    let cluster = Cluster::new();
    let client = client(
        &cluster,
        &[],
        Patience {
            connect: Duration::from_millis(300),
            answer: PATIENCE.answer,
        },
    );
    // Takes connections and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let silent = silent.local_addr().expect("bound").to_string();
    let listener = TcpListener::bind(&silent).or_else(|_| TcpListener::bind("127.0.0.1:0"));
    let listener = listener.expect("a port");
    let silent = listener.local_addr().expect("bound").to_string();
    let fault = client.node(&silent).version().expect_err("silence");
    assert_eq!(rule(&fault.diagnostic()), "talos-api/unreachable");
    // Says something else.
    let page = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = page.local_addr().expect("bound").to_string();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = page.accept().expect("somebody comes");
        let said = std::io::Write::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n");
        // The answer must be read before the connection is gone.
        std::thread::sleep(Duration::from_millis(200));
        said
    });
    let fault = client.node(&address).version().expect_err("a page");
    assert_eq!(rule(&fault.diagnostic()), "talos-api/not-talos", "{fault}");
    assert!(server.join().is_ok());
    let fault = client.node("no such name").version().expect_err("no name");
    assert_eq!(rule(&fault.diagnostic()), "talos-api/refused");
}
