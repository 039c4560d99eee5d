//! What nodes and roles have alike.

use serde::Deserialize;
use serde_json::Value;

use super::interface::Interface;
use super::lists::{Keys, List, Texts};
use super::own::Own;
use super::schematic::Schematic;

/// Keys that a node takes over from its role.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Shared {
    pub(crate) node_labels: Option<Keys>,
    pub(crate) node_annotations: Option<Keys>,
    pub(crate) node_taints: Option<Value>,
    pub(crate) machine_disks: Option<Value>,
    pub(crate) machine_files: Option<List<File>>,
    pub(crate) disable_search_domain: bool,
    pub(crate) kernel_modules: Option<Value>,
    pub(crate) nameservers: Option<Texts>,
    pub(crate) network_interfaces: Option<List<Interface>>,
    pub(crate) extra_manifests: Option<Texts>,
    /// Those of the role and of the node stay apart: each is read once.
    pub(crate) patches: Option<Texts>,
    #[serde(rename = "certSANs")]
    pub(crate) cert_sans: Option<Texts>,
    #[serde(rename = "talosImageURL")]
    pub(crate) talos_image_url: String,
    pub(crate) schematic: Option<Schematic>,
    pub(crate) image_schematic: Option<Schematic>,
    pub(crate) machine_spec: Option<MachineSpec>,
    pub(crate) ingress_firewall: Option<Firewall>,
    pub(crate) extension_services: Option<List<Service>>,
    pub(crate) volumes: Option<List<Volume>>,
    pub(crate) user_volumes: Option<List<Volume>>,
    pub(crate) filename_tmpl: String,
}

/// A file of a machine.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct File {
    /// The text, or `@` and a file.
    pub(crate) content: String,
    pub(crate) permissions: Option<Value>,
    pub(crate) path: Option<Value>,
    pub(crate) op: Option<Value>,
    pub(crate) skip_envsubst: bool,
}

/// What a machine is, for the choice of its image.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct MachineSpec {
    pub(crate) mode: String,
    pub(crate) arch: String,
    pub(crate) secureboot: bool,
    #[serde(rename = "useUKI")]
    pub(crate) use_uki: bool,
    pub(crate) boot_method: String,
    pub(crate) image_suffix: String,
}

/// What may reach a node.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Firewall {
    pub(crate) default_action: String,
    pub(crate) rules: List<FirewallRule>,
}

/// A rule of a firewall.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct FirewallRule {
    pub(crate) name: String,
    pub(crate) port_selector: Option<Value>,
    pub(crate) ingress: Option<Value>,
}

/// The configuration of a system extension.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Service {
    pub(crate) name: String,
    pub(crate) config_files: Option<Value>,
    pub(crate) environment: Option<Value>,
}

/// A volume, of the system or of a user.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Volume {
    pub(crate) name: String,
    pub(crate) volume_type: Option<Value>,
    pub(crate) provisioning: Option<Value>,
    pub(crate) filesystem: Option<Value>,
    pub(crate) encryption: Option<Value>,
}

impl Shared {
    /// What a node has with what its role gives it: its own value wins whole; extra manifests
    /// and certificate names are the node's, then the role's, unless it says otherwise.
    ///
    /// A list or a map that is there is a value, even if it is empty.
    pub(crate) fn with(&self, role: &Self, own: &Own) -> Self {
        Self {
            node_labels: first(self.node_labels.as_ref(), role.node_labels.as_ref()),
            node_annotations: first(
                self.node_annotations.as_ref(),
                role.node_annotations.as_ref(),
            ),
            node_taints: first(self.node_taints.as_ref(), role.node_taints.as_ref()),
            machine_disks: first(self.machine_disks.as_ref(), role.machine_disks.as_ref()),
            machine_files: first(self.machine_files.as_ref(), role.machine_files.as_ref()),
            disable_search_domain: self.disable_search_domain || role.disable_search_domain,
            kernel_modules: first(self.kernel_modules.as_ref(), role.kernel_modules.as_ref()),
            nameservers: first(self.nameservers.as_ref(), role.nameservers.as_ref()),
            network_interfaces: first(
                self.network_interfaces.as_ref(),
                role.network_interfaces.as_ref(),
            ),
            extra_manifests: both(
                self.extra_manifests.as_ref(),
                role.extra_manifests.as_ref(),
                own.override_extra_manifests,
            ),
            patches: None,
            cert_sans: both(
                self.cert_sans.as_ref(),
                role.cert_sans.as_ref(),
                own.override_machine_cert_sans,
            ),
            talos_image_url: text(&self.talos_image_url, &role.talos_image_url),
            schematic: first(self.schematic.as_ref(), role.schematic.as_ref()),
            image_schematic: first(self.image_schematic.as_ref(), role.image_schematic.as_ref()),
            // It cannot be absent to Go: it is none if nothing is set in it.
            machine_spec: match &self.machine_spec {
                Some(spec) if *spec != MachineSpec::default() => Some(spec.clone()),
                _ => first(role.machine_spec.as_ref(), self.machine_spec.as_ref()),
            },
            ingress_firewall: first(
                self.ingress_firewall.as_ref(),
                role.ingress_firewall.as_ref(),
            ),
            extension_services: first(
                self.extension_services.as_ref(),
                role.extension_services.as_ref(),
            ),
            volumes: first(self.volumes.as_ref(), role.volumes.as_ref()),
            user_volumes: first(self.user_volumes.as_ref(), role.user_volumes.as_ref()),
            filename_tmpl: text(&self.filename_tmpl, &role.filename_tmpl),
        }
    }

    /// Whether nothing is set but patches, so that a node takes nothing over.
    pub(crate) fn is_bare(&self) -> bool {
        let bare = Self {
            patches: self.patches.clone(),
            ..Self::default()
        };
        *self == bare
    }
}

fn first<T: Clone>(mine: Option<&T>, theirs: Option<&T>) -> Option<T> {
    mine.or(theirs).cloned()
}

fn both(mine: Option<&Texts>, theirs: Option<&Texts>, alone: bool) -> Option<Texts> {
    match (mine, theirs) {
        (Some(mine), Some(theirs)) if !alone => Some(mine.and(theirs)),
        _ => first(mine, theirs),
    }
}

fn text(mine: &str, theirs: &str) -> String {
    if mine.is_empty() { theirs } else { mine }.to_owned()
}
