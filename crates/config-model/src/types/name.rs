//! Names of nodes and schematics.

use super::text::{InvalidValue, checked_text, is_label};
use crate::rules;

/// Folders of `talos/patches/` for more than one node, and words for groups of nodes.
const RESERVED: &[&str] = &["global", "controller", "worker", "all", "control-plane"];

checked_text! {
    /// The name of a node: an RFC 1123 label that stands for nothing else.
    NodeName, |text| {
        if RESERVED.contains(&text) {
            return Err(InvalidValue::new(
                &rules::NODE_RESERVED_NAME,
                "is reserved: it stands for more than one node",
            )
            .hint_that(format!("use another name, such as `{text}-0`")));
        }
        if is_label(text) {
            return Ok(());
        }
        let invalid = InvalidValue::new(
            &rules::NODE_INVALID_NAME,
            "is not a node name of 1 to 63 lower-case letters, digits and `-`",
        );
        let proposal: String = text
            .trim()
            .to_lowercase()
            .chars()
            .map(|character| if matches!(character, '_' | '.' | ' ') { '-' } else { character })
            .collect();
        Err(if is_label(&proposal) {
            invalid.hint_that(format!("use `{proposal}`"))
        } else {
            invalid
        })
    }
}

checked_text! {
    /// One label of a DNS name, upper case allowed.
    DnsLabel, |text| {
        if is_label(&text.to_ascii_lowercase()) {
            return Ok(());
        }
        let invalid = InvalidValue::new(
            &rules::VALUE_INVALID_LABEL,
            "is not a DNS label of 1 to 63 letters, digits and `-`",
        );
        let host = text.split_once("://").map_or(text, |(_, rest)| rest);
        Err(match host.split(['.', '/']).next() {
            Some(first) if first != text && is_label(&first.to_ascii_lowercase()) => {
                invalid.hint_that(format!("give the first label only: `{first}`"))
            }
            _ => invalid,
        })
    }
}

checked_text! {
    /// The name of an Image Factory schematic: 64 lower-case hexadecimal digits.
    SchematicId, |text| {
        let invalid = |reason: String| InvalidValue::new(&rules::NODE_INVALID_SCHEMATIC, reason);
        let count = text.chars().count();
        if count != 64 {
            return Err(invalid(format!("has {count} characters and not the 64 of a schematic")));
        }
        if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(invalid("has characters that are no hexadecimal digits".to_owned()));
        }
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(invalid("has upper-case letters".to_owned())
                .hint_that(format!("write `{}`", text.to_ascii_lowercase())));
        }
        Ok(())
    }
}
