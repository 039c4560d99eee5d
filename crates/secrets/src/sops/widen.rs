//! Files whose rule selects more by now than they do themselves.
//!
//! A file keeps the selector that it was encrypted under. A rule that is widened later does
//! not reach it: what is added under the new part of the rule would stay in the clear.

use std::collections::HashSet;

use diagnostics::{Diagnostic, Diagnostics, Location, Severity};

use super::document::{Document, Format, Item};
use super::open::{File, Opened, select};
use super::rule::Rule;
use super::selector::Selector;
use super::token::is_token;

use crate::rules;

/// See [`EncryptedFile::narrower`](super::EncryptedFile::narrower).
pub(crate) fn narrower(document: &Document, own: &Selector, rule: &Rule) -> Diagnostics {
    problem(document, &beyond(document, own, rule), own, rule)
        .into_iter()
        .collect()
}

/// Whether the selector of a rule selects nothing of a file that holds something: as a whole
/// it would stay in the clear, or does.
///
/// # Errors
///
/// If the file cannot be read.
pub fn selects_nothing(file: &File<'_>, rule: &Rule) -> Result<bool, Diagnostics> {
    let document = super::document::read_plain(file.name, file.content, file.format, &file.limits)?;
    Ok(nothing(&document, &selector_of(rule)))
}

/// The same of a document.
pub(crate) fn nothing(document: &Document, selector: &Selector) -> bool {
    if document.format == Format::Binary {
        return false;
    }
    let selected = select(document, selector);
    let values = || {
        let items = document.items.iter().zip(&selected);
        items.filter(|(item, _)| !item.comment)
    };
    values().any(|(item, _)| item.can_be_encrypted()) && !values().any(|(_, &selected)| selected)
}

/// What an edited file should do about it.
pub(crate) struct Widening {
    /// Whether it takes over the selector of the rule: nothing that it encrypts now would be
    /// in the clear then.
    pub(crate) adopt: bool,
    pub(crate) note: Diagnostic,
}

/// Looks whether an edit adds values that the rule selects, and the file itself does not.
pub(crate) fn added(
    name: &str,
    plain: &Document,
    opened: &Opened,
    rule: &Rule,
) -> Option<Widening> {
    let own = &opened.metadata.selector;
    let old: HashSet<_> = opened
        .document
        .items
        .iter()
        .zip(&opened.values)
        .filter(|(item, _)| !item.comment)
        .map(|(item, value)| (&item.path, value))
        .collect();
    let mut found = beyond(plain, own, rule);
    found.retain(|item| !old.contains(&(&item.path, &item.value)));
    let first = found.first()?;
    let selector = selector_of(rule);
    if is_narrow(&selector) && covers(plain, own, &selector) {
        let note = rules::SOPS_SELECTOR_WIDENED.report(format!(
                "the file's own `{own}` does not select `{}`, so that the file follows `{selector}` of its rule from now on",
                first.path
            ),
        );
        return Some(Widening {
            adopt: true,
            note: note.at(Location::file(name)),
        });
    }
    let mut note = problem(plain, &found, own, rule)?;
    note.severity = diagnostics::Severity::Warning;
    Some(Widening { adopt: false, note })
}

/// Whether a file can take over a selector without a value in the clear that is not now.
pub(crate) fn covers(document: &Document, own: &Selector, new: &Selector) -> bool {
    let pairs = select(document, own).into_iter().zip(select(document, new));
    let items = document.items.iter().zip(pairs);
    items
        .filter(|(item, _)| !item.comment)
        .all(|(_, (own, new))| new || !own)
}

/// The values in the clear that a rule selects, and the selector of the file does not.
pub(crate) fn beyond<'a>(document: &'a Document, own: &Selector, rule: &Rule) -> Vec<&'a Item> {
    let wanted = selector_of(rule);
    if document.format == Format::Binary || *own == wanted {
        return Vec::new();
    }
    let pairs = select(document, own)
        .into_iter()
        .zip(select(document, &wanted));
    let items = document.items.iter().zip(pairs);
    items
        .filter(|(item, (own, wanted))| {
            let token = item.value.as_text().is_some_and(is_token);
            *wanted && !own && !item.comment && item.can_be_encrypted() && !token
        })
        .map(|(item, _)| item)
        .collect()
}

/// Whether a selector names what is secret, and not what is none.
pub(crate) fn is_narrow(selector: &Selector) -> bool {
    matches!(
        selector,
        Selector::EncryptedSuffix(_)
            | Selector::EncryptedRegex(_)
            | Selector::EncryptedCommentRegex(_)
    )
}

pub(crate) fn selector_of(rule: &Rule) -> Selector {
    rule.selector.clone().unwrap_or_default()
}

fn problem(
    document: &Document,
    found: &[&Item],
    own: &Selector,
    rule: &Rule,
) -> Option<Diagnostic> {
    let first = found.first()?;
    let others = match found.len() - 1 {
        0 => " is".to_owned(),
        1 => " and one other value are".to_owned(),
        count => format!(" and {count} other values are"),
    };
    let wanted = selector_of(rule);
    let message = format!(
        "`{}`{others} in the clear: the file was encrypted under `{own}`, and its rule says `{wanted}` now",
        first.path
    );
    let command = format!(
        "`ichor secrets encrypt --in-place {}`",
        document.source.name()
    );
    let hint = if covers(document, own, &wanted) {
        format!("{command} encrypts it as the rule says")
    } else {
        format!("let the rule select what the file encrypts, too; {command} then follows it")
    };
    let rule = &rules::SOPS_NARROW_SELECTOR;
    let problem = if is_narrow(&wanted) {
        rule.report(message)
    } else {
        rule.report_as(Severity::Warning, message)
    };
    Some(
        problem
            .at(document.source.location(first.range.clone()))
            .hint(hint),
    )
}
