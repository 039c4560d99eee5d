//! Values that the cluster knows and the repository does not: keys of Secrets that are made
//! in the cluster, or that nobody here can decrypt.
//!
//! In their places stands a marker, text that nobody writes by hand, so that whoever checks a
//! value can tell that nothing can be said of it.

use crate::value::{Data, Value};

/// What is known of a value.
///
/// It has no `Debug`, since it may be a secret.
#[derive(Clone, PartialEq, Eq)]
pub enum Known {
    /// All of it.
    Value(String),
    /// There is one in the cluster only.
    Unknown,
}

/// What stands in the place of the value of a name, such as `⟨SECRET_DOMAIN⟩`.
pub fn marker(name: &str) -> String {
    format!("⟨{name}⟩")
}

/// Whether some of a text is unknown: a marker is in it, or a value that SOPS encrypted.
///
/// Such a text may be anything in the cluster, a number or a truth value included.
pub fn is(text: &str) -> bool {
    if text.starts_with("ENC[") && text.ends_with(']') {
        return true;
    }
    text.split('⟨').skip(1).any(|after| {
        let name = after.split_once('⟩').map_or("", |(name, _)| name);
        !name.is_empty() && !name.contains(char::is_whitespace)
    })
}

/// Whether some of a value is unknown, however deep: a text of it, or a key.
pub fn within(value: &Value) -> bool {
    match &value.data {
        Data::Text(text) => is(text),
        Data::List(items) => items.iter().any(within),
        Data::Map(map) => map
            .iter()
            .any(|(key, field)| is(key) || within(&field.value)),
        Data::Null | Data::Bool(_) | Data::Number(_) => false,
    }
}

/// Whether it is unknown what a value has: all of it is unknown, or a key of it.
///
/// What such a value lacks, it may have in the cluster.
pub fn is_open(value: &Value) -> bool {
    match &value.data {
        Data::Text(text) => is(text),
        Data::Map(map) => map.keys().any(|key| is(key)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_marker_is_told_from_what_people_write() {
        assert!(super::is(&format!("https://{}/x", super::marker("DOMAIN"))));
        assert!(super::is("ENC[AES256_GCM,data:x,type:str]"));
        for text in ["", "⟨⟩", "a ⟨b c⟩", "⟩a⟨b", "ENC[", "${DOMAIN}"] {
            assert!(!super::is(text), "{text}");
        }
    }
}
