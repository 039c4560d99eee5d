//! Pods that are moved by Kubernetes, whichever control plane answers.

use cluster::upgrade::{DrainOptions, Placement, Pods, Workloads as _};
use testkit::kubernetes::{Api, Reply};
use testkit::nodes::{Cluster, Guise};

/// A node that is cordoned, with a mark of ours or without.
fn node(mark: bool) -> String {
    let annotations = if mark {
        r#","annotations":{"ichor/cordoned-by":"true"}"#
    } else {
        ""
    };
    format!(
        r#"{{"metadata":{{"name":"k8s-0"{annotations}}},"spec":{{"unschedulable":true}},"status":{{"conditions":[{{"type":"Ready","status":"True"}}]}}}}"#
    )
}

#[test]
fn a_node_that_somebody_else_has_cordoned_stays_cordoned() {
    for mark in [true, false] {
        let cluster = Cluster::new();
        let api = Api::start(&cluster, Guise::Member, move |asked| {
            match (asked.method.as_str(), asked.path.as_str()) {
                ("GET", "/api/v1/nodes/k8s-0") => Reply::Json(200, node(mark)),
                ("PATCH", _) => Reply::Json(200, "{}".to_owned()),
                _ => Reply::status(404, "NotFound", "no such node"),
            }
        });
        let kubeconfig = cluster.kubeconfig(&api.url());
        let pods = Pods::new(&kubeconfig, &[], DrainOptions::default()).expect("it has all");
        let found = pods.placement("k8s-0").expect("it answers");
        let expected = Placement {
            ready: true,
            schedulable: false,
            ours: mark,
        };
        assert_eq!(found, Some(expected));
        assert_eq!(pods.placement("k8s-1").expect("it answers"), None);
        pods.cordon("k8s-0").expect("it is");
        pods.uncordon("k8s-0").expect("it answers");
        let asked = api.asked().into_iter();
        let patches = asked.filter(|asked| asked.method == "PATCH").count();
        assert_eq!(patches, usize::from(mark));
    }
}

#[test]
fn where_the_server_of_the_kubeconfig_is_away_a_control_plane_is_asked() {
    let cluster = Cluster::new();
    let api = Api::start(&cluster, Guise::Member, |_| Reply::Json(200, node(false)));
    let url = api.url();
    let (_, port) = url.rsplit_once(':').expect("a port");
    let kubeconfig = cluster.kubeconfig(&format!("https://127.0.0.9:{port}"));
    let alone = Pods::new(&kubeconfig, &[], DrainOptions::default()).expect("it has all");
    let problem = alone.placement("k8s-0").expect_err("nobody is there");
    assert_eq!(problem.rule.id(), "kubernetes-api/unreachable");
    let leads = ["127.0.0.1".to_owned()];
    let both = Pods::new(&kubeconfig, &leads, DrainOptions::default()).expect("it has all");
    assert!(both.placement("k8s-0").expect("one answers").is_some());
}
