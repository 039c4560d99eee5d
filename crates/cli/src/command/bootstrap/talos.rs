//! `bootstrap talos`: from machines to a cluster.

use std::time::Duration;

use camino::Utf8Path;
use cluster::bootstrap::{Bootstrap as Machine, Event, Member, check};
use cluster::preflight::Preflight;
use diagnostics::{Diagnostics, Source};
use machines::{Machines, Places, Secrets};
use repository::{View, names, write};
use serde_json::json;
use talos::certificates::{DEFAULT_LIFETIME, Facts};
use talos_client::{Client, Credentials, Patience};

use super::super::talos::live::kubeconfig::fetch;
use super::super::talos::live::session::read_context;
use super::super::talos::live::which::members;
use super::super::talos::{generate_config, gensecret, options, span};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::stopwatch::Stopwatch;
use crate::ui::{Lines, Ui, plural};

/// From machines in maintenance to a cluster whose etcd runs
///
/// Makes the secrets of the cluster, if there are none yet, and the configurations of its nodes;
/// gives each machine that waits in maintenance its own; starts etcd on the first control plane,
/// once all of them answer; fetches a kubeconfig. It looks at the nodes before every step, so it
/// can be stopped at any time: the same command goes on from where they are. A machine of another
/// cluster is named and left alone. What waits in maintenance is checked before, as `ichor talos
/// preflight` does it: of a new cluster nothing is done while a check fails.
///
/// Examples:
///   ichor bootstrap talos
///   ichor bootstrap talos --output json   what happens, one object a line
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct BootstrapTalos {
    /// How long to wait for all nodes
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "30m")]
    pub(super) wait_timeout: Duration,

    /// Give machines their configuration, whatever `ichor talos preflight` would say of them
    #[arg(long)]
    skip_preflight: bool,
}

/// A machine in maintenance answers at once, or not at all.
const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(4),
    answer: Duration::from_secs(20),
};

impl BootstrapTalos {
    /// Runs it; whether the apps follow by themselves.
    pub(super) fn run(
        &self,
        is_followed: bool,
        root: &Utf8Path,
        ui: &mut Ui,
    ) -> Result<Exit, Failure> {
        let view = View::on_disk(root);
        let places = Places::find(&view);
        let keys = options::keys(root);
        if view.is_file(places.talconfig.as_str())
            && machines::refuse_second_secret(&view, &places).is_ok()
        {
            // Secrets stay for good: what else is wrong is told before there are any.
            let on_trial = options::open(root, &places, &keys, Secrets::Optional)?;
            let (made, _) = on_trial.make()?;
            check(&members(&made))?;
            let bundle = machines::new_bundle(repository::clock::system_time())?;
            gensecret::write(root, &places, &bundle, ui)?;
        }
        let machines = options::open(root, &places, &keys, Secrets::Required)?;
        let (made, notes) = machines.make()?;
        ui.problems(&notes);
        let folder = &places.output;
        let outputs =
            generate_config::outputs(&machines, &view, folder, &made, DEFAULT_LIFETIME, true)?;
        outputs.write(&view)?;
        generate_config::tell(&outputs, ui);
        let wrote = outputs.changed() > 0;

        let members = members(&made);
        check(&members)?;
        let credentials = credentials(&view, folder, machines.cluster_name())?;
        let nobody = Credentials::maintenance(Vec::new())?;
        let [cluster, maintenance] = [
            Client::new(credentials, &[], PATIENCE)?,
            Client::new(nobody, &[], PATIENCE)?,
        ];
        let preflight = Preflight {
            cluster: Some(&cluster),
            maintenance: &maintenance,
            now: &repository::clock::system_time,
        };
        let clock = Stopwatch::start();
        let machine = Machine {
            members: &members,
            cluster: &cluster,
            maintenance: &maintenance,
            preflight: (!self.skip_preflight).then_some(preflight),
            patience: self.wait_timeout,
            clock: &clock,
        };
        let names = members.iter().map(|member| member.name.as_str());
        let lines = ui.lines(names, "`ichor bootstrap talos` goes on from there.");
        let mut unheard = None;
        let outcome = machine.run(&mut |event| {
            if let Err(error) = told(&event, &lines, ui) {
                unheard.get_or_insert(error);
            }
        });
        drop(lines);
        if let Some(error) = unheard {
            return Err(error.into());
        }
        let secrets = machines.secrets();
        let failed: Diagnostics = outcome
            .failed
            .into_values()
            .chain(outcome.further)
            .map(|mut problem| {
                secrets.clean(&mut problem);
                problem
            })
            .collect();
        let mut kept = true;
        let mut exit = Exit::Done;
        if outcome.has_etcd {
            match kubeconfig(&machines, &members, &cluster, root)? {
                Kubeconfig::Kept => {}
                Kubeconfig::Written => {
                    kept = false;
                    ui.status(format!("Wrote `{}`.", names::KUBECONFIG));
                }
                Kubeconfig::Another => {
                    exit = Exit::Protected;
                    ui.warning(&format!(
                        "`{}` is that of another cluster, and stays as it is",
                        names::KUBECONFIG
                    ));
                    ui.hint("`ichor talos kubeconfig --force` replaces it");
                }
            }
        }
        let changed = outcome.changed || wrote || !kept;
        ui.set("changed", changed);
        if !failed.is_empty() {
            ui.problems(&failed);
            ui.count(&failed);
            if outcome.refused {
                ui.status("Nothing was applied.");
                ui.hint("`--skip-preflight` applies it nevertheless");
            }
            return Ok(Exit::NodesFailed);
        }
        let nodes = plural(members.len(), "node");
        if changed {
            ui.status(format!("Done: {nodes}, and etcd runs."));
            if !is_followed {
                ui.next(&[
                    "`ichor bootstrap apps`: brings the network, and hands the cluster to Flux."
                        .to_owned(),
                ]);
            }
        } else {
            ui.status(format!("Nothing to do: {nodes}, and etcd runs."));
        }
        Ok(exit)
    }
}

/// Those of the talosconfig that was just written, or kept.
fn credentials(view: &View<'_>, folder: &Utf8Path, cluster: &str) -> Result<Credentials, Failure> {
    let path = folder.join(names::TALOSCONFIG);
    let source = view
        .text(path.as_str())?
        .unwrap_or_else(|| Source::new(path.as_str(), ""));
    let (_, context) = read_context(&source, Some(cluster))?;
    let now = repository::clock::system_time();
    Ok(Credentials::of_context(&context, now)?)
}

fn told(event: &Event, lines: &Lines, ui: &mut Ui) -> std::io::Result<()> {
    if ui.is_json() {
        return ui.event(&json!(event));
    }
    match event {
        Event::Found { node, stage } if stage.is_finished() => {
            lines.end(ui, node, &stage.to_string());
        }
        Event::Found { node, stage } => lines.set(ui, node, &stage.to_string()),
        Event::Checking { nodes } => {
            for node in nodes {
                lines.set(ui, node, "is checked");
            }
        }
        Event::Applied { node } => lines.set(ui, node, "got its configuration"),
        Event::Started {
            node,
            already: false,
        } => lines.set(ui, node, "etcd is started"),
        Event::Started {
            node,
            already: true,
        } => lines.set(ui, node, "etcd was started before"),
        Event::Waiting { nodes, seconds } => lines.remind(ui, nodes, *seconds),
    }
    Ok(())
}

/// What became of the kubeconfig.
enum Kubeconfig {
    Kept,
    Written,
    Another,
}

/// Fetches a kubeconfig, unless one of this cluster is there that still counts.
fn kubeconfig(
    machines: &Machines<'_>,
    members: &[Member],
    client: &Client,
    root: &Utf8Path,
) -> Result<Kubeconfig, Failure> {
    let view = View::on_disk(root);
    if let Some(source) = view.text(names::KUBECONFIG)? {
        let first = |list: &str, of: &str, key: &str| -> Option<String> {
            let parsed = yaml::parse(&source, &yaml::Limits::default());
            let items = parsed.root()?.get(list)?.as_sequence()?.first()?;
            Some(items.get(of)?.get(key)?.text()?.to_owned())
        };
        let authority = first("clusters", "cluster", "certificate-authority-data");
        if authority.as_deref() != Some(machines.bundle.kubernetes.certificate.expose()) {
            return Ok(Kubeconfig::Another);
        }
        let certificate = first("users", "user", "client-certificate-data");
        let facts = certificate.and_then(|text| Facts::read(&text).ok());
        if facts.is_some_and(|facts| facts.not_after > repository::clock::system_time()) {
            return Ok(Kubeconfig::Kept);
        }
    }
    let leads: Vec<String> = members
        .iter()
        .filter(|member| member.role == talos::generate::Role::ControlPlane)
        .map(|member| member.address.clone())
        .collect();
    let text = fetch(client, &leads)?;
    write::file(root, names::KUBECONFIG, text.as_bytes(), 0o600)?;
    Ok(Kubeconfig::Written)
}
