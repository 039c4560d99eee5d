//! What is wrong with a file before it is encrypted: afterwards nobody sees it any more.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diagnostics::{Diagnostic, Diagnostics};

use super::document::{Document, Format, Item};
use super::open::{File, read_plain, select};
use super::path::{Path, Step};
use super::rule::Rule;
use super::seal::unquoted;
use super::value::{Kind, Value};

use crate::rules;

/// Something wrong with a file that is about to be encrypted.
pub struct Finding {
    /// The bytes of the plaintext that it is about.
    pub range: Range<usize>,
    /// What is wrong, without a place: it is the caller who knows what the plaintext was made
    /// from. Whatever needs to be put right before the cluster can use the file is an error;
    /// what may have been meant is a warning (`secret/blank`, `secret/placeholder`,
    /// `secret/nothing-encrypted`).
    pub diagnostic: Diagnostic,
}

/// Looks for what encryption would hide: values of a Kubernetes Secret that the API server
/// refuses, selected values that are blank or still one of `placeholders`, and a file in which
/// the rule selects nothing, which would stay in the clear as a whole.
///
/// # Errors
///
/// If the file cannot be read.
pub fn lint(
    file: &File<'_>,
    rule: &Rule,
    placeholders: &[&str],
) -> Result<Vec<Finding>, Diagnostics> {
    let document = read_plain(file)?;
    let selector = rule.selector.clone().unwrap_or_default();
    let selected = if document.format == Format::Binary {
        vec![true; document.items.len()]
    } else {
        select(&document, &selector)
    };
    let mut found = Vec::new();
    let values = document.items.iter().zip(&selected);
    for (item, &selected) in values.filter(|(item, _)| !item.comment) {
        if selected && item.slot.bare {
            found.push(Finding {
                range: item.slot.marks.clone().unwrap_or(item.range.clone()),
                diagnostic: unquoted(&document, item),
            });
            continue;
        }
        let problem = kubernetes(&document, item).or_else(|| {
            selected
                .then(|| hollow(&item.path, &item.value, placeholders))
                .flatten()
        });
        found.extend(problem.map(|diagnostic| Finding {
            range: item.range.clone(),
            diagnostic,
        }));
    }
    let anything = document
        .items
        .iter()
        .zip(&selected)
        .any(|(item, &selected)| selected && !item.comment);
    if !anything {
        found.push(Finding {
            range: 0..0,
            diagnostic: rules::SECRET_NOTHING_ENCRYPTED.report_relaxed(format!(
                    "the rule for `{}` selects nothing in it (`{}: {}`), so it would stay in the clear",
                    file.name,
                    selector.name(),
                    selector.text()
                ),
            )
            .hint("drop `.sops` from its name if it holds no secret, or change the rule in `.sops.yaml`"),
        });
    }
    Ok(found)
}

/// What the API server would refuse of a Secret.
fn kubernetes(document: &Document, item: &Item) -> Option<Diagnostic> {
    let [Step::Key(field), Step::Key(_), below @ ..] = &item.path.steps[..] else {
        return None;
    };
    if !matches!(&**field, "data" | "stringData") || !is_secret(document, item.path.document) {
        return None;
    }
    let kind = item.value.kind();
    if !below.is_empty() || !matches!(kind, Kind::Text | Kind::Nothing) {
        let what = match kind {
            _ if !below.is_empty() => "a map or a list",
            Kind::Bool => "true or false",
            Kind::Time => "a date",
            _ => "a number",
        };
        return Some(
            rules::SECRET_NOT_A_STRING
                .report(format!(
                    "the value of `{}` is {what}, and a Secret holds text only",
                    item.path
                ))
                .hint("quote it in the template, or pass it through `string | tojson`"),
        );
    }
    let text = item.value.as_text()?;
    let encoded: String = text.split(['\r', '\n']).collect();
    if &**field == "data" && !text.contains("${") && STANDARD.decode(&encoded).is_err() {
        return Some(
            rules::SECRET_NOT_BASE64
                .report(format!(
                    "the value of `{}` is not base64, as `data` wants it",
                    item.path
                ))
                .hint("move it to `stringData`, or encode it"),
        );
    }
    None
}

fn is_secret(document: &Document, number: usize) -> bool {
    document.items.iter().any(|item| {
        item.path.document == number
            && matches!(&item.path.steps[..], [Step::Key(key)] if &**key == "kind")
            && item.value.as_text() == Some("Secret")
    })
}

/// A value that keeps its place only.
fn hollow(path: &Path, value: &Value, placeholders: &[&str]) -> Option<Diagnostic> {
    let text = match value.kind() {
        Kind::Nothing => "",
        Kind::Text => value.as_text()?.trim(),
        _ => return None,
    };
    if text.is_empty() {
        return Some(
            rules::SECRET_BLANK
                .report_relaxed(format!("the value of `{path}` is blank"))
                .hint("set the key that it comes from, or leave the entry out"),
        );
    }
    // Python prints a null as `None`.
    if text == "None" || placeholders.contains(&text) {
        return Some(
            rules::SECRET_PLACEHOLDER
                .report_relaxed(format!("the value of `{path}` is still a placeholder"))
                .hint("set the key that it comes from"),
        );
    }
    None
}
