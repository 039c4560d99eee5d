//! What is meant by a name, and what belongs to it.

use std::collections::BTreeSet;

use diagnostics::{Diagnostic, closest, visible};

use crate::overview::{Facts, FluxObject, Group, Judged, Object};
use crate::reconcile::Kind;
use crate::rules;

/// An app, and what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Focus {
    /// What is meant by the name.
    pub app: Vec<Object>,
    /// What it brings: releases, and what runs pods.
    pub brought: Vec<Object>,
    /// Its sources, what it depends on, what brings it.
    pub around: BTreeSet<Object>,
}

impl Focus {
    /// What belongs to some objects.
    pub fn of(facts: &Facts, app: Vec<Object>) -> Self {
        let mut brought = Vec::new();
        let mut around = BTreeSet::new();
        let is_app = |one: &&FluxObject| app.contains(&one.object());
        let own: Vec<&FluxObject> = facts.flux.iter().filter(is_app).collect();
        let children = facts.flux.iter().filter(|one| {
            let is_ours = { own.iter() }.any(|app| Some(&app.subject) == one.parent.as_ref());
            is_ours && one.subject.kind == Kind::HelmRelease
        });
        let releases: Vec<&FluxObject> = children.collect();
        for one in own.iter().chain(&releases) {
            around.extend(one.source.iter().map(Object::from));
            around.extend(one.depends_on.iter().map(Object::from));
            around.extend(one.parent.iter().map(Object::from));
            brought.extend(one.workloads.iter().cloned());
        }
        // A chart has its repository for a source.
        let charts = facts
            .flux
            .iter()
            .filter(|one| around.contains(&one.object()));
        let sources: Vec<Object> = { charts.filter(|one| is_source(one)) }
            .filter_map(|one| one.source.as_ref().map(Object::from))
            .collect();
        around.extend(sources);
        brought.splice(0..0, releases.iter().map(|one| one.object()));
        Self {
            app,
            brought,
            around,
        }
    }

    /// Whether an object belongs to it.
    pub(super) fn has(&self, object: &Object) -> bool {
        self.app.contains(object) || self.brought.contains(object) || self.around.contains(object)
    }

    /// Whether pods belong to it.
    pub(super) fn has_group(&self, group: &Group) -> bool {
        let is_own = |object: &Object| self.app.contains(object) || self.brought.contains(object);
        is_own(&group.owner) || group.brought_by.as_ref().is_some_and(is_own) || { self.app.iter() }
            .any(|one| {
                one.kind == "Pod"
                    && one.namespace == group.owner.namespace
                    && group.pods.contains(&one.name)
            })
    }

    /// The namespaces that it is in.
    pub(super) fn namespaces(&self) -> BTreeSet<&str> {
        let all = self.app.iter().chain(&self.brought);
        let all = all.map(|one| one.namespace.as_str());
        all.filter(|namespace| !namespace.is_empty()).collect()
    }
}

fn is_source(one: &FluxObject) -> bool {
    !matches!(one.subject.kind, Kind::Kustomization | Kind::HelmRelease)
}

/// What is meant by a name, or `namespace/name`: the Kustomization and the release that have it;
/// else a source, what runs pods, or anything that is not well.
///
/// # Errors
///
/// `cluster/no-app` where nothing has the name, or several that have nothing to do with each
/// other.
pub fn find(
    facts: &Facts,
    judged: &Judged,
    namespace: Option<&str>,
    name: &str,
) -> Result<Vec<Object>, Diagnostic> {
    let (namespace, name) = match name.split_once('/') {
        Some((namespace, name)) => (Some(namespace), name),
        None => (namespace, name),
    };
    let fits = |object: &Object| {
        object.name == name && namespace.is_none_or(|namespace| object.namespace == namespace)
    };
    let flux = |kinds: &dyn Fn(&FluxObject) -> bool| -> Vec<Object> {
        let all = facts.flux.iter().filter(|one| kinds(one));
        all.map(FluxObject::object).filter(&fits).collect()
    };
    let apps = flux(&|one| !is_source(one));
    let sources = || flux(&is_source);
    let owners = || -> Vec<Object> {
        let owners = facts.pods.iter().filter_map(|pod| pod.owner.clone());
        let owners: BTreeSet<Object> = owners.filter(&fits).collect();
        owners.into_iter().collect()
    };
    let pods = || -> Vec<Object> {
        let pods = facts.pods.iter();
        let pods = pods.map(|pod| Object::new("Pod", &pod.namespace, &pod.name));
        pods.filter(&fits).collect()
    };
    let unwell = || -> Vec<Object> {
        let all = judged.findings.iter().map(|one| one.object.clone());
        all.filter(&fits).collect()
    };
    let ways: [&dyn Fn() -> Vec<Object>; 5] = [&|| apps.clone(), &sources, &owners, &pods, &unwell];
    let found = ways.iter().map(|way| way()).find(|found| !found.is_empty());
    let Some(found) = found else {
        return Err(nobody(facts, name, namespace));
    };
    for kind in { found.iter() }.map(|one| &one.kind) {
        let same: Vec<&Object> = found.iter().filter(|one| one.kind == *kind).collect();
        if same.len() > 1 {
            let places: Vec<String> = same.iter().map(|one| format!("`{}`", one.path())).collect();
            return Err(rules::CLUSTER_NO_APP
                .report(format!(
                    "more than one {kind} is called `{}`",
                    visible(name)
                ))
                .hint(format!("name one of {}", places.join(", "))));
        }
    }
    Ok(found)
}

fn nobody(facts: &Facts, name: &str, namespace: Option<&str>) -> Diagnostic {
    let inside = namespace.map_or(String::new(), |one| format!(" in `{}`", visible(one)));
    let problem = rules::CLUSTER_NO_APP.report(format!(
        "there is no Kustomization, HelmRelease or workload `{}`{inside}",
        visible(name)
    ));
    let flux = facts.flux.iter().map(|one| one.subject.name.as_str());
    let owners = facts.pods.iter().filter_map(|pod| pod.owner.as_ref());
    let names = flux.chain(owners.map(|owner| owner.name.as_str()));
    match closest(name, names) {
        Some(close) => problem.hint(format!("did you mean `{close}`?")),
        None => problem.hint(
            "`ichor flux graph` shows what the repository has, `ichor status` what is not well",
        ),
    }
}
