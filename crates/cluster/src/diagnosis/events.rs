//! Warnings that the cluster has noted about an app.

use std::collections::BTreeSet;

use diagnostics::{Secrets, words};
use kubernetes_client::{Client, Listing};
use serde::{Deserialize, Serialize};

use super::focus::Focus;
use crate::overview::{Group, Object, Unanswered};

/// So many are shown.
const MOST: usize = 12;

/// A warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// When it was noted last, in RFC 3339.
    pub time: String,
    /// About what.
    pub object: Object,
    /// A word for it.
    pub reason: String,
    /// A sentence for it.
    pub message: String,
    /// How often.
    pub count: u64,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Raw {
    involved_object: Option<About>,
    reason: Option<String>,
    message: Option<String>,
    count: Option<u64>,
    last_timestamp: Option<String>,
    event_time: Option<String>,
    first_timestamp: Option<String>,
    series: Option<Series>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Series {
    count: Option<u64>,
    last_observed_time: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct About {
    kind: Option<String>,
    namespace: Option<String>,
    name: Option<String>,
}

impl Raw {
    fn read(self, secrets: &Secrets) -> Event {
        let series = self.series.unwrap_or_default();
        let times = [
            series.last_observed_time,
            self.last_timestamp,
            self.event_time,
            self.first_timestamp,
        ];
        let about = self.involved_object.unwrap_or_default();
        let text = |text: Option<String>| words(&text.unwrap_or_default());
        Event {
            time: text(times.into_iter().flatten().find(|time| !time.is_empty())),
            object: Object::new(&text(about.kind), &text(about.namespace), &text(about.name)),
            reason: text(self.reason),
            message: secrets.mask(&text(self.message)),
            count: series.count.or(self.count).unwrap_or(1),
        }
    }
}

/// The last warnings about an app, in the order of their times.
pub(super) fn about(
    client: &Client,
    focus: &Focus,
    groups: &[Group],
    secrets: &Secrets,
    unanswered: &mut Vec<Unanswered>,
) -> Vec<Event> {
    let mut namespaces: BTreeSet<&str> = focus.namespaces();
    namespaces.extend(groups.iter().map(|group| group.owner.namespace.as_str()));
    let mut events = Vec::new();
    for namespace in namespaces {
        let mut listing = Listing::all("v1", "events").within(namespace);
        listing.fields = Some("type=Warning");
        match client.list::<Raw>(&listing) {
            Ok(listed) => {
                let all = listed.items.into_iter().map(|raw| raw.read(secrets));
                events.extend(all.filter(|event| is_about(event, focus, groups)));
            }
            Err(fault) => unanswered.push(Unanswered {
                what: "Event".to_owned(),
                why: fault.to_string(),
            }),
        }
    }
    events.sort_by(|one, other| (&one.time, &one.object).cmp(&(&other.time, &other.object)));
    let first = events.len().saturating_sub(MOST);
    events.split_off(first)
}

/// Whether it is about the app, or about what a workload of it has made: these begin with its
/// name.
fn is_about(event: &Event, focus: &Focus, groups: &[Group]) -> bool {
    let object = &event.object;
    if focus.app.contains(object) || focus.brought.contains(object) {
        return true;
    }
    let owners = focus
        .brought
        .iter()
        .chain(groups.iter().map(|group| &group.owner));
    let mut owners = owners.filter(|owner| owner.namespace == object.namespace);
    owners.any(|owner| {
        let rest = object.name.strip_prefix(owner.name.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }) || groups.iter().any(|group| group.pods.contains(&object.name))
}
