//! What a node is and runs, as single resources tell it.

use serde_json::Value;

use super::MACHINE_CONFIGS;
use crate::api::cosi::Resource;
use crate::client::Node;
use crate::fault::{Fault, Kind};

/// The type of what an image holds beside Talos.
const EXTENSIONS: &str = "ExtensionStatuses.runtime.talos.dev";

impl Node<'_> {
    /// Whether it is a control plane; one without a configuration is none.
    pub fn is_control_plane(&self) -> Result<bool, Fault> {
        let kind = self.fact(
            "config",
            "MachineTypes.config.talos.dev",
            "machine-type",
            "",
        )?;
        // Talos once called the first of them `init`.
        Ok(matches!(kind.as_deref(), Some("controlplane" | "init")))
    }

    /// What the machine is called.
    pub fn hostname(&self) -> Result<Option<String>, Fault> {
        let kind = "HostnameStatuses.net.talos.dev";
        self.fact("network", kind, "hostname", "/hostname")
    }

    /// What Kubernetes calls it.
    pub fn nodename(&self) -> Result<Option<String>, Fault> {
        let kind = "Nodenames.kubernetes.talos.dev";
        self.fact("k8s", kind, "nodename", "/nodename")
    }

    /// The image of its kubelet.
    pub fn kubelet_image(&self) -> Result<Option<String>, Fault> {
        self.fact(
            "k8s",
            "KubeletSpecs.kubernetes.talos.dev",
            "kubelet",
            "/image",
        )
    }

    /// One text of one resource; none where there is none, or it is empty.
    fn fact(
        &self,
        namespace: &str,
        kind: &str,
        id: &str,
        pointer: &str,
    ) -> Result<Option<String>, Fault> {
        let found = self.find(namespace, kind, id)?;
        let text = found.map(|found| found.text(pointer));
        Ok(text.filter(|text| !text.is_empty()))
    }

    /// The schematic of the image that the node runs, by the name that the Image Factory has for
    /// it; none where the image has no extensions.
    pub fn schematic(&self) -> Result<Option<String>, Fault> {
        let found = match self.resources("runtime", EXTENSIONS) {
            Ok(found) => found,
            Err(fault) if matches!(fault.kind, Kind::Missing | Kind::Denied) => return Ok(None),
            Err(fault) => return Err(fault),
        };
        let names_it = |one: &Value| one.pointer("/metadata/name") == Some(&"schematic".into());
        let mut values = found.iter().map(Resource::value);
        let schematic = values.find(names_it);
        let version = schematic
            .as_ref()
            .and_then(|one| one.pointer("/metadata/version"));
        Ok(version.and_then(Value::as_str).map(str::to_owned))
    }

    /// The machine configuration that the node runs with, all documents as one text. Needs the
    /// role `os:admin`.
    pub fn machine_config(&self) -> Result<zeroize::Zeroizing<String>, Fault> {
        let found = self.resource("config", MACHINE_CONFIGS, "v1alpha1")?;
        // The spec is a text, which holds the documents.
        let text = match found.value() {
            Value::String(text) => text,
            _ => found.yaml().to_owned(),
        };
        Ok(zeroize::Zeroizing::new(text))
    }
}
