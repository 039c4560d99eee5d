//! Kubernetes' own kinds, from the description that each release publishes of its API.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use serde_json::{Map, Value, json};

use super::packages::Package;
use super::{semantics, slim};

/// The kinds of one release.
#[derive(Default)]
pub(super) struct Builtin {
    /// Schemas by the name that other schemas call them by.
    pub(super) definitions: BTreeMap<String, String>,
    /// Group, version and kind to the name of the definition, and whether it lies in a namespace.
    pub(super) kinds: BTreeMap<(String, String, String), (String, bool)>,
}

/// Reads a release.
pub(super) fn read(package: &Package) -> Result<Builtin> {
    let texts = package.texts()?;
    let (_, text) = texts.first().context("a release has a description")?;
    let api: Value = serde_json::from_str(text)?;
    let definitions = entries(&api, "definitions")?;
    let mut builtin = Builtin::default();
    let kinds = kinds(&api)?;
    for (name, definition) in definitions {
        let Some(list) = definition.get("x-kubernetes-group-version-kind") else {
            continue;
        };
        for kind in list.as_array().into_iter().flatten() {
            let Some(id) = id(kind) else { continue };
            if let Some(namespaced) = kinds.get(&id) {
                builtin.kinds.insert(id, (short(name), *namespaced));
            }
        }
    }
    let mut open: Vec<String> = { builtin.kinds.values() }
        .map(|(name, _)| name.clone())
        .collect();
    let mut seen: BTreeSet<String> = open.iter().cloned().collect();
    let named: BTreeMap<String, &Value> = { definitions.iter() }
        .map(|(name, definition)| (short(name), definition))
        .collect();
    while let Some(name) = open.pop() {
        let definition = named.get(&name).context("a reference leads somewhere")?;
        let mut schema = slim::schema(definition);
        mend(&name, &mut schema);
        semantics::add(&name, &mut schema);
        shorten(&mut schema, &mut |reference| {
            if seen.insert(reference.to_owned()) {
                open.push(reference.to_owned());
            }
        });
        builtin.definitions.insert(name, schema.to_string());
    }
    Ok(builtin)
}

/// What clients may create, and whether it lies in a namespace.
fn kinds(api: &Value) -> Result<BTreeMap<(String, String, String), bool>> {
    let mut kinds = BTreeMap::new();
    for (path, operations) in entries(api, "paths")? {
        let Some(post) = operations.get("post") else {
            continue;
        };
        let Some(id) = post.get("x-kubernetes-group-version-kind").and_then(id) else {
            continue;
        };
        // What is posted below an object, such as an eviction, is no object of its own.
        if path.contains("{name}") {
            continue;
        }
        let namespaced = path.contains("{namespace}");
        let known = kinds.entry(id).or_insert(namespaced);
        *known |= namespaced;
    }
    Ok(kinds)
}

fn entries<'a>(value: &'a Value, key: &str) -> Result<&'a Map<String, Value>> {
    let value = value.get(key).and_then(Value::as_object);
    value.with_context(|| format!("the description has no `{key}`"))
}

fn id(kind: &Value) -> Option<(String, String, String)> {
    let text = |key| Some(kind.get(key)?.as_str()?.to_owned());
    Some((text("group")?, text("version")?, text("kind")?))
}

/// Names of definitions are long and begin alike.
fn short(name: &str) -> String {
    let name = name.strip_prefix("io.k8s.").unwrap_or(name);
    let name = name.strip_prefix("api.").unwrap_or(name);
    let name = name.strip_prefix("apimachinery.pkg.apis.").unwrap_or(name);
    name.to_owned()
}

/// Makes references short, and tells of each.
fn shorten(schema: &mut Value, tell: &mut impl FnMut(&str)) {
    match schema {
        Value::Object(entries) => {
            if let Some(Value::String(reference)) = entries.get_mut("$ref") {
                *reference = short(reference.trim_start_matches("#/definitions/"));
                tell(reference);
            }
            for value in entries.values_mut() {
                shorten(value, tell);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| shorten(item, tell)),
        _ => {}
    }
}

/// What the description does not say, or says otherwise than the server reads it.
fn mend(name: &str, schema: &mut Value) {
    match name {
        "apimachinery.pkg.util.intstr.IntOrString" | "apimachinery.pkg.api.resource.Quantity" => {
            let format = if name.ends_with("Quantity") {
                "quantity"
            } else {
                "int-or-string"
            };
            *schema = json!({ "x-kubernetes-int-or-string": true, "format": format });
        }
        "apimachinery.pkg.runtime.RawExtension" | "meta.v1.FieldsV1" => {
            *schema = json!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true });
        }
        "core.v1.ContainerPort" | "core.v1.ServicePort" => {
            // It is a key of the list, and the server fills it in before it compares.
            if let Some(protocol) = schema.pointer_mut("/properties/protocol") {
                *protocol = json!({ "type": "string", "default": "TCP" });
            }
        }
        _ => {
            let bare = schema.as_object().is_some_and(|entries| {
                !entries.contains_key("properties") && !entries.contains_key("$ref")
            });
            let any = schema.get("type").is_none_or(|kind| kind == "object");
            if bare && any && schema.get("additionalProperties").is_none() {
                // Any JSON at all, or an object without fields.
                if schema.get("type").is_none() {
                    *schema = json!({ "x-kubernetes-preserve-unknown-fields": true });
                }
            }
        }
    }
}
