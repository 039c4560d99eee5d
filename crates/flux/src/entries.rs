//! The keys of `ConfigMaps` and Secrets, and what is known of their values.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::object::Object;
use crate::unknown::{self, Known};
use crate::value::{Data, Place, Value};

/// A key of a ConfigMap or Secret.
#[derive(Clone)]
pub struct Entry {
    /// What is known of its value.
    pub known: Known,
    /// Where its name is written.
    pub key: Place,
    /// Where its value is written.
    pub place: Place,
}

/// The keys of a ConfigMap or Secret, as a reader in the cluster finds them: `data`, of a Secret
/// decoded, with `stringData` over it. What is encrypted, or is no text, is unknown.
pub fn of(object: &Object) -> BTreeMap<String, Entry> {
    let is_secret = object.kind() == "Secret";
    let mut all = BTreeMap::new();
    let mut add = |part: &str, decode: bool| {
        for (key, field) in { object.0.get(part).and_then(Value::as_map) }
            .into_iter()
            .flatten()
        {
            let entry = Entry {
                known: known(&field.value, decode),
                key: field.key.clone(),
                place: field.value.place.clone(),
            };
            all.insert(key.clone(), entry);
        }
    };
    add("data", is_secret);
    if is_secret {
        add("stringData", false);
    }
    all
}

fn known(value: &Value, decode: bool) -> Known {
    match &value.data {
        Data::Text(text) if decode && text.contains(|letter: char| !letter.is_ascii()) => {
            Known::Unknown
        }
        Data::Text(text) if text.starts_with("ENC[") && unknown::is(text) => Known::Unknown,
        Data::Text(text) if decode => {
            let text: String = text.split(['\n', '\r']).collect();
            let bytes = STANDARD.decode(text).ok();
            let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
            text.map_or(Known::Unknown, Known::Value)
        }
        Data::Text(text) => Known::Value(text.clone()),
        // The cluster reads nothing as the empty text.
        Data::Null => Known::Value(String::new()),
        _ => Known::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use diagnostics::Source;
    use yaml::Dialect;

    use super::{Known, of};
    use crate::object::Object;

    #[test]
    fn a_secret_is_decoded_and_what_is_encrypted_is_unknown() {
        let text = "kind: Secret\ndata: {a: YQ==, b: YQ==, c: '%', d: /w==}\n\
                    stringData: {b: bb, e: 'ENC[AES256_GCM,data:x]'}\n";
        let source = Arc::new(Source::new("a.yaml", text));
        let (values, _) = crate::value::documents(&source, Dialect::Go);
        let object = Object(values.into_iter().next().expect("there is one"));
        let entries = of(&object);
        let shown: Vec<String> = { entries.iter() }
            .map(|(key, entry)| match &entry.known {
                Known::Value(text) => format!("{key}={text}"),
                Known::Unknown => format!("{key}?"),
            })
            .collect();
        assert_eq!(shown, ["a=a", "b=bb", "c?", "d?", "e?"]);
    }
}
