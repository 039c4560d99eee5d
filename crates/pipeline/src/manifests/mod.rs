//! What a cluster would get from a repository: put together as Flux does it, and checked.
//!
//! Works on any Flux repository, of whatever templates, since it reads a [`View`].

pub mod charts;
mod decrypt;
pub(crate) mod files;
mod nested;
pub mod render;
pub mod schemas;
mod shapes;
mod versions;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use diagnostics::{Diagnostic, Diagnostics};
use flux::assembled::{Assembled, Release};
use flux::assembly::{self, Options};
use flux::helm::{Package, judged};
use flux::lint::{self, Context, Range};
use flux::redact::Redaction;
use flux::substitute::Mode;
use rayon::prelude::*;
use repository::View;
use secrets::Identity;

use self::charts::Charts;
use self::decrypt::With;
use self::files::OfView;

pub use nested::is_nested;
pub use versions::{KubernetesPin, domains_of, kubernetes_of, kubernetes_places, talos_of};

use self::versions::DOMAINS;
use crate::model::Model;
use crate::rules;

/// The pin of Kubernetes.
const KUBERNETES: &str = "kubernetesVersion";

/// What is known beside the repository.
#[derive(Clone, Default)]
pub struct Settings<'a> {
    /// The folder of the cluster, relative to the repository; without, the repository says it.
    pub path: Option<String>,
    /// What becomes of variables that are not set; without, what the repository's Flux does.
    pub mode: Option<Mode>,
    /// What decrypts.
    pub identities: &'a [Identity],
    /// The version of Kubernetes, such as `v1.36.4`; without, the newest that is known.
    pub kubernetes: Option<String>,
    /// The domains that every host lies in; empty where nobody says.
    pub domains: Vec<String>,
    /// The names at the top of the repository that matter, folders with `/` at their end; without,
    /// all of them.
    pub top: Option<Vec<String>>,
    /// Addresses that load balancers may have, beside those of pools in the repository.
    pub pools: Vec<Range>,
    /// Whether charts that are not in the cache are told of though none ever was.
    pub tells_absent: bool,
    /// Files that were parsed already.
    pub parsed: Option<&'a yaml::Once>,
}

impl<'a> Settings<'a> {
    /// Of a repository with a configuration.
    pub(crate) fn of(model: &'a Model) -> Self {
        let pin = model.versions.iter();
        let pin = pin.into_iter().find(|(name, _)| *name == KUBERNETES);
        Self {
            identities: &model.identities,
            kubernetes: pin.map(|(_, pin)| pin.version.clone()),
            domains: domains(model),
            ..Self::default()
        }
    }

    /// Everything of it that decides, but for the identities.
    pub(crate) fn chosen(&self) -> String {
        let Self {
            path,
            mode,
            top: _,
            identities: _,
            kubernetes,
            domains,
            pools,
            tells_absent,
            parsed: _,
        } = self;
        format!("{path:?} {mode:?} {kubernetes:?} {domains:?} {pools:?} {tells_absent}")
    }
}

/// The domains of a configuration.
fn domains(model: &Model) -> Vec<String> {
    let values = DOMAINS
        .iter()
        .filter_map(|key| model.cluster.values().get(key));
    let texts = values.flat_map(|value| match value {
        serde_json::Value::Array(items) => items.iter().collect(),
        one => vec![one],
    });
    texts
        .filter_map(|text| text.as_str().map(ToOwned::to_owned))
        .collect()
}

/// What is found of a cluster's manifests.
#[derive(Debug, Default)]
pub struct Findings {
    /// Everything that is wrong, in the order of files and lines.
    pub problems: Diagnostics,
    /// How many objects were looked at.
    pub objects: usize,
    /// How many objects were looked at that charts make.
    pub rendered: usize,
    /// Kinds without a schema, as `group/version Kind`, and how many objects are of each.
    pub without_schema: BTreeMap<String, usize>,
    /// Charts that releases install and that are not in the cache, each once.
    pub absent_charts: BTreeSet<String>,
    /// Releases of whose values not all was held against a schema, since parts of it lie on the
    /// web or it cannot be used.
    pub partly_judged: BTreeSet<String>,
}

/// Puts together what the clusters of a repository get.
pub fn assemble(view: &View<'_>, settings: &Settings<'_>) -> Assembled {
    let decrypt = With(settings.identities);
    let options = Options {
        path: settings.path.clone(),
        mode: settings.mode,
        decrypt: (!settings.identities.is_empty()).then_some(&decrypt),
    };
    let files = OfView::new(view, settings.top.clone()).parsed_in(settings.parsed);
    let mut assembled = assembly::assemble(&files, &options);
    let redaction = Redaction::new(&assembled, &settings.domains);
    assembled.problems = clean(assembled.problems, &redaction);
    assembled
}

/// Problems without anything of a Secret.
fn clean(problems: Diagnostics, redaction: &Redaction) -> Diagnostics {
    { problems.into_iter() }
        .map(|problem| redaction.clean(problem))
        .collect()
}

/// Everything that is wrong with what was put together.
pub fn check(view: &View<'_>, assembled: &Assembled, settings: &Settings<'_>) -> Findings {
    let files = OfView::new(view, settings.top.clone());
    let charts = Charts::open(view);
    let packages: Vec<Option<Arc<Package>>> = { assembled.releases.par_iter() }
        .map(|release| charts.package(release, &files))
        .collect();
    let defaults = |release: &Release| Some(charts.package(release, &files)?.values.clone());
    let context = Context {
        files: Some(&files),
        domains: settings.domains.clone(),
        pools: settings.pools.clone(),
        defaults: Some(&defaults),
        ..Context::default()
    };
    let kubernetes = settings.kubernetes.as_deref().unwrap_or_default();
    let (mut findings, linted) = rayon::join(
        || shapes::check(view, assembled, kubernetes, &packages),
        || lint::check(assembled, &context),
    );
    findings.problems.extend(assembled.problems.iter().cloned());
    findings.problems.extend(linted);
    judge(assembled, &packages, &mut findings);
    let redaction = Redaction::new(assembled, &settings.domains);
    let mask = |text: &String| redaction.mask(text);
    findings.absent_charts = findings.absent_charts.iter().map(mask).collect();
    findings.partly_judged = findings.partly_judged.iter().map(mask).collect();
    if settings.tells_absent || !charts.is_empty() {
        findings.problems.extend(absent(&findings.absent_charts));
    }
    findings.problems = once(clean(findings.problems, &redaction));
    findings.without_schema = { findings.without_schema.into_iter() }
        .map(|(name, count)| (redaction.mask(&name), count))
        .collect();
    findings
}

/// The files with definitions of kinds that charts at hand bring along, each once.
pub fn definitions(view: &View<'_>, assembled: &Assembled, settings: &Settings<'_>) -> Vec<String> {
    let files = OfView::new(view, settings.top.clone());
    let charts = Charts::open(view);
    let packages: Vec<_> = { assembled.releases.par_iter() }
        .filter_map(|release| charts.package(release, &files))
        .collect();
    let once: BTreeSet<&str> = { packages.iter() }
        .flat_map(|package| package.all_definitions())
        .collect();
    once.into_iter().map(str::to_owned).collect()
}

/// The values of every release against what its chart says of them.
fn judge(assembled: &Assembled, packages: &[Option<Arc<Package>>], findings: &mut Findings) {
    let judged: Vec<_> = { assembled.releases.par_iter().zip(packages) }
        .map(|(release, package)| package.as_ref().map(|package| judged(release, package)))
        .collect();
    for (release, judged) in assembled.releases.iter().zip(judged) {
        match (judged, &release.chart) {
            (Some(judged), _) => {
                findings.problems.extend(judged.problems);
                if judged.is_partial {
                    findings.partly_judged.insert(release.id.to_string());
                }
            }
            (None, Some(chart)) if !chart.is_folder() => {
                findings.absent_charts.insert(chart.to_string());
            }
            (None, _) => {}
        }
    }
}

/// That charts are not at hand; nothing where all are.
fn absent(charts: &BTreeSet<String>) -> Option<Diagnostic> {
    let (count, they) = match charts.len() {
        0 => return None,
        1 => ("1 chart is".to_owned(), "it says"),
        count => (format!("{count} charts are"), "they say"),
    };
    let message = format!("{count} not in the cache, so that what {they} of values is not known");
    let problem = rules::FLUX_CHART_ABSENT.report(message);
    Some(problem.hint("`ichor charts sync` fetches what is missing"))
}

/// In the order of files and lines, each once: several clusters may share what is wrong.
fn once(problems: Diagnostics) -> Diagnostics {
    let mut seen = BTreeSet::new();
    let mut problems: Diagnostics = { problems.into_iter() }
        .filter(|problem| seen.insert(told(problem)))
        .collect();
    problems.sort();
    problems
}

/// What tells problems apart.
fn told(problem: &Diagnostic) -> (String, String, String) {
    let place = problem.location.as_ref();
    (
        problem.rule.id().to_owned(),
        place.map(ToString::to_string).unwrap_or_default(),
        problem.message.clone(),
    )
}

#[cfg(test)]
mod tests;
