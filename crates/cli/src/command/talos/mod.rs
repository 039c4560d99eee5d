//! `talos`: machine configurations, with the words that talhelper has for them.

mod explain;
mod gencommand;
pub(crate) mod generate_config;
pub(crate) mod gensecret;
mod import;
pub(crate) mod live;
mod migrate;
pub(crate) mod options;
mod patch;
mod schematic;
mod validate;

use camino::Utf8Path;
use clap::Subcommand;
use repository::{Root, View};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

pub(crate) use live::span;
use live::{
    apply_node, discover, dmesg, etcd, events, get, health, kubeconfig, logs, power, preflight,
    reset, services, status, upgrade_k8s, upgrade_node, version,
};

/// Make, check and explain the machine configurations of the nodes, and ask those that run
///
/// Configurations come from `talos/talconfig.yaml`, the files around it and the cluster's secrets,
/// which are decrypted in memory. The commands from `discover` on call the nodes; no other touches
/// the network.
#[derive(Debug, Subcommand)]
pub(crate) enum Talos {
    #[command(name = "generate-config", visible_alias = "genconfig")]
    GenerateConfig(generate_config::GenerateConfig),
    Validate(validate::Validate),
    #[command(name = "gensecret", visible_alias = "generate-secret")]
    GenSecret(gensecret::GenSecret),
    Patch(patch::Patch),
    #[command(name = "gencommand")]
    GenCommand(gencommand::GenCommand),

    Explain(explain::Explain),
    Schematic(schematic::Schematic),
    Migrate(migrate::Migrate),
    Import(import::Import),

    Discover(discover::Discover),
    Preflight(preflight::Preflight),
    Status(status::Status),
    Health(health::Health),
    #[command(visible_alias = "service")]
    Services(services::Services),
    Version(version::Version),
    Dmesg(dmesg::Dmesg),
    Logs(logs::Logs),
    Events(events::Events),
    Get(get::Get),
    #[command(subcommand)]
    Etcd(etcd::Etcd),
    Kubeconfig(kubeconfig::Kubeconfig),
    #[command(name = "apply-node", visible_alias = "apply-config")]
    ApplyNode(apply_node::ApplyNode),
    #[command(name = "upgrade-node", visible_alias = "upgrade")]
    UpgradeNode(upgrade_node::UpgradeNode),
    #[command(name = "upgrade-k8s")]
    UpgradeK8s(upgrade_k8s::UpgradeK8s),
    Reboot(power::Reboot),
    Shutdown(power::Shutdown),
    Rollback(power::Rollback),
    Reset(reset::Reset),
}

impl Talos {
    /// `here` is the folder that paths count from.
    pub(crate) fn run(&self, root: &Root, here: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let in_place = View::on_disk(here).exists("talconfig.yaml") || self.names_files();
        let root = if in_place { here } else { &root.path };
        match self {
            Self::GenerateConfig(command) => command.run(root, ui),
            Self::Validate(command) => command.run(root, ui),
            Self::GenSecret(command) => command.run(root, ui),
            Self::Patch(command) => command.run(root, ui),
            Self::GenCommand(command) => command.run(root, ui),

            Self::Explain(command) => command.run(root, ui),
            Self::Schematic(command) => command.run(root, ui),
            Self::Migrate(command) => command.run(root, ui),
            Self::Import(command) => command.run(root, ui),

            Self::Discover(command) => command.run(root, ui),
            Self::Preflight(command) => command.run(root, ui),
            Self::Status(command) => command.run(root, ui),
            Self::Health(command) => command.run(root, ui),
            Self::Services(command) => command.run(root, ui),
            Self::Version(command) => command.run(root, ui),
            Self::Dmesg(command) => command.run(root, ui),
            Self::Logs(command) => command.run(root, ui),
            Self::Events(command) => command.run(root, ui),
            Self::Get(command) => command.run(root, ui),
            Self::Etcd(command) => command.run(root, ui),
            Self::Kubeconfig(command) => command.run(root, ui),
            Self::ApplyNode(command) => command.run(root, ui),
            Self::UpgradeNode(command) => command.run(root, ui),
            Self::UpgradeK8s(command) => command.run(root, ui),
            Self::Reboot(command) => command.run(root, ui),
            Self::Shutdown(command) => command.run(root, ui),
            Self::Rollback(command) => command.run(root, ui),
            Self::Reset(command) => command.run(root, ui),
        }
    }

    /// Whether paths were given.
    fn names_files(&self) -> bool {
        let (reading, others) = match self {
            Self::GenerateConfig(command) => (&command.reading, command.out_dir.is_some()),
            Self::Validate(command) => (&command.reading, !command.files.is_empty()),
            Self::GenSecret(command) => (&command.reading, command.from_config.is_some()),
            Self::Patch(command) => (&command.reading, command.patch.starts_with('@')),
            Self::GenCommand(command) => (&command.reading, command.out_dir.is_some()),
            Self::Explain(command) => (&command.reading, false),
            Self::Schematic(command) => (&command.reading, command.file.is_some()),
            Self::Migrate(command) => (&command.reading, false),
            Self::Import(command) => (&command.reading, !command.paths.is_empty()),
            _ => return false,
        };
        others || reading.names_files()
    }
}
