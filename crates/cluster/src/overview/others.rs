//! What is read of nodes, namespaces, volumes, certificates, and what has an address.

use serde::Deserialize;

use super::facts::{Condition, Metadata, Object, condition, or_nothing, text};

/// A node.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(from = "RawNode")]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Whether it is a control plane.
    pub leads: bool,
    /// Whether its kubelet reports that it is well.
    pub is_ready: bool,
    /// Why not.
    pub why: String,
    /// Whether it gets no new pods.
    pub is_cordoned: bool,
    /// What it is short of, such as `MemoryPressure`.
    pub pressure: Vec<String>,
    /// The version of its kubelet.
    pub kubelet: String,
    /// What it runs.
    pub os: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawNode {
    #[serde(deserialize_with = "or_nothing")]
    metadata: Metadata,
    #[serde(deserialize_with = "or_nothing")]
    spec: NodeSpec,
    #[serde(deserialize_with = "or_nothing")]
    status: NodeStatus,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct NodeSpec {
    #[serde(deserialize_with = "or_nothing")]
    unschedulable: bool,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct NodeStatus {
    #[serde(deserialize_with = "or_nothing")]
    conditions: Vec<Condition>,
    #[serde(deserialize_with = "or_nothing")]
    node_info: NodeInfo,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct NodeInfo {
    #[serde(deserialize_with = "text")]
    kubelet_version: String,
    #[serde(deserialize_with = "text")]
    os_image: String,
}

impl From<RawNode> for Node {
    fn from(raw: RawNode) -> Self {
        let conditions = raw.status.conditions;
        let ready = condition(&conditions, "Ready");
        let pressure = conditions.iter().filter(|one| {
            one.status == "True"
                && (one.kind.ends_with("Pressure") || one.kind == "NetworkUnavailable")
        });
        Self {
            is_ready: ready.is_some_and(|one| one.status == "True"),
            why: ready.map_or_else(
                || "its kubelet has reported nothing yet".to_owned(),
                |one| one.message.clone(),
            ),
            pressure: pressure.map(|one| one.kind.clone()).collect(),
            leads: raw.metadata.labels.control_plane.is_some(),
            is_cordoned: raw.spec.unschedulable,
            kubelet: raw.status.node_info.kubelet_version,
            os: raw.status.node_info.os_image,
            name: raw.metadata.name,
        }
    }
}

/// A namespace.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(from = "RawNamespace")]
pub struct Namespace {
    /// Its name.
    pub name: String,
    /// Since when it is asked to go, in RFC 3339; empty where it is not.
    pub deleted: String,
    /// What holds it, in the words of the server.
    pub held: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawNamespace {
    #[serde(deserialize_with = "or_nothing")]
    metadata: Metadata,
    #[serde(deserialize_with = "or_nothing")]
    status: Conditions,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Conditions {
    #[serde(deserialize_with = "or_nothing")]
    conditions: Vec<Condition>,
}

impl From<RawNamespace> for Namespace {
    fn from(raw: RawNamespace) -> Self {
        let conditions = raw.status.conditions.into_iter();
        let held = conditions.filter(|one| one.status == "True" && !one.message.is_empty());
        Self {
            held: held.map(|one| one.message).collect(),
            deleted: raw.metadata.deletion_timestamp,
            name: raw.metadata.name,
        }
    }
}

/// A claim to a volume.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(from = "RawClaim")]
pub struct Claim {
    /// Its namespace and name.
    pub at: (String, String),
    /// `Bound`, `Pending` or `Lost`.
    pub phase: String,
    /// The class of storage that it wants.
    pub class: String,
    /// What it belongs to, by its label.
    pub instance: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawClaim {
    #[serde(deserialize_with = "or_nothing")]
    metadata: Metadata,
    #[serde(deserialize_with = "or_nothing")]
    spec: ClaimSpec,
    #[serde(deserialize_with = "or_nothing")]
    status: ClaimStatus,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ClaimSpec {
    #[serde(deserialize_with = "text")]
    storage_class_name: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ClaimStatus {
    #[serde(deserialize_with = "text")]
    phase: String,
}

impl From<RawClaim> for Claim {
    fn from(raw: RawClaim) -> Self {
        Self {
            at: (raw.metadata.namespace, raw.metadata.name),
            phase: raw.status.phase,
            class: raw.spec.storage_class_name,
            instance: raw.metadata.labels.instance,
        }
    }
}

/// A certificate of cert-manager.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(from = "RawCertificate")]
pub struct Certificate {
    /// Its namespace and name.
    pub at: (String, String),
    /// Whether it is issued and counts.
    pub is_ready: bool,
    /// Why not.
    pub why: String,
    /// Until when it counts, in RFC 3339; empty where there is none yet.
    pub until: String,
    /// When it is to be renewed, in RFC 3339.
    pub renewal: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawCertificate {
    #[serde(deserialize_with = "or_nothing")]
    metadata: Metadata,
    #[serde(deserialize_with = "or_nothing")]
    status: CertificateStatus,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct CertificateStatus {
    #[serde(deserialize_with = "or_nothing")]
    conditions: Vec<Condition>,
    #[serde(deserialize_with = "text")]
    not_after: String,
    #[serde(deserialize_with = "text")]
    renewal_time: String,
}

impl From<RawCertificate> for Certificate {
    fn from(raw: RawCertificate) -> Self {
        let ready = condition(&raw.status.conditions, "Ready");
        let issuing = condition(&raw.status.conditions, "Issuing");
        // Of an order that failed the other condition tells.
        let why = issuing.filter(|one| one.status == "False" && !one.message.is_empty());
        Self {
            is_ready: ready.is_some_and(|one| one.status == "True"),
            why: why.or(ready).map_or_else(
                || "cert-manager has not looked at it yet".to_owned(),
                |one| one.message.clone(),
            ),
            at: (raw.metadata.namespace, raw.metadata.name),
            until: raw.status.not_after,
            renewal: raw.status.renewal_time,
        }
    }
}

/// Something that has addresses: a Gateway, or a Service of the type `LoadBalancer`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entrance {
    /// Which.
    pub object: Object,
    /// Its addresses.
    pub addresses: Vec<String>,
    /// Why it is not what it should be, where it says so.
    pub why: String,
}

/// A gateway, as it is read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Gateway {
    #[serde(deserialize_with = "or_nothing")]
    metadata: Metadata,
    #[serde(deserialize_with = "or_nothing")]
    status: GatewayStatus,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct GatewayStatus {
    #[serde(deserialize_with = "or_nothing")]
    addresses: Vec<Address>,
    #[serde(deserialize_with = "or_nothing")]
    conditions: Vec<Condition>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Address {
    #[serde(deserialize_with = "text")]
    value: String,
    #[serde(deserialize_with = "text")]
    ip: String,
    #[serde(deserialize_with = "text")]
    hostname: String,
}

impl Address {
    fn of(all: Vec<Self>) -> Vec<String> {
        let texts = all.into_iter();
        let texts = texts.flat_map(|one| [one.value, one.ip, one.hostname]);
        texts.filter(|text| !text.is_empty()).collect()
    }
}

impl From<Gateway> for Entrance {
    fn from(raw: Gateway) -> Self {
        let mut kinds = ["Accepted", "Programmed"].into_iter();
        let not = kinds.find_map(|kind| {
            let found = condition(&raw.status.conditions, kind);
            found.filter(|one| one.status != "True")
        });
        let addresses = Address::of(raw.status.addresses);
        let why = match not {
            Some(condition) if !condition.message.is_empty() => condition.message.clone(),
            Some(condition) => condition.reason.clone(),
            None if raw.status.conditions.is_empty() => "no controller has taken it".to_owned(),
            None if addresses.is_empty() => "it has no address".to_owned(),
            None => String::new(),
        };
        Self {
            object: Object::new("Gateway", &raw.metadata.namespace, &raw.metadata.name),
            addresses,
            why,
        }
    }
}

/// A service, as it is read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Service {
    #[serde(deserialize_with = "or_nothing")]
    metadata: Metadata,
    #[serde(deserialize_with = "or_nothing")]
    spec: ServiceSpec,
    #[serde(deserialize_with = "or_nothing")]
    status: ServiceStatus,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ServiceSpec {
    #[serde(rename = "type", deserialize_with = "text")]
    kind: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ServiceStatus {
    #[serde(deserialize_with = "or_nothing")]
    load_balancer: LoadBalancer,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct LoadBalancer {
    #[serde(deserialize_with = "or_nothing")]
    ingress: Vec<Address>,
}

impl Service {
    /// What it is to the outside; nothing for one that has no address there.
    pub(super) fn entrance(self) -> Option<Entrance> {
        (self.spec.kind == "LoadBalancer").then(|| {
            let addresses = Address::of(self.status.load_balancer.ingress);
            let why = if addresses.is_empty() {
                "it has no address: no pool has one for it, or nobody gives addresses"
            } else {
                ""
            };
            Entrance {
                object: Object::new("Service", &self.metadata.namespace, &self.metadata.name),
                addresses,
                why: why.to_owned(),
            }
        })
    }
}

/// A controller of Flux: one of its Deployments.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(from = "RawController")]
pub struct Controller {
    /// Its namespace and name.
    pub at: (String, String),
    /// The version in the tag of its image.
    pub version: String,
    /// The version of Flux that it belongs to, by its label.
    pub flux: String,
    /// Whether all of its pods are there and ready.
    pub is_available: bool,
    /// Why not.
    pub why: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawController {
    #[serde(deserialize_with = "or_nothing")]
    metadata: Metadata,
    #[serde(deserialize_with = "or_nothing")]
    spec: ControllerSpec,
    #[serde(deserialize_with = "or_nothing")]
    status: ControllerStatus,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ControllerSpec {
    replicas: Option<i64>,
    #[serde(deserialize_with = "or_nothing")]
    template: Template,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Template {
    #[serde(deserialize_with = "or_nothing")]
    spec: TemplateSpec,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct TemplateSpec {
    #[serde(deserialize_with = "or_nothing")]
    containers: Vec<Container>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Container {
    #[serde(deserialize_with = "text")]
    image: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ControllerStatus {
    #[serde(deserialize_with = "or_nothing")]
    available_replicas: i64,
    #[serde(deserialize_with = "or_nothing")]
    conditions: Vec<Condition>,
}

impl From<RawController> for Controller {
    fn from(raw: RawController) -> Self {
        let wanted = raw.spec.replicas.unwrap_or(1);
        let available = raw.status.available_replicas;
        let image = raw.spec.template.spec.containers.into_iter().next();
        let image = image.unwrap_or_default().image;
        let stopped = condition(&raw.status.conditions, "Progressing");
        let stopped = stopped.filter(|one| one.status == "False");
        Self {
            version: crate::image::tag(&image).unwrap_or_default().to_owned(),
            flux: raw.metadata.labels.version,
            is_available: wanted > 0 && available >= wanted,
            why: match stopped {
                _ if wanted == 0 => "it is scaled to 0".to_owned(),
                Some(stopped) => stopped.message.clone(),
                None => format!("{available} of {wanted} pods are available"),
            },
            at: (raw.metadata.namespace, raw.metadata.name),
        }
    }
}
