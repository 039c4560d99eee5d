//! Machine configurations of 10, 100 and 1,000 nodes: whole processes against the real
//! talhelper, on the same folder.

use std::fmt::Write as _;

use anyhow::Result;
use camino::Utf8Path;

use super::{Bench, Table, measure};
use crate::{files, oracles, process};

/// How many nodes, how much faster ichor has to be, and how often talhelper is run.
const SIZES: [(u32, f64, u32); 3] = [(10, 20.0, 5), (100, 20.0, 3), (1000, 40.0, 1)];

/// The most memory for a thousand nodes.
const MEMORY: u64 = 100 << 20;

impl Bench {
    /// Time and memory of both, and how ichor's time grows.
    pub(super) fn talos(&self, table: &mut Table) -> Result<()> {
        let talhelper = match oracles::talhelper()? {
            Ok(talhelper) => talhelper,
            Err(reason) => {
                table.skip("machine configs, against talhelper", &reason);
                return Ok(());
            }
        };
        let program = self.ichor.clone();
        let mut earlier = None;
        for (nodes, factor, runs) in SIZES {
            let folder = self.folder.join(format!("talos-{nodes}"));
            write_cluster(&folder, nodes)?;
            let mut ours = Vec::new();
            let mut theirs = Vec::new();
            for run in 0..self.runs.max(runs) {
                ours.push(measure::time(&mut ours_in(&program, &folder)?)?);
                if run < runs {
                    let mut command = oracles::talhelper_genconfig(&talhelper, &folder)?;
                    theirs.push(measure::time(&mut command)?);
                }
            }
            let [ours, theirs] = [ours, theirs].map(super::median);
            let count = match nodes {
                1000 => "1,000".to_owned(),
                few => few.to_string(),
            };
            table.time(&format!("{count} nodes: talhelper genconfig"), theirs);
            table.at_most(
                &format!(
                    "{count} nodes: machine configs ({:.0} × faster)",
                    theirs / ours
                ),
                ours,
                theirs / factor,
                &format!("talhelper / {factor}"),
            );
            if let Some((fewer, time)) = earlier {
                let grown = f64::from(nodes) / f64::from(fewer);
                table.at_most(
                    &format!("{count} nodes, against {fewer}"),
                    ours,
                    1.2 * grown * time,
                    "linear, and a fifth",
                );
            }
            earlier = Some((nodes, ours));
        }
        let folder = self.folder.join("talos-1000");
        let theirs = measure::peak(&mut oracles::talhelper_genconfig(&talhelper, &folder)?)?;
        let ours = measure::peak(&mut ours_in(&program, &folder)?)?;
        table.memory_only("1,000 nodes: talhelper genconfig, peak memory", theirs);
        table.memory("1,000 nodes: machine configs, peak memory", ours, MEMORY);
        Ok(())
    }
}

/// The program as users run it, with nothing written before: what is there would only be
/// compared.
pub(super) fn ours_in(program: &Utf8Path, folder: &Utf8Path) -> Result<std::process::Command> {
    let output = folder.join("ours");
    if output.exists() {
        std::fs::remove_dir_all(&output)?;
    }
    let mut command = process::command(program);
    command
        .args(["--quiet", "talos", "generate-config", "--out-dir", "ours"])
        .current_dir(folder);
    Ok(command)
}

/// A cluster as the template makes one: three control planes, interfaces by selector, patches
/// in files for all, for each role, and for some nodes, and VLANs on every second node.
pub(super) fn write_cluster(folder: &Utf8Path, nodes: u32) -> Result<()> {
    let vectors = files::root().join("crates/talos/tests/vectors");
    files::write(
        &folder.join("talsecret.yaml"),
        files::text(&vectors.join("talsecret.yaml"))?,
    )?;
    files::write(
        &folder.join("talenv.yaml"),
        "kubernetes: v1.34.2\ntalos: v1.11.5\n",
    )?;
    for (name, text) in PATCHES {
        files::write(&folder.join("patches").join(name), text)?;
    }
    let mut text = HEAD.to_owned();
    for number in 0..nodes {
        let [high, low] = [number / 250, 2 + number % 250];
        let control_plane = number < 3;
        let _ = write!(
            text,
            "  - hostname: node-{number}\n    ipAddress: 10.1.{high}.{low}\n    installDiskSelector:\n      \
             serial: S{number}\n    controlPlane: {control_plane}\n    talosImageURL: \
             factory.talos.dev/installer/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba\n    \
             networkInterfaces:\n      - deviceSelector:\n          hardwareAddr: \"02:00:00:00:{high:02x}:{low:02x}\"\n        \
             dhcp: false\n        addresses: [10.1.{high}.{low}/16]\n        routes:\n          - network: 0.0.0.0/0\n            \
             gateway: 10.1.255.254\n        mtu: 1500\n"
        );
        if control_plane {
            text.push_str("        vip:\n          ip: 10.1.254.1\n");
        }
        if number % 2 == 0 {
            let _ = write!(
                text,
                "        vlans:\n          - vlanId: 20\n            dhcp: false\n            mtu: 1500\n            \
                 addresses: [10.2.{high}.{low}/16]\n            routes:\n              - network: 10.3.0.0/16\n                \
                 gateway: 10.2.255.254\n          - vlanId: 30\n            dhcp: true\n"
            );
        }
        if number % 4 == 0 {
            text.push_str("    nodeLabels:\n      zone: four\n    patches:\n      - \"@./patches/node.yaml\"\n");
        }
    }
    files::write(&folder.join("talconfig.yaml"), text)
}

const HEAD: &str = "\
clusterName: kubernetes
talosVersion: ${talos}
kubernetesVersion: ${kubernetes}
endpoint: https://10.1.254.1:6443
additionalApiServerCertSans: &sans [127.0.0.1, 10.1.254.1]
additionalMachineCertSans: *sans
clusterPodNets: [10.42.0.0/16]
clusterSvcNets: [10.43.0.0/16]
cniConfig:
  name: none
patches:
  - \"@./patches/kubelet.yaml\"
  - \"@./patches/sysctls.yaml\"
  - \"@./patches/time.yaml\"
controlPlane:
  patches:
    - \"@./patches/admission.yaml\"
    - \"@./patches/cluster.yaml\"
nodes:
";

const PATCHES: &[(&str, &str)] = &[
    (
        "kubelet.yaml",
        "machine:\n  kubelet:\n    extraConfig:\n      serializeImagePulls: false\n    nodeIP:\n      validSubnets:\n        - 10.1.0.0/16\n",
    ),
    (
        "sysctls.yaml",
        "# Of the network.\nmachine:\n  sysctls:\n    net.core.rmem_max: \"7500000\"\n    net.core.wmem_max: \"7500000\"\n    fs.inotify.max_user_watches: \"1048576\"\n",
    ),
    (
        "time.yaml",
        "machine:\n  time:\n    disabled: false\n    servers:\n      - 162.159.200.1\n      - 162.159.200.123\n",
    ),
    (
        "admission.yaml",
        "cluster:\n  apiServer:\n    admissionControl:\n      $$patch: delete\n",
    ),
    (
        "cluster.yaml",
        "cluster:\n  allowSchedulingOnControlPlanes: true\n  controllerManager:\n    extraArgs:\n      bind-address: 0.0.0.0\n  coreDNS:\n    disabled: true\n  etcd:\n    extraArgs:\n      listen-metrics-urls: http://0.0.0.0:2381\n    advertisedSubnets:\n      - 10.1.0.0/16\n  proxy:\n    disabled: true\n  scheduler:\n    extraArgs:\n      bind-address: 0.0.0.0\n",
    ),
    (
        "worker.yaml",
        "machine:\n  kubelet:\n    extraArgs:\n      rotate-server-certificates: \"true\"\n  nodeLabels:\n    role: worker\n",
    ),
    (
        "node.yaml",
        "machine:\n  sysctls:\n    net.core.rmem_max: \"1\"\n  udev:\n    rules:\n      - KERNEL==\"a\"\n",
    ),
];
