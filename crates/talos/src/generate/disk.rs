//! The disk that Talos is installed to, as an expression of CEL: what contract 1.14 has in place
//! of `disk` and `diskSelector` in `machine.install`.

use serde_json::Value;

use crate::fields::forms::bytes;

/// The fields that are patterns: their names in a selector and in expressions.
const PATTERNS: [(&str, &str); 5] = [
    ("model", "model"),
    ("serial", "serial"),
    ("modalias", "modalias"),
    ("uuid", "uuid"),
    ("wwid", "wwid"),
];

/// The expression that a disk's name stands for.
///
/// Talos compares the name with `disk.dev_path`, which never is a link: a name below `/dev/disk`
/// is looked for among the links, too. (siderolabs/talos 1.14.1 waits for ever for such a disk.)
///
/// ```
/// let expression = talos::generate::disk_match("/dev/sda");
/// assert_eq!(expression, r#"disk.dev_path == "/dev/sda""#);
/// ```
pub fn disk_match(name: &str) -> String {
    let text = quoted(name);
    let path = format!("disk.dev_path == {text}");
    if name.starts_with("/dev/disk/") {
        format!("{path} || {text} in disk.symlinks")
    } else {
        path
    }
}

/// The expression that finds the same disks as a `diskSelector` does. Upstream is
/// `DiskMatchExpression` of the machinery's `config/types/v1alpha1`.
///
/// ```
/// let selector = serde_json::json!({"type": "ssd", "size": "> 1TB"});
/// let expression = talos::generate::selector_match(&selector)?;
/// assert_eq!(
///     expression,
///     r#"disk.size > 1000000000000u && disk.transport != "" && !disk.rotational && !disk.readonly && !disk.cdrom"#
/// );
/// # Ok::<(), String>(())
/// ```
///
/// # Errors
///
/// What no expression stands for, said of a field.
pub fn selector_match(selector: &Value) -> Result<String, String> {
    let text = |key: &str| {
        selector
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    if !text("name").is_empty() {
        return Err("no expression finds a disk by `name`: use its serial or its model".into());
    }
    let mut parts = Vec::new();
    if !text("size").is_empty() {
        parts.push(size(text("size"))?);
    }
    for (key, field) in PATTERNS {
        let pattern = text(key);
        if !pattern.is_empty() {
            parts.push(format!("glob({}, disk.{field})", quoted(pattern)));
        }
    }
    parts.push(r#"disk.transport != """#.to_owned());
    match text("type") {
        "" => {}
        "ssd" => parts.push("!disk.rotational".to_owned()),
        "hdd" => parts.push("disk.rotational".to_owned()),
        "nvme" => parts.push(r#"disk.transport == "nvme""#.to_owned()),
        "sd" => parts.push(r#"disk.transport == "mmc""#.to_owned()),
        other => return Err(format!("`type: {other}` is no type of disk")),
    }
    let bus = text("busPath");
    if !bus.is_empty() {
        parts.push(format!("glob({}, disk.bus_path)", quoted(bus)));
    }
    parts.push("!disk.readonly".to_owned());
    parts.push("!disk.cdrom".to_owned());
    Ok(parts.join(" && "))
}

/// A condition such as `>= 100GB`.
fn size(condition: &str) -> Result<String, String> {
    let text = condition.trim();
    let (operator, rest) = [">=", "<=", "==", ">", "<"]
        .iter()
        .find_map(|operator| Some((*operator, text.strip_prefix(operator)?)))
        .unwrap_or(("==", text));
    match bytes(rest.trim()) {
        Some(size) => Ok(format!("disk.size {operator} {size:.0}u")),
        None => Err(format!("`size: {condition}` is no size")),
    }
}

/// A text of CEL: one of JSON is one.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use diagnostics::Source;

    use super::{disk_match, selector_match};

    /// Selectors, and what the machinery v1.14.1 makes of each; it breaks long lines.
    const SELECTORS: &str = include_str!("../../tests/vectors/v1.14/disk-selectors.txt");

    #[test]
    fn links_are_looked_for_among_links() {
        for (name, expected) in [
            ("/dev/sda", r#"disk.dev_path == "/dev/sda""#),
            (
                "/dev/disk/by-id/wwn-0x5",
                r#"disk.dev_path == "/dev/disk/by-id/wwn-0x5" || "/dev/disk/by-id/wwn-0x5" in disk.symlinks"#,
            ),
            (r#"/dev/"\"#, r#"disk.dev_path == "/dev/\"\\""#),
        ] {
            assert_eq!(disk_match(name), expected);
        }
    }

    #[test]
    fn selectors_become_what_the_machinery_makes_of_them() {
        let text = SELECTORS.replace("&&\n", "&& ");
        assert_eq!(text.lines().count(), 17);
        for line in text.lines() {
            let cut = line.find("} ").expect("a selector") + 1;
            let (selector, expected) = line.split_at(cut);
            let text = format!("machine: {{install: {{diskSelector: {selector}}}}}");
            let (read, _) = crate::patch::documents(&Source::new("", text));
            let found = selector_match(&read[0]["machine"]["install"]["diskSelector"]);
            match expected.strip_prefix(" => ") {
                Some(expected) => assert_eq!(found.as_deref(), Ok(expected), "{selector}"),
                None => assert!(found.is_err(), "{selector}"),
            }
        }
    }

    #[test]
    fn what_is_no_selector_is_told() {
        for (selector, expected) in [
            (serde_json::json!({"size": "big"}), "`size: big`"),
            (serde_json::json!({"type": "tape"}), "`type: tape`"),
        ] {
            let told = selector_match(&selector).expect_err("no selector");
            assert!(told.contains(expected), "{told}");
        }
    }
}
