//! A file in the clear written in another format, or a part of it: `--output-type`,
//! `--extract`.

use diagnostics::{Diagnostics, Location, Source};
use secrets::{File, Format, Path, Step, Value};
use serde::Serialize as _;
use serde_json::{Map, Value as Json};
use yaml::{Dialect, Node, Resolved};
use zeroize::Zeroizing;

use crate::rules;

/// Levels that are written.
const DEPTH: usize = 128;

/// A text in the clear in one format, written in another. Of several YAML documents the first
/// is taken, as sops does it; comments are lost.
///
/// # Errors
///
/// Where the other format has no place for what is in it.
pub fn convert(
    name: &str,
    content: &[u8],
    from: Format,
    to: Format,
) -> Result<Zeroizing<Vec<u8>>, Diagnostics> {
    if from == to {
        return Ok(Zeroizing::new(content.to_vec()));
    }
    write(name, &read(name, content, from)?, to)
}

/// What a conversion leaves out or changes: comments, further documents, digits of numbers.
pub fn conversion_losses(name: &str, content: &[u8], from: Format, to: Format) -> Diagnostics {
    if from == to {
        return Diagnostics::new();
    }
    let file = File::new(name, content).with_format(from);
    let mut lost = secrets::lossy(&file).unwrap_or_default();
    let mut told = |message: String| {
        let problem = rules::SECRETS_CONVERSION_LOSES.report(message);
        lost.push(problem.at(Location::file(name)));
    };
    match secrets::comments(&file) {
        Ok(0) | Err(_) => {}
        Ok(1) => told("the comment of the file is left out".to_owned()),
        Ok(count) => told(format!("the {count} comments of the file are left out")),
    }
    let text = std::str::from_utf8(content).unwrap_or_default();
    if from == Format::Yaml {
        let parsed = yaml::parse(&Source::new(name, text), &yaml::Limits::default());
        let count = parsed.documents.len();
        if count > 1 {
            told(format!(
                "of its {count} documents only the first is converted"
            ));
        }
    }
    lost.without_lines()
}

/// The value at a path: text as it is, a map or a list in the format given.
///
/// # Errors
///
/// If there is nothing at that path.
pub fn extract(
    name: &str,
    content: &[u8],
    from: Format,
    path: &Path,
    to: Format,
) -> Result<Zeroizing<Vec<u8>>, Diagnostics> {
    let tree = read(name, content, from)?;
    let mut value = &tree;
    for step in &path.steps {
        let next = match step {
            Step::Key(key) => value.get(&**key),
            Step::Index(index) => value.get(*index),
        };
        value = next.ok_or_else(|| {
            Diagnostics::from(
                secrets::rules::SOPS_NO_SUCH_VALUE
                    .report(format!("there is no value at `{path}`"))
                    .at(Location::file(name)),
            )
        })?;
    }
    match scalar(value) {
        Some(text) => Ok(Zeroizing::new(text.as_bytes().to_vec())),
        None => write(name, value, to),
    }
}

fn read(name: &str, content: &[u8], format: Format) -> Result<Json, Diagnostics> {
    let text = || std::str::from_utf8(content).map_err(|_| impossible(name, "it is no text"));
    match format {
        Format::Yaml => {
            let source = Source::new(name, text()?);
            let parsed = yaml::parse(&source, &yaml::Limits::default());
            Ok(parsed.root().map_or(Json::Null, |root| from_yaml(root, 0)))
        }
        Format::Json => {
            serde_json::from_slice(content).map_err(|_| impossible(name, "it is no JSON"))
        }
        Format::Dotenv => Ok(text()?
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_once('='))
            .map(|(key, value)| (key.to_owned(), Json::from(value.replace("\\n", "\n"))))
            .collect::<Map<_, _>>()
            .into()),
        Format::Binary => Ok(serde_json::json!({ "data": text()? })),
        Format::Ini => Err(impossible(
            name,
            "ini files cannot be read as other formats",
        )),
    }
}

fn from_yaml(node: &Node, depth: usize) -> Json {
    if depth > DEPTH {
        return Json::Null;
    }
    if let Some(items) = node.as_sequence() {
        return items
            .iter()
            .map(|item| from_yaml(item, depth + 1))
            .collect();
    }
    if let Some(mapping) = node.as_mapping() {
        let entries = mapping
            .merged(Dialect::Go)
            .unwrap_or_else(|_| mapping.entries().to_vec());
        let members = entries.iter().filter_map(|entry| {
            let key = entry.key.text()?.to_owned();
            Some((key, from_yaml(&entry.value, depth + 1)))
        });
        return members.collect::<Map<_, _>>().into();
    }
    let Some(scalar) = node.as_scalar() else {
        return Json::Null;
    };
    match scalar.read(Dialect::Go) {
        Resolved::Null => Json::Null,
        Resolved::Bool(truth) => truth.into(),
        Resolved::Integer(number) => i64::try_from(number)
            .map(Json::from)
            .or_else(|_| u64::try_from(number).map(Json::from))
            .unwrap_or_else(|_| scalar.text().into()),
        Resolved::Float(number) => {
            serde_json::Number::from_f64(number).map_or_else(|| scalar.text().into(), Json::Number)
        }
        _ => scalar.text().into(),
    }
}

fn write(name: &str, value: &Json, to: Format) -> Result<Zeroizing<Vec<u8>>, Diagnostics> {
    let mut out = Zeroizing::new(Vec::new());
    match to {
        Format::Json => {
            let indent = serde_json::ser::PrettyFormatter::with_indent(b"\t");
            let mut writer = serde_json::Serializer::with_formatter(&mut *out, indent);
            value
                .serialize(&mut writer)
                .map_err(|_| impossible(name, "it cannot be written as JSON"))?;
            out.push(b'\n');
        }
        Format::Yaml => yaml_block(&mut out, value, 0),
        Format::Dotenv => {
            let map = value
                .as_object()
                .ok_or_else(|| impossible(name, "dotenv files hold keys and values only"))?;
            for (key, value) in map {
                let value = printed(value)
                    .filter(|_| !key.contains(['=', '\n']))
                    .ok_or_else(|| {
                        impossible(name, &format!("dotenv files have no place for `{key}`"))
                    })?;
                out.extend_from_slice(key.as_bytes());
                out.push(b'=');
                out.extend_from_slice(value.replace('\n', "\\n").as_bytes());
                out.push(b'\n');
            }
        }
        Format::Binary => {
            let data = value.get("data").and_then(Json::as_str).ok_or_else(|| {
                impossible(name, "only what was encrypted as binary can be written so")
            })?;
            out.extend_from_slice(data.as_bytes());
        }
        Format::Ini => return Err(impossible(name, "ini files cannot be written from others")),
    }
    Ok(out)
}

/// The same as sops prints it in dotenv files.
fn printed(value: &Json) -> Option<Zeroizing<String>> {
    match value {
        Json::Number(number) if number.is_f64() => {
            let printed = Value::float(number.as_f64()?).printed();
            Some(Zeroizing::new(
                String::from_utf8_lossy(&printed).into_owned(),
            ))
        }
        value => scalar(value),
    }
}

/// The text of a value that is no list and no map.
fn scalar(value: &Json) -> Option<Zeroizing<String>> {
    match value {
        Json::String(text) => Some(Zeroizing::new(text.clone())),
        Json::Null => Some(Zeroizing::default()),
        Json::Bool(_) | Json::Number(_) => Some(Zeroizing::new(value.to_string())),
        Json::Array(_) | Json::Object(_) => None,
    }
}

/// The value as block YAML, four blanks a level as sops writes it; it starts on a new line.
fn yaml_block(out: &mut Vec<u8>, value: &Json, level: usize) {
    let blanks = "    ".repeat(level);
    match value {
        Json::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                out.extend_from_slice(format!("{blanks}{}:", yaml::quote(key)).as_bytes());
                yaml_value(out, value, level);
            }
        }
        Json::Array(items) if !items.is_empty() => {
            for item in items {
                out.extend_from_slice(format!("{blanks}-").as_bytes());
                yaml_value(out, item, level);
            }
        }
        _ => {
            out.extend_from_slice(blanks.as_bytes());
            out.extend_from_slice(inline(value).as_bytes());
            out.push(b'\n');
        }
    }
}

/// What stands behind a key or a dash.
fn yaml_value(out: &mut Vec<u8>, value: &Json, level: usize) {
    let nested = match value {
        Json::Object(map) => !map.is_empty(),
        Json::Array(items) => !items.is_empty(),
        _ => false,
    };
    if nested {
        out.push(b'\n');
        yaml_block(out, value, level + 1);
    } else {
        out.push(b' ');
        out.extend_from_slice(inline(value).as_bytes());
        out.push(b'\n');
    }
}

fn inline(value: &Json) -> Zeroizing<String> {
    Zeroizing::new(match value {
        Json::String(text) => yaml::quote(text),
        other => other.to_string(),
    })
}

fn impossible(name: &str, reason: &str) -> Diagnostics {
    Diagnostics::from(
        rules::SECRETS_NO_CONVERSION
            .report(format!("`{name}` cannot be converted: {reason}"))
            .at(Location::file(name)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const YAML: &str = "a: 1\nb:\n  - x: 'yes'\n  - null\nc: |\n  two\n  lines\nd: {}\n";

    fn converted(to: Format) -> String {
        let out = convert("a.yaml", YAML.as_bytes(), Format::Yaml, to).expect("convertible");
        String::from_utf8(out.to_vec()).expect("text")
    }

    #[test]
    fn yaml_becomes_json_and_back() {
        let json = converted(Format::Json);
        assert!(json.starts_with("{\n\t\"a\": 1,\n"), "{json}");
        let back = convert("a", json.as_bytes(), Format::Json, Format::Yaml).expect("YAML");
        let text = String::from_utf8(back.to_vec()).expect("text");
        assert_eq!(
            text,
            "a: 1\nb:\n    -\n        x: 'yes'\n    - null\nc: \"two\\nlines\\n\"\nd: {}\n"
        );
        let again = convert("a", text.as_bytes(), Format::Yaml, Format::Json).expect("JSON");
        assert_eq!(again.as_slice(), json.as_bytes());
    }

    #[test]
    fn parts_are_taken_out() {
        let part = |path: &str| {
            let path = Path::parse(path).expect("a path");
            extract("a.yaml", YAML.as_bytes(), Format::Yaml, &path, Format::Json)
                .map(|part| String::from_utf8(part.to_vec()).expect("text"))
                .map_err(|problems| problems.iter().map(ToString::to_string).collect::<String>())
        };
        assert_eq!(part(r#"["b"][0]["x"]"#).as_deref(), Ok("yes"));
        assert_eq!(
            part(r#"["b"][0]"#).as_deref(),
            Ok("{\n\t\"x\": \"yes\"\n}\n")
        );
        assert_eq!(part(r#"["c"]"#).as_deref(), Ok("two\nlines\n"));
        assert_eq!(
            part(r#"["z"]"#),
            Err("a.yaml: error[sops/no-such-value]: there is no value at `z`".to_owned())
        );
    }

    #[test]
    fn what_has_no_place_is_refused() {
        let text = convert("a", b"a=1\nb=x\\ny\n", Format::Dotenv, Format::Json);
        assert_eq!(
            text.expect("JSON").as_slice(),
            b"{\n\t\"a\": \"1\",\n\t\"b\": \"x\\ny\"\n}\n"
        );
        assert!(convert("a", YAML.as_bytes(), Format::Yaml, Format::Dotenv).is_err());
        assert!(convert("a", YAML.as_bytes(), Format::Yaml, Format::Binary).is_err());
        assert!(convert("a", b"", Format::Ini, Format::Json).is_err());
    }
}
