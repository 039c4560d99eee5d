//! What Flux takes over: a value that goes from git goes from the cluster, for every object that a bootstrap makes, and
//! a second bootstrap spends no revision of Helm.

use anyhow::Result;
use camino::Utf8Path;
use serde_json::Value;

use super::super::Options;
use super::apps::again;
use super::flow;
use super::objects;
use super::repository::Repository;
use super::rig::{Helm, PATIENCE, Rig, scripts, until};
use crate::files;

/// Something that git has at first and then no more.
struct Extra {
    /// What it is a value of.
    what: &'static str,
    /// Where that object is.
    object: &'static str,
    /// Where it is in the object.
    pointer: &'static str,
    /// Which file has it, and with which text before and after.
    file: &'static str,
    with: &'static str,
    without: &'static str,
}

const EXTRAS: [Extra; 5] = [
    Extra {
        what: "an annotation of a namespace",
        object: "/api/v1/namespaces/network",
        pointer: "/metadata/annotations/rig~1gone",
        file: "kubernetes/apps/network/namespace.yaml",
        with: r#""annotations": { "rig/gone": "yes","#,
        without: r#""annotations": {"#,
    },
    Extra {
        what: "a label of a namespace",
        object: "/api/v1/namespaces/kube-system",
        pointer: "/metadata/labels/rig~1gone",
        file: "kubernetes/apps/kube-system/namespace.yaml",
        with: r#""labels": { "rig/gone": "yes" }, "annotations": {"#,
        without: r#""annotations": {"#,
    },
    Extra {
        what: "an annotation of the pods of a release",
        object: "/apis/apps/v1/namespaces/kube-system/deployments/coredns",
        pointer: "/spec/template/metadata/annotations/rig~1gone",
        file: "kubernetes/apps/kube-system/coredns/app/helmrelease.yaml",
        with: r#""podAnnotations": { "rig/gone": "yes" }, "replicaCount": 2"#,
        without: r#""replicaCount": 2"#,
    },
    Extra {
        what: "an annotation of the FluxInstance",
        object: "/apis/fluxcd.controlplane.io/v1/namespaces/flux-system/fluxinstances/flux",
        pointer: "/metadata/annotations/rig~1gone",
        file: "kubernetes/apps/flux-system/flux-instance/app/helmrelease.yaml",
        with: r#""commonAnnotations": { "rig/gone": "yes" }, "instance": {"#,
        without: r#""instance": {"#,
    },
    Extra {
        what: "an annotation of a definition in a chart",
        object: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gatewayclasses.gateway.networking.k8s.io",
        pointer: "/metadata/annotations/rig~1gone",
        file: "kubernetes/apps/network/envoy-gateway/app/ocirepository.yaml",
        with: r#""tag": "v1.6.0""#,
        without: r#""tag": "v1.6.1""#,
    },
];

/// A key of a secret that git has in the clear and Flux then has no more.
const SECRETS: &str = "kubernetes/components/sops/cluster-secrets.sops.yaml";
const SECRET: &str = "/api/v1/namespaces/flux-system/secrets/cluster-secrets";

pub(super) fn run(
    rig: &mut Rig,
    ichor: &Utf8Path,
    _options: &Options,
    faults: &mut Vec<String>,
) -> Result<String> {
    let mut words = Vec::new();
    for helm in [Helm::Three, Helm::Four] {
        rig.helm = helm;
        rig.fresh()?;
        let repository = Repository::new(rig, ichor)?;
        let later = files::text(&scripts("charts.txt"))?
            .lines()
            .find(|line| line.starts_with("envoyproxy/gateway-helm"))
            .map(|line| {
                line.replace("v1.6.0", "v1.6.1")
                    .replace(" mark:rig/gone=yes", "")
            })
            .unwrap_or_default();
        let table = rig.path("later.txt")?;
        files::write(&table, later)?;
        rig.charts(&table)?;
        let plain = repository.text(SECRETS)?;
        repository.sops(
            rig,
            &["set", SECRETS, r#"["stringData"]["GONE"]"#, r#""yes""#],
        )?;
        for extra in &EXTRAS {
            repository.add(extra.file, extra.without, extra.with)?;
        }
        repository.push(rig)?;
        flow::done(rig, &repository)?;
        for extra in &EXTRAS {
            if has(rig, extra.object, extra.pointer)?.is_none() {
                faults.push(format!("{helm:?}: {} never came", extra.what));
            }
        }
        if has(rig, SECRET, "/data/GONE")?.is_none() {
            faults.push(format!("{helm:?}: a key of a secret never came"));
        }
        again(rig, &repository, faults)?;

        repository.put(SECRETS, &plain)?;
        for extra in &EXTRAS {
            repository.replace(extra.file, extra.with, extra.without)?;
        }
        repository.push(rig)?;
        let reconciled = repository.ended(rig, "reconcile --with-source")?;
        if !reconciled.status.success() {
            faults.push(format!("{helm:?}: `reconcile` says:\n{}", reconciled.words));
        }
        let gone = |object: &str, pointer: &str, what: &str, faults: &mut Vec<String>| {
            let waited = until(what, PATIENCE / 3, || {
                Ok(has(rig, object, pointer)?.is_none())
            });
            if waited.is_err() {
                let managers = has(rig, object, "/metadata/managedFields").ok().flatten();
                faults.push(format!(
                    "{helm:?}: {what} is gone from git and not from the cluster, whose managers are {}",
                    objects::named(&managers.unwrap_or_default())
                ));
            }
        };
        for extra in &EXTRAS {
            gone(extra.object, extra.pointer, extra.what, faults);
        }
        gone(SECRET, "/data/GONE", "a key of a secret", faults);
        flow::ready(rig)?;
        words.push(format!(
            "{helm:?}: {} values gone with git",
            EXTRAS.len() + 1
        ));
    }
    rig.helm = Helm::Four;
    Ok(words.join("; "))
}

fn has(rig: &Rig, object: &str, pointer: &str) -> Result<Option<Value>> {
    Ok(rig
        .get(object)?
        .and_then(|object| object.pointer(pointer).cloned()))
}
