//! `bootstrap apps`: from nodes that wait for a network to a cluster that Flux looks after.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use camino::Utf8Path;
use cluster::apps::{Apps, Chart, Event, Outcome, Program, Release, Step, Wanted, Wish};
use diagnostics::{Diagnostic, Diagnostics};
use pipeline::bootstrap::{Plan, Wanted as Planned, judge, plan};
use pipeline::manifests::charts::Charts as Cache;
use pipeline::rules;
use repository::View;
use serde_json::json;

use super::super::authorities::Authorities;
use super::super::flux::repository::{Repository, Where};
use super::super::kubernetes::Kubernetes;
use super::super::talos::{options, span};
use super::super::{charts, program, reconcile};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::stopwatch::Stopwatch;
use crate::ui::{Lines, Ui, plural};

/// From nodes that wait for a network to a cluster that Flux looks after
///
/// Waits until every node is registered. Applies the namespaces, the secrets that Flux decrypts
/// with, and the kinds that charts bring along; has Helm install what has to run before Flux can,
/// each release behind those it needs (`bootstrap/helmfile.d` says them, with their versions and
/// values); and waits until Flux has applied a revision, and all of that is ready. It looks before
/// every step, so it can be stopped at any time: the same command goes on. Where Flux has the
/// cluster already, it changes nothing, and says what is not ready. Needs `helm`, 3.18 or later.
///
/// Examples:
///   ichor bootstrap apps
///   ichor bootstrap apps --output json   what happens, one object a line
#[derive(Debug, Clone, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct BootstrapApps {
    /// How long to wait for the nodes, and for what Flux brings
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "15m")]
    wait_timeout: Duration,

    /// Take over fields of namespaces and secrets that somebody else has set
    #[arg(long)]
    force_conflicts: bool,

    #[command(flatten)]
    kubernetes: Kubernetes,
}

/// A single answer of the API server.
const ANSWER: Duration = Duration::from_secs(20);

impl BootstrapApps {
    /// As it follows on nodes that were just made.
    pub(super) fn after(wait_timeout: Duration) -> Self {
        Self {
            wait_timeout,
            force_conflicts: false,
            kubernetes: Kubernetes::default(),
        }
    }

    /// What is wrong with what a repository has of it, before anything is touched.
    pub(super) fn check(root: &Utf8Path) -> Result<(), Failure> {
        read(root).map(drop)
    }

    pub(super) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let (repository, plan, notes) = read(root)?;
        ui.problems(&notes);
        let (client, kubeconfig) = self.kubernetes.open_with_text(root, ANSWER)?;
        let authorities = Authorities::read(&View::on_disk(root), &options::keys(root));
        let wanted = wanted(&plan, authorities.kubernetes);
        let names = plan.releases.iter().map(path).collect::<Vec<_>>();
        let lines = ui.lines(names.iter().map(String::as_str), "`ichor bootstrap apps`");
        let Some(watch) = lines.watch() else {
            return Err(Failure::stopped(Exit::Usage, "signals cannot be caught"));
        };
        let helm = program::helm(watch, "install Helm 3.18 or later")?;
        let root = repository.root.as_path();
        let fetch = || fetched(root, &plan);
        let mask = |text: &str| plan.redaction.mask(text);
        let kubernetes = repository.settings().kubernetes;
        let program = Program {
            helm: &helm,
            kubeconfig: &kubeconfig,
            kubernetes: kubernetes.as_deref(),
            fetch: &fetch,
            charts: OnceLock::new(),
            mask: &mask,
        };
        let clock = Stopwatch::start();
        let stamp = repository::clock::stamp();
        let apps = Apps {
            client: &client,
            wanted: &wanted,
            helm: &program,
            takes_over: self.force_conflicts,
            stamp: &stamp,
            patience: self.wait_timeout,
            clock: &clock,
        };
        let mut unheard = None;
        let outcome = apps.run(&mut |event| {
            if let Err(error) = told(&event, &lines, ui) {
                unheard.get_or_insert(error);
            }
        });
        drop(lines);
        match unheard {
            Some(error) => Err(error.into()),
            None => Ok(ended(outcome, &plan, ui)),
        }
    }
}

/// What a repository wants, unless something is wrong with that.
fn read(root: &Utf8Path) -> Result<(Repository, Plan, Diagnostics), Failure> {
    let repository = Where::default().open(root)?;
    let view = repository.on_disk();
    let (plan, problems) = plan(&view, &repository.settings());
    if problems.has_errors() {
        return Err(problems.into());
    }
    if plan.releases.is_empty() {
        return Err(Failure::stopped(
            Exit::Usage,
            "nothing of the repository says what has to run before Flux can",
        )
        .hint("`bootstrap/helmfile.d` does, or releases called `cilium`, `flux-operator`, `flux-instance`"));
    }
    Ok((repository, plan, problems))
}

fn path(planned: &Planned) -> String {
    format!("{}/{}", planned.namespace, planned.name)
}

fn wanted(plan: &Plan, authority: Option<String>) -> Wanted {
    let release = |planned: &Planned| Release {
        name: planned.name.clone(),
        namespace: planned.namespace.clone(),
        values: planned.values.to_json(),
        place: planned.place.location(),
    };
    let wish = |object: &flux::object::Object| Wish {
        object: object.0.to_json(),
        place: object.place().location(),
    };
    Wanted {
        nodes: plan.nodes.clone(),
        authority,
        origin: plan.sync.as_ref().map(|sync| sync.url.clone()),
        namespaces: plan.namespaces.iter().map(wish).collect(),
        secrets: { plan.secrets.iter() }
            .map(|secret| wish(secret.object()))
            .collect(),
        definitions: plan.crds.iter().map(release).collect(),
        releases: { plan.releases.iter() }
            .map(|planned| (release(planned), planned.needs.clone()))
            .collect(),
    }
}

/// The charts, out of the cache or fetched into it, and held against the values for them.
fn fetched(root: &Utf8Path, plan: &Plan) -> Result<BTreeMap<String, Chart>, Diagnostics> {
    let all = || plan.crds.iter().chain(&plan.releases);
    let wanted: BTreeMap<String, _> = { all() }
        .map(|planned| {
            (
                format!("{} {:?}", planned.chart, planned.chart.pin),
                planned.chart.clone(),
            )
        })
        .collect();
    let mask = |text: &str| plan.redaction.mask(text);
    let told = charts::fetch(root, wanted.into_values().collect(), Vec::new(), &mask)?;
    let failed: Diagnostics = { told.iter() }
        .filter(|one| !one.why.is_empty())
        .map(|one| {
            let place = all().find(|planned| mask(&planned.chart.to_string()) == one.name);
            let problem = rules::BOOTSTRAP_CHART_ABSENT.report(format!(
                "the chart `{}` cannot be had: {}",
                one.name, one.why
            ));
            problem.at(place.and_then(|planned| planned.place.location()))
        })
        .collect();
    if !failed.is_empty() {
        return Err(failed);
    }
    let view = View::on_disk(root);
    let judged = judge(&view, plan);
    if judged.has_errors() {
        return Err(judged);
    }
    let cache = Cache::open(&view);
    let chart = |planned: &Planned| {
        let chart = Chart {
            archive: cache.archive(&planned.chart)?,
            version: cache.version(&planned.chart)?,
            timeout: planned.timeout,
            waits: planned.wait,
        };
        Some((path(planned), chart))
    };
    Ok(all().filter_map(chart).collect())
}

fn step(step: Step) -> &'static str {
    match step {
        Step::Nodes => "nodes",
        Step::Charts => "charts",
        Step::Namespaces => "namespaces",
        Step::Secrets => "secrets",
        Step::Definitions => "kinds",
        Step::Releases => "releases",
        Step::Flux => "flux",
    }
}

fn told(event: &Event, lines: &Lines, ui: &mut Ui) -> std::io::Result<()> {
    if ui.is_json() {
        return ui.event(&json!(event));
    }
    match event {
        Event::Begun {
            step: Step::Releases,
        } => {}
        Event::Begun { step: one } => lines.set(ui, step(*one), begun(*one)),
        Event::Done {
            step: Step::Releases,
            ..
        } => {}
        Event::Done {
            step: one,
            changed,
            kept,
        } => {
            let how = match (one, changed, kept) {
                (Step::Nodes, ..) => format!("{kept} registered"),
                (Step::Charts, ..) => format!("{kept} at hand"),
                (Step::Flux, ..) => format!("{kept} ready"),
                (_, 0, kept) => format!("{kept} there"),
                (_, changed, 0) => format!("{changed} applied"),
                (_, changed, kept) => format!("{changed} applied, {kept} there"),
            };
            lines.end(ui, step(*one), &how);
        }
        Event::HandedOver { revision } => {
            let revision = reconcile::short(revision);
            lines.log(ui, "flux", &format!("has the cluster, at {revision}"));
        }
        Event::Applied { .. } => {}
        Event::Installing { release } => lines.set(ui, release, "Helm installs it"),
        Event::Said { release, words } => lines.log(ui, release, words),
        Event::Installed {
            release,
            already: false,
        } => lines.end(ui, release, "installed"),
        Event::Installed {
            release,
            already: true,
        } => lines.end(ui, release, "there"),
        Event::Failed { release } => lines.end(ui, release, "fails"),
        Event::Waiting {
            what,
            until,
            seconds,
        } => lines.waiting(ui, what, until, *seconds),
        Event::Flux(event) => return reconcile::told(event, lines, ui),
    }
    Ok(())
}

fn begun(step: Step) -> &'static str {
    match step {
        Step::Nodes => "register with Kubernetes",
        Step::Charts => "are fetched",
        Step::Namespaces | Step::Secrets | Step::Definitions => "are applied",
        Step::Releases => "are installed",
        Step::Flux => "takes over",
    }
}

fn ended(outcome: Outcome, plan: &Plan, ui: &mut Ui) -> Exit {
    let clean = |problem: Diagnostic| plan.redaction.clean(problem);
    let notes: Diagnostics = outcome.notes.into_iter().map(clean).collect();
    let failed: Diagnostics = outcome.failed.into_iter().map(clean).collect();
    ui.set("changed", outcome.changed);
    ui.set("ready", json!(outcome.brought.ready));
    ui.set("suspended", json!(outcome.brought.suspended));
    ui.problems(&notes);
    if !failed.is_empty() {
        ui.problems(&failed);
        ui.count(&failed);
        ui.status(if outcome.changed {
            "What was done stays; the same command goes on from there."
        } else {
            "Nothing was changed."
        });
        return Exit::Problems;
    }
    let ready = plural(outcome.brought.ready.len(), "object");
    if outcome.was_handed_over {
        ui.status(format!(
            "Nothing to do: Flux has the cluster, and {ready} of it are ready."
        ));
    } else {
        ui.status(format!(
            "Done: Flux has the cluster, and {ready} of it are ready."
        ));
        ui.next(&["`ichor status`: the cluster at a glance.".to_owned()]);
    }
    Exit::Done
}
