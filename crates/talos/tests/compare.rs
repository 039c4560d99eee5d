//! Configurations compared by meaning.

use serde_json::{Value, json};
use talos::compare::differences;

fn paths(before: Value, after: Value) -> String {
    let found = differences(&[before], &[after]);
    let paths: Vec<_> = found
        .iter()
        .map(|change| format!("{} {}", change.document, change.path))
        .collect();
    paths.join(", ")
}

#[test]
fn entries_of_open_maps_count_even_if_they_are_empty() {
    for (before, after, path) in [
        (
            json!({"version": "v1alpha1", "machine": {"type": "worker", "nodeLabels": {"a": "1"}}}),
            json!({"version": "v1alpha1", "machine": {"type": "worker", "nodeLabels": {"a": "1", "b": ""}}}),
            "v1alpha1 machine.nodeLabels.b",
        ),
        (
            json!({"version": "v1alpha1", "machine": {"type": "worker", "nodeTaints": {"a": ""}}}),
            json!({"version": "v1alpha1", "machine": {"type": "worker"}}),
            "v1alpha1 machine.nodeTaints.a",
        ),
        (
            json!({"version": "v1alpha1", "machine": {"type": "worker", "registries": {"mirrors": {"docker.io": {}}}}}),
            json!({"version": "v1alpha1", "machine": {"type": "worker"}}),
            "v1alpha1 machine.registries.mirrors.docker\\.io",
        ),
        (
            json!({"version": "v1alpha1", "machine": {"type": "worker", "kubelet": {"extraConfig": {"a": {}}}}}),
            json!({"version": "v1alpha1", "machine": {"type": "worker", "kubelet": {"extraConfig": {"a": []}}}}),
            "v1alpha1 machine.kubelet.extraConfig.a",
        ),
        (
            json!({"cluster": {"clusterName": "a", "apiServer": {"extraArgs": {"a": ""}}}}),
            json!({"cluster": {"clusterName": "a", "apiServer": {}}}),
            "v1alpha1 cluster.apiServer.extraArgs.a",
        ),
        (
            json!({"kind": "EnvironmentConfig", "variables": {"a": ""}}),
            json!({"kind": "EnvironmentConfig"}),
            "EnvironmentConfig variables.a",
        ),
    ] {
        assert_eq!(paths(before.clone(), after.clone()), path);
        assert_eq!(paths(after, before), path);
    }
}

#[test]
fn fields_that_are_empty_do_not_count() {
    let full = json!({"machine": {
        "type": "worker", "certSANs": [], "env": {}, "network": {"hostname": ""},
        "nodeLabels": {}, "kubelet": {"extraArgs": {}}, "time": {"bootTimeout": ""},
    }});
    assert_eq!(paths(full, json!({"machine": {"type": "worker"}})), "");
}

#[test]
fn texts_that_mean_the_same_are_the_same() {
    let made = |interval: &str, address: &str, mode: &str, size: &str| {
        [
            json!({"machine": {
                "time": {"bootTimeout": interval},
                "disks": [{"device": "a", "partitions": [{"size": size}]}],
            }}),
            json!({"kind": "BondConfig", "name": "b", "bondMode": mode, "addresses": [{"address": address}]}),
        ]
    };
    let before = made("1.5h", "FD00:0::1/64", "802.3AD", "10GB");
    let after = made("1h30m0s", "fd00::1/64", "802.3ad", "10 GB");
    assert_eq!(differences(&before, &after), []);
    let other = made("1h31m", "fd00::2/64", "balance-rr", "11 GB");
    assert_eq!(differences(&before, &other).len(), 4);
    // Where a text is nothing but a text, it is taken as it is.
    assert_eq!(
        paths(
            json!({"machine": {"sysctls": {"a": "1.5h"}}}),
            json!({"machine": {"sysctls": {"a": "1h30m"}}})
        ),
        "v1alpha1 machine.sysctls.a"
    );
}
