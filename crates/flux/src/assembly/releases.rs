//! The releases of a cluster: their values and their charts.

use std::collections::BTreeMap;

use diagnostics::Diagnostics;
use rayon::prelude::*;

use super::entries::Reference;
use super::store::Store;
use crate::assembled::Release;
use crate::helm::{self, Lookup};
use crate::object::Object;

/// The releases among all objects, each with the place of who applies it, and what is wrong with
/// them.
pub(super) fn of(
    all: &[(usize, &Object)],
    store: &Store,
    is_here: &(dyn Fn(&Reference) -> bool + Sync),
) -> (Vec<Release>, Diagnostics) {
    let objects = all
        .iter()
        .map(|(_, it)| ((it.kind(), it.namespace(), it.name()), *it));
    let index = Index {
        is_here,
        objects: objects.collect(),
    };
    let made: Vec<(Release, Diagnostics)> = { all.par_iter() }
        .filter(|(_, object)| {
            object.kind() == "HelmRelease" && object.group() == "helm.toolkit.fluxcd.io"
        })
        .map(|(owner, object)| release(*owner, object, store, &index))
        .collect();
    let (releases, problems): (Vec<_>, Vec<_>) = made.into_iter().unzip();
    (releases, problems.into_iter().flatten().collect())
}

/// Everything that there is, by kind, namespace and name.
struct Index<'a> {
    /// Whether a source is the repository itself.
    is_here: &'a (dyn Fn(&Reference) -> bool + Sync),
    objects: BTreeMap<(&'a str, &'a str, &'a str), &'a Object>,
}

impl Lookup for Index<'_> {
    fn object(&self, kind: &str, namespace: &str, name: &str) -> Option<&Object> {
        self.objects.get(&(kind, namespace, name)).copied()
    }

    fn is_own(&self, kind: &str, namespace: &str, name: &str) -> bool {
        (self.is_here)(&Reference {
            kind: kind.to_owned(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        })
    }
}

fn release(
    owner: usize,
    object: &Object,
    store: &Store,
    index: &Index<'_>,
) -> (Release, Diagnostics) {
    let namespace = object.namespace();
    let values = helm::values(object, |kind, name| store.find(namespace, kind, name));
    let (values, problems) = match values {
        Ok(values) => (values, Diagnostics::new()),
        Err(problems) => (None, problems),
    };
    let release = Release {
        id: object.id(),
        object: object.clone(),
        owner,
        values,
        chart: helm::chart(object, index),
        rendered: None,
    };
    (release, problems)
}
