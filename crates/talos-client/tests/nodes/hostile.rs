//! What a node may answer at all: no call panics, hangs, or says nothing of why it failed.

use std::sync::mpsc::channel;
use std::time::Duration;

use proptest::prelude::*;
use talos_client::api::common::Data;
use talos_client::{Client, Fault};
use testkit::nodes::{Cluster, Guise, Node, Step, babble, script};

use crate::every::{CALLS, SHORT, call, told};
use crate::{client, message, node, rule};

/// Far longer than anything here may take.
const HUNG: Duration = Duration::from_mins(2);

/// Does it in a thread of its own, which must come to an end.
fn ends<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (tell, told) = channel();
    std::thread::spawn(move || tell.send(work()));
    told.recv_timeout(HUNG).expect("it hangs, or it panicked")
}

/// Asks a node that does this for everything.
fn ask(steps: Vec<Step>, number: u8) -> Result<(), Fault> {
    ends(move || {
        let (cluster, one) = node(move |_| steps.clone());
        let client = client(&cluster, &[], SHORT);
        let answer = call(&client.node(&one.address()), number);
        if let Err(fault) = &answer {
            told(fault);
        }
        answer
    })
}

#[test]
fn answers_that_break_the_protocol_have_a_meaning() {
    let grpc = ("content-type", "application/grpc");
    let head = |headers: &[(&'static str, &'static str)]| {
        let all = [grpc].into_iter().chain(headers.iter().copied());
        Step::Head(200, all.collect())
    };
    let details = ("grpc-status-details-bin", "!");
    let announced = Step::Bytes(vec![0, 4, 0, 0, 0, 1]);
    let whole = || message(talos_client::api::machine::ResetResponse::default());
    let cases: Vec<(&str, Vec<Step>, &str)> = vec![
        (
            "a frame with 64 MiB",
            vec![announced],
            "talos-api/too-large",
        ),
        (
            "a compressed frame",
            vec![Step::Bytes(vec![1, 0, 0, 0, 1, 0]), Step::Status(0, "")],
            "talos-api/malformed",
        ),
        (
            "an encoding that nobody offered",
            vec![
                head(&[("grpc-encoding", "gzip")]),
                Step::Bytes(vec![1, 0, 0, 0, 1, 0]),
            ],
            "talos-api/malformed",
        ),
        (
            "no trailers",
            vec![whole(), Step::End],
            "talos-api/interrupted",
        ),
        (
            "trailers without a status",
            vec![whole(), Step::Trailers(vec![("a", "b")])],
            "talos-api/interrupted",
        ),
        (
            "a status that is no number",
            vec![whole(), Step::Trailers(vec![("grpc-status", "x")])],
            "talos-api/failed",
        ),
        (
            "half a frame, and the end",
            vec![Step::Bytes(vec![0, 0]), Step::End],
            "talos-api/malformed",
        ),
        (
            "no content type",
            vec![Step::Head(200, Vec::new()), Step::End],
            "talos-api/not-talos",
        ),
        (
            "a redirect",
            vec![Step::Head(302, Vec::new()), Step::End],
            "talos-api/not-talos",
        ),
        (
            "a proxy that has no server",
            vec![Step::Head(503, vec![grpc]), Step::End],
            "talos-api/unreachable",
        ),
        (
            "a status in the head",
            vec![head(&[("grpc-status", "9")]), Step::End],
            "talos-api/not-ready",
        ),
        (
            "details of a status that are no base64",
            vec![whole(), Step::Trailers(vec![("grpc-status", "9"), details])],
            "talos-api/not-ready",
        ),
        (
            "the same in the head",
            vec![head(&[("grpc-status", "9"), details]), Step::End],
            "talos-api/not-ready",
        ),
        (
            "silence",
            vec![Step::Wait(Duration::from_secs(30))],
            "talos-api/slow",
        ),
        ("a hang-up", vec![Step::HangUp], "talos-api/interrupted"),
    ];
    let mut wrong = Vec::new();
    for (what, steps, id) in cases {
        // A call with one answer, and one that gathers many.
        for number in [17, 23] {
            match ask(steps.clone(), number) {
                Ok(()) => wrong.push(format!("{what}: taken")),
                Err(fault) if rule(&fault.diagnostic()) == id => {}
                Err(fault) => wrong.push(format!("{what}: {id} is to be said: {fault}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn whoever_says_a_little_for_ever_is_left() {
    let drip = [
        message(Data::default()),
        Step::Wait(Duration::from_millis(10)),
    ];
    let drip: Vec<Step> = drip.into_iter().cycle().take(100_000).collect();
    for number in [3, 10, 13, 23] {
        let fault = ask(drip.clone(), number).expect_err("it never ends");
        assert_eq!(rule(&fault.diagnostic()), "talos-api/slow", "{fault}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_node_answers_every_call_ends(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        numbers in prop::collection::vec(0..CALLS, 1..4),
    ) {
        ends(move || {
            let cluster = Cluster::new();
            let one = Node::start(&cluster, Guise::Member, move |_| script(&bytes));
            let client = client(&cluster, &[], SHORT);
            for number in numbers {
                if let Err(fault) = call(&client.node(&one.address()), number) {
                    told(&fault);
                }
            }
        });
    }

    #[test]
    fn whatever_is_said_below_http_every_call_ends_in_a_fault(
        bytes in prop::collection::vec(any::<u8>(), 0..100),
        number in 0..CALLS,
    ) {
        let fault = ends(move || {
            let cluster = Cluster::new();
            let one = Node::babble(&cluster, move || babble(&bytes));
            let client: Client = client(&cluster, &[], SHORT);
            call(&client.node(&one.address()), number).expect_err("it says nothing")
        });
        told(&fault);
    }
}
