//! The tokens inside of tags: names, numbers, strings, operators.

use super::strings::unescape;
use super::token::{Operator, Placed, Span, SyntaxError, Token, is_space};

/// The next token at `at`, which is not white space. `None` where none begins.
pub(crate) fn next(text: &str, at: usize, newline: &str) -> Result<Option<Placed>, SyntaxError> {
    let rest = &text[at..];
    let Some(first) = rest.chars().next() else {
        return Ok(None);
    };
    let placed = |token, length| {
        Some(Placed {
            token,
            span: Span::new(at, at + length),
        })
    };
    if first.is_ascii_digit() {
        return number(text, at).map(|(token, length)| placed(token, length));
    }
    if first == '_' || first.is_alphanumeric() {
        let length = rest
            .find(|character: char| character != '_' && !is_name_part(character))
            .unwrap_or(rest.len());
        if first.is_numeric() {
            return Err(SyntaxError::new(
                Span::new(at, at + length),
                format!("`{}` is not a name", &rest[..length]),
            ));
        }
        return Ok(placed(Token::Name(rest[..length].to_owned()), length));
    }
    if matches!(first, '"' | '\'') {
        let Some(length) = string_length(rest, first) else {
            return Err(SyntaxError::new(
                Span::new(at, at + 1),
                "this string is not closed",
            ));
        };
        let mut value = unescape_lines(&rest[1..length - 1], newline);
        value = unescape(&value, at + 1)?;
        return Ok(placed(Token::Text(value), length));
    }
    Ok(Operator::ALL
        .iter()
        .find(|operator| rest.starts_with(operator.text()))
        .and_then(|&operator| placed(Token::Operator(operator), operator.text().len())))
}

/// The length of the white space at the start of a text.
pub(crate) fn space_length(text: &str) -> usize {
    text.find(|character| !is_space(character))
        .unwrap_or(text.len())
}

fn is_name_part(character: char) -> bool {
    // Combining marks continue a name too.
    character.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&character)
}

fn unescape_lines(raw: &str, newline: &str) -> String {
    if newline == "\n" {
        raw.to_owned()
    } else {
        raw.replace('\n', newline)
    }
}

fn string_length(rest: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (index, character) in rest.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return Some(index + 1),
            _ => {}
        }
    }
    None
}

fn number(text: &str, at: usize) -> Result<(Token, usize), SyntaxError> {
    let rest = &text[at..];
    // `a.1.2` is two subscripts, not one with a fraction.
    let after_dot = text[..at].ends_with('.');
    if !after_dot && let Some(length) = float_length(rest) {
        let value = rest[..length].replace('_', "").parse();
        return value
            .map(|value| (Token::Float(value), length))
            .map_err(|_| SyntaxError::new(Span::new(at, at + length), "not a number"));
    }
    let (radix, skipped, length) = integer_shape(rest);
    let digits = rest[skipped..length].replace('_', "");
    i128::from_str_radix(&digits, radix)
        .map(|value| (Token::Integer(value), length))
        .map_err(|_| {
            SyntaxError::new(
                Span::new(at, at + length),
                "whole numbers of more than 127 bits are not supported",
            )
        })
}

/// Length of `digits.digits`, `digits e digits` or both; `None` if it is a whole number.
fn float_length(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let whole = digits_length(bytes);
    let mut length = whole;
    if bytes.get(length) == Some(&b'.') {
        let fraction = digits_length(&bytes[length + 1..]);
        if fraction > 0 {
            length += 1 + fraction;
        }
    }
    if matches!(bytes.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        let exponent = digits_length(&bytes[(length + 1 + sign).min(bytes.len())..]);
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    (length > whole).then_some(length)
}

/// Length of decimal digits with single underscores between them.
fn digits_length(bytes: &[u8]) -> usize {
    let mut length = 0;
    for (index, byte) in bytes.iter().enumerate() {
        match byte {
            b'0'..=b'9' => length = index + 1,
            b'_' if index > 0 && length == index => {}
            _ => break,
        }
    }
    length
}

/// Base, length of the prefix, and length of a whole number.
fn integer_shape(rest: &str) -> (u32, usize, usize) {
    let bytes = rest.as_bytes();
    let radix = match bytes.get(1) {
        Some(b'b' | b'B') if bytes[0] == b'0' => 2,
        Some(b'o' | b'O') if bytes[0] == b'0' => 8,
        Some(b'x' | b'X') if bytes[0] == b'0' => 16,
        _ => 10,
    };
    if radix != 10 {
        let mut length = 2;
        for (index, &byte) in bytes.iter().enumerate().skip(2) {
            match byte {
                _ if char::from(byte).is_digit(radix) => length = index + 1,
                b'_' if length == index => {}
                _ => break,
            }
        }
        if length > 2 {
            return (radix, 2, length);
        }
        return (10, 0, 1);
    }
    if bytes[0] == b'0' {
        let zeros = rest.find(|c: char| c != '0').unwrap_or(rest.len());
        return (10, 0, zeros);
    }
    (10, 0, digits_length(bytes))
}
