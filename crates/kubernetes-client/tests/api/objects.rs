//! Nodes and pods.

use std::sync::Mutex;

use kubernetes_client::{Kind, PodFilter};
use testkit::kubernetes::Reply;

use crate::served;

const NODE: &str = r#"{"kind":"Node","apiVersion":"v1",
    "metadata":{"name":"k8s-0","labels":{"node-role.kubernetes.io/control-plane":""}},
    "spec":{"unschedulable":true},
    "status":{
        "addresses":[{"type":"Hostname","address":"k8s-0"},{"type":"InternalIP","address":"10.0.0.1"},
            {"type":"InternalIP","address":"fd00::1"},{"type":"ExternalIP","address":"203.0.113.1"}],
        "conditions":[{"type":"MemoryPressure","status":"False"},{"type":"Ready","status":"True"}],
        "nodeInfo":{"kubeletVersion":"v1.36.2","osImage":"Talos (v1.13.9)","bootID":"b","architecture":"",
            "containerRuntimeVersion":"","kernelVersion":"","kubeProxyVersion":"","machineID":"","operatingSystem":"","systemUUID":""}}}"#;

fn list(items: &[&str]) -> String {
    format!(
        r#"{{"kind":"NodeList","apiVersion":"v1","metadata":{{}},"items":[{}]}}"#,
        items.join(",")
    )
}

#[test]
fn nodes_are_read_and_found_by_any_of_their_addresses() {
    let (client, _api) = served(|asked| match asked.path.as_str() {
        "/api/v1/nodes" => Reply::Json(200, list(&[r#"{"metadata":{"name":"k8s-1"}}"#, NODE])),
        _ => Reply::status(404, "NotFound", "no such node"),
    });
    let nodes = client.nodes().expect("two");
    let names: Vec<_> = nodes.iter().map(|node| node.name.as_str()).collect();
    assert_eq!(names, ["k8s-0", "k8s-1"]);
    let node = &nodes[0];
    assert!(node.is_ready && node.is_cordoned && node.leads);
    assert_eq!(
        (node.kubelet.as_str(), node.os.as_str()),
        ("v1.36.2", "Talos (v1.13.9)")
    );
    assert_eq!(node.address(), Some("10.0.0.1"));
    assert!(!nodes[1].is_ready && !nodes[1].is_cordoned && !nodes[1].leads);
    assert_eq!(nodes[1].address(), None);
    for address in ["10.0.0.1", "fd00:0::1", "203.0.113.1"] {
        let found = client.node_by_address(address).expect(address);
        assert_eq!(found.name, "k8s-0");
    }
    let fault = client.node_by_address("10.0.0.9").expect_err("none");
    assert_eq!(fault.kind, Kind::Missing);
    assert_eq!(client.node("x").expect_err("none").kind, Kind::Missing);
}

#[test]
fn a_node_is_cordoned_once() {
    // What it is, what is to be done, whether that is a change, and what is sent.
    let open = NODE.replace("true}", "false}");
    let marked = NODE.replace(
        r#""name":"k8s-0""#,
        r#""name":"k8s-0","annotations":{"m":"true"}"#,
    );
    let marked_open = marked.replace("true}", "false}");
    let (on, off) = (true, false);
    let add = r#"{"spec":{"unschedulable":true},"metadata":{"annotations":{"m":"true"}}}"#;
    let take = r#"{"spec":{"unschedulable":null},"metadata":{"annotations":{"m":null}}}"#;
    for (is, cordons, mark, sent) in [
        (NODE, on, None, None),
        (NODE, on, Some("m"), None),
        (NODE, off, None, Some(r#"{"spec":{"unschedulable":null}}"#)),
        (&open, on, None, Some(r#"{"spec":{"unschedulable":true}}"#)),
        (&open, on, Some("m"), Some(add)),
        (&open, off, Some("m"), None),
        (&marked, off, Some("m"), Some(take)),
        // Somebody else lets pods come: the mark goes all the same.
        (&marked_open, off, Some("m"), Some(take)),
    ] {
        let node = is.to_owned();
        let (client, api) = served(move |asked| match asked.method.as_str() {
            "GET" => Reply::Json(200, node.clone()),
            _ => Reply::Json(200, "{}".to_owned()),
        });
        let done = if cordons {
            client.cordon("k8s-0", mark)
        } else {
            client.uncordon("k8s-0", mark)
        };
        assert_eq!(done, Ok(sent.is_some()), "{is} {cordons}");
        let patches = api.asked().into_iter();
        let patches: Vec<_> = patches.filter(|asked| asked.method != "GET").collect();
        assert!(
            patches
                .iter()
                .all(|patch| patch.path == "/api/v1/nodes/k8s-0")
        );
        let bodies: Vec<_> = patches.iter().map(|patch| patch.body.as_str()).collect();
        assert_eq!(bodies, sent.into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn pods_come_page_by_page_with_what_tells_how_they_are() {
    let pods = Mutex::new(vec![
        r#"{"metadata":{"namespace":"a","name":"done"},"status":{"phase":"Succeeded","hostIP":"10.0.0.1"}}"#,
        r#"{"metadata":{"namespace":"kube-system","name":"kube-apiserver-k8s-0","uid":"u",
            "annotations":{"talos.dev/config-version":"4","kubernetes.io/config.mirror":"x"},"labels":{"k8s-app":"kube-apiserver"}},
            "spec":{"nodeName":"k8s-0","containers":[{"name":"a","image":"registry.k8s.io/kube-apiserver:v1.36.2"}]},
            "status":{"hostIP":"10.0.0.1","conditions":[{"type":"Ready","status":"True"}]}}"#,
        r#"{"metadata":{"namespace":"b","name":"web","deletionTimestamp":"2026-11-29T00:00:00Z",
            "ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web","uid":"r","controller":true}]},
            "status":{"hostIP":"10.0.0.2","containerStatuses":[{"name":"a","image":"","imageID":"","ready":false,"restartCount":0,
                "state":{"waiting":{"reason":"ImagePullBackOff"}}}]}}"#,
    ]);
    let (client, api) = served(move |_| {
        let mut pods = pods.lock().expect("it is not broken");
        let next = match pods.len() {
            1 => String::new(),
            left => format!("more-{left}"),
        };
        let pod = pods.pop().expect("one is left");
        Reply::Json(
            200,
            format!(r#"{{"metadata":{{"continue":"{next}"}},"items":[{pod}]}}"#),
        )
    });
    let which = PodFilter {
        labels: Some("k8s-app in (kube-apiserver)"),
        node: Some("k8s-0"),
        ..PodFilter::default()
    };
    let pods = client.pods(which).expect("three");
    let paths: Vec<_> = pods.iter().map(kubernetes_client::Pod::path).collect();
    assert_eq!(
        paths,
        ["a/done", "b/web", "kube-system/kube-apiserver-k8s-0"]
    );
    let [done, web, server] = &pods[..] else {
        panic!("{pods:?}")
    };
    assert!(done.is_finished && !done.is_ready);
    assert!(web.is_ending && !web.is_mirror);
    assert_eq!(
        (web.controller.as_str(), web.reason.as_str()),
        ("ReplicaSet", "ImagePullBackOff")
    );
    assert!(server.is_mirror && server.is_ready);
    assert_eq!(server.annotations["talos.dev/config-version"], "4");
    let image = "registry.k8s.io/kube-apiserver:v1.36.2".to_owned();
    assert_eq!(server.containers, [("a".to_owned(), image)]);
    let asked = api.asked();
    assert_eq!(asked.len(), 3);
    assert!(
        asked[0]
            .query
            .contains("labelSelector=k8s-app+in+%28kube-apiserver%29"),
        "{asked:?}"
    );
    assert!(
        asked[0]
            .query
            .contains("fieldSelector=spec.nodeName%3Dk8s-0"),
        "{asked:?}"
    );
    assert!(asked[2].query.contains("continue=more-2"), "{asked:?}");
}
