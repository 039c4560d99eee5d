//! `talos status`.

use std::collections::{HashMap, HashSet};

use camino::Utf8Path;
use cluster::Status as Found;
use cluster::bootstrap::Stage;
use diagnostics::Diagnostics;
use documents::change::Change;
use machines::{Machines, Places, Secrets};
use repository::View;
use serde_json::{Value, json};
use talos::certificates::Facts;
use talos_client::{Fault, Node};
use zeroize::Zeroizing;

use super::session::{Reach, Session};
use crate::command::talos::options;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Ui, plural};

/// Show every node in one table
///
/// Its role, its stage, what runs there, its schematic, etcd, in how many values its configuration
/// differs from what `ichor talos apply-node` would give it, and for how long the certificate of
/// the talosconfig counts. A node has one line, whatever the number of its addresses.
///
/// Examples:
///   ichor talos status
///   ichor talos status --no-drift
///   ichor talos status --output json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Status {
    #[command(flatten)]
    reach: Reach,

    /// Do not compare configurations
    #[arg(long)]
    no_drift: bool,
}

/// A node, and where it differs from what it would be given; none where that cannot be told.
type Looked = (Found, Option<Vec<Change>>);

impl Status {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let session = self.reach.open(root)?;
        let intended = if self.no_drift {
            None
        } else {
            Intended::make(root, ui)
        };
        let asked = session.client.each(&session.nodes, |node| {
            let found = Found::look(node, intended.is_some())?;
            let drift = { intended.as_ref() }.and_then(|all| all.drift(node, &session, &found));
            Ok::<Looked, Fault>((found, drift))
        });
        let days = certificate_days(&session);
        let mut rows = Vec::new();
        let mut listed = Vec::new();
        let mut failed = Diagnostics::new();
        let mut known = HashSet::new();
        for (address, answer) in session.nodes.iter().zip(&asked) {
            match answer {
                // The same machine at another of its addresses.
                Ok((found, _)) if !found.identity.is_empty() && !known.insert(&found.identity) => {}
                Ok((found, drift)) => {
                    let name = name(&session, address, found);
                    listed.push(shown(address, name, found, drift.as_deref()));
                    rows.push(row(name, found, drift.as_deref(), days));
                }
                Err(fault) => {
                    failed.push(session.told(fault));
                    let name = session.name(address);
                    let stage = Stage::of(fault);
                    listed.push(json!({ "node": address, "name": name, "stage": stage.word() }));
                    let mut row = vec![name.to_owned(), String::new(), stage.word().to_owned()];
                    row.resize(HEADER.len(), String::new());
                    rows.push(row.into_iter().map(filled).collect());
                }
            }
        }
        tell_certificate(days, ui);
        super::told(&HEADER, rows, listed, &failed, ui)
    }
}

const HEADER: [&str; 9] = [
    "NODE",
    "ROLE",
    "STAGE",
    "TALOS",
    "KUBERNETES",
    "SCHEMATIC",
    "ETCD",
    "DRIFT",
    "CERTIFICATE",
];

/// What a node is called: in the talconfig, else by Kubernetes, else its address.
fn name<'a>(session: &'a Session, address: &'a str, found: &'a Found) -> &'a str {
    match session.name(address) {
        name if name == address && !found.nodename.is_empty() => &found.nodename,
        name => name,
    }
}

/// No cell is empty.
fn filled(cell: String) -> String {
    if cell.is_empty() {
        "-".to_owned()
    } else {
        cell
    }
}

fn row(name: &str, found: &Found, drift: Option<&[Change]>, days: Option<u64>) -> Vec<String> {
    let readiness = if found.is_ready { "" } else { ", not ready" };
    let cells = [
        name.to_owned(),
        found.role.clone(),
        format!("{}{readiness}", found.stage),
        found.talos.clone(),
        found.kubernetes.clone(),
        found.schematic.chars().take(8).collect(),
        found.etcd.clone(),
        match drift {
            None => String::new(),
            Some([]) => "none".to_owned(),
            Some(changes) => changes.len().to_string(),
        },
        days.map_or_else(String::new, |days| format!("{days}d")),
    ];
    cells.into_iter().map(filled).collect()
}

fn shown(address: &str, name: &str, found: &Found, drift: Option<&[Change]>) -> Value {
    let drift = drift.map(|changes| {
        let paths = changes.iter();
        paths
            .map(|change| json!({ "document": change.document, "path": change.path }))
            .collect::<Vec<_>>()
    });
    json!({
        "node": address,
        "name": name,
        "role": found.role,
        "stage": found.stage,
        "ready": found.is_ready,
        "talos": found.talos,
        "kubernetes": found.kubernetes,
        "schematic": found.schematic,
        "etcd": found.etcd,
        "drift": drift,
    })
}

/// For how many whole days the certificate of the talosconfig counts.
fn certificate_days(session: &Session) -> Option<u64> {
    let certificate = session.context.certificate.as_ref()?;
    let facts = Facts::read(certificate.expose()).ok()?;
    let now = repository::clock::system_time();
    let left = facts.not_after.duration_since(now);
    Some(left.map_or(0, |left| left.as_secs() / 86400))
}

/// Says when the certificate of the talosconfig ends, if that is soon.
fn tell_certificate(days: Option<u64>, ui: &mut Ui) {
    let Some(days) = days else {
        return;
    };
    ui.set("certificate_days", days);
    if days < 30 {
        let days = plural(usize::try_from(days).unwrap_or(usize::MAX), "day");
        ui.warning(&format!(
            "the certificate of the talosconfig ends in {days}"
        ));
        ui.hint("`ichor talos generate-config` makes a new one");
    }
}

/// What `apply-node` would give each node, by its addresses and its name.
struct Intended {
    configs: HashMap<String, Zeroizing<String>>,
    secrets: diagnostics::Secrets,
}

impl Intended {
    /// None where the repository has no machines, or they cannot be made here, which is said.
    fn make(root: &Utf8Path, ui: &mut Ui) -> Option<Self> {
        let view = View::on_disk(root);
        let keys = options::keys(root);
        let now = repository::clock::system_time();
        let places = Places::find(&view);
        if !view.is_file(places.talconfig.as_str()) {
            return None;
        }
        let machines = Machines::open(&view, &places, &keys, Secrets::Required, now);
        let made = machines.and_then(|machines| Ok((machines.make()?.0, machines.secrets())));
        let (made, secrets) = match made {
            Ok(made) => made,
            Err(problems) => {
                let why = problems.iter().next().map(|problem| &problem.message);
                let why = why.map_or_else(String::new, |why| format!(": {why}"));
                ui.status(format!("There is nothing to tell drift from{why}."));
                return None;
            }
        };
        let mut configs = HashMap::new();
        for made in made {
            for name in made.addresses.into_iter().chain([made.hostname]) {
                configs.insert(name, made.text.clone());
            }
        }
        Some(Self { configs, secrets })
    }

    /// Where the configuration that a node runs differs from its own.
    fn drift(&self, node: &Node<'_>, session: &Session, found: &Found) -> Option<Vec<Change>> {
        let by_address = self.configs.get(node.name());
        let named = || self.configs.get(name(session, node.name(), found));
        let given = by_address.or_else(named)?;
        let running = found.config.as_ref()?;
        cluster::difference(running, given, &self.secrets).ok()
    }
}
