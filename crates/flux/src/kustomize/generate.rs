//! Objects of data made of files, literals and lists of variables.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diagnostics::{Diagnostic, Source};
use std::sync::Arc;

use crate::rules;
use crate::value::{Data, Map, Place, Value};

use super::context::Context;
use super::resource::{Behavior, Resource, child, is_plain_key, put, set};

/// A key, its bytes, and who says so.
struct Pair {
    key: String,
    bytes: Vec<u8>,
    place: Place,
}

/// The object that an entry of `configMapGenerator` or `secretGenerator` makes.
///
/// # Errors
///
/// The entry is wrong, or a file is missing.
pub(super) fn generate(
    context: &mut Context<'_>,
    folder: &str,
    kind: &str,
    entry: &Value,
    global: Option<&Value>,
) -> Result<Resource, Box<Diagnostic>> {
    let text = |key: &str| entry.get(key).and_then(Value::as_text).unwrap_or_default();
    let refuse = |message: String| Box::new(refused(message, &entry.place));
    if text("name").is_empty() {
        return Err(refuse("a generator has a `name`".to_owned()));
    }
    let name_place = entry.get("name").map_or(&entry.place, |name| &name.place);
    let mut object = Value::new(Data::Map(Map::default()), entry.place.clone());
    if let Some(map) = object.as_map_mut() {
        set(map, "apiVersion", "v1", &entry.place);
        set(map, "kind", kind, &entry.place);
    }
    if let Some(metadata) = child(&mut object, "metadata").as_map_mut() {
        set(metadata, "name", text("name"), name_place);
        if let Some(namespace) = entry.get("namespace").and_then(Value::as_text)
            && !namespace.is_empty()
        {
            set(metadata, "namespace", namespace, &entry.place);
        }
    }
    if kind == "Secret" {
        let own = entry.get("type").filter(|own| own.as_text() != Some(""));
        let own = own
            .cloned()
            .unwrap_or_else(|| Value::new(Data::Text("Opaque".to_owned()), entry.place.clone()));
        if let Some(map) = object.as_map_mut() {
            put(map, "type", own);
        }
    }
    let pairs = pairs(context, folder, entry, kind == "Secret")?;
    fill(&mut object, kind, &pairs).map_err(refuse)?;
    options(&mut object, entry.get("options"), global, &entry.place);
    let is_on = |key: &str| {
        [entry.get("options"), global]
            .into_iter()
            .flatten()
            .any(|options| options.get(key).and_then(Value::as_bool) == Some(true))
    };
    if is_on("immutable")
        && let Some(map) = object.as_map_mut()
    {
        put(
            map,
            "immutable",
            Value::new(Data::Bool(true), entry.place.clone()),
        );
    }
    let mut resource = Resource::new(object);
    resource.hashed = !is_on("disableNameSuffixHash");
    resource.generated = Some(match text("behavior") {
        "merge" => Behavior::Merge,
        "replace" => Behavior::Replace,
        _ => Behavior::Create,
    });
    Ok(resource)
}

/// Puts the data in.
fn fill(object: &mut Value, kind: &str, pairs: &[Pair]) -> Result<(), String> {
    if kind == "Secret" {
        child(object, "data");
    }
    let mut sorted: Vec<&Pair> = pairs.iter().collect();
    sorted.sort_by(|one, other| one.key.cmp(&other.key));
    let twice = sorted.windows(2).find_map(|pair| match pair {
        [one, other] if one.key == other.key => Some(&one.key),
        _ => None,
    });
    if let Some(key) = twice {
        return Err(format!("the key `{key}` is given twice"));
    }
    for pair in sorted {
        if !is_plain_key(&pair.key) {
            return Err(format!("the key `{}` would not be text any more", pair.key));
        }
        let (part, text) = match std::str::from_utf8(&pair.bytes) {
            _ if kind == "Secret" => ("data", base64(&pair.bytes)),
            Ok(text) => ("data", text.to_owned()),
            Err(_) => ("binaryData", base64(&pair.bytes)),
        };
        if let Some(map) = child(object, part).as_map_mut() {
            set(map, &pair.key, &text, &pair.place);
        }
    }
    Ok(())
}

/// Labels and annotations: an entry's own win over those for all.
fn options(object: &mut Value, own: Option<&Value>, global: Option<&Value>, place: &Place) {
    for part in ["labels", "annotations"] {
        for options in [global, own].into_iter().flatten() {
            for (key, field) in options
                .get(part)
                .and_then(Value::as_map)
                .into_iter()
                .flatten()
            {
                let metadata = child(object, "metadata");
                if let Some(map) = child(metadata, part).as_map_mut() {
                    let place = field.value.place.or(place);
                    set(map, key, field.value.as_text().unwrap_or_default(), &place);
                }
            }
        }
    }
}

/// Everything that an entry names: variables first, then literals, then files.
fn pairs(
    context: &mut Context<'_>,
    folder: &str,
    entry: &Value,
    secret: bool,
) -> Result<Vec<Pair>, Box<Diagnostic>> {
    let mut pairs = Vec::new();
    let list = |key: &str| entry.get(key).map(Value::items).unwrap_or_default();
    for path in list("envs").iter().chain(entry.get("env")) {
        let name = path.as_text().unwrap_or_default();
        if name.is_empty() {
            continue;
        }
        let (file, bytes) = context.bytes(folder, name, &path.place)?;
        variables(&file, &bytes, secret, &mut pairs)
            .map_err(|message| Box::new(refused(message, &path.place)))?;
    }
    for literal in list("literals") {
        let text = literal.as_text().unwrap_or_default();
        let Some((key, value)) = text.split_once('=').filter(|(key, _)| !key.is_empty()) else {
            // The text may be a secret.
            let message = "a literal is written `KEY=value`".to_owned();
            return Err(Box::new(refused(message, &literal.place)));
        };
        pairs.push(Pair {
            key: key.to_owned(),
            bytes: unquoted(value).as_bytes().to_vec(),
            place: literal.place.clone(),
        });
    }
    for file in list("files") {
        let text = file.as_text().unwrap_or_default();
        let (key, path) = match text.split('=').collect::<Vec<_>>().as_slice() {
            [path] => (path.rsplit('/').next().unwrap_or_default(), *path),
            [key, path] if !key.is_empty() && !path.is_empty() => (*key, *path),
            _ => {
                let message = format!("`{text}` is neither `PATH` nor `KEY=PATH`");
                return Err(Box::new(refused(message, &file.place)));
            }
        };
        let (path, bytes) = context.bytes(folder, path, &file.place)?;
        let place = match std::str::from_utf8(&bytes) {
            Ok(text) => Place::new(&source(&path, text, secret), 0..text.len()),
            Err(_) => file.place.clone(),
        };
        pairs.push(Pair {
            key: key.to_owned(),
            bytes,
            place,
        });
    }
    Ok(pairs)
}

/// Lines of `KEY=value`. Nothing but blanks before a key is taken away.
fn variables(file: &str, bytes: &[u8], secret: bool, pairs: &mut Vec<Pair>) -> Result<(), String> {
    let text = std::str::from_utf8(bytes).map_err(|_| format!("`{file}` is not UTF-8"))?;
    let source = source(file, text, secret);
    let mut start = 0;
    for (number, whole) in text.split_inclusive('\n').enumerate() {
        let at = start;
        start += whole.len();
        let line = whole.strip_suffix('\n').unwrap_or(whole);
        let line = line.strip_suffix('\r').unwrap_or(line);
        let line = if number == 0 {
            line.strip_prefix('\u{feff}').unwrap_or(line)
        } else {
            line
        };
        let line = line.trim_start();
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        if key.is_empty() || line.starts_with('#') {
            continue;
        }
        pairs.push(Pair {
            key: key.to_owned(),
            bytes: value.as_bytes().to_vec(),
            place: Place::new(&source, at..at + whole.trim_end().len()),
        });
    }
    Ok(())
}

/// A file that is taken whole; of a Secret's no excerpt shows anything.
fn source(path: &str, text: &str, secret: bool) -> Arc<Source> {
    let source = Source::new(path, text);
    Arc::new(if secret {
        source.with_secrets([0..text.len()])
    } else {
        source
    })
}

fn unquoted(text: &str) -> &str {
    ['"', '\'']
        .into_iter()
        .find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote))
        .unwrap_or(text)
}

/// Bytes as base64, in lines of 70 where they are longer, as kustomize writes them.
pub(super) fn base64(bytes: &[u8]) -> String {
    const LINE: usize = 70;
    let whole = STANDARD.encode(bytes);
    if whole.len() < LINE {
        return whole;
    }
    let mut lines = String::with_capacity(whole.len() + whole.len() / LINE + 1);
    for (index, one) in whole.chars().enumerate() {
        if index > 0 && index % LINE == 0 {
            lines.push('\n');
        }
        lines.push(one);
    }
    lines.push('\n');
    lines
}

fn refused(message: String, place: &Place) -> Diagnostic {
    let problem = rules::KUSTOMIZE_GENERATOR.report(message);
    problem.at(place.location())
}
