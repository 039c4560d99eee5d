//! Which nodes, through whom, and as whom.

use camino::{Utf8Path, Utf8PathBuf};
use cluster::quorum::Voter;
use diagnostics::{Diagnostic, Source};
use machines::Places;
use repository::{View, names};
use talos::talosconfig::{self, Context};
use talos_client::{Address, Client, Credentials, Fault, Fingerprint, Kind, Patience};

use super::known::{Known, is_same};
use crate::environment;
use crate::exit::Exit;
use crate::failure::Failure;

/// The flags that talosctl has for it.
#[derive(Debug, clap::Args)]
pub(crate) struct Reach {
    /// The nodes, by their names or addresses; else those of the talosconfig
    #[arg(short, long, value_name = "NODE", value_delimiter = ',')]
    nodes: Vec<String>,

    /// The control planes to go through; else those of the talosconfig
    #[arg(short, long, value_name = "ADDRESS", value_delimiter = ',')]
    endpoints: Vec<String>,

    /// The talosconfig; else `talos/clusterconfig/talosconfig`, else what `TALOSCONFIG` names
    #[arg(long, value_name = "FILE")]
    talosconfig: Option<Utf8PathBuf>,

    /// The context of the talosconfig; else its current one
    #[arg(long, value_name = "NAME")]
    context: Option<String>,
}

/// A client, and whom it is to ask.
pub(crate) struct Session {
    /// It.
    pub(crate) client: Client,
    /// The nodes, by their addresses.
    pub(crate) nodes: Vec<String>,
    /// What nodes are called.
    pub(super) known: Known,
    /// Of the talosconfig; nothing for machines in maintenance.
    pub(crate) context: Context,
    /// What the context is called, which is the name of the cluster.
    pub(crate) cluster: String,
    /// Whom calls go through.
    pub(crate) endpoints: Vec<String>,
    /// As whom calls are made.
    pub(crate) credentials: Credentials,
}

impl Session {
    /// The name of a node, or its address again.
    pub(crate) fn name<'s>(&'s self, address: &'s str) -> &'s str {
        self.known.name(address).unwrap_or(address)
    }

    /// A failure as a problem. A name that the talconfig does not have may be mistyped.
    pub(crate) fn told(&self, fault: &Fault) -> Diagnostic {
        let problem = fault.diagnostic();
        if self.known.has(&fault.node) || !matches!(fault.kind, Kind::Unreachable | Kind::Failed) {
            return problem;
        }
        let names = self.known.names();
        let is_name = fault.node.contains(|one: char| one.is_ascii_alphabetic())
            && !fault.node.contains([':', '.']);
        match diagnostics::closest(&fault.node, names.iter().copied()) {
            Some(close) => problem.hint(format!("did you mean `{close}`?")),
            None if is_name && (1..=20).contains(&names.len()) => {
                problem.hint(format!("the nodes are {}", names.join(", ")))
            }
            None => problem,
        }
    }

    /// Nodes that can tell of etcd.
    pub(crate) fn leads(&self) -> &[String] {
        if self.endpoints.is_empty() {
            &self.nodes
        } else {
            &self.endpoints
        }
    }

    /// Whether a member of etcd is on one of these nodes.
    pub(crate) fn is_one_of(&self, voter: &Voter, nodes: &[String]) -> bool {
        let name = self.name(&voter.address);
        nodes.iter().any(|node| {
            let is_named = self.name(node) == voter.hostname || self.name(node) == name;
            is_named || is_same(node, &voter.address)
        })
    }
}

impl Reach {
    /// Whether nodes were named.
    pub(crate) fn names_nodes(&self) -> bool {
        !self.nodes.is_empty()
    }

    /// The nodes that were named.
    pub(super) fn named(&self) -> &[String] {
        &self.nodes
    }

    /// A client of the cluster.
    pub(crate) fn open(&self, root: &Utf8Path) -> Result<Session, Failure> {
        self.open_for(root, &[])
    }

    /// The same for nodes that were named otherwise.
    pub(crate) fn open_for(&self, root: &Utf8Path, named: &[String]) -> Result<Session, Failure> {
        let (cluster, context) = self.context(root)?;
        let now = repository::clock::system_time();
        let credentials = Credentials::of_context(&context, now)?;
        let endpoints = if self.endpoints.is_empty() {
            context.endpoints.clone()
        } else {
            self.endpoints.clone()
        };
        let known = Known::of(root);
        let asked = if named.is_empty() { &self.nodes } else { named };
        let nodes = match (asked.is_empty(), context.nodes.is_empty()) {
            (false, _) => asked,
            (true, false) => &context.nodes,
            (true, true) => &endpoints,
        };
        if nodes.is_empty() {
            return Err(Failure::stopped(Exit::Usage, "no node is named")
                .hint("name them with `--nodes`, or in the talosconfig"));
        }
        let nodes = known.addresses(nodes);
        for node in &nodes {
            Address::read(node)?;
        }
        Ok(Session {
            client: Client::new(credentials.clone(), &endpoints, Patience::default())?,
            credentials,
            nodes,
            known,
            context,
            cluster,
            endpoints,
        })
    }

    /// A client of machines in maintenance.
    pub(crate) fn open_maintenance(
        &self,
        root: &Utf8Path,
        named: &[String],
        fingerprints: &[String],
    ) -> Result<Session, Failure> {
        let fingerprints = fingerprints
            .iter()
            .map(|text| text.parse::<Fingerprint>())
            .collect::<Result<Vec<_>, Diagnostic>>()?;
        let credentials = Credentials::maintenance(fingerprints)?;
        let known = Known::of(root);
        let nodes = if named.is_empty() { &self.nodes } else { named };
        if nodes.is_empty() {
            return Err(Failure::stopped(
                Exit::Usage,
                "machines in maintenance are in no talosconfig",
            )
            .hint("name them with `--nodes`"));
        }
        Ok(Session {
            client: Client::new(credentials.clone(), &[], Patience::default())?,
            credentials,
            nodes: known.addresses(nodes),
            known,
            context: Context::default(),
            cluster: String::new(),
            endpoints: Vec::new(),
        })
    }

    /// The context that is meant, with its name.
    fn context(&self, root: &Utf8Path) -> Result<(String, Context), Failure> {
        let view = View::on_disk(root);
        let path = self.path(&view)?;
        let source = view.text(path.as_str())?.ok_or_else(|| {
            Failure::stopped(Exit::Usage, format!("there is no `{path}`"))
                .hint("`ichor talos generate-config` makes one")
        })?;
        read_context(&source, self.context.as_deref())
    }

    fn path(&self, view: &View<'_>) -> Result<Utf8PathBuf, Failure> {
        if let Some(path) = &self.talosconfig {
            return Ok(path.clone());
        }
        let ours = Places::find(view).output.join(names::TALOSCONFIG);
        if view.is_file(ours.as_str()) {
            return Ok(ours);
        }
        environment::talosconfig().ok_or_else(|| {
            Failure::stopped(Exit::Usage, format!("there is no `{ours}`")).hint(
                "`ichor talos generate-config` makes it; or name another with `--talosconfig`",
            )
        })
    }
}

/// A context of a talosconfig by its name, or the current one.
pub(crate) fn read_context(
    source: &Source,
    name: Option<&str>,
) -> Result<(String, Context), Failure> {
    let (config, problems) = talosconfig::read(source);
    let Some(config) = config else {
        return Err(problems.into());
    };
    let wanted = name.unwrap_or(&config.context);
    match config.get(wanted) {
        Some(context) => Ok((wanted.to_owned(), context.clone())),
        None => {
            let names = config.contexts.iter().map(|(name, _)| name.as_str());
            let message = match name {
                Some(name) => format!("`{}` has no context `{name}`", source.name()),
                None => format!("`{}` has no current context", source.name()),
            };
            let failure = Failure::stopped(Exit::Usage, message);
            Err(match diagnostics::closest(wanted, names.clone()) {
                Some(close) => failure.hint(format!("did you mean `{close}`?")),
                None => failure.hint(format!(
                    "its contexts are: {}",
                    names.collect::<Vec<_>>().join(", ")
                )),
            })
        }
    }
}
