//! Patterns of `#`, `##`, `%` and `%%`: Go's `path.Match`, but `*` takes slashes as well.

use super::bytes::first;

/// How many steps all matches of an expression may take together.
pub(super) struct Fuel(pub(super) usize);

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoMatch {
    /// The pattern is none; then nothing is taken off.
    BadPattern,
    /// It takes too long.
    NoFuel,
}

/// Whether a pattern matches the whole of a text.
pub(super) fn is_match(
    mut pattern: &[u8],
    mut text: &[u8],
    fuel: &mut Fuel,
) -> Result<bool, NoMatch> {
    'pattern: while !pattern.is_empty() {
        let (star, chunk, rest) = chunk(pattern);
        pattern = rest;
        if star && chunk.is_empty() {
            return Ok(true);
        }
        let last = pattern.is_empty();
        if let Some(after) = begins(chunk, text, fuel)?
            && (after.is_empty() || !last)
        {
            text = after;
            continue;
        }
        if star {
            for start in 1..=text.len() {
                let tail = text.get(start..).unwrap_or_default();
                if let Some(after) = begins(chunk, tail, fuel)? {
                    if last && !after.is_empty() {
                        continue;
                    }
                    text = after;
                    continue 'pattern;
                }
            }
        }
        return Ok(false);
    }
    Ok(text.is_empty())
}

/// The next part without a star, whether one precedes it, and what follows.
fn chunk(pattern: &[u8]) -> (bool, &[u8], &[u8]) {
    let stars = pattern.iter().take_while(|byte| **byte == b'*').count();
    let pattern = pattern.get(stars..).unwrap_or_default();
    let mut in_class = false;
    let mut at = 0;
    while let Some(byte) = pattern.get(at) {
        match byte {
            b'\\' if at + 1 < pattern.len() => at += 1,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'*' if !in_class => break,
            _ => {}
        }
        at += 1;
    }
    let (chunk, rest) = pattern.split_at(at.min(pattern.len()));
    (stars > 0, chunk, rest)
}

/// What of a text follows a chunk, if it begins with it.
fn begins<'a>(
    mut chunk: &[u8],
    mut text: &'a [u8],
    fuel: &mut Fuel,
) -> Result<Option<&'a [u8]>, NoMatch> {
    while let Some((sign, after)) = chunk.split_first() {
        fuel.0 = fuel.0.checked_sub(1).ok_or(NoMatch::NoFuel)?;
        let Some((byte, tail)) = text.split_first() else {
            return Ok(None);
        };
        match sign {
            b'[' => {
                let (letter, length) = first(text);
                text = text.get(length..).unwrap_or_default();
                let (is, after) = class(after, letter, fuel)?;
                if !is {
                    return Ok(None);
                }
                chunk = after;
            }
            b'?' => {
                text = text.get(first(text).1..).unwrap_or_default();
                chunk = after;
            }
            _ => {
                let (sign, after) = match sign {
                    b'\\' => after.split_first().ok_or(NoMatch::BadPattern)?,
                    sign => (sign, after),
                };
                if sign != byte {
                    return Ok(None);
                }
                text = tail;
                chunk = after;
            }
        }
    }
    Ok(Some(text))
}

/// Whether a character is of a class, and what follows the class; it begins behind its `[`.
fn class<'a>(
    mut chunk: &'a [u8],
    letter: char,
    fuel: &mut Fuel,
) -> Result<(bool, &'a [u8]), NoMatch> {
    let negated = chunk.first() == Some(&b'^');
    if negated {
        chunk = chunk.get(1..).unwrap_or_default();
    }
    let mut found = false;
    let mut ranges = 0_usize;
    loop {
        fuel.0 = fuel.0.checked_sub(1).ok_or(NoMatch::NoFuel)?;
        if ranges > 0
            && let Some(after) = chunk.strip_prefix(b"]")
        {
            return Ok((found != negated, after));
        }
        let (low, after) = of_class(chunk)?;
        let (high, after) = match after.strip_prefix(b"-") {
            Some(after) => of_class(after)?,
            None => (low, after),
        };
        found |= (low..=high).contains(&letter);
        ranges += 1;
        chunk = after;
    }
}

/// A character of a class, and what follows, which is never nothing.
fn of_class(chunk: &[u8]) -> Result<(char, &[u8]), NoMatch> {
    let chunk = match chunk.first() {
        None | Some(b'-' | b']') => return Err(NoMatch::BadPattern),
        Some(b'\\') => chunk.get(1..).unwrap_or_default(),
        Some(_) => chunk,
    };
    let (letter, length) = first(chunk);
    let after = chunk.get(length..).unwrap_or_default();
    if after.is_empty() || (letter == char::REPLACEMENT_CHARACTER && length == 1) {
        return Err(NoMatch::BadPattern);
    }
    Ok((letter, after))
}

#[cfg(test)]
mod tests {
    use super::{Fuel, NoMatch, is_match};

    #[test]
    fn patterns_match_as_in_go() {
        let of = |pattern: &str, text: &str| {
            is_match(pattern.as_bytes(), text.as_bytes(), &mut Fuel(10_000))
        };
        for (pattern, text) in [
            ("*", "a/b"),
            ("a*c", "abbc"),
            ("[^a-c]?", "xé"),
            ("\\*", "*"),
        ] {
            assert_eq!(of(pattern, text), Ok(true), "{pattern} {text}");
        }
        for (pattern, text) in [("a", "ab"), ("[a]", "b"), ("?", "")] {
            assert_eq!(of(pattern, text), Ok(false), "{pattern} {text}");
        }
        assert_eq!(of("[", "a"), Err(NoMatch::BadPattern));
        let hungry = is_match(b"a*b", b"aaaaaaaaaaaa", &mut Fuel(3));
        assert_eq!(hungry, Err(NoMatch::NoFuel));
    }
}
