//! Sources that Kustomizations and releases fetch from.

use diagnostics::{Diagnostic, Diagnostics, Severity};

use super::context::Elsewhere;
use super::{at, is_open, related};
use crate::assembled::Kustomization;
use crate::inventory::{Inventory, kinds};
use crate::object::Id;
use crate::rules;
use crate::unknown;
use crate::value::Value;

/// Kinds of the group of sources that may be named.
const KINDS: &[&str] = &[
    "GitRepository",
    "OCIRepository",
    "Bucket",
    "HelmRepository",
    "HelmChart",
    ARTIFACT,
];

/// The kind of sources that nobody writes: controllers make them.
const ARTIFACT: &str = "ExternalArtifact";

pub(super) fn check(inventory: &Inventory<'_>, elsewhere: &Elsewhere, problems: &mut Diagnostics) {
    let roots = roots(inventory);
    let mut names: Vec<(&Id, &Value)> = Vec::new();
    for one in &inventory.assembled.kustomizations {
        // The root's own is there, since it is what everything comes from.
        if one.parent.is_some() {
            names.extend(
                one.object
                    .0
                    .at(&["spec", "sourceRef"])
                    .map(|to| (&one.id, to)),
            );
        }
    }
    for one in &inventory.assembled.releases {
        let paths: [&[&str]; 2] = [
            &["spec", "chartRef"],
            &["spec", "chart", "spec", "sourceRef"],
        ];
        let found = paths.into_iter().filter_map(|path| one.object.0.at(path));
        names.extend(found.map(|to| (&one.id, to)));
    }
    for (id, to) in names {
        problems.extend(missing(inventory, elsewhere, &roots, id, to));
    }
}

/// Kind, namespace and name of what the roots come from, which the bootstrap makes.
fn roots(inventory: &Inventory<'_>) -> Vec<(String, String, String)> {
    let roots = inventory.assembled.kustomizations.iter();
    let roots = roots.filter(|one| one.parent.is_none()).map(source);
    roots
        .map(|(kind, namespace, name)| (kind.to_owned(), namespace.to_owned(), name.to_owned()))
        .collect()
}

/// Kind, namespace and name of the source of a Kustomization.
fn source(one: &Kustomization) -> (&str, &str, &str) {
    let text = |key| one.object.text(&["spec", "sourceRef", key]);
    let namespace = match text("namespace") {
        "" => one.id.namespace.as_str(),
        given => given,
    };
    (text("kind"), namespace, text("name"))
}

/// Whether a Kustomization is applied by another one, and comes from a source.
fn comes_from(one: &Kustomization, kind: &str, namespace: &str, name: &str) -> bool {
    one.parent.is_some() && source(one) == (kind, namespace, name)
}

fn missing(
    inventory: &Inventory<'_>,
    elsewhere: &Elsewhere,
    roots: &[(String, String, String)],
    id: &Id,
    to: &Value,
) -> Option<Diagnostic> {
    let text = |key| to.get(key).and_then(Value::as_text).unwrap_or_default();
    let (wanted, name) = (text("kind"), to.get("name")?);
    let kind = KINDS.iter().find(|one| **one == wanted)?;
    let sought = name.as_text()?;
    let namespace = match text("namespace") {
        "" => id.namespace.as_str(),
        given => given,
    };
    let is_root = |one: &&(String, String, String)| one.0 == wanted && one.2 == sought;
    let found = inventory.find((kinds::SOURCES, kind), namespace, sought).is_some()
        || roots.iter().filter(is_root).any(|one| one.1 == namespace)
        || elsewhere.makes((kinds::SOURCES, kind), namespace, sought)
        // Who waits for a source makes no source.
        || !inventory.knows_but_for(namespace, |one| comes_from(one, wanted, namespace, sought))
        // The operator makes the source that its FluxInstance syncs from, by whatever name.
        || (namespace == "flux-system" && matches!(sought, "flux-system"))
        || is_made(inventory, namespace, sought)
        || is_open(sought)
        || is_open(namespace)
        || (*kind == ARTIFACT && is_generated(inventory, namespace, sought));
    if found {
        return None;
    }
    let message = format!("there is no {wanted} `{sought}` in namespace `{namespace}`");
    let written = elsewhere.written((kinds::SOURCES, kind), namespace, sought);
    if let Some((_, object)) = written.into_iter().next() {
        // Who applies Flux's own objects by hand may have applied this one, too.
        let problem = rules::FLUX_SOURCE_MISSING.report_as(Severity::Warning, message);
        return Some(related(
            at(problem, name),
            &object.place(),
            "there is one in a file that nothing known applies",
        ));
    }
    let problem = at(rules::FLUX_SOURCE_MISSING.report(message), name);
    let other = inventory.find((kinds::SOURCES, kind), "", sought);
    if let Some(other) = other {
        let there = other.object.namespace();
        let problem = related(
            problem,
            &other.object.place(),
            "there is one of this name in another namespace",
        );
        return Some(problem.hint(format!("write `namespace: {there}` beside the name")));
    }
    if let Some(root) = roots.iter().find(is_root) {
        return Some(problem.hint(format!("write `namespace: {}` beside the name", root.1)));
    }
    let of_kind = inventory.all((kinds::SOURCES, kind));
    let names: Vec<_> = of_kind.map(|entry| entry.object.name()).collect();
    let names = names.into_iter().chain(
        roots
            .iter()
            .filter(|one| one.0 == wanted)
            .map(|one| one.2.as_str()),
    );
    let close = diagnostics::closest(sought, names).filter(|close| *close != sought);
    Some(match close {
        Some(close) => problem.hint(format!("did you mean `{close}`?")),
        None => problem,
    })
}

/// Whether an `ArtifactGenerator` makes an artifact, in its own namespace; other controllers, of
/// which nothing is known, may where there is none.
///
/// Source of the behaviour: the API of source-watcher, `source.extensions.fluxcd.io/v1beta1`.
fn is_generated(inventory: &Inventory<'_>, namespace: &str, name: &str) -> bool {
    let generators = inventory.all(("source.extensions.fluxcd.io", "ArtifactGenerator"));
    let mut generators = generators
        .filter(|one| one.object.namespace() == namespace)
        .peekable();
    if generators.peek().is_none() {
        return true;
    }
    generators.any(|one| {
        let artifacts = one.object.0.at(&["spec", "artifacts"]);
        let artifacts = artifacts.map(Value::items).unwrap_or_default();
        let mut names = { artifacts.iter() }.filter_map(|artifact| artifact.get("name")?.as_text());
        names.any(|made| made == name || unknown::is(made))
    })
}

/// Whether a `FluxInstance`, or the chart of one, makes it.
fn is_made(inventory: &Inventory<'_>, namespace: &str, name: &str) -> bool {
    let instances = { inventory.objects.iter() }.filter(|one| one.object.kind() == "FluxInstance");
    let mut named = instances.map(|one| {
        let sync = one.object.text(&["spec", "sync", "name"]);
        let sync = if sync.is_empty() {
            one.object.namespace()
        } else {
            sync
        };
        (one.object.namespace(), sync)
    });
    if named.any(|one| one == (namespace, name)) {
        return true;
    }
    let charts = inventory.releases_into(namespace);
    let mut charts = charts.filter(|one| crate::inventory::is_chart(one, "flux-instance"));
    charts.any(|release| {
        let values = crate::inventory::values(release);
        let sync = values.and_then(|values| values.at(&["instance", "sync", "name"])?.as_text());
        sync.unwrap_or(namespace) == name
    })
}
