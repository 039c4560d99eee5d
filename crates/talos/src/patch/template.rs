//! Go templates in patches: the fields that are really used; everything else is refused by name.

use diagnostics::{Diagnostic, Diagnostics, Source};
use serde_json::Value;

use crate::substitute::Pieces;

/// Fields as Go names them, and where their values stand.
const FIELDS: [(&str, &str); 8] = [
    (".ClusterConfig.ClusterName", "/cluster/clusterName"),
    (
        ".ClusterConfig.ControlPlane.Endpoint",
        "/cluster/controlPlane/endpoint",
    ),
    (
        ".ClusterConfig.ClusterNetwork.DNSDomain",
        "/cluster/network/dnsDomain",
    ),
    (".MachineConfig.MachineType", "/machine/type"),
    (
        ".MachineConfig.MachineInstall.InstallDisk",
        "/machine/install/disk",
    ),
    (
        ".MachineConfig.MachineInstall.InstallImage",
        "/machine/install/image",
    ),
    (
        ".MachineConfig.MachineKubelet.KubeletImage",
        "/machine/kubelet/image",
    ),
    (
        ".MachineConfig.MachineNetwork.NetworkHostname",
        "/machine/network/hostname",
    ),
];

/// Fills the fields of a template from a config as it is before the patches of its group.
pub fn fill(source: &Source, config: &[Value]) -> (Source, Diagnostics) {
    let text = source.text();
    let mut problems = Diagnostics::new();
    let mut out = String::with_capacity(text.len());
    let mut pieces = Pieces::default();
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find("{{")) {
        let open = at + found;
        pieces.copy(text, at..open, &mut out);
        let inner = text.get(open + 2..).unwrap_or_default();
        let Some(length) = inner.find("}}") else {
            problems.push(
                Diagnostic::error("patch/template", "`{{` is not closed")
                    .at(source.location(open..open + 2)),
            );
            at = text.len();
            break;
        };
        let action = inner.get(..length).unwrap_or_default().trim();
        let end = open + 2 + length + 2;
        match FIELDS.iter().find(|(name, _)| *name == action) {
            Some((_, pointer)) => out.push_str(&lookup(config, pointer)),
            None => problems.push(
                Diagnostic::error(
                    "patch/template",
                    format!(
                        "`{{{{ {action} }}}}` is not among the template fields that are supported"
                    ),
                )
                .at(source.location(open..end))
                .hint("write the value itself, or a variable of `talenv.yaml`"),
            ),
        }
        at = end;
    }
    pieces.copy(text, at..text.len(), &mut out);
    let filled = Source::new(source.name(), out).with_secrets(pieces.secrets(source));
    (filled, problems)
}

fn lookup(config: &[Value], pointer: &str) -> String {
    config
        .iter()
        .find(|document| document.get("kind").is_none())
        .and_then(|document| document.pointer(pointer))
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}
