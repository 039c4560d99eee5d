//! What a repository says is to be in a cluster before Flux can run there: namespaces, secrets,
//! definitions of kinds, releases in their order. Told offline; `cluster` applies it.
//!
//! - `helmfile`: what a repository's helmfiles say; `builtin`: the order where it has none;
//!   `wanted`: both, with what Flux installs: `chart`, `values`, `order`.
//! - `namespaces`, `secrets`, `nodes`, `sync`: the rest.
//!
//! Values and charts are those that Flux installs later wherever that is what a helmfile means,
//! so that helm-controller changes nothing when it takes over.

mod builtin;
mod chart;
mod helmfile;
mod namespaces;
mod nodes;
mod order;
mod secrets;
mod sync;
mod values;
mod wanted;

use std::time::Duration;

use diagnostics::Diagnostics;
use flux::assembled::{Assembled, Chart, Release};
use flux::helm::judged;
use flux::object::{Id, Object};
use flux::redact::Redaction;
use flux::value::{Place, Value};
use repository::View;

pub use secrets::Secret;
pub use sync::SyncSource;

use crate::manifests::charts::Charts;
use crate::manifests::files::OfView;
use crate::manifests::{self, Settings};
use crate::rules;

/// The namespace of Flux, and of secrets that name none.
pub const FLUX_NAMESPACE: &str = "flux-system";

/// Everything that is to be in a cluster before Flux runs there. Has no `Debug`: it holds secrets.
pub struct Plan {
    /// What Flux applies later, with its problems.
    pub assembled: Assembled,
    /// The host names of the nodes, in their order; none where the repository names no nodes.
    pub nodes: Vec<String>,
    /// `Namespace` objects, as git has them, or bare ones where it has none; by name.
    pub namespaces: Vec<Object>,
    /// Secrets in the clear, each with its namespace and its values below `data`.
    pub secrets: Vec<Secret>,
    /// Charts whose `CustomResourceDefinition`s are applied before everything else; nothing else of
    /// them is.
    pub crds: Vec<Wanted>,
    /// Releases, in an order in which each may be installed.
    pub releases: Vec<Wanted>,
    /// What Flux follows; none where the repository does not say it.
    pub sync: Option<SyncSource>,
    /// Takes out of a text what of the values of releases is secret.
    pub redaction: Redaction,
}

/// A release that is to be there. `Debug` shows no value.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// The chart, never a folder.
    pub chart: Chart,
    /// The values, as a map.
    pub values: Value,
    /// Which of the same list have to be there before.
    pub needs: Vec<usize>,
    /// How long Helm may wait for it.
    pub timeout: Duration,
    /// Whether what comes after waits until all of it is ready. Not of what makes a
    /// `FluxInstance`: nothing comes after it, and whoever bootstraps waits for Flux longer than a
    /// release may take (Helm 4 would wait for the object, Helm 3 never did).
    pub wait: bool,
    /// The HelmRelease that takes it over, a place in [`Assembled::releases`].
    pub release: Option<usize>,
    /// Where it is written.
    pub place: Place,
}

/// What the charts at hand say against the values of the releases.
pub fn judge(view: &View<'_>, plan: &Plan) -> Diagnostics {
    let files = OfView::new(view, None);
    let charts = Charts::open(view);
    let releases = plan.releases.iter().map(|wanted| Release {
        values: Some(wanted.values.clone()),
        chart: Some(wanted.chart.clone()),
        ..installed(plan, wanted)
    });
    let mut problems: Diagnostics = releases
        .filter_map(|release| Some(judged(&release, charts.package(&release, &files)?.as_ref())))
        .flat_map(|judged| judged.problems)
        .map(|problem| plan.redaction.clean(problem))
        .collect();
    problems.sort();
    problems
}

/// The release that Flux installs in the place of one, or nothing but its name.
fn installed(plan: &Plan, wanted: &Wanted) -> Release {
    let known = { wanted.release }.and_then(|index| plan.assembled.releases.get(index));
    known.cloned().unwrap_or_else(|| Release {
        id: Id {
            kind: "release".to_owned(),
            namespace: wanted.namespace.clone(),
            name: wanted.name.clone(),
            ..Id::default()
        },
        object: Object::default(),
        owner: 0,
        values: None,
        chart: None,
        rendered: None,
    })
}

/// Reads all of it, with every problem at its place. What an error stands at is left out of the
/// plan; problems of [`Plan::assembled`] are not among these.
pub fn plan(view: &View<'_>, settings: &Settings<'_>) -> (Plan, Diagnostics) {
    let assembled = manifests::assemble(view, settings);
    let redaction = Redaction::new(&assembled, &settings.domains);
    let mut problems = Diagnostics::new();
    if assembled.has_several_clusters() {
        let problem = rules::BOOTSTRAP_SEVERAL_CLUSTERS
            .report("the repository has several clusters")
            .hint("name the folder of the one that is meant");
        problems.push(problem);
    }
    let secrets = secrets::read(view, settings.identities, &mut problems);
    let (crds, releases) = wanted::read(view, &assembled, &mut problems);
    let namespaces = namespaces::of(view, &assembled, &secrets, &[&crds, &releases]);
    let mut problems: Diagnostics = { problems.into_iter() }
        .map(|problem| redaction.clean(problem))
        .collect();
    problems.sort();
    let plan = Plan {
        nodes: nodes::of(view),
        sync: sync::of(&assembled),
        namespaces,
        secrets,
        crds,
        releases,
        redaction,
        assembled,
    };
    (plan, problems)
}

#[cfg(test)]
mod tests;
