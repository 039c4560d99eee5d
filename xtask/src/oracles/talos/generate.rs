//! What the machinery is asked to generate, and the vectors' folder, which has the bundle for it.

use anyhow::Result;
use camino::Utf8PathBuf;
use serde_json::{Value, json};

use crate::files;

/// The vectors of machine configurations.
pub(super) fn folder() -> Utf8PathBuf {
    files::root().join("crates/talos/tests/vectors")
}

/// What the vectors of generation are made from.
pub(super) fn generate(contract: &str, role: &str) -> Result<Value> {
    let sans = ["127.0.0.1", "192.168.22.100"];
    Ok(json!({
        "ask": "generate",
        "bundle": files::text(&folder().join("talsecret.yaml"))?,
        "contract": contract,
        "role": role,
        "cluster": "kubernetes",
        "endpoint": "https://192.168.22.100:6443",
        "kubernetes": "1.34.2",
        "installImage": format!("ghcr.io/siderolabs/installer:{contract}"),
        "machineSANs": sans,
        "apiServerSANs": sans,
        "dnsDomain": "cluster.local",
        "podSubnets": ["10.42.0.0/16"],
        "serviceSubnets": ["10.43.0.0/16"],
    }))
}
