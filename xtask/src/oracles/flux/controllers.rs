//! The real controllers, beside the API server instead of in a cluster.

use anyhow::Result;
use camino::Utf8Path;

use super::cluster::Cluster;
use super::processes::{Running, Sandbox, free_ports, listens};

/// Starts both.
pub(super) fn start(
    sandbox: &Sandbox,
    cluster: &Cluster,
    source: &Utf8Path,
    kustomize: &Utf8Path,
) -> Result<[Running; 2]> {
    let [artifacts_port] = free_ports()?;
    let artifacts = format!("127.0.0.1:{artifacts_port}");
    let common = [
        "--log-level=error".to_owned(),
        "--events-addr=".to_owned(),
        "--metrics-addr=0".to_owned(),
        "--health-addr=0".to_owned(),
    ];
    let environment = [
        ("KUBECONFIG", cluster.kubeconfig.as_str()),
        ("RUNTIME_NAMESPACE", "flux-system"),
    ];
    let mut arguments = common.to_vec();
    arguments.extend([
        format!("--storage-path={}", sandbox.path("artifacts")?),
        format!("--storage-addr={artifacts}"),
        format!("--storage-adv-addr={artifacts}"),
    ]);
    std::fs::create_dir(sandbox.path("artifacts")?)?;
    let mut source = sandbox.start(source, &arguments, &environment)?;
    let kustomize = sandbox.start(kustomize, &common, &environment)?;
    source.until(|| listens(artifacts_port))?;
    Ok([source, kustomize])
}
