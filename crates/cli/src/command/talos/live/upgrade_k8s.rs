//! `talos upgrade-k8s`.

use std::collections::BTreeMap;
use std::time::Duration;

use camino::Utf8Path;
use clap::ArgAction;
use cluster::lease::Lease;
use cluster::upgrade_k8s::{Applied, Change, Event, Plan, UpgradeK8s as Machine, version};
use diagnostics::Source;
use kubernetes_client::{Client, Patience};
use pipeline::manifests::kubernetes_places;
use repository::{View, write};
use serde_json::json;
use talos::Component;

use super::kubeconfig::fetch;
use super::session::{Reach, Session};
use super::time::span;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::stopwatch::Stopwatch;
use crate::ui::{Lines, Ui, plural};

/// Bring the cluster to another Kubernetes, without its API going away
///
/// Images are pulled first. Then API servers, controller managers and schedulers go, one control
/// plane after the other, and none before the API server of every other one is ready; then
/// kubelets, control planes first; last the bootstrap manifests. Of each node's own configuration
/// only the images change. It looks at the nodes before every step, so that it can be stopped at
/// any time: the same command goes on from there.
///
/// Examples:
///   ichor talos upgrade-k8s --dry-run
///   ichor talos upgrade-k8s v1.36.4
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct UpgradeK8s {
    /// The version; else the one that the repository names
    #[arg(value_name = "VERSION")]
    version: Option<String>,

    /// The same, as talosctl has it
    #[arg(long, value_name = "VERSION", conflicts_with = "version")]
    to: Option<String>,

    /// The version that runs; else the oldest that is found
    #[arg(long, value_name = "VERSION")]
    from: Option<String>,

    #[command(flatten)]
    reach: Reach,

    /// The API of Kubernetes, such as `https://10.0.0.10:6443`; else that of the kubeconfig
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,

    /// Pull images before anything changes
    #[arg(long, action = ArgAction::Set, default_value_t = true, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pre_pull_images: bool,

    /// Kubelets, too
    #[arg(long, action = ArgAction::Set, default_value_t = true, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    upgrade_kubelet: bool,

    #[command(flatten)]
    images: Images,

    /// Leave what is no bootstrap manifest any more
    #[arg(long)]
    manifests_no_prune: bool,

    /// How long to wait for each single thing
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "5m")]
    timeout: Duration,

    /// Only show what would be done
    #[arg(long)]
    dry_run: bool,
}

/// What keeps others from the same, in the API of the cluster.
const LEASE: &str = "ichor-upgrade-k8s";

/// Repositories of images, for whoever takes them from elsewhere from now on.
#[derive(Debug, clap::Args)]
struct Images {
    /// The repository of kube-apiserver; else the one that it runs from
    #[arg(long, value_name = "REPOSITORY")]
    apiserver_image: Option<String>,

    /// The same for kube-controller-manager
    #[arg(long, value_name = "REPOSITORY")]
    controller_manager_image: Option<String>,

    /// The same for kube-scheduler
    #[arg(long, value_name = "REPOSITORY")]
    scheduler_image: Option<String>,

    /// The same for kube-proxy
    #[arg(long, value_name = "REPOSITORY")]
    proxy_image: Option<String>,

    /// The same for kubelet
    #[arg(long, value_name = "REPOSITORY")]
    kubelet_image: Option<String>,
}

impl Images {
    fn repositories(&self) -> BTreeMap<Component, String> {
        let given = [
            (Component::ApiServer, &self.apiserver_image),
            (Component::ControllerManager, &self.controller_manager_image),
            (Component::Scheduler, &self.scheduler_image),
            (Component::Proxy, &self.proxy_image),
            (Component::Kubelet, &self.kubelet_image),
        ];
        { given.into_iter() }
            .filter_map(|(component, image)| Some((component, image.clone()?)))
            .collect()
    }
}

impl UpgradeK8s {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let to = version(&self.wanted(root)?)?;
        let from = self.from.as_deref().map(version).transpose()?;
        let session = self.reach.open(root)?;
        let kubernetes = self.kubernetes(&session)?;
        let clock = Stopwatch::start();
        let machine = Machine {
            talos: &session.client,
            kubernetes: &kubernetes,
            to,
            from,
            repositories: self.images.repositories(),
            kubelets: self.upgrade_kubelet,
            pull: self.pre_pull_images,
            prune: !self.manifests_no_prune,
            patience: self.timeout,
            clock: &clock,
        };
        let plan = match machine.plan() {
            Ok(plan) => plan,
            Err(problems) => return Ok(super::ended(&problems, ui)),
        };
        show(&plan, ui)?;
        let is_due = !plan.changes.is_empty() || !plan.manifests.is_empty();
        if self.dry_run {
            if !is_due {
                ui.status(format!("Nothing to do: Kubernetes is `v{}`.", plan.to));
            }
            return Ok(Exit::Done);
        }
        // Where nothing is due, it may still have to come up: that changes nothing.
        let mut lease = None;
        if is_due {
            confirm(&plan, ui)?;
            let now = &repository::clock::stamp;
            lease = Some(Lease::take(&kubernetes, LEASE, now, &clock, &mut || {
                ui.status("Another run may be under way; looking at it for some seconds.");
            })?);
        }
        let lines = ui.lines(
            plan.nodes(),
            "The same `ichor talos upgrade-k8s …` goes on from there.",
        );
        let mut unheard = None;
        let mut run = || {
            machine.run(&plan, &mut |event| {
                if let Err(error) = told(&event, &lines, ui) {
                    unheard.get_or_insert(error);
                }
            })
        };
        let outcome = match lease {
            Some(lease) => lease.held(run),
            None => run(),
        };
        drop(lines);
        if let Some(error) = unheard {
            return Err(error.into());
        }
        ui.set("changed", outcome.changed);
        ui.set("left_alone", json!(outcome.left));
        if !outcome.failed.is_empty() {
            if !outcome.left.is_empty() {
                ui.important(format!("Left alone: {}.", listed(&outcome.left)));
            }
            return Ok(super::ended(&outcome.failed, ui));
        }
        ui.status(if outcome.changed {
            format!("Done: Kubernetes is `v{}`.", plan.to)
        } else {
            format!("Nothing to do: Kubernetes is `v{}`.", plan.to)
        });
        follow(root, &format!("v{}", plan.to), ui)?;
        Ok(Exit::Done)
    }

    /// The version that is meant.
    fn wanted(&self, root: &Utf8Path) -> Result<String, Failure> {
        if let Some(version) = self.version.as_ref().or(self.to.as_ref()) {
            return Ok(version.clone());
        }
        let pinned = kubernetes_places(&View::on_disk(root)).next();
        pinned.map(|pin| pin.version).ok_or_else(|| {
            Failure::stopped(Exit::Usage, "no version is named, and no file here has one")
                .hint("name it: `ichor talos upgrade-k8s v1.36.4`")
        })
    }

    /// The API of the cluster, as an administrator whom a control plane makes for this.
    fn kubernetes(&self, session: &Session) -> Result<Client, Failure> {
        let asked = if session.endpoints.is_empty() {
            &session.nodes
        } else {
            &session.endpoints
        };
        let kubeconfig = fetch(&session.client, asked)?;
        let client = Client::from_kubeconfig(&kubeconfig, Patience::default())?;
        match &self.endpoint {
            Some(endpoint) => Ok(client.at(endpoint)?),
            None => Ok(client),
        }
    }
}

/// Shows what would be done.
fn show(plan: &Plan, ui: &mut Ui) -> Result<(), Failure> {
    ui.set(
        "plan",
        json!({
            "from": plan.from.to_string(),
            "to": plan.to.to_string(),
            "changes": plan.changes,
            "manifests": plan.manifests,
        }),
    );
    let rows: Vec<Vec<String>> = { plan.changes.iter() }
        .map(|change| {
            let component = change.component.to_owned();
            vec![
                change.node.clone(),
                component,
                change.before.clone(),
                change.after.clone(),
            ]
        })
        .collect();
    if !rows.is_empty() {
        ui.table(&["NODE", "COMPONENT", "RUNS", "GETS"], rows)?;
    }
    for change in &plan.manifests {
        ui.data(&format!(
            "{} {}\n",
            done(change.done),
            diagnostics::visible(&change.object)
        ))?;
    }
    Ok(())
}

/// Asks before it is done.
fn confirm(plan: &Plan, ui: &mut Ui) -> Result<(), Failure> {
    let what = if plan.changes.is_empty() {
        "bring its bootstrap manifests up to date".to_owned()
    } else if plan.from == plan.to {
        format!("bring the rest of the cluster to Kubernetes `v{}`", plan.to)
    } else {
        format!(
            "bring {} from Kubernetes `v{}` to `v{}`",
            plural(plan.nodes().count(), "node"),
            plan.from,
            plan.to
        )
    };
    let question = format!("{}{}?", what[..1].to_uppercase(), &what[1..]);
    match ui.confirm(&question) {
        Some(true) => Ok(()),
        Some(false) => Err(Failure::stopped(Exit::Protected, "nothing was done")),
        None => Err(Failure::stopped(
            Exit::Protected,
            format!("nobody can be asked whether to {what}"),
        )
        .hint("add `--yes` if that is meant")),
    }
}

fn told(event: &Event, lines: &Lines, ui: &mut Ui) -> std::io::Result<()> {
    if ui.is_json() {
        return ui.event(&json!(event));
    }
    match event {
        Event::Pulling { node, image } => lines.set(ui, node, &format!("pulls `{image}`")),
        Event::Changing {
            node, component, ..
        } => lines.set(ui, node, &format!("{component} goes to another version")),
        Event::Changed { node, component } => {
            let done = format!("{component} runs in its new version");
            if *component == Component::Kubelet.name() {
                lines.end(ui, node, &done);
            } else {
                lines.set(ui, node, &done);
            }
        }
        Event::Waiting {
            node,
            until,
            seconds,
        } => lines.waiting(ui, node, until, *seconds),
        Event::Manifest(change) => {
            let object = diagnostics::visible(&change.object);
            lines.log(ui, "manifests", &format!("{} {object}", done(change.done)));
        }
    }
    Ok(())
}

fn done(done: Applied) -> &'static str {
    match done {
        Applied::Created => "new:",
        Applied::Changed => "changed:",
        Applied::Pruned => "deleted:",
    }
}

/// Changes on one line, by node.
fn listed(changes: &[Change]) -> String {
    let mut nodes: Vec<(&str, Vec<&str>)> = Vec::new();
    for change in changes {
        match nodes.iter_mut().find(|(node, _)| *node == change.node) {
            Some((_, components)) => components.push(change.component),
            None => nodes.push((&change.node, vec![change.component])),
        }
    }
    let shown = nodes
        .iter()
        .map(|(node, components)| format!("{node} ({})", components.join(", ")));
    shown.collect::<Vec<_>>().join("; ")
}

/// Has the repository say what the cluster is by now: `versions.yaml` follows, other files are
/// named.
fn follow(root: &Utf8Path, version: &str, ui: &mut Ui) -> Result<(), Failure> {
    let view = View::on_disk(root);
    let stale: Vec<_> = { kubernetes_places(&view) }
        .filter(|pin| pin.version != version)
        .collect();
    if let Some(pin) = stale.iter().find(|pin| pin.path == "versions.yaml") {
        let source = view
            .text(pin.path)?
            .unwrap_or_else(|| Source::new(pin.path, ""));
        let text = config_model::versions::set(&source, pin.key, version)?;
        write::file(root, pin.path, text.as_bytes(), 0o644)?;
        ui.status(format!(
            "Wrote `{}`: `{}` is `{version}`.",
            pin.path, pin.key
        ));
        ui.next(&["`ichor configure`: renders with it.".to_owned()]);
        return Ok(());
    }
    for pin in stale {
        ui.warning(&format!("`{}` still says `{}`", pin.path, pin.version));
        ui.hint(format!(
            "set `{}: {version}` there, or the next `ichor talos apply-node` takes it back",
            pin.key
        ));
    }
    Ok(())
}
