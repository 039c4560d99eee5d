//! `reconcile`.

use std::time::Duration;

use camino::Utf8Path;
use clap::{Args, Subcommand};
use cluster::reconcile::{
    Event, Helm, Kind, Outcome, Reconcile as Machine, State, Subject, Subjects,
};
use diagnostics::Diagnostics;
use kubernetes_client::Client;
use serde_json::json;

use super::kubernetes::Kubernetes;
use super::talos::span;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::stopwatch::Stopwatch;
use crate::ui::{Lines, Ui, plural};

/// Where Flux begins.
const ROOT: &str = "flux-system";

/// Have Flux look at git now, and follow what it does
///
/// A Kustomization is told to look again, and waited for; then the Kustomizations and the
/// releases of Helm that it has brought, and theirs, each until it is ready. One that fails is told
/// at once, with its own reason. Without a name it is the one that Flux begins with, after its
/// source: `flux-system`.
///
/// Examples:
///   ichor reconcile                          everything, from git on
///   ichor reconcile cert-manager --with-source
///   ichor reconcile hr cert-manager --force
///   ichor reconcile source git flux-system
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, args_conflicts_with_subcommands = true)]
pub(crate) struct Reconcile {
    #[command(subcommand)]
    what: Option<What>,

    #[command(flatten)]
    kustomizations: Kustomizations,
}

/// What looks again.
#[derive(Debug, Subcommand)]
enum What {
    /// Kustomizations, as without this word
    #[command(visible_alias = "kustomization")]
    Ks(Kustomizations),
    /// A release of Helm
    #[command(visible_alias = "helmrelease")]
    Hr(Release),
    /// A source
    Source(Source),
}

#[derive(Debug, Args)]
struct Kustomizations {
    /// Their names, or `namespace/name`; else `flux-system` with its source
    #[arg(value_name = "NAME")]
    names: Vec<String>,

    /// Their sources look again before
    #[arg(long)]
    with_source: bool,

    /// Wait only for those that are named, not for what they bring
    #[arg(long)]
    no_follow: bool,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Release {
    /// Its name, or `namespace/name`
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,

    /// Its source looks again before
    #[arg(long)]
    with_source: bool,

    /// Upgrade even where nothing has changed
    #[arg(long, conflicts_with = "reset")]
    force: bool,

    /// Forget its failures, and try again
    #[arg(long)]
    reset: bool,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Source {
    /// What it is: `git`, `oci`, `helm`, `chart`, `bucket`
    #[arg(value_name = "KIND", value_parser = source)]
    kind: Kind,

    /// Its name, or `namespace/name`
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,

    #[command(flatten)]
    common: Common,
}

/// What all of them have.
#[derive(Debug, Args)]
pub(super) struct Common {
    /// The namespace; else any that has the name
    #[arg(short, long, value_name = "NAMESPACE")]
    pub(super) namespace: Option<String>,

    /// How long to wait for all of it
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "5m")]
    pub(super) timeout: Duration,

    #[command(flatten)]
    pub(super) kubernetes: Kubernetes,
}

/// The kind of a source by the word that `flux` has for it.
fn source(word: &str) -> Result<Kind, String> {
    let kinds = Kind::ALL.into_iter();
    let mut sources = kinds.filter(|kind| !matches!(kind, Kind::Kustomization | Kind::HelmRelease));
    { sources.find(|kind| kind.word() == word || kind.name().eq_ignore_ascii_case(word)) }
        .ok_or_else(|| "it is one of git, oci, helm, chart, bucket".to_owned())
}

/// What is asked for, however it was said.
pub(super) struct Order<'a> {
    pub(super) kind: Kind,
    pub(super) names: Vec<String>,
    pub(super) with_source: bool,
    pub(super) follow: bool,
    pub(super) helm: Helm,
    pub(super) common: &'a Common,
}

impl Reconcile {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let order = match &self.what {
            None => self.kustomizations.order(),
            Some(What::Ks(kustomizations)) => kustomizations.order(),
            Some(What::Hr(release)) => Order {
                kind: Kind::HelmRelease,
                names: release.names.clone(),
                with_source: release.with_source,
                follow: false,
                helm: match (release.force, release.reset) {
                    (true, _) => Helm::Force,
                    (_, true) => Helm::Reset,
                    _ => Helm::Usual,
                },
                common: &release.common,
            },
            Some(What::Source(source)) => Order {
                kind: source.kind,
                names: source.names.clone(),
                with_source: false,
                follow: false,
                helm: Helm::Usual,
                common: &source.common,
            },
        };
        order.run(root, ui)
    }
}

impl Kustomizations {
    fn order(&self) -> Order<'_> {
        let is_root = self.names.is_empty();
        Order {
            kind: Kind::Kustomization,
            names: if is_root {
                vec![ROOT.to_owned()]
            } else {
                self.names.clone()
            },
            with_source: self.with_source || is_root,
            follow: !self.no_follow,
            helm: Helm::Usual,
            common: &self.common,
        }
    }
}

impl Order<'_> {
    pub(super) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let client = self.common.kubernetes.open(root, self.common.timeout)?;
        let subjects = Subjects::of(&client)?;
        let (wanted, mut failed) = named(
            &client,
            &subjects,
            self.kind,
            self.common.namespace.as_deref(),
            &self.names,
        );
        let clock = Stopwatch::start();
        let stamp = repository::clock::stamp();
        let machine = Machine {
            client: &client,
            subjects: &subjects,
            is_told: true,
            settle: Duration::ZERO,
            with_source: self.with_source,
            helm: self.helm,
            follow: self.follow,
            stamp: &stamp,
            patience: self.common.timeout,
            clock: &clock,
        };
        let lines = ui.lines(
            std::iter::empty(),
            "The same `ichor reconcile …` goes on from there.",
        );
        let mut unheard = None;
        let outcome = machine.run(&wanted, &mut |event| {
            if let Err(error) = told(&event, &lines, ui) {
                unheard.get_or_insert(error);
            }
        });
        drop(lines);
        if let Some(error) = unheard {
            return Err(error.into());
        }
        let Outcome {
            ready,
            suspended,
            failed: fell,
        } = outcome;
        failed.extend(fell.into_values().collect::<Diagnostics>());
        ui.set("ready", json!(ready));
        ui.set("suspended", json!(suspended));
        if failed.is_empty() && !ready.is_empty() {
            let count = plural(ready.len(), "object");
            ui.status(format!("Done: {count} ready."));
        }
        Ok(ended(&failed, ui))
    }
}

/// The objects of these names, and what is wrong with the other names.
pub(super) fn named(
    client: &Client,
    subjects: &Subjects,
    kind: Kind,
    namespace: Option<&str>,
    names: &[String],
) -> (Vec<Subject>, Diagnostics) {
    let mut wanted = Vec::new();
    let mut failed = Diagnostics::new();
    for name in names {
        match subjects.named(client, kind, namespace, name) {
            Ok(subject) => wanted.push(subject),
            Err(problem) => failed.push(problem),
        }
    }
    (wanted, failed)
}

pub(super) fn ended(failed: &Diagnostics, ui: &mut Ui) -> Exit {
    ui.problems(failed);
    ui.count(failed);
    if failed.is_empty() {
        Exit::Done
    } else {
        Exit::Problems
    }
}

/// Tells what happens to an object of Flux.
pub(super) fn told(event: &Event, lines: &Lines, ui: &mut Ui) -> std::io::Result<()> {
    if ui.is_json() {
        return ui.event(&json!(event));
    }
    let called = |object: &Subject| {
        format!(
            "{} {}/{}",
            object.kind.word(),
            object.namespace,
            object.name
        )
    };
    match event {
        Event::Asked { object } => lines.set(ui, &called(object), "looks again"),
        Event::Waiting {
            object,
            until,
            seconds,
        } => lines.waiting(ui, &called(object), until, *seconds),
        Event::Found { object, state } => {
            let how = match state {
                State::Ready { revision: None } => "ready".to_owned(),
                State::Ready {
                    revision: Some(revision),
                } => format!("ready at {}", short(revision)),
                State::Suspended => "suspended: left alone".to_owned(),
                State::Failed { .. } => "fails".to_owned(),
                State::Waiting { until } => until.clone(),
            };
            lines.end(ui, &called(object), &how);
        }
    }
    Ok(())
}

/// A revision with as many letters of its digest as tell it from others.
pub(super) fn short(revision: &str) -> String {
    match revision.split_once(':') {
        Some((kind, digest)) if digest.len() > 12 && digest.is_ascii() => {
            format!("{kind}:{}", &digest[..12])
        }
        _ => revision.to_owned(),
    }
}
