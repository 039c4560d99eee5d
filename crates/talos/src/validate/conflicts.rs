//! Documents that are there twice, or that say what another says already.

use std::borrow::Cow;

use serde_json::Value;

use super::encryption;
use super::formats;
use super::place::{Place, Report};

use crate::rules;

/// Kinds of which only one can have a name.
const LINKS: &[&str] = &[
    "BondConfig",
    "BridgeConfig",
    "DummyLinkConfig",
    "LinkConfig",
    "VLANConfig",
    "VRFConfig",
    "WireguardConfig",
];
const GROUPS: [&[&str]; 3] = [
    LINKS,
    &["Layer2VIPConfig", "HCloudVIPConfig"],
    &["UserVolumeConfig", "ExistingVolumeConfig"],
];

/// All documents, by name.
pub(super) fn check(documents: &[(String, Cow<'_, Value>)], report: &mut Report) {
    let main = documents
        .iter()
        .find(|(name, _)| name == "v1alpha1")
        .map(|(name, document)| Place::new(name, document));
    for (index, (name, document)) in documents.iter().enumerate() {
        let place = Place::new(name, document);
        let earlier = documents.get(..index).unwrap_or_default();
        among_documents(&place, name, earlier, report);
        if let Some(main) = &main {
            with_main(&place, main, report);
        }
    }
}

fn among_documents(
    place: &Place<'_>,
    name: &str,
    earlier: &[(String, Cow<'_, Value>)],
    report: &mut Report,
) {
    if earlier.iter().any(|(other, _)| other == name) {
        report.add(
            place,
            &rules::MACHINE_CONFIG_DUPLICATE_DOCUMENT,
            format!("the document `{name}` is there twice"),
            "merge the two, or take one of them out",
        );
    }
    let Some((kind, own)) = name.split_once('/') else {
        return;
    };
    let clash = earlier.iter().find(|(other, _)| {
        other.split_once('/').is_some_and(|(other_kind, other)| {
            let group = GROUPS.iter().find(|group| group.contains(&kind));
            other == own && other_kind != kind && group.is_some_and(|g| g.contains(&other_kind))
        })
    });
    if let Some((other, _)) = clash {
        report.add(
            place,
            &rules::MACHINE_CONFIG_CONFLICT,
            format!("`{name}` and `{other}` are one thing under one name"),
            "take one of them out, or rename it",
        );
    }
}

/// What a document and v1alpha1 both say.
fn with_main(document: &Place<'_>, main: &Place<'_>, report: &mut Report) {
    let network = main.keys(&["machine", "network"]);
    let mut taken: Vec<Place<'_>> = Vec::new();
    match document.key("kind").text() {
        "HostnameConfig" => {
            taken.push(network.key("hostname"));
            taken.push(main.keys(&["machine", "features", "stableHostname"]));
        }
        "ResolverConfig" => {
            let servers = network.key("nameservers");
            // Talos leaves out what is no address.
            if servers
                .items()
                .iter()
                .any(|server| formats::is_address(server.text()))
            {
                taken.push(servers);
            }
            let domains = network.key("searchDomains");
            if domains.is_there() {
                clash(&domains, document, report);
            }
            taken.push(network.key("disableSearchDomain"));
        }
        "TimeSyncConfig" => {
            let time = main.keys(&["machine", "time"]);
            taken.extend(["disabled", "servers"].map(|key| time.key(key)));
            let timeout = time.key("bootTimeout");
            if formats::duration(timeout.text()).is_some_and(|duration| duration != 0) {
                taken.push(timeout);
            }
        }
        "KubeSpanConfig" => {
            let kubespan = network.key("kubespan");
            if kubespan.is_there() {
                clash(&kubespan, document, report);
            }
        }
        "VolumeConfig" => {
            let partition = match document.key("name").text() {
                "STATE" => "state",
                "EPHEMERAL" => "ephemeral",
                _ => return,
            };
            let old = main.keys(&["machine", "systemDiskEncryption", partition]);
            if encryption::is_set(&document.key("encryption")) && old.is_there() {
                clash(&old, document, report);
            }
        }
        _ => {}
    }
    for place in taken.iter().filter(|place| !place.is_empty()) {
        clash(place, document, report);
    }
}

fn clash(place: &Place<'_>, document: &Place<'_>, report: &mut Report) {
    let kind = document.key("kind").text();
    report.add(
        place,
        &rules::MACHINE_CONFIG_CONFLICT,
        format!("the document `{kind}` says the same"),
        format!("set it in `{kind}` only"),
    );
}
