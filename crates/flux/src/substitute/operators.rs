//! What operators make of a value, as Flux's `envsubst` 1.8.0 has it.

use super::bytes::{lower, replaced, reversed, upper};
use super::glob::{Fuel, NoMatch, is_match};
use super::parse::Operator;

/// How long a value may become, in bytes.
pub(super) const LONGEST: usize = 64 << 20;

/// How many steps the patterns of an expression may take.
const STEPS: usize = 50_000_000;

/// It would take too long, or become too long; or the library has no answer itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooMuch;

/// The value of an expression.
pub(super) fn apply(
    operator: Operator,
    value: &str,
    arguments: &[Vec<u8>],
) -> Result<Vec<u8>, TooMuch> {
    let same = || value.as_bytes().to_vec();
    let argument = arguments.first().map(Vec::as_slice).unwrap_or_default();
    Ok(match operator {
        Operator::Plain => same(),
        Operator::Default if value.is_empty() => argument.to_vec(),
        Operator::Default => same(),
        Operator::Length => value.len().to_string().into_bytes(),
        Operator::Upper { first: false } => value.chars().map(upper).collect::<String>().into(),
        Operator::Lower { first: false } => value.chars().map(lower).collect::<String>().into(),
        Operator::Upper { first: true } => of_first(value, upper),
        Operator::Lower { first: true } => of_first(value, lower),
        Operator::Substring => substring(value.as_bytes(), arguments)?,
        Operator::Replace { all } => {
            let new = arguments.get(1).map(Vec::as_slice).unwrap_or_default();
            replaced(value.as_bytes(), argument, new, all, LONGEST).ok_or(TooMuch)?
        }
        Operator::ReplacePrefix => match (value.as_bytes().strip_prefix(argument), arguments) {
            (Some(rest), [_, new]) => [new.as_slice(), rest].concat(),
            _ => same(),
        },
        Operator::ReplaceSuffix => match (value.as_bytes().strip_suffix(argument), arguments) {
            (Some(rest), [_, new]) => [rest, new.as_slice()].concat(),
            _ => same(),
        },
        Operator::StripPrefix { longest } => {
            let mut fuel = Fuel(STEPS);
            strip(value.as_bytes(), argument, longest, &mut fuel)?.to_vec()
        }
        Operator::StripSuffix { longest } => {
            let mut fuel = Fuel(STEPS);
            let (value, pattern) = (reversed(value.as_bytes()), reversed(argument));
            reversed(strip(&value, &pattern, longest, &mut fuel)?)
        }
    })
}

fn of_first(value: &str, change: impl Fn(char) -> char) -> Vec<u8> {
    let mut letters = value.chars();
    let changed = letters.next().map(change);
    changed
        .into_iter()
        .chain(letters)
        .collect::<String>()
        .into()
}

/// `:offset` and `:offset:length`, in bytes. What is no number means the whole value.
fn substring(value: &[u8], arguments: &[Vec<u8>]) -> Result<Vec<u8>, TooMuch> {
    let number = |index: usize| -> Option<i64> {
        let text = std::str::from_utf8(arguments.get(index)?).ok()?;
        text.parse().ok()
    };
    let size = i64::try_from(value.len()).map_err(|_| TooMuch)?;
    let Some(offset) = number(0) else {
        return Ok(value.to_vec());
    };
    let start = if offset < 0 {
        size.saturating_add(offset).max(0)
    } else {
        offset
    };
    let end = if arguments.len() < 2 {
        size
    } else {
        match number(1) {
            None => return Ok(value.to_vec()),
            Some(length) if length < 0 => size.saturating_add(length),
            // Where the sum has no number, the library fails.
            Some(length) => start.checked_add(length).ok_or(TooMuch)?.min(size),
        }
    };
    let index = |number: i64| usize::try_from(number).unwrap_or_default();
    let range = index(start)..index(end.max(0));
    Ok(value.get(range).unwrap_or_default().to_vec())
}

/// A value without the shortest or longest beginning that a pattern matches.
fn strip<'a>(
    value: &'a [u8],
    pattern: &[u8],
    longest: bool,
    fuel: &mut Fuel,
) -> Result<&'a [u8], TooMuch> {
    let mut stripped = value;
    for end in (1..=value.len()).rev() {
        let (head, tail) = value.split_at(end);
        match is_match(pattern, head, fuel) {
            Ok(true) if longest => return Ok(tail),
            Ok(true) => stripped = tail,
            Ok(false) => {}
            Err(NoMatch::BadPattern) => return Ok(value),
            Err(NoMatch::NoFuel) => return Err(TooMuch),
        }
    }
    Ok(stripped)
}

#[cfg(test)]
mod tests {
    use super::{Operator, TooMuch, apply};

    #[test]
    fn a_length_beyond_all_numbers_is_refused_and_ends() {
        let arguments = [b"1".to_vec(), i64::MAX.to_string().into_bytes()];
        assert_eq!(apply(Operator::Substring, "abc", &arguments), Err(TooMuch));
    }
}
