//! Words of CEL.

/// One word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Name(String),
    Int,
    Uint,
    Double,
    Text,
    Bytes,
    /// An operator or a bracket.
    Sign(&'static str),
    End,
}

/// Longer ones first.
const SIGNS: [&str; 26] = [
    "&&", "||", "==", "!=", "<=", ">=", ".?", "[?", "{", "}", "(", ")", "[", "]", "<", ">", "!",
    "+", "-", "*", "/", "%", "?", ":", ",", ".",
];

/// All words of a text, or why there are none.
pub(super) fn words(text: &str) -> Result<Vec<Token>, String> {
    let mut rest = text;
    let mut words = Vec::new();
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\n', '\r', '\u{c}']);
        if let Some(comment) = rest.strip_prefix("//") {
            rest = comment.split_once('\n').map_or("", |(_, rest)| rest);
            continue;
        }
        let Some(first) = rest.chars().next() else {
            words.push(Token::End);
            return Ok(words);
        };
        let (word, length) = if let Some(quoted) = quoted(rest) {
            quoted?
        } else if first.is_ascii_digit() || (first == '.' && rest.get(1..2).is_some_and(is_digit)) {
            number(rest)?
        } else if first.is_ascii_alphabetic() || first == '_' {
            let end = rest
                .find(|one: char| !(one.is_ascii_alphanumeric() || one == '_'))
                .unwrap_or(rest.len());
            let name = rest.get(..end).unwrap_or_default();
            if name == "in" {
                (Token::Sign("in"), end)
            } else {
                (Token::Name(name.to_owned()), end)
            }
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            (Token::Sign(sign), sign.len())
        } else {
            return Err(format!("`{first}` has no meaning"));
        };
        words.push(word);
        rest = rest.get(length..).unwrap_or_default();
    }
}

fn is_digit(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A text or bytes in quotes, if one starts here, and its length.
fn quoted(rest: &str) -> Option<Result<(Token, usize), String>> {
    let prefix = rest
        .find(|one: char| !"rRbB".contains(one))
        .filter(|length| *length <= 2)?;
    let (letters, body) = rest.split_at(prefix);
    let quote = body
        .chars()
        .next()
        .filter(|one| matches!(one, '"' | '\''))?;
    let lower = letters.to_ascii_lowercase();
    if lower == "rr" || lower == "bb" {
        return None;
    }
    let long = quote.to_string().repeat(3);
    let triple = body.starts_with(&long);
    let end = if triple {
        long.as_str()
    } else {
        long.get(..1)?
    };
    let token = if lower.contains('b') {
        Token::Bytes
    } else {
        Token::Text
    };
    let mut at = end.len();
    while let Some(rest) = body.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with(end) {
            return Some(Ok((token, prefix + at + end.len())));
        }
        let mut letters = rest.chars();
        let one = letters.next()?;
        at += one.len_utf8();
        if one == '\\' && !lower.contains('r') {
            let escaped = letters.next()?;
            if !"abfnrtv\\?\"'`xXuU01234567".contains(escaped) {
                return Some(Err(format!("`\\{escaped}` is no escape")));
            }
            at += escaped.len_utf8();
        } else if matches!(one, '\n' | '\r') && !triple {
            break;
        }
    }
    Some(Err("a text has no closing quote".to_owned()))
}

fn number(rest: &str) -> Result<(Token, usize), String> {
    let bad = |end: usize| {
        let text = rest.get(..end).unwrap_or_default();
        format!("`{text}` is not a number that CEL can hold")
    };
    let unsigned = |end: usize| {
        rest.get(end..end + 1)
            .is_some_and(|one| one == "u" || one == "U")
    };
    let (digits, radix) = match rest.strip_prefix("0x") {
        Some(_) => (2, 16),
        None => (0, 10),
    };
    let body = rest.get(digits..).unwrap_or_default();
    let count = body
        .find(|one: char| !one.is_digit(radix))
        .unwrap_or(body.len());
    let end = digits + count;
    let text = body.get(..count).unwrap_or_default();
    if radix == 10 {
        let (length, double) = fraction(rest, end);
        if double {
            return Ok((Token::Double, length));
        }
    }
    if unsigned(end) {
        u64::from_str_radix(text, radix).map_err(|_| bad(end + 1))?;
        return Ok((Token::Uint, end + 1));
    }
    // The smallest one is written with a sign.
    let value = u64::from_str_radix(text, radix).map_err(|_| bad(end))?;
    if value > 1 << 63 {
        return Err(bad(end));
    }
    Ok((Token::Int, end))
}

/// Where a number ends, and whether it has a fraction or an exponent.
fn fraction(rest: &str, digits: usize) -> (usize, bool) {
    let bytes = rest.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let skip = |mut at: usize| {
        while is_digit(at) {
            at += 1;
        }
        at
    };
    let mut end = digits;
    let mut double = false;
    if bytes.get(end) == Some(&b'.') && is_digit(end + 1) {
        end = skip(end + 1);
        double = true;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if is_digit(end + 1 + sign) {
            end = skip(end + 1 + sign);
            double = true;
        }
    }
    (end, double)
}
