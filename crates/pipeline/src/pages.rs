//! The pages of `docs/` that those read who run a cluster, as they come with the program, and a
//! cluster's own values in them.
//!
//! A page says `<domain>` or `<cluster_gateway_addr>` where only a cluster knows, which reads well
//! on the web; where there is a cluster, its values stand there instead.

use config_model::{Cluster, Declarations, Section, State};
use serde_json::Value;

use crate::gather::parsed;
use crate::load::Inputs;

mod list;

pub use list::PAGES;

/// A page that comes with the program.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// What it is asked for by: its path below `docs/`, without the ending.
    pub name: &'static str,
    /// What it tells, in a line.
    pub about: &'static str,
    /// The keys of `cluster.yaml` that turn on what it tells of; none where every cluster has it.
    pub needs: &'static [&'static str],
    /// Its text, in Markdown, as it stands in `docs/`.
    pub text: &'static str,
}

/// The names that stand for a key of another name.
const ALIASES: [(&str, &str); 2] = [("domain", "primary_domain"), ("realm", "keycloak_realm")];

/// The page of a name, which may be written as its path: `docs/secrets.md`.
pub fn page(name: &str) -> Option<&'static Page> {
    let plain = plain(name);
    PAGES
        .iter()
        .find(|page| page.name.eq_ignore_ascii_case(plain))
}

/// The name that is closest to one that no page has.
pub fn closest(name: &str) -> Option<&'static str> {
    let plain = plain(name);
    // Whoever names a part of it has seen the list.
    let within = |page: &&Page| plain.len() > 2 && page.name.contains(plain);
    let mut parts = PAGES.iter().filter(within);
    match (parts.next(), parts.next()) {
        (Some(page), None) => Some(page.name),
        _ => diagnostics::closest(plain, PAGES.iter().map(|page| page.name)),
    }
}

fn plain(name: &str) -> &str {
    let name = name.strip_prefix("docs/").unwrap_or(name);
    name.strip_suffix(".md").unwrap_or(name)
}

/// The cluster that a repository describes; none where its configuration has an error. Templates
/// are not rendered, and no key has to be at hand.
pub fn cluster(inputs: &Inputs) -> Option<Cluster> {
    parsed(inputs, &inputs.cluster, &inputs.nodes).cluster
}

impl Page {
    /// The keys that have to be set for what it tells of, and are not.
    pub fn lacks(&self, cluster: &Cluster) -> Vec<&'static str> {
        let is_on = |key: &&str| match cluster.values().get(key) {
            None | Some(Value::Null | Value::Bool(false)) => false,
            Some(Value::String(text)) => !text.is_empty(),
            Some(_) => true,
        };
        let needs = self.needs.iter().copied();
        needs.filter(|key| !is_on(key)).collect()
    }

    /// The text with the values of a cluster, as [`filled`] has it.
    pub fn filled(&self, cluster: &Cluster) -> (String, Vec<(&'static str, String)>) {
        filled(self.text, cluster)
    }

    /// Whether any name in it stands for what a cluster knows.
    pub fn has_values(&self) -> bool {
        let mut rest = self.text;
        while let Some((_, name, after)) = placeholder(rest) {
            if is_known(name) {
                return true;
            }
            rest = after;
        }
        false
    }
}

/// A text with the values of a cluster in the place of names in angle brackets, and what stands for
/// which. Names that it has no value for stay, and no value of a secret key is among them.
pub fn filled<'t>(text: &'t str, cluster: &Cluster) -> (String, Vec<(&'t str, String)>) {
    let mut values: Vec<(&str, String)> = Vec::new();
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, name, after)) = placeholder(rest) {
        out.push_str(before);
        match value(name, cluster) {
            Some(value) => {
                out.push_str(&value);
                if values.iter().all(|(known, _)| *known != name) {
                    values.push((name, value));
                }
            }
            None => {
                out.push('<');
                out.push_str(name);
                out.push('>');
            }
        }
        rest = after;
    }
    (out + rest, values)
}

/// The next name in angle brackets, with what stands before and behind it.
fn placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let is_part =
        |one: char| one.is_ascii_lowercase() || one.is_ascii_digit() || matches!(one, '_' | '-');
    for (start, _) in text.match_indices('<') {
        let inner = &text[start + 1..];
        let end = inner.find(|one: char| !is_part(one))?;
        if end > 0 && inner[end..].starts_with('>') {
            return Some((&text[..start], &inner[..end], &inner[end + 1..]));
        }
    }
    None
}

/// Whether a name stands for what a cluster knows, whether or not it is set.
fn is_known(name: &str) -> bool {
    let declared = Declarations::built_in().get(Section::Cluster, key(name));
    declared.is_some_and(|key| !key.secret)
}

fn key(name: &str) -> &str {
    let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
    alias.map_or(name, |(_, key)| *key)
}

/// What a cluster has in the place of a name.
fn value(name: &str, cluster: &Cluster) -> Option<String> {
    let entry = cluster.values().entry(key(name))?;
    if entry.is_secret() || entry.state() == State::Undeclared {
        return None;
    }
    match entry.value()? {
        Value::Array(items) if !items.is_empty() => {
            let items: Option<Vec<_>> = items.iter().map(plain_text).collect();
            Some(items?.join(", "))
        }
        value => plain_text(value),
    }
}

/// A text or number that is read as what it is wherever it comes to stand: in words of shells, in
/// addresses, in tables.
fn plain_text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(_) | Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    let is_plain = |one: char| one.is_alphanumeric() || "-._:/@,!+".contains(one);
    (!text.is_empty() && text.chars().all(is_plain)).then_some(text)
}
