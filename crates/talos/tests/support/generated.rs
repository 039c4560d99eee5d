//! Configurations of the generator.

use std::sync::OnceLock;

use diagnostics::Source;
use serde_json::Value;
use talos::bundle::{self, Bundle};
use talos::contract::Contract;
use talos::generate::{Input, Options, Role, machine_config};

const BUNDLE: &str = include_str!("../vectors/talsecret.yaml");

/// What the generator makes of a contract and a role.
pub(crate) fn generated(contract: Contract, role: Role) -> Vec<Value> {
    static READ: OnceLock<Bundle> = OnceLock::new();
    let bundle = READ.get_or_init(|| {
        bundle::read(&Source::new("talsecret.yaml", BUNDLE)).expect("a whole bundle")
    });
    machine_config(
        bundle,
        &Input {
            contract,
            role,
            cluster_name: "kubernetes",
            endpoint: "https://192.168.22.100:6443",
            kubernetes_version: "1.32.4",
            install_disk: Some("/dev/sda"),
            install_image: "ghcr.io/siderolabs/installer:v1.9.5",
            machine_sans: &["127.0.0.1".to_owned()],
            api_server_sans: &["127.0.0.1".to_owned()],
            dns_domain: "cluster.local",
            pod_subnets: &["10.69.0.0/16".to_owned()],
            service_subnets: &["10.96.0.0/16".to_owned()],
            allow_scheduling_on_control_planes: false,
            options: Options::default(),
        },
    )
}
