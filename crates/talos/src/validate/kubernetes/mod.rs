//! Documents of Kubernetes, which took the place of `cluster` and `machine.kubelet` in Talos 1.14.

use super::common::{endpoint, subnet};
use super::labels;
use super::place::{Place, Report};
use super::url::Url;
use diagnostics::Severity;

use crate::rules;

mod authorities;
mod components;
mod network;

pub(super) use components::{kubelet_config, resources, version};
pub(super) use network::too_large_for_documents;

/// Roles of Talos' own API.
const ROLES: [&str; 7] = [
    "os:admin",
    "os:operator",
    "os:reader",
    "os:etcd:backup",
    "os:image:verifier",
    "os:meta:writer",
    "os:impersonator",
];

/// One document.
pub(super) fn check(document: &Place<'_>, report: &mut Report) {
    match document.key("kind").text() {
        "KubeClusterConfig" => cluster(document, report),
        "KubeNodeConfig" => node(document, report),
        "KubeNetworkConfig" => network::check(document, report),
        "KubePrismConfig" => {
            let port = document.key("port");
            if !(1..=65535).contains(&port.number()) {
                report.add(
                    &port,
                    &rules::MACHINE_CONFIG_BAD_VALUE,
                    format!("`{}` is not a port", port.number()),
                    "use 1 to 65535; Talos has 7445 where nothing else is asked for",
                );
            }
        }
        "KubeAPIServerCAConfig" => authorities::of_kubernetes(document, report),
        "KubeAggregatorCAConfig" => authorities::of_the_aggregator(document, report),
        "KubeServiceAccountConfig" => authorities::service_account(document, report),
        "KubeEtcdEncryptionConfig" => {
            let config = document.key("config");
            if config.is_empty() {
                report.missing(&config, "say how etcd's data is encrypted");
            }
        }
        "KubeAdmissionControlConfig" => {
            let name = document.key("name");
            if name.is_empty() {
                report.missing(&name, "name the plugin, such as `PodSecurity`");
            }
        }
        "KubeAuthorizerConfig" => authorizer(document, report),
        "KubeStaticPodConfig" => static_pod(document, report),
        "KubeInlineManifestConfig" => name(document, report),
        "KubeExternalManifestConfig" => manifest(document, report),
        "KubeTalosAPIAccessConfig" => api_access(document, report),
        _ => components::check(document, report),
    }
}

fn cluster(document: &Place<'_>, report: &mut Report) {
    let name = document.key("clusterName");
    if name.is_empty() {
        report.missing(&name, "give the cluster a name");
    }
    let url = document.key("endpoint");
    if url.is_empty() {
        report.missing(&url, "write it like `https://10.0.0.10:6443`");
    } else {
        endpoint(&url, report);
    }
}

fn node(document: &Place<'_>, report: &mut Report) {
    for network in document.keys(&["nodeIP", "validSubnets"]).items() {
        subnet(&network, report);
    }
    labels::labels(&document.key("labels"), report);
    labels::annotations(&document.key("annotations"), report);
    labels::taints(&document.key("taints"), report);
}

fn authorizer(document: &Place<'_>, report: &mut Report) {
    let name = document.key("name");
    if name.is_empty() {
        report.missing(&name, "give the authorizer a name");
    }
    let (kind, webhook) = (document.key("type"), document.key("webhook"));
    match kind.text() {
        "" => report.missing(&kind, "write `Node`, `RBAC` or `Webhook`"),
        "Webhook" if webhook.is_empty() => {
            report.missing(&webhook, "say how the webhook is asked");
        }
        "Node" | "RBAC" | "Webhook" => {}
        _ => report.bad(
            &kind,
            "a type of authorizer",
            "write `Node`, `RBAC` or `Webhook`",
        ),
    }
    if kind.text() != "Webhook" && !webhook.is_empty() {
        report.add_as(
            Severity::Warning,
            &webhook,
            &rules::MACHINE_CONFIG_NEEDS,
            "`webhook` has no effect without `type: Webhook`",
            "take it out, or write `type: Webhook`",
        );
    }
}

fn static_pod(document: &Place<'_>, report: &mut Report) {
    name(document, report);
    let pod = document.key("pod");
    if pod.is_empty() {
        report.missing(&pod, "write the pod");
    }
}

fn manifest(document: &Place<'_>, report: &mut Report) {
    name(document, report);
    let url = document.key("url");
    let hint = "write it like `https://example.org/manifest.yaml`";
    if url.is_empty() {
        report.missing(&url, hint);
    } else if !Url::read(url.text())
        .is_some_and(|url| matches!(url.scheme.as_str(), "http" | "https"))
    {
        report.bad(&url, "the URL of a manifest", hint);
    }
}

/// The name of a pod or a manifest.
fn name(document: &Place<'_>, report: &mut Report) {
    let name = document.key("name");
    if name.is_empty() {
        report.missing(&name, "give the document a name");
    } else if !labels::is_subdomain(name.text()) {
        report.add(
            &name,
            &rules::MACHINE_CONFIG_BAD_NAME,
            format!("`{}` is not a name that Kubernetes takes", name.shown()),
            "use lower-case letters, digits and hyphens",
        );
    }
}

fn api_access(document: &Place<'_>, report: &mut Report) {
    let allowed = document.key("allowedRoles");
    if allowed.is_empty() {
        report.add_as(
            Severity::Warning,
            &allowed,
            &rules::MACHINE_CONFIG_MISSING,
            "without `allowedRoles` no pod gets access",
            "list roles such as `os:reader`, or take the document out",
        );
    }
    roles(&allowed, report);
}

/// Roles of the Talos API.
pub(super) fn roles(roles: &Place<'_>, report: &mut Report) {
    for role in roles.items() {
        if !ROLES.contains(&role.text()) {
            report.bad(&role, "a role of Talos", "write one such as `os:reader`");
        }
    }
}
