//! What keys of a node list, in whatever form it ends.

use std::collections::HashMap;

use diagnostics::Location;
use serde_json::Value;

use super::contents::Contents;
use super::node::Findings;
use crate::talconfig::{Keys, List};

/// Where the values of a map stand that are templates.
pub(super) fn templates(
    key: &str,
    map: &Keys,
    findings: &Findings<'_>,
) -> HashMap<String, Location> {
    let templates = map.iter().filter(|(_, value)| is_template(value));
    templates
        .map(|(name, _)| (name.clone(), findings.place(&format!("{key}.{name}"))))
        .collect()
}

/// Whether talhelper takes a text for a template.
fn is_template(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    text.contains("{{") || text.contains("}}")
}

/// `machineFiles` with their numbers, and with what stands in other files.
pub(super) fn machine_files(
    contents: &Contents<'_>,
    findings: &mut Findings<'_>,
) -> Vec<(usize, Value)> {
    let mut out = Vec::new();
    let list = findings.node.shared.machine_files.as_ref();
    for (index, file) in list.into_iter().flat_map(List::iter) {
        let place = findings.place(&format!("machineFiles.{index}.content"));
        let (content, problems) = contents.text(&file.content, file.skip_envsubst, &place);
        findings.problems.extend(problems);
        let mut made = Keys::new();
        for (key, value) in [
            ("content", &Some(content.into())),
            ("permissions", &file.permissions),
            ("path", &file.path),
            ("op", &file.op),
        ] {
            if let Some(value) = value {
                made.insert(key.to_owned(), value.clone());
            }
        }
        out.push((index, made.into()));
    }
    out
}
