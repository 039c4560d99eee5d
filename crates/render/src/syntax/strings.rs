//! Escapes in string literals, as Python's `unicode-escape` decodes them.

use std::fmt::Write;

use super::{Span, SyntaxError};

/// The text of a literal, from between its quotes.
pub(crate) fn unescape(raw: &str, at: usize) -> Result<String, SyntaxError> {
    if !raw.contains('\\') {
        return Ok(raw.to_owned());
    }
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(index) = rest.find('\\') {
        text.push_str(&rest[..index]);
        let escape_at = at + (raw.len() - rest.len()) + index;
        let mut characters = rest[index + 1..].chars();
        let wrong = |message: &str| {
            SyntaxError::new(Span::new(escape_at, escape_at + 2), message.to_owned())
        };
        let Some(kind) = characters.next() else {
            return Err(wrong("a string may not end with a backslash"));
        };
        rest = characters.as_str();
        match kind {
            '\n' => {}
            '\\' | '\'' | '"' => text.push(kind),
            'a' => text.push('\u{7}'),
            'b' => text.push('\u{8}'),
            'f' => text.push('\u{c}'),
            'n' => text.push('\n'),
            'r' => text.push('\r'),
            't' => text.push('\t'),
            'v' => text.push('\u{b}'),
            '0'..='7' => {
                let digits = octal_length(rest);
                let code = u32::from_str_radix(&format!("{kind}{}", &rest[..digits]), 8);
                rest = &rest[digits..];
                text.push(code.ok().and_then(char::from_u32).unwrap_or('\u{fffd}'));
            }
            'x' | 'u' | 'U' => {
                let length = match kind {
                    'x' => 2,
                    'u' => 4,
                    _ => 8,
                };
                let character = rest
                    .get(..length)
                    .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
                    .and_then(|digits| u32::from_str_radix(digits, 16).ok())
                    .and_then(char::from_u32)
                    .ok_or_else(|| {
                        wrong("this escape needs hexadecimal digits that name a character")
                    })?;
                rest = &rest[length..];
                text.push(character);
            }
            'N' => {
                return Err(wrong("characters cannot be written by name")
                    .hint("write the character itself, or its code as `\\u` and four digits"));
            }
            other if other.is_ascii() => {
                text.push('\\');
                text.push(other);
            }
            // Python escapes other characters before it decodes, so this backslash escapes
            // the backslash of that escape.
            other => {
                let code = u32::from(other);
                let _infallible = match code {
                    0..=0xff => write!(text, "\\x{code:02x}"),
                    0x100..=0xffff => write!(text, "\\u{code:04x}"),
                    _ => write!(text, "\\U{code:08x}"),
                };
            }
        }
    }
    text.push_str(rest);
    Ok(text)
}

/// How many of the next two characters continue an octal escape.
fn octal_length(rest: &str) -> usize {
    rest.bytes()
        .take(2)
        .take_while(|byte| (b'0'..=b'7').contains(byte))
        .count()
}

#[cfg(test)]
mod tests {
    use super::unescape;

    #[test]
    fn escapes_are_pythons() {
        for (raw, text) in [
            (r"a\nb\t\\", "a\nb\t\\"),
            (r"\x41\u00e9\U0001F600", "Aé😀"),
            (r"\101\0", "A\0"),
            (r"\d\.\/", r"\d\.\/"),
            ("a\\\nb", "ab"),
            ("\\é", r"\xe9"),
        ] {
            assert_eq!(unescape(raw, 0).unwrap(), text, "{raw}");
        }
        assert!(unescape(r"\xg1", 0).is_err());
        assert!(unescape(r"\ud800", 0).is_err());
    }
}
