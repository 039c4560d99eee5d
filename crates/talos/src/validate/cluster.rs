//! `cluster` in the document without a kind.

use diagnostics::Severity;
use std::collections::HashSet;

use super::common::{duplicate, endpoint, subnet};
use super::kubernetes::{resources, version};
use super::place::{Place, Report};
use super::url::Url;

use crate::rules;

/// The section as a whole.
pub(super) fn check(cluster: &Place<'_>, control_plane: bool, report: &mut Report) {
    if !cluster.is_there() {
        report.missing(cluster, "a node needs a section `cluster`");
        return;
    }
    let url = cluster.keys(&["controlPlane", "endpoint"]);
    if url.is_there() {
        endpoint(&url, report);
    } else if report.has_documents() {
        without_endpoint(cluster, report);
    } else {
        report.missing(&url, "write it like `https://10.0.0.10:6443`");
        return;
    }
    let domain = cluster.keys(&["network", "dnsDomain"]);
    if !domain.is_empty() && !is_domain(domain.text()) {
        report.bad(&domain, "a DNS name", "write it like `cluster.local`");
    }
    manifests(cluster, report);
    etcd(&cluster.key("etcd"), control_plane, report);
    discovery(cluster, report);
    api_server(&cluster.key("apiServer"), report);
    for component in ["apiServer", "controllerManager", "scheduler"] {
        let component = cluster.key(component);
        resources(&component.key("resources"), report);
        if control_plane {
            version(&component.key("image"), report);
        }
    }
}

/// What must not stay where the endpoint is in a document.
fn without_endpoint(cluster: &Place<'_>, report: &mut Report) {
    let section = cluster.key("controlPlane");
    if section.is_there() {
        report.missing(
            &section.key("endpoint"),
            "write it like `https://10.0.0.10:6443`, or take the whole section `controlPlane` out \
             where `KubeClusterConfig` has the endpoint, and `KubeAPIServerConfig` the port",
        );
    }
    let account = cluster.key("serviceAccount");
    if account.is_there() {
        report.add(
            &account,
            &rules::MACHINE_CONFIG_NEEDS,
            "the key of service accounts needs `controlPlane.endpoint` beside it, which names who \
             signs",
            "move it to `KubeServiceAccountConfig` together with the endpoint",
        );
    }
}

/// A DNS name, with underscores, as Talos has it.
pub(super) fn is_domain(name: &str) -> bool {
    let dots = name.matches('.').count();
    // Go's expression allows one dot or underscore at the end.
    let labels = name.strip_suffix('.').unwrap_or(name).split('.');
    name.len() - dots <= 255
        && labels.into_iter().all(|label| {
            let first = label.bytes().next();
            let odd = |byte: u8| !(byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
            let most = if name.ends_with(label) && label.ends_with('_') {
                64
            } else {
                63
            };
            first.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                && label.len() <= most
                && !label.bytes().any(odd)
        })
}

/// `cluster.network.cni`, on control planes.
pub(super) fn network_plugin(plugin: &Place<'_>, report: &mut Report) {
    // Without any, it is flannel.
    if !plugin.is_there() {
        return;
    }
    let name = plugin.key("name");
    let urls = plugin.key("urls");
    match name.text() {
        "flannel" | "none" if !urls.is_empty() => report.add(
            &urls,
            &rules::MACHINE_CONFIG_EXCLUSIVE,
            format!("`{}` needs no manifests", name.text()),
            "take `urls` out, or write `name: custom`",
        ),
        "flannel" | "none" => {}
        "custom" => {
            if urls.is_empty() {
                report.add_as(
                    Severity::Warning,
                    &urls,
                    &rules::MACHINE_CONFIG_MISSING,
                    "`custom` without `urls` installs nothing",
                    "list the manifests, or write `name: none`",
                );
            }
            for url in urls.items() {
                endpoint(&url, report);
            }
        }
        _ => report.bad(
            &name,
            "a network plugin that Talos knows",
            "write `flannel`, `custom` or `none`",
        ),
    }
    if !matches!(name.text(), "none" | "custom") {
        return;
    }
    let arguments = plugin.keys(&["flannel", "extraArgs"]);
    let policies = plugin.keys(&["flannel", "kubeNetworkPoliciesEnabled"]);
    for (place, set) in [
        (&arguments, !arguments.is_empty()),
        (&policies, policies.is_true()),
    ] {
        if set {
            report.add(
                place,
                &rules::MACHINE_CONFIG_EXCLUSIVE,
                format!("this is for flannel, not for `{}`", name.text()),
                "take it out",
            );
        }
    }
}

fn manifests(cluster: &Place<'_>, report: &mut Report) {
    let provider = cluster.key("externalCloudProvider");
    let urls = provider.key("manifests");
    if !urls.is_empty() && !provider.key("enabled").is_true() {
        report.add(
            &urls,
            &rules::MACHINE_CONFIG_NEEDS,
            "these manifests belong to a cloud provider that is off",
            "set `enabled: true` beside them, or take them out",
        );
    } else {
        for url in urls.items() {
            endpoint(&url, report);
        }
    }
    inline_manifests(&cluster.key("inlineManifests"), report);
}

/// Manifests with names of their own.
pub(super) fn inline_manifests(manifests: &Place<'_>, report: &mut Report) {
    let mut seen = HashSet::new();
    for name in manifests.items().iter().map(|item| item.key("name")) {
        if name.text().trim().is_empty() {
            report.missing(&name, "give the manifest a name");
        }
        if !seen.insert(name.text()) {
            duplicate(&name, "the manifest", report);
        }
    }
}

fn etcd(etcd: &Place<'_>, control_plane: bool, report: &mut Report) {
    if !etcd.is_there() {
        return;
    }
    if !control_plane {
        report.add(
            etcd,
            &rules::MACHINE_CONFIG_CONTROL_PLANE_ONLY,
            "only control planes run etcd",
            "move it to a patch for control planes",
        );
        return;
    }
    let authority = etcd.key("ca");
    if !authority.is_there() {
        report.missing(&authority, "take it from the secrets of the cluster");
    }
    let old = etcd.key("subnet");
    let advertised = etcd.key("advertisedSubnets");
    if !old.is_empty() && !advertised.is_empty() {
        report.exclusive(&old, "advertisedSubnets");
    } else if !old.is_empty() {
        subnet(&old, report);
    }
    for network in advertised.items() {
        subnet(&network, report);
    }
    for network in etcd.key("listenSubnets").items() {
        subnet(&network, report);
    }
}

fn discovery(cluster: &Place<'_>, report: &mut Report) {
    let discovery = cluster.key("discovery");
    let service = discovery.keys(&["registries", "service"]);
    if !discovery.key("enabled").is_true() || service.key("disabled").is_true() {
        return;
    }
    let url = service.key("endpoint");
    if !url.is_empty() {
        // Other than elsewhere, only whole URLs and paths pass.
        let whole = |parts: &Url<'_>| url.text().starts_with('/') || !parts.scheme.is_empty();
        match Url::read(url.text()).filter(whole) {
            None => report.bad(
                &url,
                "a URL",
                "write it like `https://discovery.example.org`",
            ),
            Some(parts) if !matches!(parts.path, "" | "/") => report.add(
                &url,
                &rules::MACHINE_CONFIG_BAD_VALUE,
                "the URL of the discovery service has a path",
                "leave the path out",
            ),
            Some(_) => {}
        }
    }
    for key in ["id", "secret"] {
        let value = cluster.key(key);
        if value.is_empty() {
            report.missing(
                &value,
                "the discovery service needs it: take it from the secrets of the cluster",
            );
        }
    }
}

fn api_server(server: &Place<'_>, report: &mut Report) {
    let authorizers = server.key("authorizationConfig");
    if !authorizers.is_there() {
        return;
    }
    for (flag, place) in server.key("extraArgs").entries() {
        if flag == "authorization-mode" || flag.starts_with("authorization-webhook-") {
            report.exclusive(&place, "authorizationConfig");
        }
    }
    for authorizer in authorizers.items() {
        let kind = authorizer.key("type");
        if kind.is_empty() {
            report.missing(&kind, "write one such as `RBAC`");
        } else if !matches!(kind.text(), "Node" | "RBAC" | "Webhook") {
            report.bad(
                &kind,
                "a type of authorizer",
                "write `Node`, `RBAC` or `Webhook`",
            );
        }
        let name = authorizer.key("name");
        if name.is_empty() {
            report.missing(&name, "give the authorizer a name");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_domain;

    #[test]
    fn domains() {
        for fine in ["cluster.local", "a", "a_b.c-", "cluster.local.", "_a"] {
            assert!(is_domain(fine), "{fine}");
        }
        for wrong in ["", "-a", "a..b", ".", "a b", "a/b"] {
            assert!(!is_domain(wrong), "{wrong}");
        }
    }
}
