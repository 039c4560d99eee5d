//! Every object against the schema of its kind, as the cluster that gets it knows the kind.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use diagnostics::Source;
use flux::assembled::{Assembled, Release};
use flux::helm::Package;
use flux::object::Object;
use flux::schema::{self, Found, Schemas};
use rayon::prelude::*;
use repository::View;

use super::{Findings, schemas};

/// What is wrong with objects by themselves.
pub(super) fn check(
    view: &View<'_>,
    assembled: &Assembled,
    kubernetes: &str,
    packages: &[Option<Arc<Package>>],
) -> Findings {
    let all = Objects::of(assembled);
    let mut findings = Findings {
        objects: all.built.len(),
        rendered: all.made.len(),
        ..Findings::default()
    };
    let each: Vec<&Object> = { all.built.iter().map(|(_, object)| *object) }
        .chain(all.made.iter().map(|(_, object)| *object))
        .collect();
    let cached = schemas::cached(view, &each);
    let mut groups: Vec<(Definitions<'_>, Schemas)> = Vec::new();
    let mut of_cluster: BTreeMap<&str, usize> = BTreeMap::new();
    for one in &assembled.kustomizations {
        let cluster = one.cluster.path.as_str();
        if of_cluster.contains_key(cluster) {
            continue;
        }
        let definitions = all.definitions(cluster, assembled, packages);
        let known = groups.iter().position(|(other, _)| *other == definitions);
        let group = known.unwrap_or_else(|| {
            let mut known = Schemas::bundled(kubernetes);
            known.add_texts(cached.iter().map(Source::text), &each);
            definitions.add_to(&mut known, &each, &mut findings);
            groups.push((definitions, known));
            groups.len() - 1
        });
        of_cluster.insert(cluster, group);
    }
    let known = |owner: usize| {
        let cluster = &assembled.kustomizations.get(owner)?.cluster;
        let group = of_cluster.get(cluster.path.as_str())?;
        Some((&groups.get(*group)?.1, cluster.flux))
    };
    let checked: Vec<_> = { all.built.par_iter() }
        .map(|(owner, object)| {
            known(*owner).map(|(known, flux)| schema::check_applied(object, known, flux))
        })
        .collect();
    for ((_, object), found) in all.built.iter().zip(checked) {
        findings.add(object, found.unwrap_or_default());
    }
    let checked: Vec<_> = { all.made.par_iter() }
        .map(|(release, object)| {
            known(release.owner).map(|(known, _)| schema::check(object, known))
        })
        .collect();
    for ((release, object), found) in all.made.iter().zip(checked) {
        let found = found.unwrap_or_default();
        let problems = found.problems.into_iter().map(|mut problem| {
            problem.message = format!(
                "the chart of {} makes {}: {}",
                release.id,
                object.id(),
                problem.message
            );
            // Nobody wrote it so that it could be written otherwise.
            problem.hint = None;
            problem
        });
        let problems = problems.collect();
        findings.add(object, Found { problems, ..found });
    }
    findings
}

impl Findings {
    fn add(&mut self, object: &Object, found: Found) {
        self.problems.extend(found.problems);
        if found.missing {
            let name = format!("{} {}", object.api_version(), object.kind());
            *self.without_schema.entry(name).or_default() += 1;
        }
    }
}

/// The objects of all clusters.
struct Objects<'a> {
    /// What Kustomizations apply, with their places in the list.
    built: Vec<(usize, &'a Object)>,
    /// What charts make.
    made: Vec<(&'a Release, &'a Object)>,
}

impl<'a> Objects<'a> {
    fn of(assembled: &'a Assembled) -> Self {
        let built = assembled.kustomizations.iter().enumerate();
        let built = built.flat_map(|(owner, one)| one.objects.iter().map(move |it| (owner, it)));
        let made = assembled.releases.iter().flat_map(|release| {
            let objects = release.rendered.iter().flatten();
            objects.map(move |object| (release, object))
        });
        Self {
            built: built.collect(),
            made: made.collect(),
        }
    }

    /// The kinds that a cluster is given: another's may be of another version.
    fn definitions(
        &self,
        cluster: &str,
        assembled: &Assembled,
        packages: &'a [Option<Arc<Package>>],
    ) -> Definitions<'a> {
        let is_in = |owner: usize| {
            let owner = assembled.kustomizations.get(owner);
            owner.is_some_and(|owner| owner.cluster.path == cluster)
        };
        let releases = assembled.releases.iter().zip(packages);
        let packages = releases
            .filter(|(release, _)| is_in(release.owner))
            .filter_map(|(_, package)| package.as_ref());
        let made = { self.made.iter() }
            .filter(|(release, object)| is_in(release.owner) && schemas::is_definition(object));
        let built = { self.built.iter() }
            .filter(|(owner, object)| is_in(*owner) && schemas::is_definition(object));
        Definitions {
            // Many releases may install one chart.
            texts: packages
                .flat_map(|package| package.all_definitions())
                .collect(),
            made: made.map(|(_, object)| *object).collect(),
            built: built.map(|(_, object)| *object).collect(),
        }
    }
}

/// Definitions of kinds.
#[derive(PartialEq)]
struct Definitions<'a> {
    /// Files that charts bring along.
    texts: BTreeSet<&'a str>,
    /// What charts make.
    made: Vec<&'a Object>,
    built: Vec<&'a Object>,
}

impl Definitions<'_> {
    fn add_to(&self, known: &mut Schemas, objects: &[&Object], findings: &mut Findings) {
        known.add_texts(self.texts.iter().copied(), objects);
        for definition in &self.made {
            // What cannot be read of a chart's is left out, as it is of its folder `crds`.
            drop(known.add_crd(&definition.0));
        }
        for definition in &self.built {
            if let Err(problem) = known.add_crd(&definition.0) {
                findings.problems.push(*problem);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use repository::View;

    use crate::manifests::{self, Settings};

    /// A definition that one cluster gets says nothing of the objects of another, which has it from
    /// elsewhere and in another version.
    #[test]
    fn a_kind_is_what_its_cluster_defines() {
        let definition = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.example.org}\nspec:\n  group: example.org\n  names: {kind: Thing, plural: things}\n  scope: Namespaced\n  versions:\n    - name: v1\n      served: true\n      storage: true\n      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {x: {type: string}}}}}}\n";
        let thing = "apiVersion: example.org/v1\nkind: Thing\nmetadata: {name: a, namespace: default}\nspec: {y: text}\n";
        let start = |path: &str| {
            format!(
                "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: flux-system, namespace: flux-system}}\nspec: {{interval: 1h, prune: true, path: ./{path}, sourceRef: {{kind: GitRepository, name: flux-system}}}}\n"
            )
        };
        for (where_defined, wrong) in [("one", false), ("two", true)] {
            let view: View<'_> = [
                ("one/flux-system/gotk-sync.yaml".to_owned(), start("one")),
                ("two/flux-system/gotk-sync.yaml".to_owned(), start("two")),
                (
                    format!("{where_defined}/definition.yaml"),
                    definition.to_owned(),
                ),
                ("two/thing.yaml".to_owned(), thing.to_owned()),
            ]
            .into_iter()
            .collect();
            let settings = Settings::default();
            let found = manifests::check(&view, &manifests::assemble(&view, &settings), &settings);
            let problems: Vec<_> = found.problems.iter().map(ToString::to_string).collect();
            assert_eq!(found.problems.has_errors(), wrong, "{problems:?}");
            assert_eq!(found.without_schema.is_empty(), wrong, "{problems:?}");
        }
    }
}
