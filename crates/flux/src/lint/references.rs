//! Secrets and `ConfigMap`s that are referenced and absent.

use std::collections::{BTreeMap, BTreeSet};

use diagnostics::{Diagnostics, Rule};

use super::producers::Producers;
use super::{at, is_open};
use crate::assembled::Release;
use crate::inventory::{Inventory, Kind, is_chart, kinds, target_namespace, values, walk};
use crate::object::Object;
use crate::rules;
use crate::value::Value;

/// Beyond so many problems no other name is sought: something else is wrong.
const SUGGESTED: usize = 200;

/// Something that is referenced by its name.
struct Reference<'a> {
    kind: Kind,
    namespace: String,
    name: &'a Value,
    user: Option<&'a Release>,
    rule: Option<&'static Rule>,
}

impl Reference<'_> {
    /// Whether a Kustomization takes variables from it.
    fn is_of_variables(&self) -> bool {
        self.rule == Some(&rules::FLUX_SUBSTITUTE_FROM_MISSING)
    }

    /// What is referenced.
    fn meant(&self) -> (Kind, &str, &str) {
        let name = self.name.as_text().unwrap_or_default();
        (self.kind, &self.namespace, name)
    }
}

pub(super) fn check(
    inventory: &Inventory<'_>,
    producers: &Producers<'_>,
    problems: &mut Diagnostics,
) {
    let mut references = Vec::new();
    for one in &inventory.assembled.kustomizations {
        let list = one.object.0.at(&["spec", "postBuild", "substituteFrom"]);
        let rule = &rules::FLUX_SUBSTITUTE_FROM_MISSING;
        named(list, &one.id.namespace, None, rule, &mut references);
    }
    for release in &inventory.assembled.releases {
        let list = release.object.0.at(&["spec", "valuesFrom"]);
        let rule = &rules::FLUX_VALUES_FROM_MISSING;
        // What a release waits for its own chart does not make.
        let user = Some(release);
        named(list, &release.id.namespace, user, rule, &mut references);
        in_values(release, &mut references);
    }
    // Secrets of a ClusterIssuer lie where cert-manager itself does.
    let mut releases = inventory.assembled.releases.iter();
    let manager = releases.find(|release| is_chart(release, "cert-manager"));
    let manager = manager.map_or("cert-manager", target_namespace);
    for entry in &inventory.objects {
        in_object(entry.object, manager, &mut references);
    }
    let mut users: BTreeMap<_, usize> = BTreeMap::new();
    for reference in references.iter().filter(|one| one.is_of_variables()) {
        *users.entry(reference.meant()).or_default() += 1;
    }
    let mut told = BTreeSet::new();
    for reference in &references {
        let Some(name) = reference.name.as_text() else {
            continue;
        };
        // Every Kustomization of a cluster may take the same variables.
        if reference.is_of_variables() && !told.insert(reference.meant()) {
            continue;
        }
        let is_written = !name.is_empty() && !is_open(name) && !is_open(&reference.namespace);
        let is_there =
            || producers.may_make(reference.kind, &reference.namespace, name, reference.user);
        if !is_written || is_there() {
            continue;
        }
        let own = if reference.kind == kinds::SECRET {
            &rules::FLUX_SECRET_MISSING
        } else {
            &rules::FLUX_CONFIGMAP_MISSING
        };
        let mut message = format!(
            "nothing makes the {} `{name}` in namespace `{}`",
            reference.kind.1, reference.namespace
        );
        let count = users.get(&reference.meant()).copied().unwrap_or_default();
        if reference.is_of_variables() && count > 1 {
            message += &format!(", of which {count} Kustomizations take variables");
        }
        let mut problem = at(
            reference.rule.unwrap_or(own).report(message),
            reference.name,
        );
        if let Some(other) = inventory.find(reference.kind, "", name) {
            problem = super::related(
                problem,
                &other.object.place(),
                "there is one in another namespace",
            );
        } else if problems.len() < SUGGESTED
            && let Some(close) = closest(inventory, reference, name)
        {
            problem = problem.hint(format!("did you mean `{close}`?"));
        }
        problems.push(problem);
    }
}

/// The name of what is there that is most like this one.
fn closest<'a>(inventory: &Inventory<'a>, to: &Reference<'_>, name: &str) -> Option<&'a str> {
    let others = inventory.all(to.kind);
    let others = others.filter(|one| one.object.namespace() == to.namespace);
    let names: Vec<_> = others.map(|one| one.object.name()).collect();
    diagnostics::closest(name, names)
}

/// Entries of the form `{kind, name, optional}`.
fn named<'a>(
    list: Option<&'a Value>,
    namespace: &str,
    user: Option<&'a Release>,
    rule: &'static Rule,
    references: &mut Vec<Reference<'a>>,
) {
    for entry in list.map(Value::items).unwrap_or_default() {
        let kind = match entry.get("kind").and_then(Value::as_text) {
            Some("Secret") => kinds::SECRET,
            Some("ConfigMap") => kinds::CONFIG_MAP,
            _ => continue,
        };
        push(entry, "name", kind, namespace, user, Some(rule), references);
    }
}

fn push<'a>(
    map: &'a Value,
    key: &str,
    kind: Kind,
    namespace: &str,
    user: Option<&'a Release>,
    rule: Option<&'static Rule>,
    references: &mut Vec<Reference<'a>>,
) {
    let is_optional = map.get("optional").and_then(Value::as_bool) == Some(true);
    if let Some(name) = map.get(key).filter(|_| !is_optional) {
        references.push(Reference {
            kind,
            namespace: namespace.to_owned(),
            name,
            user,
            rule,
        });
    }
}

fn in_object<'a>(object: &'a Object, manager: &str, references: &mut Vec<Reference<'a>>) {
    let namespace = object.namespace();
    let group = object.group();
    match (group, object.kind()) {
        ("", "Pod") | ("apps" | "batch", _) => in_pods(&object.0, namespace, references),
        ("source.toolkit.fluxcd.io" | "notification.toolkit.fluxcd.io", _) => {
            if let Some(to) = object.0.at(&["spec", "secretRef"]) {
                push(to, "name", kinds::SECRET, namespace, None, None, references);
            }
        }
        ("gateway.networking.k8s.io", "Gateway") => in_gateway(object, references),
        ("networking.k8s.io", "Ingress") => {
            let metadata = object
                .0
                .at(&["metadata", "annotations"])
                .and_then(Value::as_map);
            // cert-manager makes the Secret of an Ingress that names an issuer.
            let is_made = metadata.is_some_and(|all| {
                all.keys().any(|key| {
                    key.starts_with("cert-manager.io/") || key == "kubernetes.io/tls-acme"
                })
            });
            let entries = object
                .0
                .at(&["spec", "tls"])
                .map(Value::items)
                .unwrap_or_default();
            for entry in entries.iter().filter(|_| !is_made) {
                push(
                    entry,
                    "secretName",
                    kinds::SECRET,
                    namespace,
                    None,
                    None,
                    references,
                );
            }
        }
        ("cert-manager.io", "ClusterIssuer" | "Issuer") => {
            let namespace = if object.kind() == "Issuer" {
                namespace
            } else {
                manager
            };
            walk(&object.0, &mut |path, value| {
                if path
                    .last()
                    .is_some_and(|key| key.ends_with("SecretRef") && *key != "privateKeySecretRef")
                {
                    push(
                        value,
                        "name",
                        kinds::SECRET,
                        namespace,
                        None,
                        None,
                        references,
                    );
                }
            });
        }
        _ => {}
    }
}

/// What containers and volumes of pods name, wherever the template of the pods stands.
fn in_pods<'a>(value: &'a Value, namespace: &str, references: &mut Vec<Reference<'a>>) {
    walk(value, &mut |path, value| {
        let mut from_end = path.iter().rev().copied();
        let (last, before) = (
            from_end.next().unwrap_or_default(),
            from_end.next().unwrap_or_default(),
        );
        let above = from_end.next().unwrap_or_default();
        let (key, kind) = match (above, before, last) {
            (_, _, "secretKeyRef" | "secretRef") => ("name", kinds::SECRET),
            (_, _, "configMapKeyRef" | "configMapRef") => ("name", kinds::CONFIG_MAP),
            ("volumes", "[]", "secret") => ("secretName", kinds::SECRET),
            ("volumes", "[]", "configMap") => ("name", kinds::CONFIG_MAP),
            ("sources", "[]", "secret") => ("name", kinds::SECRET),
            ("sources", "[]", "configMap") => ("name", kinds::CONFIG_MAP),
            (_, "imagePullSecrets", "[]") => ("name", kinds::SECRET),
            _ => return,
        };
        push(value, key, kind, namespace, None, None, references);
    });
}

fn in_gateway<'a>(object: &'a Object, references: &mut Vec<Reference<'a>>) {
    let metadata = object
        .0
        .at(&["metadata", "annotations"])
        .and_then(Value::as_map);
    if metadata.is_some_and(|all| all.keys().any(|key| key.starts_with("cert-manager.io/"))) {
        return;
    }
    walk(&object.0, &mut |path, value| {
        let mut from_end = path.iter().rev().copied();
        if (from_end.next(), from_end.next()) != (Some("[]"), Some("certificateRefs")) {
            return;
        }
        let text = |key| value.get(key).and_then(Value::as_text).unwrap_or_default();
        if matches!(text("kind"), "" | "Secret") && text("group").is_empty() {
            let namespace = match text("namespace") {
                "" => object.namespace(),
                given => given,
            };
            push(
                value,
                "name",
                kinds::SECRET,
                namespace,
                None,
                None,
                references,
            );
        }
    });
}

/// What values of charts name, in the shapes that many charts share.
fn in_values<'a>(release: &'a Release, references: &mut Vec<Reference<'a>>) {
    // Places are those of the object; what `valuesFrom` adds has none.
    let Some(values) = release
        .object
        .0
        .at(&["spec", "values"])
        .or_else(|| values(release))
    else {
        return;
    };
    let namespace = target_namespace(release);
    let is_template = is_chart(release, "app-template");
    walk(values, &mut |path, value| {
        let mut from_end = path.iter().rev().copied();
        let (last, before) = (
            from_end.next().unwrap_or_default(),
            from_end.next().unwrap_or_default(),
        );
        let user = Some(release);
        match (before, last) {
            (_, "secretKeyRef" | "secretRef") => {
                push(
                    value,
                    "name",
                    kinds::SECRET,
                    namespace,
                    user,
                    None,
                    references,
                );
            }
            (_, "configMapKeyRef" | "configMapRef") => {
                push(
                    value,
                    "name",
                    kinds::CONFIG_MAP,
                    namespace,
                    user,
                    None,
                    references,
                );
            }
            ("envFrom", "[]") if is_template => {
                push(
                    value,
                    "secret",
                    kinds::SECRET,
                    namespace,
                    user,
                    None,
                    references,
                );
                push(
                    value,
                    "configMap",
                    kinds::CONFIG_MAP,
                    namespace,
                    user,
                    None,
                    references,
                );
            }
            ("persistence", _) if is_template => {
                let kind = match value.get("type").and_then(Value::as_text) {
                    Some("secret") => kinds::SECRET,
                    Some("configMap") => kinds::CONFIG_MAP,
                    _ => return,
                };
                push(value, "name", kind, namespace, user, None, references);
            }
            _ => {
                if value
                    .get("existingSecret")
                    .and_then(Value::as_text)
                    .is_some()
                {
                    push(
                        value,
                        "existingSecret",
                        kinds::SECRET,
                        namespace,
                        user,
                        None,
                        references,
                    );
                }
            }
        }
    });
}
