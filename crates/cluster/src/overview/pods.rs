//! Which pods are not well, and why: by their own containers, as kstatus would have it.

use std::collections::BTreeMap;

use kubernetes_client::seconds;
use serde::{Deserialize, Serialize};

use super::facts::{Condition, Metadata, Object, condition, or_nothing, text};
use crate::cause::Cause;

/// A pod may be on its way for so long, in seconds.
const GRACE: i64 = 300;

/// A scheduler may take so long to find a node for a pod.
const SCHEDULING: i64 = 15;

/// So many names of a group are kept.
const NAMED: usize = 5;

/// A pod, as far as it says how it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(from = "Raw")]
pub struct Pod {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The node that it is on.
    pub node: String,
    /// What looks after it: a Deployment, say, or itself.
    pub owner: Option<Object>,
    /// What it belongs to, by its label.
    pub instance: String,
    /// What is wrong; nothing where it is well or came to its good end.
    pub trouble: Option<Trouble>,
}

/// What is wrong with a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What kind of trouble.
    pub cause: Cause,
    /// In whose words.
    pub why: String,
    /// The container that has it.
    pub container: String,
    /// Since when, in seconds since 1970.
    pub since: Option<i64>,
    /// How often the container was started again.
    pub restarts: u64,
}

/// Pods of one owner that have the same trouble.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// What looks after them.
    pub owner: Object,
    /// What is wrong with them.
    pub cause: Cause,
    /// In the words of the first.
    pub why: String,
    /// The container that has it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub container: String,
    /// How many.
    pub count: usize,
    /// The names of the first.
    pub pods: Vec<String>,
    /// The nodes that they are on.
    pub nodes: Vec<String>,
    /// What they belong to, by their label.
    #[serde(skip)]
    pub instance: String,
    /// Whether this may still be a beginning.
    pub is_beginning: bool,
    /// What of Flux brings them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brought_by: Option<Object>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Raw {
    #[serde(deserialize_with = "or_nothing")]
    metadata: Metadata,
    #[serde(deserialize_with = "or_nothing")]
    spec: Spec,
    #[serde(deserialize_with = "or_nothing")]
    status: Status,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Spec {
    #[serde(deserialize_with = "text")]
    node_name: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    #[serde(deserialize_with = "text")]
    phase: String,
    #[serde(deserialize_with = "text")]
    reason: String,
    #[serde(deserialize_with = "text")]
    message: String,
    #[serde(deserialize_with = "or_nothing")]
    conditions: Vec<Condition>,
    #[serde(deserialize_with = "or_nothing")]
    container_statuses: Vec<Container>,
    #[serde(deserialize_with = "or_nothing")]
    init_container_statuses: Vec<Container>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Container {
    #[serde(deserialize_with = "text")]
    name: String,
    #[serde(deserialize_with = "or_nothing")]
    ready: bool,
    #[serde(deserialize_with = "or_nothing")]
    restart_count: u64,
    #[serde(deserialize_with = "or_nothing")]
    state: ContainerState,
    #[serde(deserialize_with = "or_nothing")]
    last_state: ContainerState,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ContainerState {
    waiting: Option<Words>,
    terminated: Option<Words>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Words {
    #[serde(deserialize_with = "text")]
    reason: String,
    #[serde(deserialize_with = "text")]
    message: String,
    exit_code: Option<i64>,
}

impl From<Raw> for Pod {
    fn from(raw: Raw) -> Self {
        let trouble = raw.trouble();
        let metadata = raw.metadata;
        Self {
            trouble,
            owner: owner(&metadata),
            node: raw.spec.node_name,
            instance: metadata.labels.instance,
            namespace: metadata.namespace,
            name: metadata.name,
        }
    }
}

/// Who looks after a pod: where that is a replica set of a deployment, the deployment.
fn owner(metadata: &Metadata) -> Option<Object> {
    let mut owners = metadata.owner_references.iter();
    let owner = owners.find(|owner| owner.controller == Some(true))?;
    let template = &metadata.labels.template;
    let deployment = { owner.name.strip_suffix(template.as_str()) }
        .and_then(|name| name.strip_suffix('-'))
        .filter(|_| owner.kind == "ReplicaSet" && !template.is_empty());
    Some(match deployment {
        Some(name) => Object::new("Deployment", &metadata.namespace, name),
        None => Object::new(&owner.kind, &metadata.namespace, &owner.name),
    })
}

impl Raw {
    fn trouble(&self) -> Option<Trouble> {
        let status = &self.status;
        let created = seconds(&self.metadata.creation_timestamp);
        let told = |cause, why: &str, container: &str, since, restarts| {
            let why = why.to_owned();
            let container = container.to_owned();
            Some(Trouble {
                cause,
                why,
                container,
                since,
                restarts,
            })
        };
        if let Some(since) = seconds(&self.metadata.deletion_timestamp) {
            let grace = self.metadata.deletion_grace_period_seconds.unwrap_or(0);
            let held = match self.metadata.finalizers.as_slice() {
                [] => "it was asked to end and has not".to_owned(),
                all => format!("it was asked to end and is held by {}", all.join(", ")),
            };
            // What is asked to end until then ends by itself.
            return told(Cause::Ending, &held, "", since.checked_add(grace), 0);
        }
        match status.phase.as_str() {
            "Succeeded" => return None,
            "Failed" => {
                let ended = self.ended();
                let why = [&status.message, &status.reason, &ended];
                let why = why.into_iter().find(|text| !text.is_empty());
                let why = why.map_or("it ended in failure", String::as_str);
                return told(Cause::Ended, why, "", created, 0);
            }
            _ => {}
        }
        let scheduled = condition(&status.conditions, "PodScheduled");
        if let Some(one) = scheduled.filter(|one| one.status == "False") {
            let since = seconds(&one.last_transition_time).or(created);
            return told(Cause::Unschedulable, &one.message, "", since, 0);
        }
        let all = || { status.init_container_statuses.iter() }.chain(&status.container_statuses);
        let waiting = all().find_map(|one| {
            let words = one.state.waiting.as_ref()?;
            Some((one, Cause::of_waiting(&words.reason)?, words))
        });
        if let Some((container, cause, words)) = waiting {
            let last = container.last_state.terminated.as_ref();
            let is_full = last.is_some_and(|last| last.reason == "OOMKilled");
            let (cause, why) = match (cause, last) {
                (Cause::CrashLoop, Some(last)) if is_full => {
                    (Cause::OutOfMemory, ended(last, &container.name))
                }
                (Cause::CrashLoop, Some(last)) => (cause, ended(last, &container.name)),
                _ if words.message.is_empty() => (cause, words.reason.clone()),
                _ => (cause, words.message.clone()),
            };
            let restarts = container.restart_count;
            return told(cause, &why, &container.name, None, restarts);
        }
        let ready = condition(&status.conditions, "Ready");
        if ready.is_some_and(|one| one.status == "True") {
            return None;
        }
        let since = ready.and_then(|one| seconds(&one.last_transition_time));
        let since = since.or(created);
        let first = all().find(|one| !one.ready && one.state.terminated.is_none());
        let name = first.map(|one| one.name.clone()).unwrap_or_default();
        let restarts = first.map_or(0, |one| one.restart_count);
        let why = match status.phase.as_str() {
            "Running" if !name.is_empty() => format!("container `{name}` is not ready"),
            "Running" => "it is not ready".to_owned(),
            "Pending" => "its containers are being made".to_owned(),
            _ => "its node does not tell how it is".to_owned(),
        };
        told(Cause::NotReady, &why, &name, since, restarts)
    }

    /// How the first container ended that did not end well.
    fn ended(&self) -> String {
        let status = &self.status;
        let all = { status.init_container_statuses.iter() }.chain(&status.container_statuses);
        let mut bad = all.filter_map(|one| {
            let words = one.state.terminated.as_ref()?;
            (words.exit_code != Some(0)).then(|| ended(words, &one.name))
        });
        bad.next().unwrap_or_default()
    }
}

/// How a container ended.
fn ended(words: &Words, container: &str) -> String {
    let code = match words.exit_code {
        Some(code) => format!(" with {code}"),
        None => String::new(),
    };
    let mut told = format!("container `{container}` ended{code}");
    for text in [&words.reason, &words.message] {
        if !text.is_empty() && text != "Error" {
            told = format!("{told}: {text}");
        }
    }
    told
}

/// Pods that are not well, by owner and trouble: those that have been so for long first.
pub(super) fn groups(pods: &[Pod], now: i64) -> Vec<Group> {
    let mut groups: BTreeMap<(bool, Object, Cause), Group> = BTreeMap::new();
    for pod in pods {
        let Some(trouble) = &pod.trouble else {
            continue;
        };
        let grace = match trouble.cause {
            Cause::Unschedulable => SCHEDULING,
            Cause::NotReady | Cause::Ending => GRACE,
            _ => 0,
        };
        let since = trouble
            .since
            .map_or(i64::MAX, |since| now.saturating_sub(since));
        let is_beginning = since < grace;
        // What is on its way out goes by itself.
        if is_beginning && trouble.cause == Cause::Ending {
            continue;
        }
        let itself = || Object::new("Pod", &pod.namespace, &pod.name);
        let owner = pod.owner.clone().unwrap_or_else(itself);
        let key = (is_beginning, owner.clone(), trouble.cause);
        let group = groups.entry(key).or_insert_with(|| Group {
            owner,
            cause: trouble.cause,
            why: trouble.why.clone(),
            container: trouble.container.clone(),
            count: 0,
            pods: Vec::new(),
            nodes: Vec::new(),
            instance: pod.instance.clone(),
            is_beginning,
            brought_by: None,
        });
        group.count += 1;
        if group.pods.len() < NAMED {
            group.pods.push(pod.name.clone());
        }
        if !pod.node.is_empty() && !group.nodes.contains(&pod.node) {
            group.nodes.push(pod.node.clone());
        }
    }
    groups.into_values().collect()
}
