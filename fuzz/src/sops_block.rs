//! A `sops` block for any input, so that what is before it is read as an encrypted file.

use std::sync::OnceLock;

use secrets::{File, Format, Request, encrypt};
use serde_json::{Map, Value, json};

use crate::{identities, name, now, rules};

/// The smallest block that can be read.
const SMALL: &str = r#"{"age": [{"recipient": "r", "enc": "e"}], "lastmodified": "2026-01-02T03:04:05Z", "mac": "ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]", "version": "3.13.3"}"#;

/// The input as an encrypted file of the format: with a small block, or with one whose data key
/// can be had.
pub fn with_block(format: Format, bytes: &[u8], whole: bool) -> Vec<u8> {
    let tree = if whole { whole_tree() } else { small_tree() };
    let mut out = bytes.to_vec();
    match format {
        Format::Yaml => out.extend_from_slice(format!("\nsops: {tree}\n").as_bytes()),
        Format::Json => {
            let end = out.iter().rposition(|byte| *byte == b'}').unwrap_or(0);
            out.truncate(end);
            let comma = if out.trim_ascii_end().ends_with(b"{") {
                ""
            } else {
                ","
            };
            out.extend_from_slice(format!("{comma}\"sops\": {tree}}}").as_bytes());
        }
        Format::Dotenv => {
            out.push(b'\n');
            for (key, value) in flat(tree) {
                out.extend_from_slice(format!("sops_{key}={value}\n").as_bytes());
            }
        }
        Format::Ini => {
            out.extend_from_slice(b"\n[sops]\n");
            for (key, value) in flat(tree) {
                out.extend_from_slice(format!("{key} = {value}\n").as_bytes());
            }
        }
        Format::Binary => {
            let data = String::from_utf8_lossy(bytes);
            out = json!({"data": data, "sops": tree}).to_string().into_bytes();
        }
    }
    out
}

fn small_tree() -> &'static Value {
    static TREE: OnceLock<Value> = OnceLock::new();
    TREE.get_or_init(|| serde_json::from_str(SMALL).expect("JSON"))
}

fn whole_tree() -> &'static Value {
    static TREE: OnceLock<Value> = OnceLock::new();
    TREE.get_or_init(|| {
        let request = Request {
            plaintext: File::new(name(Format::Json), b"{}"),
            previous: None,
            rule: &rules()[0],
            identities: identities(),
            now: now(0),
        };
        let content = encrypt(&request).expect("it can be encrypted").content;
        let mut file: Map<String, Value> = serde_json::from_slice(&content).expect("JSON");
        file.remove("sops").expect("a block")
    })
}

/// The fields as dotenv and ini have them.
fn flat(tree: &Value) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for (key, value) in tree.as_object().into_iter().flatten() {
        match value {
            Value::Array(items) => {
                let fields = items[0].as_object().into_iter().flatten();
                out.extend(
                    fields.map(|(name, value)| (format!("{key}__list_0__map_{name}"), text(value))),
                );
            }
            _ => out.push((key.clone(), text(value))),
        }
    }
    out
}

fn text(value: &Value) -> String {
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    text.replace('\n', "\\n")
}
