//! What changes in the cluster between two states of a repository, object by object.
//!
//! Of Secrets it is said which values change, never to what.

mod fields;
mod known;
mod markdown;
mod write;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use diagnostics::MASK;
use serde::Serialize;

use crate::assembled::{Assembled, Kustomization};
use crate::images;
use crate::object::{Id, Object};
use crate::redact::Redaction;

use known::Known;

pub use fields::Field;
pub use known::{State, Unknown, Why};
pub use markdown::markdown;
pub use write::text;

/// What changes, in the order of the new state; what goes away stands where it stood, at the end
/// of what its Kustomization has.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Changes {
    /// The objects that are added, removed or changed.
    pub objects: Vec<Change>,
    /// The images that change, by repository.
    pub images: Vec<Version>,
    /// The charts that change version.
    pub charts: Vec<Version>,
    /// The Kustomizations of which one state is not known, so that nothing is said of what they
    /// add or remove.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<Unknown>,
}

/// How an object changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It is new.
    Added,
    /// It is there no more.
    Removed,
    /// It is there in both, and differs.
    Changed,
}

/// One object that changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// How.
    pub action: Action,
    /// The API version after the change, or before it where there is no after.
    #[serde(rename = "apiVersion")]
    pub api_version: String,
    /// The kind.
    pub kind: String,
    /// The namespace; empty where there is none.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// Who applies it: namespace and name of a Flux Kustomization.
    pub kustomization: String,
    /// Who applied it before, where that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_from: Option<String>,
    /// The fields that differ; none for what is added or removed.
    pub fields: Vec<Field>,
    /// Lines that are new in its YAML.
    pub added_lines: usize,
    /// Lines that go away.
    pub removed_lines: usize,
    /// The lines that differ and some around them, as hunks of a unified diff; secrets masked.
    pub hunks: String,
}

/// A version that changes; empty where there was, or will be, none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Version {
    /// The image or chart, without its version.
    pub name: String,
    /// Before.
    pub before: String,
    /// After.
    pub after: String,
}

impl Change {
    /// As messages name it: `HelmRelease network/echo`.
    pub fn title(&self) -> String {
        let title = if self.namespace.is_empty() {
            format!("{} {}", self.kind, self.name)
        } else {
            format!("{} {}/{}", self.kind, self.namespace, self.name)
        };
        // A terminal would obey them.
        title.replace(char::is_control, " ")
    }

    /// Whether values of a HelmRelease differ.
    pub fn changes_values(&self) -> bool {
        let is_values = |field: &Field| field.path.split('.').take(2).eq(["spec", "values"]);
        self.kind == "HelmRelease" && self.fields.iter().any(is_values)
    }
}

impl Changes {
    /// Whether it is certain that nothing changes.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty() && self.unknown.is_empty()
    }

    /// How many objects change in a way.
    pub fn count(&self, action: Action) -> usize {
        { self.objects.iter() }
            .filter(|one| one.action == action)
            .count()
    }

    /// As JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// An object and the Kustomization that applies it.
type Applied<'a> = (&'a Kustomization, &'a Object);

/// What tells objects of both states apart: the version of the API does not.
type Key<'a> = (&'a str, &'a str, &'a str, &'a str);

/// What changes from one state to another. The texts that are `public` are shown though a Secret
/// has them, too: the domains of a configuration.
pub fn between(before: &Assembled, after: &Assembled, public: &[String]) -> Changes {
    let redactions = (
        Redaction::new(before, public),
        Redaction::new(after, public),
    );
    let (mut old, mut new) = (applied(before), applied(after));
    // What only one state has is told where the other one is known.
    let (in_old, in_new) = (keys(&old), keys(&new));
    let mut known = Known::of(after, State::After);
    old.retain(|(owner, object)| {
        in_new.contains(&key(object)) || known.knows(before, owner, &redactions.0)
    });
    let mut unknown = known.unknown;
    let mut known = Known::of(before, State::Before);
    new.retain(|(owner, object)| {
        in_old.contains(&key(object)) || known.knows(after, owner, &redactions.1)
    });
    unknown.extend(known.unknown);
    let mut left: HashMap<Key<'_>, Vec<usize>> = HashMap::new();
    for (index, (_, object)) in old.iter().enumerate() {
        left.entry(key(object)).or_default().push(index);
    }
    let mut objects = Vec::new();
    for &(owner, object) in &new {
        let candidates = left.get_mut(&key(object)).filter(|found| !found.is_empty());
        let Some(candidates) = candidates else {
            objects.push(change(None, Some((owner, object)), &redactions));
            continue;
        };
        // Two clusters or Kustomizations may have one object: that of the same comes first.
        let nearness = |index: usize| {
            old.get(index)
                .map(|(one, _)| (one.cluster.path == owner.cluster.path, one.id == owner.id))
        };
        let positions = (0..candidates.len()).rev();
        let nearest = positions.max_by_key(|&at| candidates.get(at).copied().and_then(nearness));
        let at = nearest.unwrap_or_default();
        let previous = old.get(candidates.remove(at)).copied();
        let is_same = previous.is_some_and(|(one, previous)| {
            previous == object
                && one.id.name == owner.id.name
                && one.id.namespace == owner.id.namespace
        });
        if !is_same {
            objects.push(change(previous, Some((owner, object)), &redactions));
        }
    }
    let removed: BTreeSet<usize> = left.into_values().flatten().collect();
    for index in removed {
        objects.push(change(old.get(index).copied(), None, &redactions));
    }
    Changes {
        images: versions(
            &images_of(&old, &redactions.0),
            &images_of(&new, &redactions.1),
        ),
        charts: versions(
            &charts_of(before, &old, &redactions.0),
            &charts_of(after, &new, &redactions.1),
        ),
        objects,
        unknown: unknown.into_iter().collect(),
    }
}

fn applied(assembled: &Assembled) -> Vec<Applied<'_>> {
    let mut all = Vec::new();
    for kustomization in &assembled.kustomizations {
        // The roots are applied by nobody, or by themselves.
        if kustomization.parent.is_none() && !kustomization.objects.contains(&kustomization.object)
        {
            all.push((kustomization, &kustomization.object));
        }
        all.extend(
            kustomization
                .objects
                .iter()
                .map(|object| (kustomization, object)),
        );
    }
    for release in &assembled.releases {
        let owner = assembled.kustomizations.get(release.owner);
        let made = release.rendered.iter().flatten();
        all.extend(
            owner
                .into_iter()
                .flat_map(|owner| made.clone().map(move |object| (owner, object))),
        );
    }
    all
}

fn key(object: &Object) -> Key<'_> {
    (
        object.group(),
        object.kind(),
        object.namespace(),
        object.name(),
    )
}

fn keys<'a>(applied: &[Applied<'a>]) -> HashSet<Key<'a>> {
    applied.iter().map(|(_, object)| key(object)).collect()
}

fn named(id: &Id) -> String {
    if id.namespace.is_empty() {
        id.name.clone()
    } else {
        format!("{}/{}", id.namespace, id.name)
    }
}

fn change(
    before: Option<Applied<'_>>,
    after: Option<Applied<'_>>,
    redactions: &(Redaction, Redaction),
) -> Change {
    let object = |applied: Option<Applied<'_>>| applied.map(|(_, object)| object.clone());
    let (old, new) = (object(before), object(after));
    let (shown_old, shown_new) = match (&old, &new) {
        (Some(old), Some(new)) => {
            // Each side hides its own secrets, and the other's: a secret may have moved.
            let (one, _) = redactions.0.pair(old, new);
            let (_, other) = redactions.1.pair(old, new);
            (Some(one), Some(other))
        }
        (old, new) => (
            old.as_ref().map(|old| redactions.0.object(old)),
            new.as_ref().map(|new| redactions.1.object(new)),
        ),
    };
    let lines = |shown: &Option<serde_json::Value>| {
        shown
            .as_ref()
            .map_or_else(String::new, |shown| documents::emit::document(shown, 2))
    };
    let (mut hunks, added_lines, removed_lines) =
        write::hunks(&lines(&shown_old), &lines(&shown_new));
    if hunks.is_empty() && old.is_some() && new.is_some() && old != new {
        "# only a redacted value changes\n".clone_into(&mut hunks);
    }
    let id = match (after, before) {
        (Some((_, object)), _) => redactions.1.id(object),
        (None, Some((_, object))) => redactions.0.id(object),
        (None, None) => Id::default(),
    };
    let owner = |applied: Option<Applied<'_>>, redaction: &Redaction| {
        applied.map(|(owner, _)| named(&redaction.id(&owner.object)))
    };
    let (from, to) = (owner(before, &redactions.0), owner(after, &redactions.1));
    Change {
        action: match (before, after) {
            (None, _) => Action::Added,
            (_, None) => Action::Removed,
            _ => Action::Changed,
        },
        api_version: if id.group.is_empty() {
            id.version.clone()
        } else {
            format!("{}/{}", id.group, id.version)
        },
        kind: id.kind,
        namespace: id.namespace,
        name: id.name,
        moved_from: from
            .clone()
            .filter(|from| to.as_ref().is_some_and(|to| to != from)),
        kustomization: to.or(from).unwrap_or_default(),
        fields: match (&old, &new, &shown_old, &shown_new) {
            (Some(old), Some(new), Some(shown_old), Some(shown_new)) => {
                fields::differing((&old.0, shown_old), (&new.0, shown_new))
            }
            _ => Vec::new(),
        },
        added_lines,
        removed_lines,
        hunks,
    }
}

type Versions = BTreeMap<String, BTreeSet<String>>;

fn images_of(applied: &[Applied<'_>], redaction: &Redaction) -> Versions {
    let mut all = Versions::new();
    for image in applied.iter().flat_map(|(_, object)| images::of(object)) {
        if image.version().is_empty() && image.is_completed {
            continue;
        }
        let mut name = redaction.mask(&image.repository);
        let mut version = redaction.mask(&image.version());
        if redaction.mask(&image.to_string()) == MASK {
            // Its parts by themselves say what the whole must not.
            MASK.clone_into(&mut name);
            MASK.clone_into(&mut version);
        }
        all.entry(name).or_default().insert(version);
    }
    all
}

fn charts_of(assembled: &Assembled, applied: &[Applied<'_>], redaction: &Redaction) -> Versions {
    let told = keys(applied);
    let mut all = Versions::new();
    for chart in { assembled.releases.iter() }
        .filter(|release| told.contains(&key(&release.object)))
        .filter_map(|release| release.chart.as_ref())
    {
        let name = match chart.name.as_str() {
            "" => chart.address.clone(),
            name => format!("{}/{name}", chart.address.trim_end_matches('/')),
        };
        let name = redaction.secrets().mask(&name);
        all.entry(name).or_default().insert(chart.version.clone());
    }
    all
}

/// Versions that are on one side only, put beside each other.
fn versions(before: &Versions, after: &Versions) -> Vec<Version> {
    let none = BTreeSet::new();
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut all = Vec::new();
    for name in names {
        let (old, new) = (
            before.get(name).unwrap_or(&none),
            after.get(name).unwrap_or(&none),
        );
        let gone: Vec<_> = old.difference(new).cloned().collect();
        let come: Vec<_> = new.difference(old).cloned().collect();
        for index in 0..gone.len().max(come.len()) {
            all.push(Version {
                name: name.clone(),
                before: gone.get(index).cloned().unwrap_or_default(),
                after: come.get(index).cloned().unwrap_or_default(),
            });
        }
    }
    all
}
