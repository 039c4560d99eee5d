//! What a cluster would get from a repository: put together as Flux does it, and checked.
//!
//! Works on any Flux repository, of whatever templates, since it reads a [`View`].

pub mod charts;
mod decrypt;
pub(crate) mod files;
pub mod render;
pub mod schemas;
mod versions;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use diagnostics::{Diagnostic, Diagnostics, Source};
use flux::assembled::{Assembled, Release};
use flux::assembly::{self, Options};
use flux::helm::{Package, judged};
use flux::lint::{self, Context, Range};
use flux::object::Object;
use flux::redact::Redaction;
use flux::schema::{self, Schemas};
use flux::substitute::Mode;
use flux::version::Version;
use rayon::prelude::*;
use repository::View;
use secrets::Identity;

use self::charts::Charts;
use self::decrypt::With;
use self::files::OfView;

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
        || shapes(view, assembled, kubernetes, &packages),
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

/// Every object against the schema of its kind.
fn shapes(
    view: &View<'_>,
    assembled: &Assembled,
    kubernetes: &str,
    packages: &[Option<Arc<Package>>],
) -> Findings {
    let mut known = Schemas::bundled(kubernetes);
    let objects: Vec<(&Object, Version)> = { assembled.kustomizations.iter() }
        .flat_map(|one| one.objects.iter().map(|object| (object, one.cluster.flux)))
        .collect();
    let mut findings = Findings {
        objects: objects.len(),
        ..Findings::default()
    };
    let made: Vec<(&Release, &Object)> = { assembled.releases.iter() }
        .flat_map(|release| {
            let objects = release.rendered.iter().flatten();
            objects.map(move |object| (release, object))
        })
        .collect();
    let all: Vec<&Object> = { objects.iter().map(|(object, _)| *object) }
        .chain(made.iter().map(|(_, object)| *object))
        .collect();
    let cached = schemas::cached(view, &all);
    known.add_texts(cached.iter().map(Source::text), &all);
    // Many releases may install one chart.
    let once: BTreeMap<_, _> = { packages.iter().flatten() }
        .map(|package| (Arc::as_ptr(package), package))
        .collect();
    let texts = once.values().flat_map(|package| package.all_definitions());
    known.add_texts(texts, &all);
    for (_, definition) in made.iter().filter(|(_, object)| is_definition(object)) {
        // What cannot be read of a chart's is left out, as it is of its folder `crds`.
        drop(known.add_crd(&definition.0));
    }
    for (definition, _) in objects.iter().filter(|(object, _)| is_definition(object)) {
        if let Err(problem) = known.add_crd(&definition.0) {
            findings.problems.push(*problem);
        }
    }
    let checked: Vec<_> = { objects.par_iter() }
        .map(|(object, flux)| schema::check_under(object, &known, *flux))
        .collect();
    for ((object, _), found) in objects.iter().zip(checked) {
        findings.problems.extend(found.problems);
        if found.missing {
            let name = format!("{} {}", object.api_version(), object.kind());
            *findings.without_schema.entry(name).or_default() += 1;
        }
    }
    findings.rendered = made.len();
    let checked: Vec<_> = { made.par_iter() }
        .map(|(_, object)| schema::check(object, &known))
        .collect();
    for ((release, object), found) in made.into_iter().zip(checked) {
        for mut problem in found.problems {
            problem.message = format!(
                "the chart of {} makes {}: {}",
                release.id,
                object.id(),
                problem.message
            );
            // Nobody wrote it so that it could be written otherwise.
            problem.hint = None;
            findings.problems.push(problem);
        }
        if found.missing {
            let name = format!("{} {}", object.api_version(), object.kind());
            *findings.without_schema.entry(name).or_default() += 1;
        }
    }
    findings
}

fn is_definition(object: &Object) -> bool {
    object.kind() == "CustomResourceDefinition" && object.group() == "apiextensions.k8s.io"
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
