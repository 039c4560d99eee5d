//! What is not well, what of that comes of what, and what to look at first.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use kubernetes_client::seconds;

use super::clean::clean;
use super::facts::Object;
use super::finding::{Finding, First, Judged, Level};
use super::flux::FluxObject;
use super::gather::Facts;
use super::links::{Index, links};
use super::pods::{self, Group};
use crate::cause::{Cause, Known, advice};
use crate::reconcile::{Kind, State};

/// A certificate that was to be renewed so long ago is not, in seconds.
const RENEWAL: i64 = 6 * 3600;

/// Judges what was read, at a time in seconds since 1970.
pub fn judge(facts: &Facts, now: i64) -> Judged {
    let index = Index::of(facts);
    let mut groups = pods::groups(&facts.pods, now);
    for group in &mut groups {
        group.brought_by = index.bringer(group).map(FluxObject::object);
    }
    let mut findings = Vec::new();
    of_nodes(facts, &mut findings);
    of_flux_itself(facts, &mut findings);
    findings.extend(facts.flux.iter().filter_map(of_flux));
    of_pods(&index, &groups, &mut findings);
    of_others(facts, now, &mut findings);
    findings.sort_by_cached_key(|one| (one.level, rank(&one.object.kind), one.object.clone()));
    links(&index, &groups, &mut findings);
    for why in { findings.iter_mut() }.map(|one| &mut one.why) {
        *why = clean(why, &facts.secrets);
    }
    for why in { groups.iter_mut() }.map(|one| &mut one.why) {
        *why = clean(why, &facts.secrets);
    }
    let first = first(&findings);
    Judged {
        findings,
        first,
        groups,
    }
}

/// In which order things are looked at: what others stand on comes first.
fn rank(kind: &str) -> usize {
    const ORDER: [&str; 11] = [
        "Node",
        "FluxInstance",
        "Namespace",
        "GitRepository",
        "OCIRepository",
        "Bucket",
        "HelmRepository",
        "HelmChart",
        "Kustomization",
        "HelmRelease",
        "PersistentVolumeClaim",
    ];
    { ORDER.iter().position(|one| *one == kind) }.unwrap_or(ORDER.len())
}

fn finding(object: Object, level: Level, cause: Cause, why: &str, known: Known<'_>) -> Finding {
    let next = advice(
        cause,
        Known {
            name: &object.name,
            ..known
        },
    );
    Finding {
        level,
        cause,
        why: why.to_owned(),
        next,
        after: None,
        count: None,
        behind: None,
        object,
    }
}

fn of_nodes(facts: &Facts, findings: &mut Vec<Finding>) {
    for node in &facts.nodes {
        let object = Object::new("Node", "", &node.name);
        let mut put = |level, cause, why: &str| {
            findings.push(finding(object.clone(), level, cause, why, Known::default()));
        };
        if !node.is_ready {
            put(Level::Failing, Cause::Node, &node.why);
        } else if !node.pressure.is_empty() {
            put(Level::Failing, Cause::Pressure, &node.pressure.join(", "));
        } else if node.is_cordoned {
            put(Level::Remark, Cause::Cordoned, "");
        }
    }
}

fn of_flux_itself(facts: &Facts, findings: &mut Vec<Finding>) {
    for controller in facts.controllers.iter().filter(|one| !one.is_available) {
        let (namespace, name) = &controller.at;
        let object = Object::new("Deployment", namespace, name);
        let (cause, why) = (Cause::Controller, &controller.why);
        findings.push(finding(
            object,
            Level::Failing,
            cause,
            why,
            Known::default(),
        ));
    }
    for instance in &facts.instances {
        let (namespace, name) = &instance.at;
        let object = Object::new("FluxInstance", namespace, name);
        let (level, why) = match &instance.state {
            State::Ready { .. } | State::Suspended => continue,
            State::Waiting { until } => (Level::Waiting, until),
            State::Failed { why } => (Level::Failing, why),
        };
        findings.push(finding(
            object,
            level,
            Cause::Controller,
            why,
            Known::default(),
        ));
    }
}

fn of_flux(one: &FluxObject) -> Option<Finding> {
    let known = Known {
        subject: Some(&one.subject),
        is_stalled: one.is_stalled,
        retry: &one.retry,
        release_status: &one.release_status,
        ..Known::default()
    };
    let is_pending = one.release_status.starts_with("pending-");
    let understood = || match Cause::of_flux(one.subject.kind, &one.reason, &one.message) {
        Cause::Release | Cause::Unknown if is_pending => Cause::ReleasePending,
        cause => cause,
    };
    let (level, cause, why) = match &one.state {
        State::Ready { .. } => match &one.deleted {
            Some(held) => {
                let why = format!("it is asked to go, and held by {}", held.join(", "));
                return Some(finding(
                    one.object(),
                    Level::Waiting,
                    Cause::Ending,
                    &why,
                    known,
                ));
            }
            None => return None,
        },
        State::Suspended => (Level::Remark, Cause::Suspended, "Flux leaves it alone"),
        State::Waiting { until } => (Level::Waiting, understood(), until.as_str()),
        State::Failed { why } => (Level::Failing, understood(), why.as_str()),
    };
    Some(finding(one.object(), level, cause, why, known))
}

fn of_pods(index: &Index<'_>, groups: &[Group], findings: &mut Vec<Finding>) {
    for group in groups {
        let level = match group.cause {
            _ if group.is_beginning => Level::Waiting,
            // Another runs in its place.
            Cause::Ended => Level::Remark,
            _ => Level::Failing,
        };
        let brought = index.bringer(group);
        let known = Known {
            subject: brought.map(|one| &one.subject),
            is_stalled: brought.is_some_and(|one| one.is_stalled),
            ..Known::default()
        };
        let mut found = finding(group.owner.clone(), level, group.cause, &group.why, known);
        found.count = Some(group.count);
        findings.push(found);
    }
}

fn of_others(facts: &Facts, now: i64, findings: &mut Vec<Finding>) {
    let mut put = |kind: &str, at: (&str, &str), level, cause, why: &str| {
        let object = Object::new(kind, at.0, at.1);
        findings.push(finding(object, level, cause, why, Known::default()));
    };
    for one in &facts.namespaces {
        if !one.deleted.is_empty() {
            let why = match one.held.as_slice() {
                [] => "it is asked to go".to_owned(),
                held => held.join(" "),
            };
            let cause = Cause::NamespaceEnding;
            put("Namespace", ("", &one.name), Level::Failing, cause, &why);
        }
    }
    for one in &facts.claims {
        if one.phase != "Bound" {
            let class = match one.class.as_str() {
                "" => "the default class".to_owned(),
                class => format!("class `{class}`"),
            };
            let why = format!("{} of {class}", one.phase.to_lowercase());
            let at = (one.at.0.as_str(), one.at.1.as_str());
            let kind = "PersistentVolumeClaim";
            put(kind, at, Level::Failing, Cause::Volume, &why);
        }
    }
    for one in &facts.certificates {
        let at = (one.at.0.as_str(), one.at.1.as_str());
        let late = seconds(&one.renewal).is_some_and(|time| time.saturating_add(RENEWAL) < now);
        let ended = seconds(&one.until).is_some_and(|time| time <= now);
        if ended || late {
            let why = format!("it ends at {} and was to be renewed before", one.until);
            let cause = Cause::CertificateEnded;
            put("Certificate", at, Level::Failing, cause, &why);
        } else if !one.is_ready {
            let cause = Cause::Certificate;
            put("Certificate", at, Level::Failing, cause, &one.why);
        }
    }
    for one in facts.entrances.iter().filter(|one| !one.why.is_empty()) {
        let at = (one.object.namespace.as_str(), one.object.name.as_str());
        put(
            &one.object.kind,
            at,
            Level::Failing,
            Cause::Address,
            &one.why,
        );
    }
}

/// The causes that only say that something else is not well.
fn is_empty_word(cause: Cause) -> bool {
    matches!(
        cause,
        Cause::Health | Cause::Progressing | Cause::Release | Cause::Unknown | Cause::Controller
    )
}

/// Whether it is a part of what it comes of, and does not wait for it.
fn is_part(kind: &str) -> bool {
    Kind::of(kind).is_none() && kind != "FluxInstance"
}

fn first(findings: &[Finding]) -> Vec<First> {
    // What each comes of in the end.
    let root = |mut at: usize| {
        for _ in 0..findings.len() {
            match findings[at].behind {
                Some(next) => at = next,
                None => break,
            }
        }
        at
    };
    let mut all: BTreeMap<usize, (Vec<usize>, usize)> = BTreeMap::new();
    for (at, one) in findings.iter().enumerate() {
        let end = root(at);
        let (parts, waiting) = all.entry(end).or_default();
        if at == end || one.level == Level::Remark {
            continue;
        }
        if one.behind == Some(end) && is_part(&one.object.kind) {
            parts.push(at);
        } else {
            *waiting += 1;
        }
    }
    let mut first: Vec<First> = Vec::new();
    for (at, (parts, waiting)) in all {
        let one = &findings[at];
        if one.level == Level::Remark && waiting == 0 {
            continue;
        }
        // The worst of them says most.
        let part = parts.first().map(|part| &findings[*part]);
        let told = part.filter(|_| is_empty_word(one.cause)).unwrap_or(one);
        first.push(First {
            object: one.object.clone(),
            level: one.level,
            cause: told.cause,
            why: told.why.clone(),
            next: told.next.clone(),
            parts: { parts.iter() }
                .map(|part| findings[*part].object.clone())
                .collect(),
            waiting,
        });
    }
    first.sort_by_cached_key(|one| {
        let rank = match one.cause {
            Cause::Controller => 1,
            _ => rank(&one.object.kind),
        };
        let object = one.object.clone();
        (one.level, rank, Reverse(one.waiting), object)
    });
    first
}
