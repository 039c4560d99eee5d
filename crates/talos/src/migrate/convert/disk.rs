//! Disks as expressions of CEL.
//!
//! Upstream: `DiskMatchExpression` of `config/types/v1alpha1` in the machinery v1.14.1.

use crate::migrate::tree::UNKNOWN;
use serde_json::Value;

use crate::fields::forms::bytes;

/// What finds the same disks as a `diskSelector` does.
///
/// # Errors
///
/// What a document has no expression for.
pub fn of_selector(selector: &Value) -> Result<String, String> {
    let Some(fields) = selector.as_object() else {
        return Err("it is no map".into());
    };
    let text = |key: &str| match fields.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(UNKNOWN.to_owned()),
    };
    if text("name")?.is_some() {
        return Err("no expression finds a disk by `name`: use its serial or its model".into());
    }
    let mut parts = Vec::new();
    if let Some(condition) = text("size")? {
        parts.push(size(condition)?);
    }
    for (key, field) in [
        ("model", "model"),
        ("serial", "serial"),
        ("modalias", "modalias"),
        ("uuid", "uuid"),
        ("wwid", "wwid"),
    ] {
        if let Some(pattern) = text(key)? {
            parts.push(format!("glob({}, disk.{field})", quoted(pattern)));
        }
    }
    parts.push("disk.transport != \"\"".to_owned());
    match text("type")? {
        None => {}
        Some("ssd") => parts.push("!disk.rotational".to_owned()),
        Some("hdd") => parts.push("disk.rotational".to_owned()),
        Some("nvme") => parts.push("disk.transport == \"nvme\"".to_owned()),
        Some("sd") => parts.push("disk.transport == \"mmc\"".to_owned()),
        Some(other) => return Err(format!("`{other}` is no type of disk")),
    }
    if let Some(pattern) = text("busPath")? {
        parts.push(format!("glob({}, disk.bus_path)", quoted(pattern)));
    }
    parts.push("!disk.readonly".to_owned());
    parts.push("!disk.cdrom".to_owned());
    Ok(parts.join(" && "))
}

/// A comparison of bytes.
fn size(condition: &str) -> Result<String, String> {
    let condition = condition.trim();
    let (operator, rest) = [">=", "<=", "==", ">", "<"]
        .iter()
        .find_map(|operator| Some((*operator, condition.strip_prefix(operator)?)))
        .unwrap_or(("==", condition));
    let size = bytes(rest.trim()).ok_or("its `size` is none")?;
    Ok(format!("disk.size {operator} {size:.0}u"))
}

/// A text of CEL.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
