//! The order of the objects.

use std::cmp::Ordering;

use crate::value::Value;

use super::super::resource::Resource;
use super::super::set::Set;

/// Kinds that come first, in this order.
const FIRST: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];

/// Kinds that come last, in this order.
const LAST: [&str; 2] = [
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// Sorts by kind, as kustomize does unless `sortOptions` say otherwise.
///
/// # Errors
///
/// The options are wrong: a clause.
pub(in super::super) fn sort(set: &mut Set, options: Option<&Value>) -> Result<(), String> {
    let legacy = options.and_then(|options| options.get("legacySortOptions"));
    match options.map(|options| {
        options
            .get("order")
            .and_then(Value::as_text)
            .unwrap_or_default()
    }) {
        None | Some("legacy") => {}
        Some("fifo") if legacy.is_none() => return Ok(()),
        Some("fifo") => return Err("`legacySortOptions` go with the order `legacy`".to_owned()),
        Some(_) => return Err("`order` is `legacy` or `fifo`".to_owned()),
    }
    let kinds = |key: &str, usual: &[&str]| -> Vec<String> {
        match legacy {
            None => usual.iter().map(|kind| (*kind).to_owned()).collect(),
            Some(legacy) => { legacy.get(key).map(Value::items).unwrap_or_default() }
                .iter()
                .filter_map(|kind| kind.as_text().map(str::to_owned))
                .collect(),
        }
    };
    let (first, last) = (kinds("orderFirst", &FIRST), kinds("orderLast", &LAST));
    let rank = |kind: &str| {
        let at = |list: &[String]| list.iter().position(|one| one == kind);
        match (at(&first), at(&last)) {
            (_, Some(at)) => (2, at),
            (Some(at), None) => (0, at),
            (None, None) => (1, 0),
        }
    };
    let or = |text: &str, other: &str| {
        if text.is_empty() {
            other.to_owned()
        } else {
            text.to_owned()
        }
    };
    let key = |resource: &Resource| {
        let (group, version) = resource.group_version();
        let (group, version) = (or(group, "~G"), or(version, "~V"));
        let of_kind = format!("{group}_{version}_{}", or(resource.kind(), "~K"));
        let named = format!(
            "{}|{}",
            or(resource.namespace(), "~X"),
            or(resource.name(), "~N")
        );
        (rank(resource.kind()), of_kind, named)
    };
    set.change().sort_by_cached_key(key);
    // Namespaces of the core group come before those of any other.
    let both = |one: &Resource, other: &Resource| {
        one.kind() == "Namespace"
            && other.kind() == "Namespace"
            && one.api_version() != other.api_version()
    };
    set.change().sort_by(|one, other| {
        if both(one, other) {
            key(other).1.cmp(&key(one).1)
        } else {
            Ordering::Equal
        }
    });
    Ok(())
}
