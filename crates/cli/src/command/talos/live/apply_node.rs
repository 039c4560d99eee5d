//! `talos apply-node`.

use std::collections::BTreeMap;
use std::time::Duration;

use camino::Utf8Path;
use clap::ValueEnum;
use diagnostics::{Diagnostic, Diagnostics};
use documents::change::Change;
use machines::{Places, Secrets};
use repository::View;
use serde_json::{Value, json};
use talos_client::Node;
use talos_client::api::machine::{ApplyConfiguration, ApplyMode};

use super::going::Etcd;
use super::session::{Reach, Session};
use super::time::span;
use super::which::{Which, address};
use crate::command::talos::options;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Lines, Ui, plural};
use diagnostics::visible;

/// Give nodes their configuration
///
/// Shows what would change on each node, by meaning and without secrets, and how Talos would do
/// it, as the node itself says; then asks. The configurations are those that `ichor talos
/// generate-config` makes; a node that has its own already is left alone. Nodes that start again for
/// it do so one after the other, and none while etcd would lose its majority.
///
/// Examples:
///   ichor talos apply-node k8s-0
///   ichor talos apply-node --all --dry-run
///   ichor talos apply-node k8s-0 --mode try --timeout 2m
///   ichor talos apply-node --insecure k8s-3       a machine in maintenance
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct ApplyNode {
    #[command(flatten)]
    which: Which,

    #[command(flatten)]
    reach: Reach,

    /// When the configuration counts
    #[arg(short, long, value_enum, default_value = "auto")]
    mode: Mode,

    /// With `--mode try`: after what time it is taken back
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "1m")]
    timeout: Duration,

    /// Even where etcd loses its majority while a node starts again
    #[arg(long)]
    force: bool,

    /// Only show what would change
    #[arg(long)]
    dry_run: bool,

    /// Machines in maintenance, which cannot prove who they are
    #[arg(short, long)]
    insecure: bool,

    /// The fingerprint that the machine in maintenance shows on its console
    #[arg(
        long,
        value_name = "FINGERPRINT",
        value_delimiter = ',',
        requires = "insecure"
    )]
    cert_fingerprint: Vec<String>,
}

/// How long a node that starts again for its configuration has until it is back.
const STARTING: Duration = Duration::from_mins(30);

/// When a configuration counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mode {
    /// At once, with a reboot if that is needed
    Auto,
    /// At once, or not at all
    NoReboot,
    /// After the next reboot
    Staged,
    /// At once, and only for a while
    Try,
}

impl Mode {
    fn of_talos(self) -> ApplyMode {
        match self {
            Self::Auto => ApplyMode::Auto,
            Self::NoReboot => ApplyMode::NoReboot,
            Self::Staged => ApplyMode::Staged,
            Self::Try => ApplyMode::Try,
        }
    }
}

/// What a node would do.
struct Prospect {
    /// None where the node has no configuration yet.
    changes: Option<Vec<Change>>,
    mode: ApplyMode,
    warnings: Vec<String>,
}

impl ApplyNode {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let keys = options::keys(root);
        let places = Places::find(&View::on_disk(root));
        let machines = options::open(root, &places, &keys, Secrets::Required)?;
        let (made, notes) = machines.make()?;
        ui.problems(&notes);
        let chosen = self.which.of(&self.reach, &machines, &made)?;
        let secrets = machines.secrets();
        let addresses: Vec<String> = chosen.iter().map(|made| address(made).to_owned()).collect();
        let session = if self.insecure {
            let fingerprints = &self.cert_fingerprint;
            self.reach
                .open_maintenance(root, &addresses, fingerprints)?
        } else {
            self.reach.open_for(root, &addresses)?
        };
        let texts: BTreeMap<&str, &str> = chosen
            .iter()
            .map(|made| (address(made), made.text.as_str()))
            .collect();
        let given = |node: &Node<'_>| {
            let text = texts.get(node.name()).copied();
            text.ok_or_else(|| {
                cluster::rules::CLUSTER_BAD_CONFIG
                    .report(format!("there is no configuration for `{}`", node.name()))
            })
        };

        // What would happen.
        let looked = session.client.each(&session.nodes, |node| {
            self.look(node, given(node)?, &secrets)
        });
        let mut failed = Diagnostics::new();
        let mut due = Vec::new();
        let mut starts_again = false;
        let mut listed = Vec::new();
        for (node, prospect) in session.nodes.iter().zip(looked) {
            match prospect {
                Err(problem) => failed.push(problem),
                Ok(prospect) => {
                    listed.push(shown(node, session.name(node), &prospect));
                    if self.show(session.name(node), &prospect, ui)? {
                        starts_again |= prospect.mode == ApplyMode::Reboot;
                        due.push(node.clone());
                    }
                }
            }
        }
        ui.set("nodes", listed);
        if self.dry_run || due.is_empty() {
            if due.is_empty() && failed.is_empty() {
                ui.status("Nothing to do: every node has its configuration.");
            }
            return Ok(super::ended(&failed, ui));
        }
        let due = Session {
            nodes: due,
            ..session
        };
        super::power::confirm("give its configuration to", &due, ui)?;

        let give = |node: &Node<'_>| {
            let attempt = (self.mode == Mode::Try).then_some(self.timeout);
            let done = node.apply(given(node)?, self.mode.of_talos(), false, attempt);
            done.map_err(|fault| masked(fault.diagnostic(), &secrets))
        };
        // All at a time, where none has to start again for it; else one after the other.
        let mut applied = Vec::new();
        if starts_again && !self.insecure {
            let etcd = Etcd::new(&due, self.force);
            let names = due.nodes.iter().map(|node| due.name(node));
            let lines = ui.lines(names, AGAIN);
            for (index, name) in due.nodes.iter().enumerate() {
                let node = due.client.node(name);
                let shown = (&lines, &mut *ui);
                if let Err(problem) = one_that_starts_again(&node, &due, &etcd, &give, shown) {
                    drop(lines);
                    failed.push(problem);
                    let exit = super::ended(&failed, ui);
                    super::power::left_alone(&due, index + 1, ui);
                    ui.set("applied", applied);
                    return Ok(exit);
                }
                applied.push(json!({ "node": name, "mode": "reboot" }));
            }
        } else {
            for (node, done) in due.nodes.iter().zip(due.client.each(&due.nodes, give)) {
                match done {
                    Ok(answer) => {
                        tell(due.name(node), &answer, &secrets, ui);
                        applied.push(json!({ "node": node, "mode": word(answer.mode()) }));
                    }
                    Err(problem) => failed.push(problem),
                }
            }
        }
        ui.set("applied", applied);
        Ok(super::ended(&failed, ui))
    }

    /// Asks a node what it has, and what it would do.
    fn look(
        &self,
        node: &Node<'_>,
        given: &str,
        secrets: &diagnostics::Secrets,
    ) -> Result<Prospect, Diagnostic> {
        let told = |fault: talos_client::Fault| masked(fault.diagnostic(), secrets);
        let changes = if self.insecure {
            None
        } else {
            let running = node.machine_config().map_err(told)?;
            cluster::difference(&running, given, secrets).ok()
        };
        let attempt = (self.mode == Mode::Try).then_some(self.timeout);
        let answer = node
            .apply(given, self.mode.of_talos(), true, attempt)
            .map_err(told)?;
        Ok(Prospect {
            changes,
            mode: answer.mode(),
            warnings: answer
                .warnings
                .iter()
                .map(|warning| visible(&secrets.mask(warning)))
                .collect(),
        })
    }

    /// Shows what would happen to a node. Whether anything would.
    fn show(&self, name: &str, prospect: &Prospect, ui: &mut Ui) -> Result<bool, Failure> {
        for warning in &prospect.warnings {
            ui.warning(&format!("`{name}`: {warning}"));
        }
        let Some(changes) = &prospect.changes else {
            let what = if self.insecure {
                "gets its first configuration"
            } else {
                "gets another configuration"
            };
            ui.data(&format!("{name}: {what}\n"))?;
            return Ok(true);
        };
        if changes.is_empty() {
            ui.data(&format!("{name}: nothing changes\n"))?;
            return Ok(false);
        }
        let count = plural(changes.len(), "change");
        ui.data(&format!("{name}: {count}, {}\n", by(prospect.mode)))?;
        for change in changes {
            ui.data(&format!("  {}\n", visible(&line(change))))?;
        }
        Ok(true)
    }
}

/// What whoever stops in the middle may do next: a node that has its configuration is passed over.
const AGAIN: &str = "The same `ichor talos apply-node …` goes on from there.";

/// Gives a node its configuration, and waits until it is back where it starts again for it.
fn one_that_starts_again(
    node: &Node<'_>,
    session: &Session,
    etcd: &Etcd<'_>,
    give: &dyn Fn(&Node<'_>) -> Result<ApplyConfiguration, Diagnostic>,
    (lines, ui): (&Lines, &mut Ui),
) -> Result<(), Diagnostic> {
    etcd.keep(node, &[node.name().to_owned()])?;
    let before = node.boot_id().map_err(|fault| session.told(&fault))?;
    let answer = give(node)?;
    let name = session.name(node.name());
    if answer.mode() != ApplyMode::Reboot {
        lines.end(ui, name, done_by(answer.mode()));
        return Ok(());
    }
    lines.set(ui, name, super::power::STARTS);
    let done = super::power::back(node, session, &before, STARTING)?;
    lines.end(ui, name, done);
    Ok(())
}

fn tell(name: &str, answer: &ApplyConfiguration, secrets: &diagnostics::Secrets, ui: &mut Ui) {
    ui.status(format!("`{name}`: {}.", done_by(answer.mode())));
    for warning in &answer.warnings {
        ui.warning(&format!("`{name}`: {}", visible(&secrets.mask(warning))));
    }
}

/// A change on one line.
fn line(change: &Change) -> String {
    let path = match change.document.as_str() {
        "v1alpha1" => change.path.clone(),
        document if change.path.is_empty() => document.to_owned(),
        document => format!("{document} {}", change.path),
    };
    let value = |value: &Value| value.to_string();
    match (&change.before, &change.after) {
        (None, Some(after)) => format!("+ {path}: {}", value(after)),
        (Some(before), None) => format!("- {path}: {}", value(before)),
        (Some(before), Some(after)) if before == after => {
            format!("~ {path}: another {}", value(after))
        }
        (Some(before), Some(after)) => format!("~ {path}: {} -> {}", value(before), value(after)),
        (None, None) => path,
    }
}

fn shown(node: &str, name: &str, prospect: &Prospect) -> Value {
    let changes = prospect.changes.as_ref().map(|changes| {
        let listed = changes.iter().map(|change| {
            json!({
                "document": change.document,
                "path": change.path,
                "before": change.before,
                "after": change.after,
            })
        });
        listed.collect::<Vec<_>>()
    });
    json!({
        "node": node,
        "name": name,
        "changes": changes,
        "mode": word(prospect.mode),
        "warnings": prospect.warnings,
    })
}

fn word(mode: ApplyMode) -> &'static str {
    match mode {
        ApplyMode::Reboot => "reboot",
        ApplyMode::Auto => "auto",
        ApplyMode::NoReboot => "no-reboot",
        ApplyMode::Staged => "staged",
        ApplyMode::Try => "try",
    }
}

fn by(mode: ApplyMode) -> &'static str {
    match mode {
        ApplyMode::Reboot => "with a reboot",
        ApplyMode::Auto | ApplyMode::NoReboot => "without a reboot",
        ApplyMode::Staged => "with the next reboot",
        ApplyMode::Try => "for a while",
    }
}

fn done_by(mode: ApplyMode) -> &'static str {
    match mode {
        ApplyMode::Reboot => "applied; it starts again",
        ApplyMode::Auto | ApplyMode::NoReboot => "applied, without a reboot",
        ApplyMode::Staged => "staged: it counts after the next reboot",
        ApplyMode::Try => "applied, and taken back after the time that was given",
    }
}

/// A node's words may quote what it was sent.
fn masked(mut problem: Diagnostic, secrets: &diagnostics::Secrets) -> Diagnostic {
    secrets.clean(&mut problem);
    problem
}
