//! `talos`: machine configurations, from the command line.

mod check;
mod documents;
mod generate;
mod migrate;
mod moving;
mod rewriting;
mod show;

use testkit::Sandbox;

use crate::empty;

/// Where the secrets of a cluster are.
const BUNDLE: &str = "talos/talsecret.sops.yaml";

/// A repository as talhelper's users have it, with nothing of ichor's in it.
pub(crate) fn plain() -> Sandbox {
    let sandbox = empty();
    sandbox.write(
        "talconfig.yaml",
        r#"clusterName: home
talosVersion: v1.12.5
kubernetesVersion: v1.34.2
endpoint: https://10.0.0.5:6443
nodes:
  - hostname: one
    ipAddress: 10.0.0.11
    controlPlane: true
    installDisk: /dev/sda
    talosImageURL: factory.talos.dev/metal-installer/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba
    networkInterfaces:
      - interface: eth0
        addresses: [10.0.0.11/24]
        vip:
          ip: 10.0.0.5
    patches:
      - |-
        machine:
          features:
            kubePrism:
              port: 7446
patches:
  - "@./kube-prism.yaml"
"#,
    );
    sandbox.write(
        "kube-prism.yaml",
        "machine:\n  features:\n    kubePrism:\n      port: ${PORT}\n",
    );
    sandbox.write("talenv.yaml", "PORT: 7447\n");
    sandbox
}
