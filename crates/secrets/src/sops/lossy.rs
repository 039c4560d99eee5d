//! What is lost when a file is read as sops reads it, and so when it is decrypted again: digits
//! of numbers that do not fit into 64 bits, of which a floating-point number has 53 for its
//! digits, and what go-ini takes for a comment or for a value that goes on.

use diagnostics::{Diagnostic, Diagnostics};

use super::document::{Document, Format, Item};
use super::open::{File, read_plain};
use super::value::{Kind, Value};

use crate::rules;

/// The values of a file in the clear that become others when they are read as sops does, each
/// as a warning at its place.
///
/// # Errors
///
/// If the file cannot be read.
pub fn lossy(file: &File<'_>) -> Result<Diagnostics, Diagnostics> {
    let document = read_plain(file)?;
    Ok(document
        .items
        .iter()
        .filter_map(|item| lost(&document, item))
        .collect())
}

/// How many comments a file in the clear has.
///
/// # Errors
///
/// If the file cannot be read.
pub fn comments(file: &File<'_>) -> Result<usize, Diagnostics> {
    let document = read_plain(file)?;
    Ok(document.items.iter().filter(|item| item.comment).count())
}

/// The problem of one such value.
pub(crate) fn lost(document: &Document, item: &Item) -> Option<Diagnostic> {
    match document.format {
        Format::Ini => ini(document, item),
        _ => number(document, item),
    }
}

/// A value that go-ini cuts where a comment character stands in it, or to which it adds the
/// next line.
fn ini(document: &Document, item: &Item) -> Option<Diagnostic> {
    let text = document.source.text();
    let problem = |message: String| {
        rules::SOPS_INI_VALUE_CHANGES
            .report(message)
            .at(document.source.location(item.range.clone()))
    };
    if item.comment {
        let before = text.get(..item.range.start)?;
        let cut = item.slot.trailing && !item.slot.heading && !before.ends_with([' ', '\t', '\n']);
        return cut.then(|| {
            problem(format!(
                "the last value of `{}` ends here, as with sops: what follows is taken for a comment",
                item.path
            ))
            .hint("put the value in backquotes, the only quotes of ini files that hold it")
        });
    }
    let written = text.get(item.range.clone())?;
    let goes_on = written.contains("\\\n") && !written.starts_with(['"', '`', '\'']);
    goes_on.then(|| {
        problem(format!(
            "the value of `{}` ends in a `\\` and takes in the next line, as with sops",
            item.path
        ))
        .hint("put the value in backquotes if the `\\` belongs to it")
    })
}

fn number(document: &Document, item: &Item) -> Option<Diagnostic> {
    // Where an alias stands, the number is told of at its anchor.
    if item.comment || item.value.kind() != Kind::Float || item.slot.definition.is_some() {
        return None;
    }
    let written = document.source.text().get(item.range.clone())?;
    if !changes(written, &item.value) {
        return None;
    }
    Some(
        rules::SOPS_DIGITS_LOST.report(format!(
                "the number of `{}` has more digits than SOPS keeps, as with sops: the last ones become others",
                item.path
            ),
        )
        .at(document.source.location(item.range.clone()))
        .hint("put it in quotes to keep it as it is"),
    )
}

/// Whether a number as it is written has other digits than the value that was read.
fn changes(written: &str, value: &Value) -> bool {
    let (Some(written), Some(read)) = (digits(written), value.as_text().and_then(digits)) else {
        return false;
    };
    written != read
}

/// The digits that count, without zeros at either end; `None` for what is no decimal number.
fn digits(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches(['+', '-']);
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let decimal = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'_');
    if !mantissa.bytes().all(decimal) {
        return None;
    }
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    Some(digits.trim_matches('0').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_digits_that_do_not_fit_are_lost() {
        let changes = |text: &str| {
            let number = text.replace('_', "").parse().expect("a number");
            changes(text, &Value::float(number))
        };
        for text in [
            "1.0",
            "1.10",
            "-0.0",
            "1e21",
            "1e-7",
            "0.1",
            "+12.50",
            "1_000.5",
            "1000000.0",
            "0.30000000000000004",
            "9007199254740992",
        ] {
            assert!(!changes(text), "{text}");
        }
        for text in [
            "12345678901234567890123",
            "-12345678901234567890123",
            "9007199254740993.0",
            "0.12345678901234567890",
            "18446744073709551615",
        ] {
            assert!(changes(text), "{text}");
        }
        assert_eq!(digits(".inf"), None);
        assert_eq!(digits("0x1F"), None);
    }
}
