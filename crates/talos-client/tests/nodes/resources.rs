//! Resources: one, all, and what becomes of them.

use std::time::Duration;

use prost::Message as _;
use talos_client::Kind;
use talos_client::api::cosi::{
    Event, EventType, GetRequest, GetResponse, ListResponse, Metadata, Resource, Spec,
    WatchRequest, WatchResponse,
};
use testkit::nodes::Step;

use crate::{PATIENCE, client, message, node};

fn resource(id: &str, yaml: &str) -> Resource {
    let metadata = Metadata {
        id: id.to_owned(),
        version: "3".to_owned(),
        ..Metadata::default()
    };
    let yaml_spec = yaml.to_owned();
    Resource {
        metadata: Some(metadata),
        spec: Some(Spec { yaml_spec }),
    }
}

fn listed(resource: Resource) -> Step {
    message(ListResponse {
        resource: Some(resource),
    })
}

#[test]
fn one_resource_or_all_of_a_type() {
    let (cluster, one) = node(|call| match call.path.rsplit('/').next() {
        Some("Get") => {
            let request = GetRequest::decode(call.message.as_slice()).expect("a request");
            if request.id == "gone" {
                return vec![Step::Status(5, "resource doesn't exist")];
            }
            let found = resource(&request.id, "ready: true\ncount: 3\n");
            vec![message(GetResponse {
                resource: Some(found),
            })]
        }
        _ => vec![
            listed(resource("a", "x")),
            message(ListResponse::default()),
            listed(resource("b", "[")),
        ],
    });
    let client = client(&cluster, &[], PATIENCE);
    let node = client.node(&one.address());
    let found = node.resource("runtime", "T", "a").expect("it is there");
    assert_eq!((found.id(), &found.value()["count"]), ("a", &3.into()));
    let fault = node
        .resource("runtime", "T", "gone")
        .expect_err("it is not");
    assert_eq!(fault.kind, Kind::Missing);
    let all = node.resources("runtime", "T").expect("they are there");
    let ids: Vec<_> = all.iter().map(Resource::id).collect();
    assert_eq!(ids, ["a", "b"]);
    assert!(all[1].value().is_null());
}

#[test]
fn a_machine_configuration_is_a_text_and_not_shown() {
    let (cluster, one) = node(|_| {
        let yaml = "|\n    machine: {token: s3cret}\n    ---\n    kind: HostnameConfig\n";
        vec![message(GetResponse {
            resource: Some(resource("v1alpha1", yaml)),
        })]
    });
    let client = client(&cluster, &[], PATIENCE);
    let node = client.node(&one.address());
    let text = node.machine_config().expect("an administrator asks");
    assert_eq!(
        text.as_str(),
        "machine: {token: s3cret}\n---\nkind: HostnameConfig\n"
    );
    let raw = node.resource("config", "T", "v1alpha1").expect("the same");
    assert!(!format!("{raw:?}").contains("s3cret"));
}

#[test]
fn a_watch_tells_changes_and_why_it_ends() {
    let (cluster, one) = node(|call| {
        let request = WatchRequest::decode(call.message.as_slice()).expect("a request");
        assert_eq!(request.api_version, 1);
        assert_eq!(
            request
                .options
                .is_some_and(|options| options.bootstrap_contents),
            request.id.is_none()
        );
        let event = |kind: EventType, error: Option<&str>| Event {
            resource: Some(resource("a", "x")),
            event_type: kind.into(),
            error: error.map(str::to_owned),
        };
        let both = WatchResponse {
            event: vec![
                event(EventType::Created, None),
                event(EventType::Bootstrapped, None),
            ],
        };
        let last = WatchResponse {
            event: vec![event(EventType::Errored, Some("buffer overrun"))],
        };
        vec![
            message(WatchResponse::default()),
            message(both),
            message(last),
        ]
    });
    let client = client(&cluster, &[], PATIENCE);
    let node = client.node(&one.address());
    for id in [None, Some("a")] {
        let events = node.watch("runtime", "T", id).expect("it begins");
        let told: Vec<_> = events
            .map(|event| {
                event
                    .map(|event| event.event_type())
                    .map_err(|fault| fault.words)
            })
            .collect();
        assert_eq!(
            told,
            [
                Ok(EventType::Created),
                Ok(EventType::Bootstrapped),
                Err("buffer overrun".to_owned())
            ]
        );
    }
}

#[test]
fn definitions_that_cannot_be_read_are_passed_over() {
    let (cluster, one) = node(|_| {
        let yaml = "type: A.b.dev\ndisplayType: A\ndefaultNamespace: b\n";
        vec![
            listed(resource("a.b.dev", yaml)),
            listed(resource("x", "nothing")),
        ]
    });
    let client = client(&cluster, &[], PATIENCE);
    let found = client
        .node(&one.address())
        .definitions()
        .expect("they are there");
    let names: Vec<_> = found.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["A.b.dev"]);
}

#[test]
fn more_than_is_taken_is_refused() {
    let large = "x".repeat(1 << 20);
    let (cluster, one) = node(move |_| {
        (0..66)
            .map(|_| listed(resource("a", &large)))
            .chain([Step::Wait(Duration::from_secs(1))])
            .collect()
    });
    let client = client(&cluster, &[], PATIENCE);
    let fault = client
        .node(&one.address())
        .resources("b", "A")
        .expect_err("too much");
    assert_eq!(fault.kind, Kind::TooLarge);
}
