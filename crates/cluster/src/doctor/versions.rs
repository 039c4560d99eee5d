//! What runs, against what git says.

use std::collections::{BTreeMap, BTreeSet};

use diagnostics::{Diagnostic, Diagnostics};
use kubernetes_client::{Client, Node};
use pipeline::doctor::{Check, Pins};
use serde_json::Value;

use super::untold;
use crate::reconcile::{Kind, Subjects};
use crate::rules;

/// The definition that Flux's distribution labels with its version.
const DEFINITION: &str = "gitrepositories.source.toolkit.fluxcd.io";

/// Where its label is.
const VERSION: &str = "/metadata/labels/app.kubernetes.io~1version";

/// The API servers and every kubelet.
pub(super) fn kubernetes(pins: &Pins, server: &str, nodes: &[Node]) -> Check {
    let parts = nodes
        .iter()
        .map(|node| (node.name.as_str(), node.kubelet.as_str()));
    let parts: Vec<_> = [("the API server", server)]
        .into_iter()
        .chain(parts)
        .collect();
    let hint = "`ichor talos upgrade-k8s` brings the cluster to what git has";
    compared("Kubernetes", pins.kubernetes.as_deref(), &parts, hint)
}

/// The Talos of every node, as its kubelet tells it.
pub(super) fn talos(pins: &Pins, nodes: &[Node]) -> Check {
    let parts = nodes.iter().filter_map(|node| {
        let version = node.os.strip_prefix("Talos (")?.strip_suffix(')')?;
        Some((node.name.as_str(), version))
    });
    let parts: Vec<_> = parts.collect();
    let hint = "`ichor talos upgrade-node NODE` brings a node to what git has";
    compared("Talos", pins.talos.as_deref(), &parts, hint)
}

/// The distribution of Flux, as its definitions are labelled.
pub(super) fn flux(pins: &Pins, client: &Client) -> Check {
    const NAME: &str = "Flux";
    let found = client.definition("apiextensions.k8s.io/v1", "CustomResourceDefinition");
    match found.and_then(|kind| client.get(&kind, "", DEFINITION)) {
        Ok(found) => {
            let version = found
                .as_ref()
                .and_then(|found| found.pointer(VERSION)?.as_str());
            let parts: Vec<_> = version
                .map(|version| ("Flux", version))
                .into_iter()
                .collect();
            let hint =
                "the operator follows the range in git: `ichor reconcile` has Flux look there";
            compared(NAME, pins.flux.as_deref(), &parts, hint)
        }
        Err(fault) => untold(NAME, &fault),
    }
}

/// What runs of one thing, each part with its version.
fn compared(name: &'static str, wanted: Option<&str>, parts: &[(&str, &str)], hint: &str) -> Check {
    let versions: BTreeSet<&str> = parts.iter().map(|(_, version)| *version).collect();
    let versions = versions.into_iter().collect::<Vec<_>>().join(", ");
    if versions.is_empty() {
        return Check::unseen(name, "nothing tells its version");
    }
    let Some(wanted) = wanted else {
        return Check::fine(name, format!("{versions}; git names none"));
    };
    let mut others: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (part, version) in parts {
        if !Pins::agree(wanted, version) {
            others.entry(version).or_default().push(part);
        }
    }
    let problems: Diagnostics = { others.iter() }
        .map(|(version, parts)| other(&parts.join(", "), version, wanted).hint(hint))
        .collect();
    let what = if problems.is_empty() {
        format!("{versions}, as git has it")
    } else {
        format!("{versions}, and git has {wanted}")
    };
    Check::of(name, what, problems)
}

fn other(who: &str, runs: &str, wanted: &str) -> Diagnostic {
    rules::CLUSTER_OTHER_VERSION.report(format!("{who}: {runs}, and git has {wanted}"))
}

/// The charts of every release that git names.
pub(super) fn releases(pins: &Pins, client: &Client, subjects: &Subjects) -> Check {
    const NAME: &str = "releases";
    match subjects.listed(client, Kind::HelmRelease, None) {
        Ok(found) => charts(pins, &found),
        Err(fault) => untold(NAME, &fault),
    }
}

/// The same of objects.
pub(super) fn charts(pins: &Pins, objects: &[Value]) -> Check {
    const NAME: &str = "releases";
    let text = |object: &Value, path: &str| object.pointer(path)?.as_str().map(str::to_owned);
    let running: BTreeMap<(String, String), String> = { objects.iter() }
        .filter_map(|object| {
            let namespace = text(object, "/metadata/namespace")?;
            let name = text(object, "/metadata/name")?;
            // The newest one stands first.
            let version = text(object, "/status/history/0/chartVersion")?;
            Some(((namespace, name), version))
        })
        .collect();
    let mut problems = Diagnostics::new();
    let (mut same, mut absent) = (0_usize, 0_usize);
    for release in &pins.releases {
        let key = (release.namespace.clone(), release.name.clone());
        match running.get(&key) {
            None => absent += 1,
            Some(version) if Pins::agree(&release.version, version) => same += 1,
            Some(version) => problems.push(
                other(
                    &format!("release `{}/{}`", release.namespace, release.name),
                    version,
                    &release.version,
                )
                .hint("is git pushed? `ichor reconcile` has Flux look at it now"),
            ),
        }
    }
    if same + absent == 0 && problems.is_empty() {
        return Check::unseen(NAME, "git names no version of a chart");
    }
    let absent = match absent {
        0 => String::new(),
        absent => format!("; {absent} not installed yet"),
    };
    let all = same + problems.len();
    let what = format!("{same} of {all} with the chart that git has{absent}");
    Check::of(NAME, what, problems)
}
