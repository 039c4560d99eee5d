//! What a node says of what it runs.

use serde_json::Value;
use talos::Component;
use talos_client::api::cosi::Resource;
use talos_client::{Fault, Kind, Node};

/// Where nodes keep what their control plane is made of.
const CONTROL_PLANE: &str = "controlplane";

/// What the bootstrap manifests are made of.
const MANIFESTS_CONFIG: &str = "BootstrapManifestsConfigs.kubernetes.talos.dev";

/// What a static pod of the control plane is made of.
pub(super) fn static_pod_config(node: &Node<'_>, component: Component) -> Result<Resource, Fault> {
    let kind = match component {
        Component::ControllerManager => "ControllerManagerConfigs.kubernetes.talos.dev",
        Component::Scheduler => "SchedulerConfigs.kubernetes.talos.dev",
        _ => "APIServerConfigs.kubernetes.talos.dev",
    };
    node.resource(CONTROL_PLANE, kind, component.name())
}

/// Its image, and the version of what says so.
pub(super) fn static_pod_image(
    node: &Node<'_>,
    component: Component,
) -> Result<(String, String), Fault> {
    let found = static_pod_config(node, component)?;
    let version = found.metadata.as_ref();
    let version = version.map_or_else(String::new, |metadata| metadata.version.clone());
    Ok((text(&found.value(), "image"), version))
}

/// The image of kube-proxy, where Talos runs one.
pub(super) fn proxy_image(node: &Node<'_>) -> Result<Option<String>, Fault> {
    let found = match node.resource(CONTROL_PLANE, MANIFESTS_CONFIG, "manifests") {
        Ok(found) => found.value(),
        Err(fault) if fault.kind == Kind::Missing => return Ok(None),
        Err(fault) => return Err(fault),
    };
    let is_enabled = found.get("proxyEnabled") == Some(&Value::Bool(true));
    Ok(is_enabled.then(|| text(&found, "proxyImage")))
}

/// What a kubelet is started with.
fn kubelet_spec(node: &Node<'_>) -> Result<Value, Fault> {
    let found = node.resource("k8s", "KubeletSpecs.kubernetes.talos.dev", "kubelet")?;
    Ok(found.value())
}

/// The image of the kubelet.
pub(super) fn kubelet_image(node: &Node<'_>) -> Result<String, Fault> {
    Ok(text(&kubelet_spec(node)?, "image"))
}

/// The arguments of a component; none where it is not there.
pub(super) fn arguments(node: &Node<'_>, component: Component) -> Result<Vec<String>, Fault> {
    let (found, pointer) = if component == Component::Kubelet {
        (kubelet_spec(node), "/args")
    } else {
        let kind = "StaticPods.kubernetes.talos.dev";
        let pod = node.resource("k8s", kind, component.name());
        let pod = pod.map(|found| found.value());
        (pod, "/spec/containers/0/command")
    };
    let found = match found {
        Err(fault) if fault.kind == Kind::Missing => return Ok(Vec::new()),
        found => found?,
    };
    let all = found.pointer(pointer).and_then(Value::as_array);
    let all = all.into_iter().flatten().filter_map(Value::as_str);
    Ok(all.map(str::to_owned).collect())
}

fn text(value: &Value, key: &str) -> String {
    let found = value.get(key).and_then(Value::as_str);
    found.unwrap_or_default().to_owned()
}
