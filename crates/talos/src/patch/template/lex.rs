//! What stands within an action, as words.

use std::ops::Range;

use super::Fault;

/// A word of an action.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Dot,
    /// `.Name`.
    Field(String),
    /// `$name`, without its dollar.
    Variable(String),
    /// A function or a keyword.
    Name(String),
    Text(String),
    Integer(i64),
    Float(f64),
    Pipe,
    Open,
    Close,
    Comma,
    /// `:=`.
    Declare,
    /// `=`.
    Assign,
}

/// A word with its place, and whether white space or nothing stands before it.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub(super) token: Token,
    pub(super) range: Range<usize>,
    pub(super) apart: bool,
}

/// The words of the part of a text.
pub(super) fn words(text: &str, range: &Range<usize>) -> Result<Vec<Word>, Fault> {
    let mut out = Vec::new();
    let mut at = range.start;
    let mut apart = true;
    while at < range.end {
        let rest = text.get(at..range.end).unwrap_or_default();
        let Some(one) = rest.chars().next() else {
            break;
        };
        if one.is_whitespace() {
            apart = true;
            at += one.len_utf8();
            continue;
        }
        let (token, length) = word(rest, at)?;
        let end = at + length;
        // What is glued together is a mistake but for fields behind something.
        let ends_a_word = matches!(
            token,
            Token::Field(_) | Token::Variable(_) | Token::Name(_) | Token::Integer(_)
        );
        let next = text
            .get(end..range.end)
            .and_then(|rest| rest.chars().next());
        let fine = |next: char| next.is_whitespace() || ".,|:)(=".contains(next);
        if ends_a_word && next.is_some_and(|next| !fine(next)) {
            let next = next.unwrap_or_default();
            return Err(Fault::new(
                end..end + next.len_utf8(),
                format!("`{next}` cannot stand here"),
            ));
        }
        out.push(Word {
            token,
            range: at..end,
            apart,
        });
        apart = false;
        at = end;
    }
    Ok(out)
}

fn name_length(text: &str) -> usize {
    text.find(|one: char| !(one.is_alphanumeric() || one == '_'))
        .unwrap_or(text.len())
}

/// The first word and its length.
fn word(rest: &str, at: usize) -> Result<(Token, usize), Fault> {
    let mut letters = rest.chars();
    let first = letters.next().unwrap_or_default();
    let second = letters.next().unwrap_or_default();
    Ok(match first {
        '|' => (Token::Pipe, 1),
        '(' => (Token::Open, 1),
        ')' => (Token::Close, 1),
        ',' => (Token::Comma, 1),
        '=' => (Token::Assign, 1),
        ':' if second == '=' => (Token::Declare, 2),
        '"' => quoted(rest, at)?,
        '\'' => {
            let (token, length) = quoted(rest, at)?;
            let Token::Text(text) = token else {
                return Err(unreadable(at..at + length));
            };
            let mut letters = text.chars();
            match (letters.next(), letters.next()) {
                (Some(only), None) => (Token::Integer(i64::from(u32::from(only))), length),
                _ => {
                    return Err(Fault::new(
                        at..at + length,
                        "single quotes hold one letter and stand for its number",
                    )
                    .hint("write text in double quotes"));
                }
            }
        }
        '`' => {
            let inner = rest.get(1..).unwrap_or_default();
            let end = inner.find('`').ok_or_else(|| unreadable(at..at + 1))?;
            let text = inner.get(..end).unwrap_or_default();
            (Token::Text(text.replace('\r', "")), end + 2)
        }
        '$' => {
            let length = name_length(rest.get(1..).unwrap_or_default());
            let name = rest.get(1..=length).unwrap_or_default();
            (Token::Variable(name.to_owned()), length + 1)
        }
        '.' if !second.is_ascii_digit() => {
            let length = name_length(rest.get(1..).unwrap_or_default());
            let name = rest.get(1..=length).unwrap_or_default();
            if name.is_empty() {
                (Token::Dot, 1)
            } else {
                (Token::Field(name.to_owned()), length + 1)
            }
        }
        '.' | '+' | '-' | '0'..='9' => number(rest, at)?,
        one if one.is_alphabetic() || one == '_' => {
            let length = name_length(rest);
            let name = rest.get(..length).unwrap_or_default();
            (Token::Name(name.to_owned()), length)
        }
        one => {
            return Err(Fault::new(
                at..at + one.len_utf8(),
                format!("`{one}` cannot stand here"),
            ));
        }
    })
}

fn unreadable(range: Range<usize>) -> Fault {
    Fault::new(range, "the quotes do not match, or an escape is unknown")
}

/// A text in quotes.
fn quoted(rest: &str, at: usize) -> Result<(Token, usize), Fault> {
    let mut letters = rest.char_indices();
    let quote = letters.next().map_or('"', |(_, quote)| quote);
    let mut text = String::new();
    while let Some((index, one)) = letters.next() {
        if one == quote {
            return Ok((Token::Text(text), index + 1));
        }
        if one != '\\' {
            text.push(one);
            continue;
        }
        let (_, escape) = letters.next().ok_or_else(|| unreadable(at..at + index))?;
        let digits = match escape {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        if digits > 0 {
            let code: String = (0..digits)
                .filter_map(|_| letters.next().map(|(_, digit)| digit))
                .collect();
            let code = u32::from_str_radix(&code, 16).ok().and_then(char::from_u32);
            // Above that, `\x` is a byte, which need not be a letter.
            let code = code.filter(|code| digits > 2 || code.is_ascii());
            text.push(code.ok_or_else(|| unreadable(at..at + index + 2))?);
            continue;
        }
        text.push(match escape {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'v' => '\u{b}',
            '\\' => '\\',
            same if same == quote => same,
            _ => return Err(unreadable(at + index..at + index + 1 + escape.len_utf8())),
        });
    }
    Err(unreadable(at..at + 1))
}

/// A number.
fn number(rest: &str, at: usize) -> Result<(Token, usize), Fault> {
    let end = rest
        .char_indices()
        .find(|(index, one)| {
            let sign = *index == 0
                || rest
                    .get(..*index)
                    .is_some_and(|before| before.ends_with(['e', 'E']) && !before.contains('x'));
            !(one.is_ascii_alphanumeric()
                || matches!(one, '.' | '_')
                || (sign && matches!(one, '+' | '-')))
        })
        .map_or(rest.len(), |(index, _)| index);
    let written = rest.get(..end).unwrap_or_default();
    let plain = written.replace('_', "");
    let (negative, digits) = match plain.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let radix = |prefixes: [&str; 2], radix| {
        prefixes
            .iter()
            .find_map(|prefix| digits.strip_prefix(prefix))
            .map(|digits| i64::from_str_radix(digits, radix))
    };
    let whole = radix(["0x", "0X"], 16)
        .or_else(|| radix(["0o", "0O"], 8))
        .or_else(|| radix(["0b", "0B"], 2))
        .unwrap_or_else(|| digits.parse());
    if let Ok(whole) = whole {
        let octal = digits.len() > 1 && digits.starts_with('0') && digits.parse::<i64>().is_ok();
        let whole = if octal {
            i64::from_str_radix(digits, 8).unwrap_or(whole)
        } else {
            whole
        };
        return Ok((Token::Integer(if negative { -whole } else { whole }), end));
    }
    let starts = digits.starts_with(|one: char| one.is_ascii_digit() || one == '.');
    match digits.parse::<f64>() {
        Ok(float) if starts && float.is_finite() => {
            Ok((Token::Float(if negative { -float } else { float }), end))
        }
        _ => Err(Fault::new(
            at..at + end.max(1),
            format!("`{written}` is no number"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::{Token, words};

    #[test]
    fn words_of_an_action() {
        let read = |text: &str| {
            words(text, &(0..text.len()))
                .map(|words| words.into_iter().map(|word| word.token).collect::<Vec<_>>())
                .map_err(|fault| fault.message)
        };
        assert_eq!(
            read("$i, $ := .A.B | f \"a\\\"\\u00e9\" `\\` 'a' -0x10 1.5e3 (.)"),
            Ok(vec![
                Token::Variable("i".into()),
                Token::Comma,
                Token::Variable(String::new()),
                Token::Declare,
                Token::Field("A".into()),
                Token::Field("B".into()),
                Token::Pipe,
                Token::Name("f".into()),
                Token::Text("a\"é".into()),
                Token::Text("\\".into()),
                Token::Integer(97),
                Token::Integer(-16),
                Token::Float(1500.0),
                Token::Open,
                Token::Dot,
                Token::Close,
            ])
        );
        for text in [
            "a!",
            "%",
            "\"a",
            "\"\\q\"",
            "'ab'",
            "1x",
            "-",
            "`a",
            "\"\\xff\"",
            "\\",
            "99999999999999999999x",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
