//! What changes Kustomizations while the API server takes them, so that they have variables in
//! the cluster that no file gives them.
//!
//! Only what names the group of Kustomizations counts: what is for every group is for policies.

use crate::object::Object;
use crate::value::Value;

const GROUP: &str = "kustomize.toolkit.fluxcd.io";

/// The chart of a webhook that gives the keys of `ConfigMaps` and Secrets of its own namespace to
/// Kustomizations of all namespaces.
const CHART: &str = "kustomize-mutating-webhook";

/// Whether an object changes Kustomizations on admission.
pub(super) fn changes(object: &Object) -> bool {
    let texts = |value: &Value, key: &str| -> Vec<String> {
        let items = value.get(key).map(Value::items).unwrap_or_default().iter();
        items
            .filter_map(|item| item.as_text().map(str::to_owned))
            .collect()
    };
    let is_for = |rule: &Value| {
        let resources = texts(rule, "resources");
        texts(rule, "apiGroups").iter().any(|group| group == GROUP)
            && resources
                .iter()
                .any(|one| one == "*" || one == "kustomizations")
    };
    let any = |value: Option<&Value>, is: &dyn Fn(&Value) -> bool| {
        value.map(Value::items).unwrap_or_default().iter().any(is)
    };
    match (object.group(), object.kind()) {
        ("admissionregistration.k8s.io", "MutatingWebhookConfiguration") => {
            any(object.0.get("webhooks"), &|hook| {
                any(hook.get("rules"), &is_for)
            })
        }
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicy") => any(
            object.0.at(&["spec", "matchConstraints", "resourceRules"]),
            &is_for,
        ),
        ("kyverno.io", "ClusterPolicy" | "Policy") => {
            any(object.0.at(&["spec", "rules"]), &|rule| {
                rule.get("mutate").is_some() && rule.get("match").is_some_and(names_kustomizations)
            })
        }
        ("source.toolkit.fluxcd.io", "OCIRepository") => {
            object.text(&["spec", "url"]).rsplit('/').next() == Some(CHART)
        }
        ("helm.toolkit.fluxcd.io", "HelmRelease") => {
            object.text(&["spec", "chart", "spec", "chart"]) == CHART
        }
        _ => false,
    }
}

/// Whether Flux's Kustomizations are among the kinds that a policy matches, such as
/// `kustomize.toolkit.fluxcd.io/v1/Kustomization`, or `Kustomization` alone.
fn names_kustomizations(value: &Value) -> bool {
    let is_kind = |text: &str| text.rsplit('/').next() == Some("Kustomization");
    any_text(value, &is_kind)
}

fn any_text(value: &Value, is: &dyn Fn(&str) -> bool) -> bool {
    if let Some(map) = value.as_map() {
        return map.values().any(|field| any_text(&field.value, is));
    }
    value.as_text().is_some_and(is) || value.items().iter().any(|item| any_text(item, is))
}
