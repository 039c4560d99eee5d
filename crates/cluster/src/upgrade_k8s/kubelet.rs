//! The kubelet of one node.

use diagnostics::Diagnostic;
use serde_json::Value;
use talos::Component;
use talos_client::{Fault, Kind, Node};

use super::look::kubelet_image;
use super::servers::Servers;
use super::{Event, Plan, Tell, UpgradeK8s};

impl UpgradeK8s<'_> {
    /// Brings a kubelet to its version. Whether anything was changed for that.
    pub(super) fn kubelet(
        &self,
        plan: &Plan,
        index: usize,
        servers: &Servers,
        tell: &mut Tell<'_>,
    ) -> Result<bool, Diagnostic> {
        let Some([_, wanted]) = plan.machine(index).images.get(&Component::Kubelet) else {
            return Ok(false);
        };
        let node = self.talos.node(plan.address(index));
        let mut runs = String::new();
        self.until(plan, index, "its kubelet", tell, || {
            runs = kubelet_image(&node)?;
            Ok(None)
        })?;
        let is_due = runs != *wanted;
        if is_due {
            servers.all_ready(self, None, tell)?;
            self.until(plan, index, "its kubelet", tell, || health(&node))?;
            self.change(plan, index, Component::Kubelet, wanted, tell)?;
        }
        self.until(plan, index, "its kubelet", tell, || {
            let image = kubelet_image(&node)?;
            if image != *wanted {
                return Ok(Some(format!("it has `{image}` still")));
            }
            health(&node)
        })?;
        let version = format!("v{}", plan.to);
        let name = plan.name(index);
        self.until_known(plan, index, "its kubelet", tell, || {
            let found = servers.ask(|client| client.node(name))?;
            if found.kubelet != version {
                return Ok(Some(format!(
                    "Kubernetes knows it with `{}`",
                    found.kubelet
                )));
            }
            Ok((!found.is_ready).then(|| "the node is not ready".to_owned()))
        })?;
        if is_due {
            tell(Event::Changed {
                node: name.to_owned(),
                component: Component::Kubelet.name(),
            });
        }
        Ok(is_due)
    }
}

/// What is missing to a kubelet that is well.
fn health(node: &Node<'_>) -> Result<Option<String>, Fault> {
    let found = match node.resource("runtime", "Services.v1alpha1.talos.dev", "kubelet") {
        Ok(found) => found.value(),
        Err(fault) if fault.kind == Kind::Missing => {
            return Ok(Some("it does not run".to_owned()));
        }
        Err(fault) => return Err(fault),
    };
    let is = |key: &str| found.get(key) == Some(&Value::Bool(true));
    Ok(match (is("running"), is("healthy")) {
        (true, true) => None,
        (true, false) => Some("it is not healthy".to_owned()),
        (false, _) => Some("it does not run".to_owned()),
    })
}
