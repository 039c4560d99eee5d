//! `talos gencommand`.

use std::borrow::Cow;

use camino::{Utf8Path, Utf8PathBuf};
use clap::ValueEnum;
use machines::Secrets;
use talhelper::nodes::{NoCommands, Verb, Wanted};

use super::options::{self, Reading};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Print commands of talosctl, as `talhelper gencommand` does
///
/// For scripts that have them already: `ichor bootstrap talos`, `ichor talos apply-node` and the
/// others do what these commands would. Schematics are computed, never asked for. Nothing is
/// called.
///
/// Examples:
///   ichor talos gencommand apply --extra-flags=--insecure
///   ichor talos gencommand upgrade --node k8s-0
///   ichor talos gencommand bootstrap | sh
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct GenCommand {
    /// What the commands do
    #[arg(value_enum)]
    command: Command,

    #[command(flatten)]
    pub(super) reading: Reading,

    /// Only for this node, by its name or one of its addresses
    #[arg(short, long, value_name = "NODE")]
    node: Option<String>,

    /// The folder of the configurations; else `clusterconfig` beside the talconfig
    #[arg(short, long, value_name = "DIR")]
    pub(super) out_dir: Option<Utf8PathBuf>,

    /// Flags that are added to each command, as they are
    #[arg(
        long,
        value_name = "FLAGS",
        value_delimiter = ',',
        allow_hyphen_values = true
    )]
    extra_flags: Vec<String>,

    /// Taken, since talhelper has it: there is no other mode
    #[arg(long, hide = true)]
    offline_mode: bool,
}

/// The commands that talhelper has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Command {
    /// `talosctl apply-config`, for each address of each node
    Apply,
    /// `talosctl upgrade`, for each address of each node
    Upgrade,
    /// `talosctl reset`, for each address of each node
    Reset,
    /// `talosctl bootstrap`, of the first control plane
    Bootstrap,
    /// `talosctl kubeconfig`, of the first control plane
    Kubeconfig,
    /// `talosctl health`, of the first control plane
    Health,
    /// `talosctl upgrade-k8s`, of the first control plane
    UpgradeK8s,
}

impl Command {
    fn verb(self) -> Verb {
        match self {
            Self::Apply => Verb::Apply,
            Self::Upgrade => Verb::Upgrade,
            Self::Reset => Verb::Reset,
            Self::Bootstrap => Verb::Bootstrap,
            Self::Kubeconfig => Verb::Kubeconfig,
            Self::Health => Verb::Health,
            Self::UpgradeK8s => Verb::UpgradeK8s,
        }
    }
}

impl GenCommand {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let places = self.reading.places(root);
        let keys = options::keys(root);
        let machines = options::open(root, &places, &keys, Secrets::Optional)?;
        let (generator, problems) = machines.generator();
        let problems = machines.masked(problems);
        if problems.has_errors() {
            return Err(problems.into());
        }
        let folder = match &self.out_dir {
            Some(folder) if folder.as_str().is_empty() => {
                return Err(Failure::stopped(Exit::Usage, "`--out-dir` names no folder"));
            }
            // As it was typed, where that leads there.
            Some(folder) if root == "." || folder.is_absolute() => folder.to_string(),
            Some(folder) => root.join(folder).into_string(),
            None => from_here(&root.join(&places.output)),
        };
        let folder = shlex::try_quote(&folder).map_or(folder.clone(), Cow::into_owned);
        let wanted = Wanted {
            verb: self.command.verb(),
            node: self.node.as_deref(),
            folder: &folder,
            extra: &self.extra_flags,
        };
        let commands = generator.commands(&wanted).map_err(|why| {
            let name = self.node.as_deref().unwrap_or_default();
            match why {
                NoCommands::Unknown => match options::node(&generator, name) {
                    Err(failure) => failure,
                    // The same nodes are looked through.
                    Ok(_) => Failure::stopped(Exit::Usage, format!("there is no node `{name}`")),
                },
                NoCommands::Worker => Failure::stopped(
                    Exit::Usage,
                    format!("`{name}` is a worker, and this is for control planes"),
                )
                .hint("name a control plane, or none for the first"),
                NoCommands::NoControlPlane => {
                    Failure::stopped(Exit::Usage, "no node is a control plane")
                        .hint("set `controlPlane: true` at one node of the talconfig at least")
                }
                NoCommands::Broken(problems) => machines.masked(problems).into(),
            }
        })?;
        ui.set("commands", commands.lines().collect::<Vec<_>>());
        ui.data(&commands)?;
        Ok(Exit::Done)
    }
}

/// A folder with a dot before it, as talhelper has its own.
fn from_here(folder: &Utf8Path) -> String {
    let path = folder.as_str();
    match path.strip_prefix("./").unwrap_or(path) {
        elsewhere if elsewhere.starts_with(['/', '.']) => elsewhere.to_owned(),
        relative => format!("./{relative}"),
    }
}
