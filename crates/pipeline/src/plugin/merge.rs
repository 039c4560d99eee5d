//! What the plugin computed, over what is there without it.

use config_model::{Declarations, Section};
use diagnostics::{Diagnostics, Location};
use render::Data;
use secrecy::SecretString;

use super::Request;

use crate::rules;

#[derive(Default)]
pub(super) struct Merged {
    pub(super) values: Vec<(String, Data)>,
    pub(super) secrets: Vec<SecretString>,
    pub(super) notes: Diagnostics,
    /// Names whose built-in values are used and that the plugin computes otherwise.
    pub(super) different: Vec<String>,
}

/// Takes values where nothing built in has that name; all of them with `all`.
pub(super) fn merge(computed: Vec<(String, Data)>, request: &Request<'_>, all: bool) -> Merged {
    let built_in = Declarations::built_in();
    let mut merged = Merged::default();
    let mut different = Vec::new();
    for (name, value) in computed {
        if config_model::sounds_secret(&name) {
            collect(&value, &mut merged.secrets);
        }
        let native = (request.value)(&name).filter(|native| *native != Data::None);
        let taken = match native {
            Some(native) if native == value => continue,
            Some(native) if !all && name == "nodes" => {
                let nodes = entries(native.clone(), value, &mut different);
                if nodes == native {
                    continue;
                }
                nodes
            }
            Some(_) if !all && built_in.get(Section::Cluster, &name).is_some() => {
                if request.analysis.uses(&name) {
                    different.push(name);
                }
                continue;
            }
            _ => value,
        };
        merged.values.push((name, taken));
    }
    different.sort();
    different.dedup();
    merged.notes.extend(differs(&different, request));
    merged.different = different;
    merged
}

/// The nodes with the keys that the plugin added to them, or changed and nothing built in
/// has. A list of other nodes is its own.
fn entries(native: Data, computed: Data, different: &mut Vec<String>) -> Data {
    let (Data::List(native), Data::List(computed)) = (native, computed) else {
        return Data::None;
    };
    if native.len() != computed.len() {
        return Data::List(computed);
    }
    let merged = native.into_iter().zip(computed).map(|pair| match pair {
        (Data::Map(native), Data::Map(computed)) => Data::Map(node(native, computed, different)),
        (native, _) => native,
    });
    Data::List(merged.collect())
}

fn node(
    mut native: Vec<(Data, Data)>,
    computed: Vec<(Data, Data)>,
    different: &mut Vec<String>,
) -> Vec<(Data, Data)> {
    for (key, value) in computed {
        let built_in = key
            .as_text()
            .is_some_and(|key| Declarations::built_in().get(Section::Nodes, key).is_some());
        match native.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) if built_in && *known != Data::None => {
                if *known != value {
                    different.extend(key.as_text().map(|key| format!("nodes.{key}")));
                }
            }
            Some((_, known)) => *known = value,
            None => native.push((key, value)),
        }
    }
    native
}

/// One note a name, at the first template that uses it: where a file is other than makejinja
/// made it, this is why.
fn differs(names: &[String], request: &Request<'_>) -> Diagnostics {
    names
        .iter()
        .map(|name| {
            let (of, key) = match name.split_once('.') {
                Some((list, key)) => (Some(list), key),
                None => (None, name.as_str()),
            };
            let mentions = request.analysis.mentions();
            let first = mentions
                .iter()
                .find(|mention| mention.of.as_deref() == of && mention.name == key);
            let place = first.map_or_else(
                || Location::file(request.source.name()),
                |mention| mention.location.clone(),
            );
            rules::PLUGIN_DIFFERS
                .report(format!(
                    "`{}` computes `{name}` otherwise than ichor, whose value is used",
                    request.source.name()
                ))
                .at(place)
                .hint("`plugin: all` in `templates/variables.yaml` takes the plugin's")
        })
        .collect()
}

/// Every text in a value.
fn collect(value: &Data, texts: &mut Vec<SecretString>) {
    match value {
        Data::Text(text) if !text.is_empty() => texts.push(text.as_str().into()),
        Data::List(items) | Data::Tuple(items) => {
            for item in items {
                collect(item, texts);
            }
        }
        Data::Map(entries) => entries.iter().for_each(|(_, value)| collect(value, texts)),
        _ => {}
    }
}
