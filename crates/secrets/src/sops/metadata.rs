//! The `sops` block: who can decrypt a file, which values are encrypted, and the MAC.
//!
//! Facts from `stores/stores.go` and `stores/metadata.go` of sops 3.13.

use serde_json::{Map, Value as Json};

use super::selector::{NAMES, Selector};
use super::time;

use crate::rules;
use diagnostics::Rule;

/// The version of sops whose format new files have. Readers of any version since 3.3 take it.
pub(crate) const VERSION: &str = "3.13.3";
/// The kinds of master keys beside age, in the order in which sops reads them.
const FOREIGN: [&str; 6] = ["kms", "gcp_kms", "hckms", "azure_kv", "hc_vault", "pgp"];

/// Metadata as it was read, and the tree that it was read from.
#[derive(Clone)]
pub(crate) struct Metadata {
    /// Everything as it was written, unknown fields and order included.
    pub(crate) tree: Map<String, Json>,
    pub(crate) groups: Vec<Group>,
    /// How many groups are needed, where there are several.
    pub(crate) threshold: Option<usize>,
    /// As sops prints it back, since it authenticates the MAC.
    pub(crate) last_modified: String,
    pub(crate) mac: Option<String>,
    pub(crate) selector: Selector,
    pub(crate) mac_only_encrypted: bool,
}

/// The keys that each wrap the same share of the data key.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Group {
    pub(crate) age: Vec<AgeKey>,
    /// Keys of other kinds: the list's name and the entry as it was written.
    pub(crate) foreign: Vec<(&'static str, Json)>,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) struct AgeKey {
    pub(crate) recipient: String,
    /// An armored age file.
    pub(crate) enc: String,
}

/// Why a block cannot be used: a rule, and a clause.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MetadataError {
    pub(crate) rule: &'static Rule,
    pub(crate) message: String,
}

impl Metadata {
    /// Reads a block.
    pub(crate) fn read(tree: Map<String, Json>) -> Result<Self, Vec<MetadataError>> {
        let mut problems = Vec::new();
        let mut problem =
            |rule: &'static Rule, message: String| problems.push(MetadataError { rule, message });
        let selector = selector(&tree, &mut problem);
        let last_modified = match text(&tree, "lastmodified") {
            Some(written) => time::last_modified(&written).unwrap_or_else(|| {
                problem(
                    &rules::SOPS_DAMAGED_METADATA,
                    "`sops.lastmodified` is not an RFC 3339 time".to_owned(),
                );
                String::new()
            }),
            None => {
                problem(
                    &rules::SOPS_DAMAGED_METADATA,
                    "`sops.lastmodified` is missing".to_owned(),
                );
                String::new()
            }
        };
        let groups = groups(&tree);
        if groups
            .iter()
            .all(|group| group.age.is_empty() && group.foreign.is_empty())
        {
            problem(
                &rules::SOPS_NO_KEYS,
                "the `sops` block names no key that the file was encrypted to".to_owned(),
            );
        }
        let threshold = match tree.get("shamir_threshold") {
            None | Some(Json::Null) => None,
            Some(value) => {
                let number = match value {
                    Json::Number(number) => number.as_u64(),
                    Json::String(text) => text.trim().parse().ok(),
                    _ => None,
                };
                match number.and_then(|number| usize::try_from(number).ok()) {
                    Some(0) => None,
                    // Of one group there are no shares: sops writes any number and reads none.
                    Some(number) if number <= groups.len() || groups.len() < 2 => Some(number),
                    _ => {
                        problem(
                            &rules::SOPS_DAMAGED_METADATA,
                            "`sops.shamir_threshold` is not a number of key groups".to_owned(),
                        );
                        None
                    }
                }
            }
        };
        let mac_only_encrypted = match tree.get("mac_only_encrypted") {
            Some(Json::Bool(truth)) => *truth,
            Some(Json::String(text)) => {
                matches!(&**text, "1" | "t" | "T" | "true" | "True" | "TRUE")
            }
            _ => false,
        };
        let mac = text(&tree, "mac").filter(|mac| !mac.is_empty());
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            groups,
            threshold,
            last_modified,
            mac,
            selector: selector.unwrap_or_default(),
            mac_only_encrypted,
            tree,
        })
    }

    /// All age recipients, of every group.
    pub(crate) fn recipients(&self) -> impl Iterator<Item = &str> {
        self.groups
            .iter()
            .flat_map(|group| &group.age)
            .map(|key| key.recipient.as_str())
    }

    /// Puts the groups and the threshold into the tree, in place of those that were there.
    pub(crate) fn write_groups(&mut self) {
        let single = self.groups.len() == 1;
        for name in FOREIGN
            .iter()
            .copied()
            .chain(["age", "key_groups", "shamir_threshold"])
        {
            let wanted = match name {
                "key_groups" if !single => Some(Json::Array(
                    self.groups
                        .iter()
                        .map(|group| Json::Object(group_tree(group, true)))
                        .collect(),
                )),
                "shamir_threshold" => self.threshold.map(Json::from),
                "key_groups" => None,
                _ if single => group_tree(&self.groups[0], false).remove(name),
                _ => None,
            };
            put(&mut self.tree, name, wanted);
        }
    }

    /// Puts the selector and what the MAC covers into the tree.
    pub(crate) fn write_selector(&mut self) {
        for name in NAMES {
            let wanted = (self.selector.name() == name).then(|| Json::from(self.selector.text()));
            put(&mut self.tree, name, wanted);
        }
        let wanted = self.mac_only_encrypted.then_some(Json::Bool(true));
        put(&mut self.tree, "mac_only_encrypted", wanted);
    }

    /// Puts a new MAC and its time into the tree.
    pub(crate) fn write_mac(&mut self, mac: String, last_modified: String) {
        put(&mut self.tree, "mac", Some(Json::from(mac.as_str())));
        put(
            &mut self.tree,
            "lastmodified",
            Some(Json::from(last_modified.as_str())),
        );
        self.mac = Some(mac);
        self.last_modified = last_modified;
        if !text(&self.tree, "version").is_some_and(|version| is_version(&version)) {
            put(&mut self.tree, "version", Some(Json::from(VERSION)));
        }
    }

    /// Metadata of a file that is yet to be encrypted, in the order of sops 3.13: alphabetical.
    pub(crate) fn new(
        groups: Vec<Group>,
        threshold: Option<usize>,
        selector: Option<Selector>,
        mac_only_encrypted: bool,
    ) -> Self {
        let mut metadata = Self {
            tree: Map::new(),
            groups,
            threshold,
            last_modified: String::new(),
            mac: None,
            selector: selector.clone().unwrap_or_default(),
            mac_only_encrypted,
        };
        metadata.write_groups();
        if selector.is_some() {
            metadata.write_selector();
        }
        metadata
    }
}

/// Sets, replaces or removes a field. A new one goes where the alphabet has it if the fields
/// that are there stand in that order, as sops writes them since 3.13; else to the end.
fn put(tree: &mut Map<String, Json>, name: &str, value: Option<Json>) {
    let Some(value) = value else {
        tree.shift_remove(name);
        return;
    };
    if let Some(old) = tree.get_mut(name) {
        *old = value;
        return;
    }
    let sorted = tree.keys().is_sorted();
    let at = tree.keys().position(|key| sorted && key.as_str() > name);
    tree.shift_insert(at.unwrap_or(tree.len()), name.to_owned(), value);
}

/// The lists of a group as metadata has them. `nested`: inside `key_groups`, where sops writes
/// `age` and `hc_vault` even if they are empty.
fn group_tree(group: &Group, nested: bool) -> Map<String, Json> {
    let mut tree = Map::new();
    let age: Vec<Json> = group
        .age
        .iter()
        .map(|key| serde_json::json!({ "enc": key.enc, "recipient": key.recipient }))
        .collect();
    if nested || !age.is_empty() {
        tree.insert("age".to_owned(), Json::Array(age));
    }
    for name in FOREIGN {
        let keys: Vec<Json> = group
            .foreign
            .iter()
            .filter(|(kind, _)| *kind == name)
            .map(|(_, key)| key.clone())
            .collect();
        if !keys.is_empty() || (nested && name == "hc_vault") {
            tree.insert(name.to_owned(), Json::Array(keys));
        }
    }
    tree.sort_keys();
    tree
}

fn groups(tree: &Map<String, Json>) -> Vec<Group> {
    let top = group(tree);
    if !top.age.is_empty() || !top.foreign.is_empty() {
        return vec![top];
    }
    match tree.get("key_groups") {
        Some(Json::Array(groups)) => groups
            .iter()
            .filter_map(Json::as_object)
            .map(group)
            .collect(),
        _ => Vec::new(),
    }
}

fn group(tree: &Map<String, Json>) -> Group {
    let list = |name: &str| {
        tree.get(name)
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
    };
    Group {
        age: list("age")
            .filter_map(|key| {
                let key = key.as_object()?;
                Some(AgeKey {
                    recipient: text(key, "recipient").unwrap_or_default(),
                    enc: text(key, "enc")?,
                })
            })
            .collect(),
        foreign: FOREIGN
            .iter()
            .flat_map(|name| list(name).map(|key| (*name, key.clone())))
            .collect(),
    }
}

fn selector(
    tree: &Map<String, Json>,
    problem: &mut impl FnMut(&'static Rule, String),
) -> Option<Selector> {
    let mut found = Vec::new();
    for name in NAMES {
        let Some(pattern) = text(tree, name).filter(|pattern| !pattern.is_empty()) else {
            continue;
        };
        match Selector::new(name, &pattern) {
            Ok(selector) => found.extend(selector),
            Err(error) => problem(
                &rules::SOPS_BAD_REGEX,
                format!(
                    "`sops.{name}` is not a regular expression of Go: {}",
                    error.0
                ),
            ),
        }
    }
    if found.len() > 1 {
        let names: Vec<_> = found
            .iter()
            .map(|selector| format!("`{}`", selector.name()))
            .collect();
        problem(
            &rules::SOPS_SEVERAL_SELECTORS,
            format!(
                "the `sops` block has {}, of which only one may stand",
                names.join(" and ")
            ),
        );
    }
    found.pop()
}

/// A field as text: sops reads numbers and truth values where it wants text.
fn text(tree: &Map<String, Json>, name: &str) -> Option<String> {
    match tree.get(name)? {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// Whether sops takes it for a version: three numbers, a `v` before them allowed.
fn is_version(text: &str) -> bool {
    let text = text.strip_prefix('v').unwrap_or(text);
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let parts: Vec<_> = core.split('.').collect();
    parts.len() == 3
        && parts
            .iter()
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}
