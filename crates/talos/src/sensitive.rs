//! Which values of a configuration nobody may see, by the table of fields.

use std::collections::{BTreeMap, BTreeSet};

use diagnostics::{MASK, MASK_OF_ANOTHER, Secrets};
use serde_json::{Map, Value};

use crate::fields::Schema;
use crate::fields::document_name;
use documents::change::Change;
use documents::path::push;

/// Whether a path of a document, as in [`Change`], holds what may be a
/// secret.
///
/// ```
/// use talos::sensitive::is_secret;
///
/// assert!(is_secret("v1alpha1", "machine.ca.key"));
/// assert!(is_secret("v1alpha1", "cluster.inlineManifests[0].contents"));
/// assert!(!is_secret("v1alpha1", "machine.ca.crt"));
/// assert!(!is_secret("v1alpha1", r"machine.sysctls.net\.core\.rmem_max"));
/// ```
pub fn is_secret(document: &str, path: &str) -> bool {
    Schema::get().is_secret(document, path)
}

/// What a change does, without secrets. If one side is secret, the other is: it may be an
/// older one.
pub fn shown(secrets: &Secrets, change: &Change) -> Change {
    let values = [&change.before, &change.after];
    let secret = is_secret(&change.document, &change.path)
        || values
            .iter()
            .any(|value| value.as_ref().is_some_and(|value| holds(secrets, value)));
    let show = |value: &Option<Value>| match value {
        Some(_) if secret => Some(Value::from(MASK)),
        other => other.clone(),
    };
    Change {
        path: secrets.mask(&change.path),
        before: show(&change.before),
        after: show(&change.after),
        ..change.clone()
    }
}

/// Two states of a configuration without secrets, for a difference that people read: what is
/// secret in one of them is in both, and a secret that differs still does.
pub fn both(secrets: &Secrets, before: &[Value], after: &[Value]) -> [Vec<Value>; 2] {
    let mut hidden = BTreeSet::new();
    for documents in [before, after] {
        for document in documents {
            let name = document_name(document);
            find(secrets, document, &name, &mut String::new(), &mut hidden);
        }
    }
    let mut seen = BTreeMap::new();
    let mut cover = |documents: &[Value], first: bool| {
        documents
            .iter()
            .map(|document| {
                let name = document_name(document);
                let mut cover = Cover {
                    secrets,
                    hidden: &hidden,
                    seen: &mut seen,
                    first,
                };
                cover.value(document, &name, &mut String::new())
            })
            .collect()
    };
    let before = cover(before, true);
    [before, cover(after, false)]
}

/// The secret values of a configuration, to be taken out of what is said of it.
///
/// ```
/// let documents = [serde_json::json!({"machine": {"type": "worker", "token": "abcdef.0123456789"}})];
/// let secrets = talos::sensitive::secrets_of(&documents);
/// assert_eq!(secrets.mask("worker, abcdef.0123456789"), "worker, <redacted>");
/// ```
pub fn secrets_of(documents: &[Value]) -> Secrets {
    let mut hidden = BTreeSet::new();
    let mut texts = Vec::new();
    for document in documents {
        let name = document_name(document);
        let none = Secrets::default();
        find(&none, document, &name, &mut String::new(), &mut hidden);
        collect(document, &name, &mut String::new(), &hidden, &mut texts);
    }
    Secrets::with_words(texts)
}

/// The texts at paths that are hidden.
fn collect(
    value: &Value,
    document: &str,
    path: &mut String,
    hidden: &BTreeSet<(String, String)>,
    texts: &mut Vec<String>,
) {
    let length = path.len();
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                push(path, key);
                collect(value, document, path, hidden, texts);
                path.truncate(length);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push_str(&format!("[{index}]"));
                collect(item, document, path, hidden, texts);
                path.truncate(length);
            }
        }
        Value::String(text) if hidden.contains(&(document.to_owned(), path.clone())) => {
            texts.push(text.clone());
        }
        _ => {}
    }
}

fn holds(secrets: &Secrets, value: &Value) -> bool {
    match value {
        Value::String(text) => secrets.hides(text),
        Value::Array(items) => items.iter().any(|item| holds(secrets, item)),
        Value::Object(map) => map
            .iter()
            .any(|(key, value)| secrets.hides(key) || holds(secrets, value)),
        _ => false,
    }
}

/// The paths of secret values.
fn find(
    secrets: &Secrets,
    value: &Value,
    document: &str,
    path: &mut String,
    hidden: &mut BTreeSet<(String, String)>,
) {
    let length = path.len();
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                push(path, key);
                find(secrets, value, document, path, hidden);
                path.truncate(length);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push_str(&format!("[{index}]"));
                find(secrets, item, document, path, hidden);
                path.truncate(length);
            }
        }
        Value::String(text) if secrets.hides(text) || is_secret(document, path) => {
            hidden.insert((document.to_owned(), path.clone()));
        }
        _ => {}
    }
}

/// Covers what is hidden.
struct Cover<'a> {
    secrets: &'a Secrets,
    hidden: &'a BTreeSet<(String, String)>,
    /// What stood at a path in the first state.
    seen: &'a mut BTreeMap<(String, String), String>,
    first: bool,
}

impl Cover<'_> {
    fn value(&mut self, value: &Value, document: &str, path: &mut String) -> Value {
        let length = path.len();
        match value {
            Value::Object(map) => {
                let mut covered = Map::new();
                for (key, value) in map {
                    push(path, key);
                    covered.insert(self.secrets.mask(key), self.value(value, document, path));
                    path.truncate(length);
                }
                covered.into()
            }
            Value::Array(items) => {
                let mut covered = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    path.push_str(&format!("[{index}]"));
                    covered.push(self.value(item, document, path));
                    path.truncate(length);
                }
                covered.into()
            }
            Value::String(text) => {
                let place = (document.to_owned(), path.clone());
                if !self.hidden.contains(&place) {
                    return value.clone();
                }
                if self.first {
                    self.seen.insert(place, text.clone());
                    return MASK.into();
                }
                match self.seen.get(&place) {
                    Some(before) if before != text => MASK_OF_ANOTHER.into(),
                    _ => MASK.into(),
                }
            }
            other => other.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_hidden_wherever_they_stand_and_on_both_sides() {
        let before = [json!({
            "machine": {
                "type": "controlplane",
                "ca": {"crt": "certificate", "key": "key-of-before"},
                "sysctls": {"kernel.domainname": "an-older-secret", "vm.swappiness": "1"},
            },
            "cluster": {"inlineManifests": [{"name": "a-name", "contents": "old"}]},
        })];
        let after = [json!({
            "machine": {
                "type": "worker",
                "ca": {"crt": "certificate", "key": "key-of-before"},
                "sysctls": {"kernel.domainname": "it's a \"known-secret\"", "vm.swappiness": "10"},
            },
            "cluster": {"inlineManifests": [{"name": "a-name", "contents": "new"}]},
        })];
        let secrets = Secrets::with_words(["it's a \"known-secret\"", "10", "a"]);
        let [before, after] = both(&secrets, &before, &after);
        insta::assert_snapshot!(serde_json::to_string(&before[0]).expect("JSON"), @r#"{"machine":{"type":"controlplane","ca":{"crt":"certificate","key":"<redacted>"},"sysctls":{"kernel.domainname":"<redacted>","vm.swappiness":"1"}},"cluster":{"inlineManifests":[{"name":"a-name","contents":"<redacted>"}]}}"#);
        insta::assert_snapshot!(serde_json::to_string(&after[0]).expect("JSON"), @r#"{"machine":{"type":"worker","ca":{"crt":"certificate","key":"<redacted>"},"sysctls":{"kernel.domainname":"<redacted, another one>","vm.swappiness":"10"}},"cluster":{"inlineManifests":[{"name":"a-name","contents":"<redacted, another one>"}]}}"#);
        assert!(is_secret("WireguardConfig/wg0", "privateKey"));
        // Where nothing is known, everything may be.
        assert!(is_secret("NoSuchKind", "privateKey"));
    }
    #[test]
    fn a_secret_as_short_as_any_is_hidden_within_a_text() {
        let secrets = Secrets::with_words(["blue"]);
        let state = [json!({"machine": {"sysctls": {"kernel.domainname": "a-blue-b"}}})];
        let [shown, _] = both(&secrets, &state, &state);
        assert_eq!(shown[0]["machine"]["sysctls"]["kernel.domainname"], MASK);
    }
}
