//! What a node alone has.

use serde::Deserialize;
use serde_json::Value;

/// What only a node can have, not a role.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Own {
    pub(crate) hostname: String,
    /// Addresses and names, with commas.
    pub(crate) ip_address: String,
    pub(crate) install_disk: String,
    pub(crate) install_disk_selector: Option<Value>,
    pub(crate) control_plane: bool,
    pub(crate) ignore_hostname: bool,
    pub(crate) override_patches: bool,
    pub(crate) override_extra_manifests: bool,
    #[serde(rename = "overrideMachineCertSANs")]
    pub(crate) override_machine_cert_sans: bool,
}
