//! Where the kinds of others come from that the program brings along, and how far that binds.

use serde_json::Value as Json;

use super::bundle::bundle;
use super::model::{Lazy, Schema};

/// Groups and the packages that define their kinds.
const PACKAGES: &[(&str, &str)] = &[
    ("acme.cert-manager.io", "cert-manager/cert-manager"),
    ("aigateway.envoyproxy.io", "envoyproxy/ai-gateway"),
    ("cert-manager.io", "cert-manager/cert-manager"),
    ("cilium.io", "cilium/cilium"),
    ("external-secrets.io", "external-secrets/external-secrets"),
    ("externaldns.k8s.io", "external-dns"),
    (
        "fluxcd.controlplane.io",
        "controlplaneio-fluxcd/flux-operator",
    ),
    ("gateway.envoyproxy.io", "envoyproxy/gateway"),
    ("gateway.networking.k8s.io", "gateway-api"),
    ("gateway.networking.x-k8s.io", "gateway-api"),
    (
        "generators.external-secrets.io",
        "external-secrets/external-secrets",
    ),
    (
        "groupsnapshot.storage.k8s.io",
        "kubernetes-csi/external-snapshotter",
    ),
    ("helm.toolkit.fluxcd.io", "fluxcd/helm-controller"),
    ("kustomize.toolkit.fluxcd.io", "fluxcd/kustomize-controller"),
    (
        "monitoring.coreos.com",
        "prometheus-operator/prometheus-operator",
    ),
    (
        "notification.toolkit.fluxcd.io",
        "fluxcd/notification-controller",
    ),
    ("postgresql.cnpg.io", "cloudnative-pg/cloudnative-pg"),
    (
        "snapshot.storage.k8s.io",
        "kubernetes-csi/external-snapshotter",
    ),
    ("source.toolkit.fluxcd.io", "fluxcd/source-controller"),
];

/// The package that a group's kinds come from, and its version.
pub(super) fn of(group: &str) -> Option<(&'static str, &'static str)> {
    let (_, package) = PACKAGES.iter().find(|(of, _)| *of == group)?;
    let origins = bundle().origins.iter();
    let mut versions = origins.filter(|(path, _)| {
        let path = path.split_once('/').map_or("", |(_, path)| path);
        let rest = path.strip_prefix(package);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    versions.next().map(|(_, version)| (*package, *version))
}

/// Whether a group is Flux's own: the version of Flux that is known here is the one that counts.
///
/// The kinds of others come with charts, which may be newer.
pub(super) fn is_flux(group: &str) -> bool {
    group.ends_with(".toolkit.fluxcd.io")
}

/// Kinds that Alerts and Receivers may name beside those of their definitions.
///
/// The kinds of the Flux Operator, which sends events of them. Flux documents how the lists of
/// the definitions are patched for the kinds of others ("Integrate with Flux Receivers and
/// Alerts"), so that what a cluster takes is not in the definitions alone.
const NOTIFYING: &[&str] = &["FluxInstance", "ResourceSet", "ResourceSetInputProvider"];

/// Adds what a schema of a group takes in clusters beside what its definition says.
pub(super) fn widen(group: &str, schema: &mut Schema) {
    if group != "notification.toolkit.fluxcd.io" {
        return;
    }
    for list in ["eventSources", "resources"] {
        let kind = schema
            .properties
            .get_mut("spec")
            .and_then(Lazy::get_mut)
            .and_then(|spec| spec.properties.get_mut(list)?.get_mut())
            .and_then(|list| list.items.as_mut()?.get_mut())
            .and_then(|item| item.properties.get_mut("kind")?.get_mut());
        if let Some(allowed) = kind.and_then(|kind| kind.allowed.as_mut()) {
            allowed.extend(NOTIFYING.iter().map(|kind| Json::from(*kind)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{bundle, of};

    #[test]
    fn every_bundled_kind_has_an_origin() {
        for kind in &bundle().kinds {
            assert!(of(kind.group).is_some(), "{}", kind.group);
        }
    }
}
