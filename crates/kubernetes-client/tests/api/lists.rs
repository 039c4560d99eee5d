//! Lists, tables, logs, and whether something is there.

use std::sync::atomic::{AtomicUsize, Ordering};

use kubernetes_client::{Definition, Groups, Kind, Listing, Log, Table};
use serde::Deserialize;
use testkit::Lists;
use testkit::kubernetes::Reply;

use crate::served;

const PODS: &str = "/api/v1/pods";

/// What a caller needs of an object.
#[derive(Debug, PartialEq, Deserialize)]
struct Named {
    metadata: Name,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Name {
    name: String,
}

fn named(number: usize) -> String {
    format!(r#"{{"metadata":{{"name":"pod-{number}"}},"spec":{{"unread":[1,2,3]}}}}"#)
}

#[test]
fn a_list_is_read_page_by_page() {
    let lists = Lists::default().with(PODS, (0..1_234).map(named));
    let (client, api) = served(move |asked| lists.answer(asked));
    let listed = client
        .list::<Named>(&Listing::all("v1", "pods"))
        .expect("all");
    assert_eq!((listed.items.len(), listed.unreadable), (1_234, 0));
    assert_eq!(listed.items[1_233].metadata.name, "pod-1233");
    assert_eq!(api.calls().len(), 5);
    let fault = client.list::<Named>(&Listing::all("apps/v1", "deployments"));
    assert_eq!(fault.expect_err("no such kind").kind, Kind::Missing);
}

#[test]
fn what_is_asked_for_is_in_the_question() {
    let (client, api) = served(|_| Reply::Json(200, r#"{"items":null}"#.to_owned()));
    let mut listing = Listing::all("apps/v1", "deployments").within("flux-system");
    listing.labels = Some("a=b");
    listing.fields = Some("type=Warning");
    client.list::<Named>(&listing).expect("none");
    let asked = &api.asked()[0];
    assert_eq!(
        asked.path,
        "/apis/apps/v1/namespaces/flux-system/deployments"
    );
    assert_eq!(
        asked.query,
        "&fieldSelector=type%3DWarning&labelSelector=a%3Db&limit=250"
    );
}

#[test]
fn objects_that_are_none_are_counted_and_lists_that_are_none_are_faults() {
    let mixed = r#"{"items":[{"metadata":{"name":"one"}},7,{"metadata":{"name":[]}},{}]}"#;
    let (client, _api) = served(|_| Reply::Json(200, mixed.to_owned()));
    let listed = client
        .list::<Named>(&Listing::all("v1", "pods"))
        .expect("a list");
    assert_eq!((listed.items.len(), listed.unreadable), (1, 3));
    for (answer, kind) in [
        ("{", Kind::Malformed),
        (r#"{"items":{}}"#, Kind::Malformed),
        // One that never ends.
        (
            r#"{"metadata":{"continue":"again"},"items":[]}"#,
            Kind::TooLarge,
        ),
    ] {
        let (client, _api) = served(move |_| Reply::Json(200, answer.to_owned()));
        let fault = client.list::<Named>(&Listing::all("v1", "pods"));
        assert_eq!(fault.expect_err(answer).kind, kind, "{answer}");
    }
}

#[test]
fn a_list_whose_place_is_forgotten_is_begun_anew_and_not_for_ever() {
    for (forgets, pages) in [(1, Some(7)), (usize::MAX, None)] {
        let forgot = AtomicUsize::new(0);
        let lists = Lists::default().with(PODS, (0..1_234).map(named));
        let (client, api) = served(move |asked| {
            let is_second = asked.query.contains("continue=250");
            if is_second && forgot.fetch_add(1, Ordering::SeqCst) < forgets {
                return Reply::status(410, "Expired", "too old");
            }
            lists.answer(asked)
        });
        let listed = client.list::<Named>(&Listing::all("v1", "pods"));
        match pages {
            Some(pages) => {
                assert_eq!(listed.expect("all").items.len(), 1_234);
                assert_eq!(api.calls().len(), pages);
            }
            None => assert_eq!(listed.expect_err("never").kind, Kind::Busy),
        }
    }
}

#[test]
fn groups_have_their_versions_the_preferred_one_first() {
    let all = r#"{"groups":[{"name":"g","versions":[{"groupVersion":"g/v1beta1"},{"groupVersion":"g/v1"}],
        "preferredVersion":{"groupVersion":"g/v1"}},{"name":"h"}]}"#;
    let (client, _api) = served(|_| Reply::Json(200, all.to_owned()));
    let groups: Groups = client.groups().expect("two");
    assert_eq!(groups.versions("g"), ["g/v1", "g/v1beta1"]);
    assert_eq!(groups.versions(""), ["v1"]);
    assert!(groups.versions("h").is_empty() && groups.versions("i").is_empty());
}

#[test]
fn a_table_has_the_columns_that_kubectl_shows() {
    let table = r#"{"columnDefinitions":[{"name":"Name","priority":0},{"name":"Ready"},{"name":"IP","priority":1}],
        "rows":[{"cells":["one",true,"10.0.0.1"],"object":{"metadata":{"namespace":"a"}}},{"cells":["two",null]}]}"#;
    let (client, _api) = served(|_| Reply::Json(200, table.to_owned()));
    let table = client.table(&Listing::all("v1", "pods")).expect("a table");
    let row = |cells: &[&str]| cells.iter().map(|&cell| cell.to_owned()).collect();
    assert_eq!(
        table,
        Table {
            columns: row(&["Name", "Ready"]),
            rows: vec![row(&["a", "one", "true"]), row(&["two", ""])],
        }
    );
}

#[test]
fn what_is_there_is_asked_without_what_is_in_it() {
    let (client, _api) = served(|asked| match asked.path.as_str() {
        "/api/v1/namespaces/a/secrets/there" => Reply::Json(200, "{}".to_owned()),
        "/api/v1/namespaces/a/secrets/denied" => Reply::status(403, "Forbidden", "no"),
        _ => Reply::status(404, "NotFound", "none"),
    });
    let secrets = Listing::all("v1", "secrets").within("a");
    assert_eq!(client.is_there(&secrets, "there"), Ok(true));
    assert_eq!(client.is_there(&secrets, "absent"), Ok(false));
    let fault = client.is_there(&secrets, "denied").expect_err("denied");
    assert_eq!(fault.kind, Kind::Denied);
}

#[test]
fn a_log_is_its_last_lines() {
    let (client, api) =
        served(|_| Reply::Plain(200, Vec::new(), b"one\ntwo\n\xffthree\n".to_vec()));
    let log = Log {
        namespace: "a",
        pod: "b-1",
        container: "app",
        is_previous: true,
        lines: 2,
    };
    assert_eq!(client.log(log).expect("two"), ["two", "\u{fffd}three"]);
    let asked = &api.asked()[0];
    assert_eq!(asked.path, "/api/v1/namespaces/a/pods/b-1/log");
    assert_eq!(
        asked.query,
        "container=app&previous=true&tailLines=2&limitBytes=65536"
    );
    // Names become part of a path.
    for pod in ["../secrets", "b?x", ""] {
        let fault = client.log(Log { pod, ..log }).expect_err(pod);
        assert_eq!(fault.kind, Kind::Refused);
    }
    assert_eq!(api.calls().len(), 1);
}

#[test]
fn a_list_that_is_followed_by_itself_ends() {
    let (client, api) = served(|_| {
        let page = r#"{"metadata":{"continue":"same"},"items":[{"metadata":{"name":"a"}}]}"#;
        Reply::Json(200, page.to_owned())
    });
    let fault = client.list::<Named>(&Listing::all("v1", "pods"));
    let fault = fault.expect_err("no end");
    assert_eq!(fault.kind, Kind::TooLarge);
    assert!(fault.words.contains("followed by itself"), "{fault}");
    let definition = Definition {
        api_version: "v1".to_owned(),
        kind: "Secret".to_owned(),
        plural: "secrets".to_owned(),
        is_namespaced: true,
    };
    let fault = client.objects(&definition, None).expect_err("no end");
    assert_eq!(fault.kind, Kind::TooLarge);
    assert_eq!(api.calls().len(), 4);
}
