//! Whether what a manifest made has come up.

use kubernetes_client::Definition;
use serde_json::Value;

/// Whether a kind has pods that are replaced when it changes.
pub(super) fn rolls(definition: &Definition) -> bool {
    matches!(
        definition.kind.as_str(),
        "DaemonSet" | "Deployment" | "StatefulSet"
    )
}

/// What is missing to a workload whose pods are all those of its last version, and available.
pub(super) fn missing(definition: &Definition, object: &Value) -> Option<String> {
    let number = |pointer: &str| object.pointer(pointer).and_then(Value::as_u64);
    let status = |key: &str| number(&format!("/status/{key}")).unwrap_or_default();
    if status("observedGeneration") < number("/metadata/generation").unwrap_or_default() {
        return Some("its controller has not seen it yet".to_owned());
    }
    let (wanted, updated, available) = if definition.kind == "DaemonSet" {
        (
            status("desiredNumberScheduled"),
            status("updatedNumberScheduled"),
            status("numberAvailable"),
        )
    } else {
        (
            number("/spec/replicas").unwrap_or(1),
            status("updatedReplicas"),
            status("availableReplicas"),
        )
    };
    if updated < wanted {
        return Some(format!("{updated} of {wanted} pods are new"));
    }
    (available < wanted).then(|| format!("{available} of {wanted} pods are available"))
}

#[cfg(test)]
mod tests {
    use kubernetes_client::Definition;
    use serde_json::json;

    use super::missing;

    #[test]
    fn a_workload_is_there_when_all_its_pods_are_new_and_available() {
        let kind = |kind: &str| Definition {
            api_version: "apps/v1".to_owned(),
            kind: kind.to_owned(),
            plural: String::new(),
            is_namespaced: true,
        };
        let daemons = |seen: u64, updated: u64, available: u64| {
            json!({"metadata": {"generation": 2}, "status": {"observedGeneration": seen,
                "desiredNumberScheduled": 3, "updatedNumberScheduled": updated, "numberAvailable": available}})
        };
        let set = kind("DaemonSet");
        assert!(missing(&set, &daemons(1, 3, 3)).is_some());
        assert!(missing(&set, &daemons(2, 2, 3)).is_some());
        assert!(missing(&set, &daemons(2, 3, 2)).is_some());
        assert_eq!(missing(&set, &daemons(2, 3, 3)), None);
        let deployment = kind("Deployment");
        let object = json!({"metadata": {"generation": 1}, "status": {"observedGeneration": 1, "updatedReplicas": 1}});
        assert!(missing(&deployment, &object).is_some());
        let none = json!({"metadata": {"generation": 1}, "spec": {"replicas": 0}, "status": {"observedGeneration": 1}});
        assert_eq!(missing(&deployment, &none), None);
    }
}
