//! The ways in which objects name each other.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value};

use crate::stacks::text;

/// Something that an object names.
#[derive(Debug, PartialEq)]
pub(super) struct Reference {
    /// Where, as a dotted path.
    pub(super) at: String,
    pub(super) kind: String,
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) part: Part,
}

/// Which part of it is meant.
#[derive(Debug, PartialEq)]
pub(super) enum Part {
    Whole,
    /// A listener, a named port, a named rule.
    Section(String),
    Port(String),
    /// A key of the data.
    Key(String),
}

/// A place that names something.
#[derive(Debug, PartialEq)]
pub(super) enum Shape {
    Names(Reference),
    /// Nobody knows what, since the table lacks it.
    Unknown(String),
}

/// Keys of maps, or of lists of maps, that name something: the kind of the object that has them
/// (any, where it is empty), the key, and the kind that is named where `kind` does not say it
/// (the object's own for `=`; none where it has to).
const MAPS: &[(&str, &str, &str)] = &[
    ("AIGatewayRoute", "backendRefs", "AIServiceBackend"),
    ("", "backendRef", "Service"),
    ("", "backendRefs", "Service"),
    ("", "caCertificateRefs", "ConfigMap"),
    ("", "certificateRefs", "Secret"),
    ("", "chartRef", ""),
    ("", "clientSecret", "Secret"),
    ("", "clientSecretRef", "Secret"),
    ("", "apiTokenSecretRef", "Secret"),
    ("", "configMapKeyRef", "ConfigMap"),
    ("", "configMapRef", "ConfigMap"),
    ("", "dependsOn", "="),
    ("", "extensionRef", ""),
    ("", "healthChecks", ""),
    ("", "imagePullSecrets", "Secret"),
    ("", "issuerRef", "Issuer"),
    ("", "parametersRef", ""),
    ("", "parentRefs", "Gateway"),
    ("", "passwordSecret", "Secret"),
    ("", "peerConfigRef", "CiliumBGPPeerConfig"),
    ("", "roleRef", ""),
    ("", "scaleTargetRef", ""),
    ("", "secretKeyRef", "Secret"),
    ("", "secretRef", "Secret"),
    ("", "sourceRef", ""),
    ("", "substituteFrom", ""),
    ("", "superuserSecret", "Secret"),
    ("", "targetRef", ""),
    ("", "targetRefs", ""),
    ("", "valuesFrom", ""),
    ("Cluster", "secret", "Secret"),
    ("Receiver", "resources", ""),
];

/// Keys of texts that name something in the object's own namespace.
const TEXTS: &[(&str, &str, &str)] = &[
    ("", "claimName", "PersistentVolumeClaim"),
    ("", "existingConfigSecret", "Secret"),
    ("", "existingSecret", "Secret"),
    ("", "gatewayClassName", "GatewayClass"),
    ("", "priorityClassName", "PriorityClass"),
    ("", "serviceAccountName", "ServiceAccount"),
    ("", "storageClass", "StorageClass"),
    ("", "storageClassName", "StorageClass"),
    ("StatefulSet", "serviceName", "Service"),
];

/// Keys that look as if they named something, and do not, or name what comes of them.
const NONE: &[&str] = &["fieldRef", "privateKeySecretRef", "resourceFieldRef"];

/// The key that is read of a Secret where none is written.
const KEYS: &[(&str, &str, &str)] = &[
    ("BackendSecurityPolicy", "apiKey", "apiKey"),
    ("BackendSecurityPolicy", "azureAPIKey", "apiKey"),
    ("BackendSecurityPolicy", "clientSecretRef", "client-secret"),
    ("SecurityPolicy", "clientSecret", "client-secret"),
];

/// Host names of Services, wherever they stand.
static HOSTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"([a-z0-9][a-z0-9-]*)\.([a-z0-9][a-z0-9-]*)\.svc\b(?:\.cluster\.local\b)?(?::([0-9]+))?",
    )
    .expect("a pattern")
});

/// Everything that an object names.
pub(super) fn of(object: &Value) -> Vec<Shape> {
    let mut shapes = Vec::new();
    let kind = text(object, "/kind");
    let own = Own {
        kind,
        namespace: match (kind, text(object, "/spec/targetNamespace")) {
            // Where cert-manager itself is.
            ("ClusterIssuer", _) => "cert-manager",
            ("HelmRelease", target) if !target.is_empty() => target,
            _ => text(object, "/metadata/namespace"),
        },
    };
    let Some(fields) = object.as_object() else {
        return shapes;
    };
    for (key, value) in fields {
        if !matches!(key.as_str(), "apiVersion" | "kind" | "metadata" | "status") {
            own.walk(value, &mut vec![key.as_str()], &mut shapes);
        }
    }
    shapes
}

/// The object that names.
struct Own<'a> {
    kind: &'a str,
    namespace: &'a str,
}

impl Own<'_> {
    fn walk<'v>(&self, value: &'v Value, path: &mut Vec<&'v str>, shapes: &mut Vec<Shape>) {
        match value {
            Value::Object(fields) => {
                self.map(fields, path, shapes);
                for (key, value) in fields {
                    path.push(key);
                    self.walk(value, path, shapes);
                    path.pop();
                }
            }
            Value::Array(items) => {
                for item in items {
                    path.push("[]");
                    self.walk(item, path, shapes);
                    path.pop();
                }
            }
            Value::String(text) => {
                self.text(text, path, shapes);
                hosts(text, path, shapes);
            }
            _ => {}
        }
    }

    fn map(&self, fields: &Map<String, Value>, path: &[&str], shapes: &mut Vec<Shape>) {
        let mut keys = path.iter().rev().filter(|key| **key != "[]");
        let key = keys.next().copied().unwrap_or_default();
        let above = keys.next().copied().unwrap_or_default();
        let field = |name: &str| fields.get(name).and_then(Value::as_str);
        let is_optional = fields.get("optional") == Some(&Value::Bool(true));
        let kind = match (above, key) {
            ("volumes" | "sources", "secret") => Some("Secret"),
            ("volumes" | "sources", "configMap") => Some("ConfigMap"),
            // Only some subjects are objects.
            (_, "subjects") => field("kind").filter(|kind| *kind == "ServiceAccount"),
            _ => known(MAPS, self.kind, key),
        };
        let name = field("name").or_else(|| field("secretName"));
        let at = path.join(".").replace(".[]", "[]");
        let (Some(kind), Some(name)) = (kind, name) else {
            // Values of a chart may name what the chart itself makes by another word.
            let is_chart = fields.contains_key("identifier");
            let seems = key.ends_with("Ref") || key.ends_with("Refs");
            if seems && !is_chart && !NONE.contains(&key) {
                shapes.push(Shape::Unknown(at));
            }
            return;
        };
        let kind = match (field("kind").unwrap_or(kind), kind) {
            ("", _) => return shapes.push(Shape::Unknown(at)),
            ("=", _) => self.kind,
            (kind, _) => kind,
        };
        if is_optional {
            return;
        }
        let reference = |part| {
            Shape::Names(Reference {
                at: at.clone(),
                kind: kind.to_owned(),
                namespace: field("namespace").unwrap_or(self.namespace).to_owned(),
                name: name.to_owned(),
                part,
            })
        };
        let before = shapes.len();
        if let Some(section) = field("sectionName") {
            shapes.push(reference(Part::Section(section.to_owned())));
        }
        if let Some(port) = fields.get("port").filter(|port| port.is_u64()) {
            shapes.push(reference(Part::Port(port.to_string())));
        }
        let above = if key == "secretRef" { above } else { key };
        let written = field("key").or_else(|| field("valuesKey"));
        if let Some(key) = written.or_else(|| known(KEYS, self.kind, above)) {
            shapes.push(reference(Part::Key(key.to_owned())));
        }
        let items = fields.get("items").and_then(Value::as_array);
        for key in items.into_iter().flatten() {
            shapes.push(reference(Part::Key(text(key, "/key").to_owned())));
        }
        if shapes.len() == before {
            shapes.push(reference(Part::Whole));
        }
    }

    fn text(&self, name: &str, path: &[&str], shapes: &mut Vec<Shape>) {
        let key = path.last().copied().unwrap_or_default();
        let Some(kind) = known(TEXTS, self.kind, key) else {
            return;
        };
        let namespace = self.namespace.to_owned();
        shapes.push(Shape::Names(Reference {
            at: path.join(".").replace(".[]", "[]"),
            kind: kind.to_owned(),
            namespace,
            name: name.to_owned(),
            part: Part::Whole,
        }));
    }
}

/// The Services whose host names stand in a text.
fn hosts(text: &str, path: &[&str], shapes: &mut Vec<Shape>) {
    for host in HOSTS.captures_iter(text) {
        let part = host.get(3).map(|port| Part::Port(port.as_str().to_owned()));
        shapes.push(Shape::Names(Reference {
            at: path.join(".").replace(".[]", "[]"),
            kind: "Service".to_owned(),
            namespace: host[2].to_owned(),
            name: host[1].to_owned(),
            part: part.unwrap_or(Part::Whole),
        }));
    }
}

/// What a table has for a key of an object of some kind.
fn known(table: &[(&str, &str, &'static str)], kind: &str, key: &str) -> Option<&'static str> {
    let mut entries = table.iter();
    let entry = entries.find(|(of, one, _)| *one == key && (of.is_empty() || *of == kind));
    entry.map(|(_, _, named)| *named)
}
