//! What a cluster would get from a repository: put together as Flux does it, and checked.
//!
//! Works on any Flux repository, of whatever templates, since it reads a [`View`].

mod decrypt;
mod files;
mod versions;

use std::collections::{BTreeMap, BTreeSet};

use diagnostics::{Diagnostic, Diagnostics};
use flux::assembled::Assembled;
use flux::assembly::{self, Options};
use flux::lint::{self, Context, Range};
use flux::object::Object;
use flux::redact::Redaction;
use flux::schema::{self, Schemas};
use flux::substitute::Mode;
use flux::version::Version;
use rayon::prelude::*;
use repository::View;
use secrets::Identity;

use self::decrypt::With;
use self::files::OfView;

pub use versions::{domains_of, kubernetes_of};

use self::versions::DOMAINS;
use crate::model::Model;

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
        } = self;
        format!("{path:?} {mode:?} {kubernetes:?} {domains:?} {pools:?}")
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
    /// Kinds without a schema, as `group/version Kind`, and how many objects are of each.
    pub without_schema: BTreeMap<String, usize>,
}

/// Puts together what the clusters of a repository get.
pub fn assemble(view: &View<'_>, settings: &Settings<'_>) -> Assembled {
    let decrypt = With(settings.identities);
    let options = Options {
        path: settings.path.clone(),
        mode: settings.mode,
        decrypt: (!settings.identities.is_empty()).then_some(&decrypt),
    };
    let mut assembled = assembly::assemble(&OfView::new(view, settings.top.clone()), &options);
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
    let context = Context {
        files: Some(&files),
        domains: settings.domains.clone(),
        pools: settings.pools.clone(),
        ..Context::default()
    };
    let (mut findings, linted) = rayon::join(
        || {
            shapes(
                assembled,
                settings.kubernetes.as_deref().unwrap_or_default(),
            )
        },
        || lint::check(assembled, &context),
    );
    findings.problems.extend(assembled.problems.iter().cloned());
    findings.problems.extend(linted);
    let redaction = Redaction::new(assembled, &settings.domains);
    findings.problems = once(clean(findings.problems, &redaction));
    findings.without_schema = { findings.without_schema.into_iter() }
        .map(|(name, count)| (redaction.mask(&name), count))
        .collect();
    findings
}

/// Every object against the schema of its kind.
fn shapes(assembled: &Assembled, kubernetes: &str) -> Findings {
    let mut schemas = Schemas::bundled(kubernetes);
    let objects: Vec<(&Object, Version)> = { assembled.kustomizations.iter() }
        .flat_map(|one| one.objects.iter().map(|object| (object, one.cluster.flux)))
        .collect();
    let mut findings = Findings {
        objects: objects.len(),
        ..Findings::default()
    };
    for (definition, _) in objects.iter().filter(|(object, _)| is_definition(object)) {
        if let Err(problem) = schemas.add_crd(&definition.0) {
            findings.problems.push(*problem);
        }
    }
    let checked: Vec<_> = { objects.par_iter() }
        .map(|(object, flux)| schema::check_under(object, &schemas, *flux))
        .collect();
    for ((object, _), found) in objects.iter().zip(checked) {
        findings.problems.extend(found.problems);
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
