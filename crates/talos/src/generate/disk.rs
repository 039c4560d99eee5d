//! The disk that Talos is installed to, as an expression.

use serde_json::Value;

/// The expression of CEL that a disk's name stands for, from contract 1.14 on.
///
/// Talos compares the name with `disk.dev_path`, which never is a link: a name below `/dev/disk`
/// is looked for among the links, too. (siderolabs/talos 1.14.1 waits for ever for such a disk.)
pub fn disk_match(name: &str) -> String {
    // A text of JSON is one of CEL.
    let text = Value::from(name).to_string();
    let path = format!("disk.dev_path == {text}");
    if name.starts_with("/dev/disk/") {
        format!("{path} || {text} in disk.symlinks")
    } else {
        path
    }
}

#[cfg(test)]
mod tests {
    use super::disk_match;

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
}
