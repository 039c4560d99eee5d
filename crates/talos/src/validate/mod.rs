//! Whether nodes accept a configuration, checked here before any node sees it.
//!
//! What Talos itself checks on the client's side in the mode `metal`: first the shape by the
//! table of fields, then what the sections mean together. Checks that need a running node, such
//! as whether a disk selector finds a disk, are the node's own.

mod cel;
mod cluster;
mod common;
mod conflicts;
mod dangers;
mod encryption;
mod files;
mod formats;
mod interfaces;
mod kubernetes;
mod labels;
mod links;
mod machine;
mod network;
mod place;
mod resolver;
mod runtime;
mod runtime_spec;
pub mod sections;
mod shape;
mod url;
mod volumes;
mod way;
mod whole;

use std::borrow::Cow;

use serde_json::Value;

use crate::contract::{Contract, Release};
use crate::fields::document_name;
use documents::path::touches;
use place::{Place, Report};
use whole::Whole;

pub use dangers::{dangers, switched_on};
pub use place::Violation;

/// Everything that Talos of a contract would refuse or warn about, in the order of documents.
///
/// ```
/// use serde_json::json;
/// use talos::contract::Contract;
/// use talos::validate::validate;
///
/// let documents = [json!({"apiVersion": "v1alpha1", "kind": "WatchdogTimerConfig"})];
/// let found = validate(&documents, Contract::NEWEST);
/// assert_eq!(found[0].rule, &talos::rules::MACHINE_CONFIG_MISSING);
/// assert_eq!(found[0].path, "device");
/// ```
pub fn validate(documents: &[Value], contract: Contract) -> Vec<Violation> {
    validate_on(documents, contract, None)
}

/// The same where it is known which release of Talos the node runs: some take less than others
/// that read the same contract, and newer ones take more than the contract has.
///
/// Whether a node runs the versions of Kubernetes that its images name is asked only then: only
/// a contract, as `talosctl validate` has it, does not say.
pub fn validate_on(
    documents: &[Value],
    contract: Contract,
    release: Option<Release>,
) -> Vec<Violation> {
    let exact = release.is_some();
    let release = release.unwrap_or(Release::of(contract));
    let mut shapes = Report::new(release);
    // The values as Talos holds them, without what cannot be decoded.
    let decoded: Vec<(String, Cow<'_, Value>)> = documents
        .iter()
        .map(|document| {
            let name = document_name(document);
            let decoded = shape::decode(document, &name, release.minor(), &mut shapes);
            (name, decoded)
        })
        .collect();
    let mut report = Report::new(release);
    report.exact = exact;
    for (name, document) in &decoded {
        check(&Place::new(name, document), &mut report);
    }
    conflicts::check(&decoded, &mut report);
    whole::check(&Whole::of(&decoded), &mut report);
    let shapes = shapes.violations;
    // What follows from a value that could not be decoded is no problem of its own.
    report.violations.retain(|found| {
        !shapes
            .iter()
            .any(|shape| shape.document == found.document && touches(&shape.path, &found.path))
    });
    let mut all = shapes;
    all.extend(report.violations);
    let position = |document: &str| decoded.iter().position(|(name, _)| name == document);
    all.sort_by_key(|violation| position(&violation.document));
    all
}

/// What one document must make sense of by itself.
fn check(document: &Place<'_>, report: &mut Report) {
    match document.key("kind").text() {
        "" => {
            machine::check(document, report);
        }
        "UserVolumeConfig"
        | "RawVolumeConfig"
        | "SwapVolumeConfig"
        | "ExistingVolumeConfig"
        | "ExternalVolumeConfig"
        | "VolumeConfig"
        | "ZswapConfig" => volumes::check(document, report),
        "LinkConfig" | "BondConfig" | "BridgeConfig" | "DummyLinkConfig" | "VLANConfig"
        | "VRFConfig" | "WireguardConfig" | "LinkAliasConfig" | "DHCPv4Config" | "DHCPv6Config"
        | "Layer2VIPConfig" | "HCloudVIPConfig" | "EthernetConfig" => {
            links::check(document, report);
        }
        "HostnameConfig"
        | "StaticHostConfig"
        | "TimeSyncConfig"
        | "KubeSpanConfig"
        | "NetworkRuleConfig"
        | "TCPProbeConfig"
        | "BlackholeRouteConfig"
        | "RoutingRuleConfig"
        | "HTTPProbeConfig" => {
            network::check(document, report);
        }
        "ResolverConfig" => resolver::check(document, report),
        "EtcFileConfig"
        | "CRICustomizationConfig"
        | "CRIBaseRuntimeSpecConfig"
        | "SysctlConfig"
        | "SysfsConfig"
        | "KernelModuleConfig" => files::check(document, report),
        // `KubeSpanConfig` is above: it has nothing to do with Kubernetes but its name.
        kind if kind.starts_with("Kube") => kubernetes::check(document, report),
        _ => runtime::check(document, report),
    }
}
