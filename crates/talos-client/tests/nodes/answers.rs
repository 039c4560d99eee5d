//! What nodes answer: right, wrong, too much, too late, and not at all.

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use prost::Message as _;
use talos_client::api::common::{Data, Metadata, Status};
use talos_client::api::lifecycle::{InstallProgress, Progress, PullResponse, UpgradeResponse};
use talos_client::api::machine::{
    ApplyConfiguration, ApplyConfigurationRequest, ApplyConfigurationResponse, ApplyMode,
    Bootstrap, BootstrapResponse, Event, EventsRequest, ImagePull, ImagePullResponse, LogsRequest,
    RebootMode,
};
use talos_client::{Image, InstallStep, Kind, Patience};
use testkit::nodes::{Step, frame};

use crate::{PATIENCE, client, message, node, rule};

#[test]
fn every_code_of_grpc_means_something_and_has_a_rule() {
    let codes = [
        (1, "talos-api/interrupted"),
        (2, "talos-api/failed"),
        (3, "talos-api/refused"),
        (4, "talos-api/slow"),
        (5, "talos-api/missing"),
        (6, "talos-api/exists"),
        (7, "talos-api/denied"),
        (8, "talos-api/too-large"),
        (9, "talos-api/not-ready"),
        (12, "talos-api/unsupported"),
        (13, "talos-api/failed"),
        (14, "talos-api/unreachable"),
    ];
    for (code, id) in codes {
        let (cluster, one) = node(move |_| vec![Step::Status(code, "so it says")]);
        let client = client(&cluster, &[], PATIENCE);
        let fault = client.node(&one.address()).bootstrap().expect_err(id);
        let problem = fault.diagnostic();
        assert_eq!(rule(&problem), id, "{code}: {fault}");
        assert!(problem.message.ends_with(": so it says"), "{problem}");
        assert!(problem.message.contains("asked for Bootstrap"), "{problem}");
    }
}

#[test]
fn a_failure_that_comes_as_an_answer_is_one() {
    let (cluster, one) = node(|_| {
        let status = Status {
            code: 6,
            message: "etcd data directory is not empty".to_owned(),
        };
        let metadata = Metadata {
            hostname: "10.0.0.1".to_owned(),
            error: "rpc error: code = AlreadyExists".to_owned(),
            status: Some(status),
        };
        let metadata = Some(metadata);
        vec![message(BootstrapResponse {
            messages: vec![Bootstrap { metadata }],
        })]
    });
    let client = client(&cluster, &[], PATIENCE);
    let fault = client
        .node(&one.address())
        .bootstrap()
        .expect_err("it failed");
    assert_eq!(fault.kind, Kind::Exists);
    assert_eq!(fault.words, "etcd data directory is not empty");
}

#[test]
fn answers_that_are_none_are_told() {
    let big = vec![0; (32 << 20) + 1];
    let mut huge = frame(&[]);
    huge[1..5].copy_from_slice(&u32::MAX.to_be_bytes());
    let cases: Vec<(Vec<Step>, &str)> = vec![
        (vec![], "talos-api/malformed"),
        (
            vec![message(BootstrapResponse::default())],
            "talos-api/malformed",
        ),
        (
            vec![message(BootstrapResponse {
                messages: vec![Bootstrap::default(), Bootstrap::default()],
            })],
            "talos-api/malformed",
        ),
        (vec![Step::Message(vec![0xff, 0xff])], "talos-api/malformed"),
        (
            vec![Step::Bytes(vec![7, 0, 0, 0, 1, 0])],
            "talos-api/malformed",
        ),
        (
            vec![Step::Bytes(vec![0, 0, 0, 0, 9, 1])],
            "talos-api/malformed",
        ),
        (vec![Step::Message(big)], "talos-api/too-large"),
        (vec![Step::Bytes(huge)], "talos-api/too-large"),
        (vec![Step::Page], "talos-api/not-talos"),
        (vec![Step::Reset], "talos-api/interrupted"),
        (vec![Step::HangUp], "talos-api/interrupted"),
    ];
    for (steps, id) in cases {
        let shown = format!("{id}, {} steps", steps.len());
        let (cluster, one) = node(move |_| steps.clone());
        let client = client(&cluster, &[], PATIENCE);
        let fault = client.node(&one.address()).bootstrap().expect_err(&shown);
        assert_eq!(rule(&fault.diagnostic()), id, "{fault}");
    }
}

#[test]
fn a_node_that_says_nothing_is_given_up() {
    let (cluster, one) = node(|_| vec![Step::Wait(Duration::from_secs(30))]);
    let short = Patience {
        answer: Duration::from_millis(200),
        ..PATIENCE
    };
    let client = client(&cluster, &[], short);
    let node = client.node(&one.address());
    let fault = node.reboot(RebootMode::Default).expect_err("it thinks");
    assert_eq!(rule(&fault.diagnostic()), "talos-api/slow");
    let fault = node.dmesg(true, false).err().expect("it thinks");
    assert_eq!(fault.kind, Kind::Slow);
}

#[test]
fn a_stream_ends_where_its_node_fails_is_slow_or_says_too_much() {
    let data = |bytes: &[u8]| {
        message(Data {
            metadata: None,
            bytes: bytes.to_vec(),
        })
    };
    let (cluster, one) = node(move |call| match call.path.rsplit('/').next() {
        Some("Dmesg") => {
            let soon = Step::Wait(Duration::from_millis(200));
            vec![data(b"one"), data(b"two"), soon, Step::Reset]
        }
        Some("EtcdSnapshot") => vec![data(b"one"), Step::Wait(Duration::from_secs(30))],
        Some("Read") => (0..2000).map(|_| data(&[b'x'; 64])).collect(),
        _ => {
            let metadata = Metadata {
                error: "gone".to_owned(),
                ..Metadata::default()
            };
            let bytes = Vec::new();
            let metadata = Some(metadata);
            vec![data(b"one"), message(Data { metadata, bytes })]
        }
    });
    let client = client(&cluster, &[], PATIENCE);
    let node = client.node(&one.address());
    let kinds = |stream: talos_client::Stream<'_, Data>| -> Vec<Result<usize, Kind>> {
        stream
            .map(|piece| {
                piece
                    .map(|piece| piece.bytes.len())
                    .map_err(|fault| fault.kind)
            })
            .collect()
    };
    let dmesg = node.dmesg(false, false).expect("it begins");
    assert_eq!(kinds(dmesg), [Ok(3), Ok(3), Err(Kind::Interrupted)]);
    let snapshot = node.etcd_snapshot().expect("it begins");
    let snapshot = snapshot.within(Duration::from_millis(200));
    assert_eq!(kinds(snapshot), [Ok(3), Err(Kind::Slow)]);
    let logs = node.logs(LogsRequest::default()).expect("it begins");
    assert_eq!(kinds(logs), [Ok(3), Err(Kind::Failed)]);
    let read = node.read("/etc/os-release").expect("it begins");
    let fault = read.all(1000).expect_err("there is more");
    assert_eq!(fault.kind, Kind::TooLarge);
    let read = node.read("/etc/os-release").expect("it begins");
    assert_eq!(read.all(128_000).map(|all| all.len()), Ok(128_000));
    // A boot id has 36 letters.
    assert_eq!(
        node.boot_id().map_err(|fault| fault.kind),
        Err(Kind::TooLarge)
    );
}

#[test]
fn events_begin_behind_the_empty_one() {
    let event = |id: &str| {
        message(Event {
            id: id.to_owned(),
            data: (!id.is_empty()).then(Default::default),
            ..Event::default()
        })
    };
    let (cluster, one) = node(move |_| vec![event(""), event("a"), event("b")]);
    let client = client(&cluster, &[], PATIENCE);
    let node = client.node(&one.address());
    let events = node.events(EventsRequest::default()).expect("they begin");
    let ids: Result<Vec<_>, _> = events.map(|event| event.map(|event| event.id)).collect();
    assert_eq!(ids, Ok(vec!["a".to_owned(), "b".to_owned()]));
}

#[test]
fn a_kubeconfig_is_unpacked_and_what_is_none_is_told() {
    let archive = |content: &[u8]| {
        let mut tar = vec![0; 512];
        let size = format!("{:011o}\0", content.len());
        tar[..10].copy_from_slice(b"kubeconfig");
        tar[124..136].copy_from_slice(size.as_bytes());
        tar[156] = b'0';
        tar.extend_from_slice(content);
        tar.resize(2048, 0);
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(&tar).expect("in memory");
        packed.finish().expect("in memory")
    };
    let cases: [(Vec<u8>, Result<&str, Kind>); 4] = [
        (archive(b"apiVersion: v1\n"), Ok("apiVersion: v1\n")),
        (archive(b"\xff"), Err(Kind::Malformed)),
        (b"plain".to_vec(), Err(Kind::Malformed)),
        (vec![7; (1 << 20) + 1], Err(Kind::TooLarge)),
    ];
    for (bytes, wanted) in cases {
        let pieces: Vec<_> = bytes.chunks(1 << 16).map(<[u8]>::to_vec).collect();
        let (cluster, one) = node(move |_| {
            let pieces = pieces.iter().cloned();
            let metadata = None;
            pieces
                .map(|bytes| {
                    message(Data {
                        metadata: metadata.clone(),
                        bytes,
                    })
                })
                .collect()
        });
        let client = client(&cluster, &[], PATIENCE);
        let got = client.node(&one.address()).kubeconfig();
        let got = got.map(|text| text.to_string());
        assert_eq!(got.as_deref().map_err(|fault| fault.kind), wanted);
    }
}

#[test]
fn a_configuration_is_sent_as_it_is_and_shown_nowhere() {
    let (cluster, one) = node(|_| {
        vec![message(ApplyConfigurationResponse {
            messages: vec![ApplyConfiguration {
                mode: ApplyMode::NoReboot.into(),
                mode_details: "+ token: s3cret".to_owned(),
                ..ApplyConfiguration::default()
            }],
        })]
    });
    let client = client(&cluster, &[], PATIENCE);
    let text = "machine: {token: s3cret}\n";
    let attempt = Some(Duration::from_millis(1500));
    let answer = client
        .node(&one.address())
        .apply(text, ApplyMode::Try, true, attempt)
        .expect("it is taken");
    assert_eq!(answer.mode(), ApplyMode::NoReboot);
    assert!(!format!("{answer:?}").contains("s3cret"));
    let sent = one.calls().remove(0).message;
    let sent = ApplyConfigurationRequest::decode(sent.as_slice()).expect("a request");
    assert_eq!(
        (sent.data.as_slice(), sent.dry_run),
        (text.as_bytes(), true)
    );
    assert_eq!(sent.mode(), ApplyMode::Try);
    let timeout = sent.try_mode_timeout.expect("there is one");
    assert_eq!((timeout.seconds, timeout.nanos), (1, 500_000_000));
    assert!(!format!("{sent:?}").contains("s3cret"));
}

#[test]
fn images_are_pulled_by_what_the_node_has_and_installers_tell_how_they_end() {
    let pulled = |name: Option<&str>| {
        message(PullResponse {
            name: name.map(str::to_owned),
        })
    };
    let step = |response: Progress| {
        message(UpgradeResponse {
            progress: Some(InstallProgress {
                response: Some(response),
            }),
        })
    };
    let (cluster, new) = node(move |call| match call.path.as_str() {
        "/machine.ImageService/Pull" => vec![pulled(None), pulled(Some("a@sha256:1"))],
        _ => vec![
            step(Progress::Message("formatting".to_owned())),
            step(Progress::ExitCode(2)),
        ],
    });
    let asked = client(&cluster, &[], PATIENCE);
    let node_ = asked.node(&new.address());
    assert_eq!(
        node_.pull("a:1", Image::System),
        Ok("a@sha256:1".to_owned())
    );
    let steps: Result<Vec<_>, _> = node_.install("a@sha256:1").expect("it begins").collect();
    let line = InstallStep::Line("formatting".to_owned());
    assert_eq!(steps, Ok(vec![line, InstallStep::Ended(2)]));
    let (cluster, old) = node(|call| match call.path.as_str() {
        "/machine.MachineService/ImagePull" => vec![message(ImagePullResponse {
            messages: vec![ImagePull::default()],
        })],
        _ => vec![Step::Status(12, "unknown service")],
    });
    let asked = client(&cluster, &[], PATIENCE);
    let node_ = asked.node(&old.address());
    assert_eq!(node_.pull("a:1", Image::Kubernetes), Ok("a:1".to_owned()));
    let steps = node_.install("a:1");
    let steps = steps.and_then(Iterator::collect::<Result<Vec<_>, _>>);
    assert_eq!(steps.map_err(|fault| fault.kind), Err(Kind::Unsupported));
}

#[test]
fn what_a_node_says_cannot_command_a_terminal() {
    let (cluster, one) = node(|_| vec![Step::Status(2, "%1b]0;owned%07 %E2%80%AE two%0Alines")]);
    let client = client(&cluster, &[], PATIENCE);
    let fault = client
        .node(&one.address())
        .bootstrap()
        .expect_err("it failed");
    assert_eq!(fault.words, "\u{fffd}]0;owned\u{fffd} \u{fffd} two lines");
}
