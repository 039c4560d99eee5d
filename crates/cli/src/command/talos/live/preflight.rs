//! `talos preflight`.

use camino::Utf8Path;
use cluster::preflight::{Checked, Finding, Preflight as Checks, Report, Topic, Verdict};
use diagnostics::Diagnostics;
use machines::{Machines, Made, Origin, Places, Secrets};
use repository::{View, names};
use serde_json::json;
use talos::certificates::DEFAULT_LIFETIME;
use talos_client::{Client, Credentials, Patience};

use super::session::read_context;
use super::which::members;
use crate::command::talos::options;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Ui, plural};
use diagnostics::{Source, visible};

/// Check machines before they become nodes
///
/// Of each node: does it answer, in maintenance or as a member of this cluster; is its disk there
/// and large enough; are its links there by their MACs; is its clock near the one here; can it
/// pull its installer, which machines in maintenance do not tell. And is nobody at the address
/// that control planes are to share. Nothing is changed on any node, but that a member has the
/// installer at hand afterwards.
///
/// Examples:
///   ichor talos preflight
///   ichor talos preflight k8s-3
///   ichor talos preflight --output json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Preflight {
    /// Only these nodes, by their names or addresses; else every one
    #[arg(value_name = "NODE")]
    named: Vec<String>,
}

/// A machine in maintenance answers at once, or not at all.
const PATIENCE: Patience = Patience {
    connect: std::time::Duration::from_secs(4),
    answer: std::time::Duration::from_secs(20),
};

impl Preflight {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let view = View::on_disk(root);
        let keys = options::keys(root);
        let places = Places::find(&view);
        let machines = options::open(root, &places, &keys, Secrets::Optional)?;
        let (made, notes) = machines.make()?;
        ui.problems(&notes);
        let mut members = members(&made);
        if !self.named.is_empty() {
            let (generator, _) = machines.generator();
            let mut chosen = Vec::new();
            for name in &self.named {
                let index = options::node(&generator, name)?;
                chosen.extend(generator.hostname(index).map(str::to_owned));
            }
            members.retain(|member| chosen.contains(&member.name));
        }
        let maintenance = Client::new(Credentials::maintenance(Vec::new())?, &[], PATIENCE)?;
        let cluster = client(&machines, &view, &places, &made)?;
        let checks = Checks {
            cluster: cluster.as_ref(),
            maintenance: &maintenance,
            now: &repository::clock::system_time,
        };
        let report = checks.run(&members);
        show(&report, ui)?;
        let secrets = machines.secrets();
        let failed: Diagnostics = report
            .problems()
            .cloned()
            .map(|mut problem| {
                secrets.clean(&mut problem);
                problem
            })
            .collect();
        if failed.is_empty() {
            let nodes = plural(report.nodes.len(), "node");
            ui.status(format!("Nothing stands in the way of {nodes}."));
        }
        Ok(super::ended(&failed, ui))
    }
}

/// A client of the cluster, where it has secrets: the certificate is made in memory, if none is
/// there.
fn client(
    machines: &Machines<'_>,
    view: &View<'_>,
    places: &Places,
    made: &[Made],
) -> Result<Option<Client>, Failure> {
    if !matches!(machines.origin, Origin::File { .. }) {
        return Ok(None);
    }
    let path = places.output.join(names::TALOSCONFIG);
    let text = machines::talosconfig(machines, view, &path, made, DEFAULT_LIFETIME)?;
    let source = Source::new(path.as_str(), text.as_str());
    let (_, context) = read_context(&source, Some(machines.cluster_name()))?;
    let now = repository::clock::system_time();
    let credentials = Credentials::of_context(&context, now)?;
    Ok(Some(Client::new(credentials, &[], PATIENCE)?))
}

fn show(report: &Report, ui: &mut Ui) -> Result<(), Failure> {
    ui.set("nodes", json!(report.nodes));
    ui.set("shared", json!(report.shared));
    let header = [
        "NODE", "ADDRESS", "STAGE", "DISK", "LINKS", "CLOCK", "IMAGE",
    ];
    ui.table(&header, report.nodes.iter().map(row).collect())?;
    for finding in &report.shared {
        ui.data(&format!(
            "{}: {}\n",
            word(finding.verdict),
            visible(&finding.words)
        ))?;
    }
    let unproven = report.nodes.iter().flat_map(|checked| {
        let findings = checked.findings.iter();
        let findings = findings.filter(|finding| finding.verdict == Verdict::Unproven);
        findings.map(|finding| (checked.node.as_str(), finding))
    });
    let mut told: Vec<(&Finding, Vec<&str>)> = Vec::new();
    for (node, finding) in unproven {
        match told.iter_mut().find(|(other, _)| *other == finding) {
            Some((_, nodes)) => nodes.push(node),
            None => told.push((finding, vec![node])),
        }
    }
    for (finding, nodes) in told {
        ui.status(format!(
            "Unproven: {} of {}: {}.",
            topic(finding.topic),
            nodes.join(", "),
            finding.words
        ));
    }
    Ok(())
}

fn row(checked: &Checked) -> Vec<String> {
    let verdict = |topic: Topic| {
        let mut findings = checked.findings.iter();
        let found = findings.find(|finding| finding.topic == topic);
        found.map_or("-", |finding| word(finding.verdict))
    };
    let stage = match verdict(Topic::Answers) {
        "ok" => checked.stage.to_string(),
        _ => checked
            .findings
            .first()
            .map_or_else(String::new, |one| one.words.clone()),
    };
    let mut row = vec![
        checked.node.clone(),
        checked.address.clone(),
        visible(&stage),
    ];
    let topics = [Topic::Disk, Topic::Links, Topic::Clock, Topic::Image];
    row.extend(topics.map(|topic| verdict(topic).to_owned()));
    row
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "ok",
        Verdict::Failed => "failed",
        Verdict::Unproven => "unproven",
        Verdict::Skipped => "-",
    }
}

fn topic(topic: Topic) -> &'static str {
    match topic {
        Topic::Answers => "the stage",
        Topic::Disk => "the disk",
        Topic::Links => "the links",
        Topic::Clock => "the clock",
        Topic::Image => "the installer",
        Topic::Address => "the address",
        Topic::Endpoint => "the endpoint",
    }
}
