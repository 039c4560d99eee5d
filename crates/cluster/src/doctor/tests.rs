//! Facts in, findings out.

use std::collections::BTreeMap;

use kubernetes_client::Node;
use pipeline::doctor::{Check, Pins, PublicKeys, Release, State};
use serde_json::json;

use super::{key, leftovers, versions};
use crate::record::{self, Record};

/// The state, and the rules of what was found.
fn told(check: &Check) -> (State, Vec<&'static str>) {
    let problems = check.problems();
    let rules = problems.iter().map(|problem| problem.rule.id());
    (check.state(), rules.collect())
}

fn keys(of: &[&str]) -> PublicKeys {
    PublicKeys {
        file: "age.key".to_owned(),
        keys: of.iter().map(|&key| key.to_owned()).collect(),
    }
}

#[test]
fn the_cluster_decrypts_with_a_key_that_is_here() {
    let problem = |rule| (State::Problem, vec![rule]);
    let (one, two) = ("age1one", "age1two");
    let cases: [(Option<&[&str]>, &[&str], _); 6] = [
        (Some(&[one]), &[one], (State::Ok, vec![])),
        (Some(&[two, one]), &[one], (State::Ok, vec![])),
        (Some(&[two]), &[one], problem("cluster/other-age-key")),
        (Some(&[]), &[one], problem("cluster/no-sops-secret")),
        (None, &[one], problem("cluster/no-sops-secret")),
        (Some(&[one]), &[], (State::NotLookedAt, vec![])),
    ];
    for (cluster, own, expected) in cases {
        let cluster = cluster.map(|all| keys(all).keys);
        let check = key::judged(cluster.clone(), &keys(own));
        assert_eq!(told(&check), expected, "{cluster:?} {own:?}");
    }
}

fn node(name: &str, kubelet: &str, os: &str, marks: &[&str]) -> Node {
    Node {
        name: name.to_owned(),
        is_ready: true,
        is_cordoned: !marks.is_empty(),
        leads: false,
        kubelet: kubelet.to_owned(),
        os: os.to_owned(),
        boot_id: String::new(),
        internal: Vec::new(),
        external: Vec::new(),
        annotations: { marks.iter() }
            .map(|&mark| (mark.to_owned(), "true".to_owned()))
            .collect::<BTreeMap<_, _>>(),
    }
}

#[test]
fn what_runs_is_what_git_has_or_is_told() {
    let pins = Pins {
        talos: Some("v1.13.7".to_owned()),
        kubernetes: Some("v1.36.4".to_owned()),
        ..Pins::default()
    };
    let new = node("a", "v1.36.4", "Talos (v1.13.7)", &[]);
    let old = node("b", "v1.36.3", "Talos (v1.13.6)", &[]);
    let foreign = node("c", "v1.36.4", "Ubuntu 24.04", &[]);
    let warning = (State::Warning, vec!["cluster/other-version"]);
    let fine = (State::Ok, vec![]);

    let check = versions::kubernetes(&pins, "v1.36.4", &[new.clone(), foreign.clone()]);
    assert_eq!(told(&check), fine);
    let check = versions::kubernetes(&pins, "v1.36.3", &[new.clone(), old.clone()]);
    assert_eq!(told(&check), warning);
    assert_eq!(
        check.problems().iter().next().expect("one").message,
        "the API server, b: v1.36.3, and git has v1.36.4"
    );
    assert_eq!(check.message(), "v1.36.3, v1.36.4, and git has v1.36.4");
    let check = versions::kubernetes(&Pins::default(), "v1.36.3", &[]);
    assert_eq!(check.message(), "v1.36.3; git names none");

    let check = versions::talos(&pins, &[new.clone(), foreign.clone()]);
    assert_eq!(told(&check), fine);
    let check = versions::talos(&pins, &[new, old]);
    assert_eq!(told(&check), warning);
    let check = versions::talos(&pins, &[foreign]);
    assert_eq!(check.state(), State::NotLookedAt);
}

#[test]
fn releases_have_the_charts_that_git_has() {
    let release = |name: &str, version: &str| Release {
        namespace: "a".to_owned(),
        name: name.to_owned(),
        version: version.to_owned(),
    };
    let pins = Pins {
        releases: vec![
            release("one", "1.0.0"),
            release("two", "2.x"),
            release("new", "1.0.0"),
        ],
        ..Pins::default()
    };
    let object = |name: &str, version: &str| {
        json!({
            "metadata": { "namespace": "a", "name": name },
            "status": { "history": [{ "chartVersion": version }, { "chartVersion": "0.1.0" }] },
        })
    };
    let running = [object("one", "1.0.0+0123"), object("two", "2.3.4")];
    let check = versions::charts(&pins, &running);
    assert_eq!(told(&check), (State::Ok, vec![]));
    assert_eq!(
        check.message(),
        "2 of 2 with the chart that git has; 1 not installed yet"
    );
    let running = [object("one", "0.9.0"), object("two", "1.9.0")];
    let check = versions::charts(&pins, &running);
    let rule = "cluster/other-version";
    assert_eq!(told(&check), (State::Warning, vec![rule, rule]));
    let check = versions::charts(&Pins::default(), &running);
    assert_eq!(check.state(), State::NotLookedAt);
}

#[test]
fn what_killed_runs_left_in_the_cluster_is_told() {
    let marked = node("b", "", "", &[crate::upgrade::MARK]);
    let check = leftovers::cordons(&[node("a", "", "", &[]), marked]);
    assert_eq!(told(&check), (State::Warning, vec!["cluster/cordon-left"]));
    // Whoever has cordoned it by hand wants that.
    let by_hand = node("a", "", "", &["somebody/else"]);
    assert_eq!(told(&leftovers::cordons(&[by_hand])), (State::Ok, vec![]));

    let secret = |name: &str, revision: &str, status: &str| {
        let secret = json!({ "metadata": { "namespace": "kube-system", "labels": {
            "owner": "helm", "name": name, "version": revision, "status": status } } });
        Record::from(serde_json::from_value::<record::Raw>(secret).expect("a record"))
    };
    let secrets = [
        secret("cilium", "9", "pending-upgrade"),
        secret("cilium", "10", "pending-rollback"),
        secret("coredns", "1", "pending-install"),
        // Somebody has installed it since.
        secret("spegel", "1", "pending-install"),
        secret("spegel", "2", "deployed"),
    ];
    let found = leftovers::pending(&record::newest_of(secrets.into_iter()));
    let messages: Vec<_> = found.iter().map(|one| one.message.clone()).collect();
    let goes_on = "a run of Helm goes on, or was killed";
    assert_eq!(
        messages,
        [
            format!("release `kube-system/cilium` is `pending-rollback` in revision 10: {goes_on}"),
            format!("release `kube-system/coredns` is `pending-install` in revision 1: {goes_on}"),
        ]
    );
    assert!(found.has_errors());
    assert!(leftovers::pending(&[]).is_empty());
}
