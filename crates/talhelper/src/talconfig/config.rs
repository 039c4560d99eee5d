//! What a talconfig holds, key by key.
//!
//! Sections that end in machine configurations as they are stay values. Nothing here has a
//! `Debug`: keys and tokens may stand anywhere.

use serde::Deserialize;
use serde_json::Value;

use super::lists::{List, Texts};
use super::own::Own;
use super::shared::Shared;

/// The whole file.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Config {
    pub(crate) cluster_name: String,
    pub(crate) talos_version: Option<String>,
    pub(crate) kubernetes_version: String,
    pub(crate) endpoint: String,
    pub(crate) domain: String,
    pub(crate) allow_scheduling_on_masters: bool,
    pub(crate) allow_scheduling_on_control_planes: bool,
    pub(crate) additional_machine_cert_sans: Texts,
    pub(crate) additional_api_server_cert_sans: Texts,
    pub(crate) cluster_pod_nets: Texts,
    pub(crate) cluster_svc_nets: Texts,
    pub(crate) cni_config: Option<Value>,
    /// The patches for all nodes.
    pub(crate) patches: Texts,
    pub(crate) inline_manifests: List<Manifest>,
    pub(crate) image_factory: ImageFactory,
    /// What the nodes of a role have.
    pub(crate) control_plane: Shared,
    pub(crate) worker: Shared,
    /// The nodes, with their numbers in the list.
    #[serde(skip)]
    pub(crate) nodes: Vec<(usize, Node)>,
}

/// A node as it is written, without what its role gives it.
#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) own: Own,
    pub(crate) shared: Shared,
}

/// A manifest that control planes apply.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Manifest {
    pub(crate) name: Option<Value>,
    /// The text, or `@` and a file.
    pub(crate) contents: String,
    pub(crate) skip_envsubst: bool,
}

/// Where images come from.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ImageFactory {
    #[serde(rename = "registryURL")]
    pub(crate) registry_url: String,
    pub(crate) protocol: String,
    #[serde(rename = "installerURLTmpl")]
    pub(crate) installer_template: String,
    #[serde(rename = "ISOURLTmpl")]
    pub(crate) boot_template: String,
}
