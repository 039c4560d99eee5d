//! Labels, annotations and taints of a node, as Kubernetes has them.

use super::place::{Place, Report};

use crate::rules;

/// Annotations that Talos keeps for itself.
const RESERVED: [&str; 3] = [
    "talos.dev/owned-labels",
    "talos.dev/owned-annotations",
    "talos.dev/owned-taints",
];

/// How many bytes all annotations may have together.
const ANNOTATIONS: usize = 256 * 1024;

/// `nodeLabels`.
pub(super) fn labels(labels: &Place<'_>, report: &mut Report) {
    for (key, place) in labels.entries() {
        name(key, &place, report);
        value(place.text(), &place, report);
    }
}

/// `nodeAnnotations`.
pub(super) fn annotations(annotations: &Place<'_>, report: &mut Report) {
    let mut size = 0;
    for (key, place) in annotations.entries() {
        name(key, &place, report);
        if RESERVED.contains(&key) {
            report.add(
                &place,
                &rules::MACHINE_CONFIG_RESERVED,
                format!("Talos keeps the annotation `{key}` for itself"),
                "use another name",
            );
        }
        size += key.len() + place.text().len();
    }
    if size > ANNOTATIONS {
        report.add(
            annotations,
            &rules::MACHINE_CONFIG_BAD_VALUE,
            format!("the annotations have {size} bytes, more than Kubernetes takes"),
            format!("keep them below {ANNOTATIONS} bytes"),
        );
    }
}

/// `nodeTaints`: `value:effect` or `effect`.
pub(super) fn taints(taints: &Place<'_>, report: &mut Report) {
    for (key, place) in taints.entries() {
        if !name(key, &place, report) {
            continue;
        }
        let (text, effect) = place.text().split_once(':').unwrap_or(("", place.text()));
        if !matches!(effect, "NoSchedule" | "PreferNoSchedule" | "NoExecute") {
            report.add(
                &place,
                &rules::MACHINE_CONFIG_BAD_VALUE,
                format!("`{effect}` is not an effect of a taint"),
                "write `NoSchedule`, `PreferNoSchedule` or `NoExecute`, or `VALUE:EFFECT`",
            );
            continue;
        }
        value(text, &place, report);
    }
}

/// A name with or without a domain before it, as Kubernetes' qualified names are.
pub(super) fn name(key: &str, place: &Place<'_>, report: &mut Report) -> bool {
    let (domain, name) = match key.split_once('/') {
        Some((domain, name)) => (Some(domain), name),
        None => (None, key),
    };
    let fine = domain.is_none_or(is_subdomain) && !name.is_empty() && is_short_name(name);
    if !fine {
        report.add(
            place,
            &rules::MACHINE_CONFIG_BAD_NAME,
            format!("`{key}` is not a name that Kubernetes takes"),
            "write `name` or `domain.example/name`, the name with up to 63 letters, digits, `-`, `_` and `.`",
        );
    }
    fine
}

fn value(text: &str, place: &Place<'_>, report: &mut Report) {
    if !text.is_empty() && !is_short_name(text) {
        report.add(
            place,
            &rules::MACHINE_CONFIG_BAD_VALUE,
            format!("`{text}` is not a value that Kubernetes takes"),
            "use up to 63 letters, digits, `-`, `_` and `.`, letters or digits first and last",
        );
    }
}

fn is_short_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    let plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    text.len() <= 63
        && plain(bytes.first())
        && plain(bytes.last())
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

/// Whether it is a subdomain by RFC 1123, in lower case.
pub(super) fn is_subdomain(text: &str) -> bool {
    let plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    text.len() <= 253
        && text.split('.').all(|label| {
            let bytes = label.as_bytes();
            bytes.first().is_some_and(plain)
                && bytes.last().is_some_and(plain)
                && bytes.iter().all(|byte| plain(byte) || *byte == b'-')
        })
}
