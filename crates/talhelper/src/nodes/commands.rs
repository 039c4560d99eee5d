//! The commands of talosctl that `talhelper gencommand` prints.

use std::fmt;

use diagnostics::Diagnostics;
use talos::generate::Role;

use super::Generator;
use super::image::installer;
use super::node::{Findings, Node};

/// What the commands do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Give each node its configuration.
    Apply,
    /// Upgrade each node to its installer.
    Upgrade,
    /// Make each node forget its cluster.
    Reset,
    /// Start the cluster on a control plane.
    Bootstrap,
    /// Fetch a kubeconfig from a control plane.
    Kubeconfig,
    /// Check the cluster.
    Health,
    /// Upgrade Kubernetes to the version of the talconfig.
    UpgradeK8s,
}

impl Verb {
    /// Every one.
    pub const ALL: [Self; 7] = [
        Self::Apply,
        Self::Upgrade,
        Self::Reset,
        Self::Bootstrap,
        Self::Kubeconfig,
        Self::Health,
        Self::UpgradeK8s,
    ];

    /// Its name in talhelper.
    pub fn name(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::Upgrade => "upgrade",
            Self::Reset => "reset",
            Self::Bootstrap => "bootstrap",
            Self::Kubeconfig => "kubeconfig",
            Self::Health => "health",
            Self::UpgradeK8s => "upgrade-k8s",
        }
    }

    /// Whether there is a command for each node, not one for the cluster.
    fn is_of_each_node(self) -> bool {
        matches!(self, Self::Apply | Self::Upgrade | Self::Reset)
    }
}

/// Which commands.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// What they do.
    pub verb: Verb,
    /// The only node, by its name or one of its addresses.
    pub node: Option<&'a str>,
    /// The folder of the configurations, as it is to stand in the commands.
    pub folder: &'a str,
    /// What else is to stand in them.
    pub extra: &'a [String],
}

/// Why there are no commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoCommands {
    /// There is no such node.
    Unknown,
    /// The node is a worker, and only control planes do this.
    Worker,
    /// No node is a control plane.
    NoControlPlane,
    /// The installer of a node cannot be told.
    Broken(Diagnostics),
}

impl Generator<'_> {
    /// Commands of talosctl, one a line, as `talhelper gencommand` prints them. Schematics are
    /// computed, as with its `--offline-mode`.
    ///
    /// # Errors
    ///
    /// See [`NoCommands`].
    pub fn commands(&self, wanted: &Wanted<'_>) -> Result<String, NoCommands> {
        let chosen: Vec<(&Node<'_>, Vec<String>)> = self
            .nodes
            .iter()
            .filter_map(|node| Some((node, addresses(node, wanted.node)?)))
            .collect();
        if chosen.is_empty() {
            return Err(match wanted.node {
                Some(_) => NoCommands::Unknown,
                None => NoCommands::NoControlPlane,
            });
        }
        let mut out = Lines::new(wanted);
        if wanted.verb.is_of_each_node() {
            for (node, addresses) in &chosen {
                let flag = self.flag_of_node(node, wanted)?;
                for address in addresses {
                    out.line(&[&format!("--nodes={address}"), &flag], &[]);
                }
            }
            return Ok(out.text);
        }
        let leads = |node: &Node<'_>| node.role == Role::ControlPlane;
        let first = chosen
            .iter()
            .find(|(node, _)| wanted.node.is_some() || leads(node));
        let (node, addresses) = first.ok_or(NoCommands::NoControlPlane)?;
        // talhelper checks neither what node it is nor looks up its address for this one.
        if wanted.verb == Verb::Health {
            let node = wanted.node.or(addresses.first().map(String::as_str));
            let nodes = format!("--nodes={}", node.unwrap_or_default());
            out.line(&[&nodes], &[]);
            return Ok(out.text);
        }
        if !leads(node) {
            return Err(NoCommands::Worker);
        }
        let version = match wanted.verb {
            Verb::UpgradeK8s => {
                let version = self.raw.kubernetes_version();
                format!("--to=v{}", version.strip_prefix('v').unwrap_or(version))
            }
            _ => String::new(),
        };
        let nodes = addresses.first().map_or("", String::as_str);
        out.line(&[&version], &[&format!("--nodes={nodes}")]);
        Ok(out.text)
    }

    /// What a command has beside the address of its node.
    fn flag_of_node(&self, node: &Node<'_>, wanted: &Wanted<'_>) -> Result<String, NoCommands> {
        Ok(match wanted.verb {
            Verb::Apply => {
                let position = self.nodes.iter().position(|one| one.index == node.index);
                let name = position.and_then(|position| self.file_names().nth(position));
                format!("--file={}/{}", wanted.folder, name.unwrap_or_default())
            }
            Verb::Upgrade => {
                let mut findings = Findings::new(self.raw, node);
                let image = installer(&mut findings).name;
                if findings.problems.has_errors() {
                    return Err(NoCommands::Broken(findings.problems));
                }
                format!("--image={image}")
            }
            _ => String::new(),
        })
    }
}

/// The addresses of a node that are meant; none where another node is.
fn addresses(node: &Node<'_>, wanted: Option<&str>) -> Option<Vec<String>> {
    let all = node.addresses();
    match wanted {
        None => Some(all),
        Some(wanted) if wanted == node.hostname() => Some(all),
        Some(wanted) => all
            .iter()
            .any(|one| one == wanted)
            .then(|| vec![wanted.to_owned()]),
    }
}

/// Commands, one below the other.
struct Lines<'a> {
    wanted: &'a Wanted<'a>,
    text: String,
}

impl<'a> Lines<'a> {
    fn new(wanted: &'a Wanted<'a>) -> Self {
        Self {
            wanted,
            text: String::new(),
        }
    }

    /// A command with words before and behind the extra ones. Empty words are left out.
    fn line(&mut self, before: &[&str], behind: &[&str]) {
        let verb = match self.wanted.verb {
            Verb::Apply => "apply-config",
            verb => verb.name(),
        };
        let mut words = vec!["talosctl".to_owned(), verb.to_owned()];
        words.push(format!("--talosconfig={}/talosconfig", self.wanted.folder));
        words.extend(before.iter().map(|&word| word.to_owned()));
        words.extend(self.wanted.extra.iter().cloned());
        words.extend(behind.iter().map(|&word| word.to_owned()));
        words.retain(|word| !word.is_empty());
        self.text += &words.join(" ");
        self.text += ";\n";
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
