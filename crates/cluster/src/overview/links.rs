//! What comes of what: an object that waits for its source comes of that source, a Kustomization
//! whose release does not become ready comes of that release, the pods of a release belong to it.

use std::collections::BTreeMap;

use super::facts::Object;
use super::finding::{Finding, Level};
use super::flux::FluxObject;
use super::gather::Facts;
use super::pods::Group;
use crate::cause::Cause;
use crate::reconcile::{Kind, Subject};

/// What was read, by who it is.
pub(super) struct Index<'f> {
    facts: &'f Facts,
    flux: BTreeMap<&'f Subject, &'f FluxObject>,
    /// What runs pods, and what of Flux brings it: the release, else the Kustomization.
    workloads: BTreeMap<&'f Object, &'f FluxObject>,
    /// Releases by the namespace and the name that they are put at.
    releases: BTreeMap<(&'f str, &'f str), &'f FluxObject>,
}

impl<'f> Index<'f> {
    pub(super) fn of(facts: &'f Facts) -> Self {
        let of = |kind| {
            facts
                .flux
                .iter()
                .filter(move |one| one.subject.kind == kind)
        };
        let all = of(Kind::Kustomization).chain(of(Kind::HelmRelease));
        let release = |one: &'f FluxObject| {
            let (namespace, name) = &one.release;
            ((namespace.as_str(), name.as_str()), one)
        };
        Self {
            facts,
            flux: facts.flux.iter().map(|one| (&one.subject, one)).collect(),
            workloads: { all.flat_map(|one| one.workloads.iter().map(move |at| (at, one))) }
                .collect(),
            releases: of(Kind::HelmRelease).map(release).collect(),
        }
    }

    fn flux(&self, object: &Object) -> Option<&'f FluxObject> {
        let subject = Subject {
            kind: Kind::of(&object.kind)?,
            namespace: object.namespace.clone(),
            name: object.name.clone(),
        };
        self.flux.get(&subject).copied()
    }

    fn is_absent(&self, subject: &Subject) -> bool {
        self.facts.knows(subject.kind.name()) && !self.flux.contains_key(subject)
    }

    /// What of Flux brings the owner of some pods.
    pub(super) fn bringer(&self, group: &Group) -> Option<&'f FluxObject> {
        let owner = &group.owner;
        // A job of a schedule has a number behind the name of that.
        let schedule = { owner.name.rsplit_once('-') }
            .filter(|(_, number)| {
                owner.kind == "Job" && number.bytes().all(|one| one.is_ascii_digit())
            })
            .map(|(name, _)| Object::new("CronJob", &owner.namespace, name));
        let workload = |object: &Object| self.workloads.get(object).copied();
        let release = (owner.namespace.as_str(), group.instance.as_str());
        workload(owner)
            .or_else(|| workload(&schedule?))
            .or_else(|| self.releases.get(&release).copied())
    }
}

/// Notes of every finding which other one it comes of.
pub(super) fn links(index: &Index<'_>, groups: &[Group], findings: &mut [Finding]) {
    // Of several the worst, which comes first.
    let mut places: BTreeMap<Object, usize> = BTreeMap::new();
    for (at, one) in findings.iter().enumerate() {
        places.entry(one.object.clone()).or_insert(at);
    }
    let levels = findings.iter().map(|one| one.level).collect();
    let families = Families::of(index.facts, &places, levels);
    let parts: BTreeMap<(&Object, Cause), &Group> =
        { groups.iter().map(|one| ((&one.owner, one.cause), one)) }.collect();
    for at in 0..findings.len() {
        let one = &findings[at];
        if one.level == Level::Remark {
            continue;
        }
        let mut changed = None;
        let behind = match index.flux(&one.object) {
            Some(object) => {
                let (behind, instead) = of_flux(index, &families, one.cause, object);
                changed = instead;
                behind
            }
            None => of_part(
                index,
                &families,
                (at, one),
                parts.get(&(&one.object, one.cause)).copied(),
            ),
        };
        // Nothing comes of itself.
        let behind = behind.filter(|behind| *behind != at);
        findings[at].after = behind.map(|behind| findings[behind].object.clone());
        findings[at].behind = behind;
        if let Some((cause, why, next)) = changed {
            let one = &mut findings[at];
            (one.cause, one.why, one.next) = (cause, why, next);
        }
    }
    cut_circles(findings);
}

/// Objects of Flux by who has applied them, and the findings about them.
struct Families<'f> {
    places: &'f BTreeMap<Object, usize>,
    levels: Vec<Level>,
    children: BTreeMap<&'f Subject, Vec<usize>>,
}

impl<'f> Families<'f> {
    fn of(facts: &'f Facts, places: &'f BTreeMap<Object, usize>, levels: Vec<Level>) -> Self {
        // What is left alone keeps nobody from being ready that checks it.
        let unwell = |at: usize| levels[at] != Level::Remark;
        let mut children: BTreeMap<&Subject, Vec<usize>> = BTreeMap::new();
        for object in &facts.flux {
            let at = places.get(&object.object()).filter(|at| unwell(**at));
            if let (Some(parent), Some(at)) = (&object.parent, at) {
                children.entry(parent).or_default().push(*at);
            }
        }
        // What stands first is worse.
        for all in children.values_mut() {
            all.sort_unstable();
        }
        Self {
            places,
            levels,
            children,
        }
    }

    fn at(&self, subject: &Subject) -> Option<usize> {
        self.places.get(&subject.into()).copied()
    }

    /// The finding about an object, where that is more than a remark.
    fn unwell(&self, object: &Object) -> Option<usize> {
        let at = self.places.get(object).copied();
        at.filter(|at| self.levels[*at] != Level::Remark)
    }
}

type Instead = Option<(Cause, String, String)>;

fn of_flux(
    index: &Index<'_>,
    families: &Families<'_>,
    cause: Cause,
    object: &FluxObject,
) -> (Option<usize>, Instead) {
    let is_source = !matches!(object.subject.kind, Kind::Kustomization | Kind::HelmRelease);
    match cause {
        Cause::Dependency => {
            let found = object.depends_on.iter().filter_map(|one| families.at(one));
            let absent = object.depends_on.iter().find(|one| index.is_absent(one));
            match (absent, found.min()) {
                (Some(absent), _) => (None, missing(Cause::DependencyMissing, object, absent)),
                (None, found) => (found, None),
            }
        }
        Cause::Source => match &object.source {
            Some(source) if index.is_absent(source) => {
                (None, missing(Cause::NoSource, object, source))
            }
            source => (source.as_ref().and_then(|one| families.at(one)), None),
        },
        Cause::Terminating => {
            let named = |namespace: &str| Object::new("Namespace", "", namespace);
            let own = families.places.get(&named(&object.subject.namespace));
            let target = families.places.get(&named(&object.release.0));
            (own.or(target).copied(), None)
        }
        _ if is_source => {
            let source = object.source.as_ref();
            (source.and_then(|one| families.at(one)), None)
        }
        Cause::Health | Cause::Progressing => {
            let mut children = { families.children.get(&object.subject) }
                .into_iter()
                .flatten();
            let child = children.next().copied();
            (
                child.or_else(|| controller(index.facts, families, object)),
                None,
            )
        }
        _ => (None, None),
    }
}

/// The controller that does not run, of an object that waits for it.
fn controller(facts: &Facts, families: &Families<'_>, object: &FluxObject) -> Option<usize> {
    let name = match object.subject.kind {
        Kind::Kustomization => "kustomize-controller",
        Kind::HelmRelease => "helm-controller",
        _ => "source-controller",
    };
    let mut controllers = facts.controllers.iter();
    let (namespace, name) = &controllers.find(|one| one.at.1 == name)?.at;
    let object = Object::new("Deployment", namespace, name);
    families.places.get(&object).copied()
}

fn missing(cause: Cause, object: &FluxObject, absent: &Subject) -> Instead {
    let known = crate::cause::Known {
        subject: Some(&object.subject),
        ..crate::cause::Known::default()
    };
    let why = format!("there is no {absent}");
    Some((cause, why, crate::cause::advice(cause, known)))
}

/// What pods, claims and the like come of: the node that is away, else what brings them where
/// that is not well either.
fn of_part(
    index: &Index<'_>,
    families: &Families<'_>,
    (at, one): (usize, &Finding),
    group: Option<&Group>,
) -> Option<usize> {
    if one.object.kind == "PersistentVolumeClaim" {
        let mut claims = index.facts.claims.iter();
        let claim = claims.find(|claim| {
            (claim.at.0.as_str(), claim.at.1.as_str())
                == (one.object.namespace.as_str(), one.object.name.as_str())
        })?;
        let release = index
            .releases
            .get(&(claim.at.0.as_str(), claim.instance.as_str()))?;
        return families.unwell(&release.object());
    }
    let group = group?;
    // Of what looks after them something was found already.
    if let Some(first) = families.unwell(&one.object).filter(|first| *first != at) {
        return Some(first);
    }
    if matches!(group.cause, Cause::NotReady | Cause::Ending) {
        let nodes = group.nodes.iter();
        let mut away = nodes.filter_map(|node| families.unwell(&Object::new("Node", "", node)));
        if let Some(away) = away.next() {
            return Some(away);
        }
    }
    let bringer = index.bringer(group)?;
    families.unwell(&bringer.object())
}

/// What depends on each other comes of nobody else: one of them is looked at.
fn cut_circles(findings: &mut [Finding]) {
    for start in 0..findings.len() {
        let mut at = start;
        for _ in 0..findings.len() {
            match findings[at].behind {
                Some(next) if next == start => {
                    let other = findings[start].object.clone();
                    let one = &mut findings[at];
                    one.why = format!("it waits for {other}, and that for it");
                    "take one of them out of the `dependsOn` of the other"
                        .clone_into(&mut one.next);
                    (one.behind, one.after) = (None, None);
                    break;
                }
                Some(next) => at = next,
                None => break,
            }
        }
    }
}
