//! Python literals as values.

use serde_json::{Map, Number, Value};

use super::python::{Kind, Token};

/// How deep lists and dictionaries may stand in each other.
const DEPTH: usize = 64;

/// The value of tokens that are one literal and nothing else: texts, numbers, `True`,
/// `False`, `None`, lists, tuples, and dictionaries whose keys are texts.
pub(super) fn read(tokens: &[Token<'_>]) -> Option<Value> {
    let mut reader = Reader { tokens, at: 0 };
    let value = reader.value(0)?;
    (reader.at == tokens.len()).then_some(value)
}

/// The text of one string literal, unless it is an f-string or of bytes.
pub(super) fn text(token: &Token<'_>) -> Option<String> {
    if token.kind != Kind::Text {
        return None;
    }
    let start = token.text.find(['"', '\''])?;
    let (prefix, body) = token.text.split_at(start);
    let prefix = prefix.to_lowercase();
    if prefix.contains(['f', 'b']) {
        return None;
    }
    let quotes = if body.len() >= 6 && (body.starts_with("\"\"\"") || body.starts_with("'''")) {
        3
    } else {
        1
    };
    let inner = body.get(quotes..body.len().checked_sub(quotes)?)?;
    let inner = inner.replace("\r\n", "\n");
    if prefix.contains('r') {
        return Some(inner);
    }
    unescape(&inner)
}

struct Reader<'a> {
    tokens: &'a [Token<'a>],
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a Token<'a>> {
        self.tokens.get(self.at)
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.text == sign);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        if depth > DEPTH {
            return None;
        }
        let token = self.peek()?;
        self.at += 1;
        match (token.kind, token.text) {
            (Kind::Name, "True") => Some(Value::Bool(true)),
            (Kind::Name, "False") => Some(Value::Bool(false)),
            (Kind::Name, "None") => Some(Value::Null),
            (Kind::Number, digits) => number(digits, false),
            (Kind::Sign, "-") => {
                let digits = self.peek().filter(|token| token.kind == Kind::Number)?;
                self.at += 1;
                number(digits.text, true)
            }
            (Kind::Text, _) => {
                let mut all = text(token)?;
                // Literals beside each other are one.
                while let Some(next) = self.peek().filter(|next| next.kind == Kind::Text) {
                    all.push_str(&text(next)?);
                    self.at += 1;
                }
                Some(Value::String(all))
            }
            (Kind::Sign, "[") => self.items("]", depth).map(|(items, _)| Value::Array(items)),
            (Kind::Sign, "(") => match self.items(")", depth)? {
                // Parentheses around one value, without a comma, are no tuple.
                (mut items, false) if items.len() == 1 => items.pop(),
                (items, _) => Some(Value::Array(items)),
            },
            (Kind::Sign, "{") => self.entries(depth),
            _ => None,
        }
    }

    /// Values up to the closing sign, and whether there was a comma.
    fn items(&mut self, close: &str, depth: usize) -> Option<(Vec<Value>, bool)> {
        let mut items = Vec::new();
        let mut commas = false;
        while !self.take(close) {
            items.push(self.value(depth + 1)?);
            if self.take(",") {
                commas = true;
            } else if self.peek()?.text != close {
                return None;
            }
        }
        Some((items, commas))
    }

    fn entries(&mut self, depth: usize) -> Option<Value> {
        let mut entries = Map::new();
        while !self.take("}") {
            let Value::String(key) = self.value(depth + 1)? else {
                return None;
            };
            if !self.take(":") {
                return None;
            }
            entries.insert(key, self.value(depth + 1)?);
            if !self.take(",") && self.peek()?.text != "}" {
                return None;
            }
        }
        Some(Value::Object(entries))
    }
}

fn number(digits: &str, negative: bool) -> Option<Value> {
    let digits = digits.replace('_', "").to_lowercase();
    let whole = match digits.get(..2) {
        Some("0x") => i64::from_str_radix(&digits[2..], 16).ok(),
        Some("0o") => i64::from_str_radix(&digits[2..], 8).ok(),
        Some("0b") => i64::from_str_radix(&digits[2..], 2).ok(),
        _ => digits.parse().ok(),
    };
    if let Some(whole) = whole {
        return Some(Value::from(if negative { -whole } else { whole }));
    }
    if !digits.contains(['.', 'e']) {
        return None;
    }
    let number: f64 = digits.parse().ok()?;
    Number::from_f64(if negative { -number } else { number }).map(Value::Number)
}

fn unescape(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            out.push(character);
            continue;
        }
        match rest.next()? {
            '\n' => {}
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            'a' => out.push('\u{7}'),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'v' => out.push('\u{b}'),
            quote @ ('\\' | '\'' | '"') => out.push(quote),
            'x' => out.push(code(&mut rest, 2)?),
            'u' => out.push(code(&mut rest, 4)?),
            'U' => out.push(code(&mut rest, 8)?),
            // Octal digits and names of characters: nobody writes them here.
            '0'..='7' | 'N' => return None,
            // Python keeps the backslash of what is no escape.
            other => out.extend(['\\', other]),
        }
    }
    Some(out)
}

fn code(rest: &mut std::str::Chars<'_>, digits: usize) -> Option<char> {
    let text: String = rest.take(digits).collect();
    if text.len() != digits {
        return None;
    }
    char::from_u32(u32::from_str_radix(&text, 16).ok()?)
}
