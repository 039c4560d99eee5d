//! Variables: `talenv.yaml` read as dotenv, and the strict substitution that talhelper does.

use std::collections::BTreeMap;
use std::ops::Range;

use diagnostics::{Diagnostics, Piece, Source};

use crate::rules;

/// Variables by name.
pub type Variables = BTreeMap<String, String>;

/// Reads `talenv.yaml`, as talhelper does: as YAML first, which it must be, then as dotenv.
pub fn talenv(source: &Source) -> (Variables, Diagnostics) {
    // What stands there may be secret, encrypted or not.
    let hidden = source.clone().with_secrets([0..source.text().len()]);
    let parsed = yaml::parse(&hidden, &yaml::Limits::default());
    let mut problems: Diagnostics = { parsed.diagnostics.into_iter() }
        .filter(|problem| problem.is_error() && !problem.is(&yaml::rules::YAML_DUPLICATE_KEY))
        .collect();
    let root = parsed.documents.first();
    if problems.is_empty()
        && let Some(root) = root.filter(|root| root.as_mapping().is_none() && !root.is_null())
    {
        problems.push(
            rules::TALENV_SYNTAX
                .report(format!(
                    "the file is a map of variables, not {}",
                    root.kind_name()
                ))
                .at(hidden.location(root.range()))
                .hint("write each variable as `KEY: value`: talhelper reads nothing else"),
        );
    }
    if problems.has_errors() {
        return (Variables::new(), problems);
    }
    dotenv(source)
}

/// Reads variables as dotenv: `KEY=value` or `KEY: value`, with quotes and comments.
pub fn dotenv(source: &Source) -> (Variables, Diagnostics) {
    let mut variables = Variables::new();
    let mut problems = Diagnostics::new();
    let mut start = 0;
    for line in source.text().split_inclusive('\n') {
        let range = start..start + line.trim_end().len();
        start += line.len();
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') || line == "---" {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let pair = line
            .split_once(['=', ':'])
            .map(|(key, value)| (key.trim(), value.trim()));
        match pair {
            Some((key, value)) if is_name(key) => match unquote(value, &variables) {
                Some(value) => {
                    variables.insert(key.to_owned(), value);
                }
                None => problems.push(
                    rules::TALENV_SYNTAX.report(format!("the quotes around the value of `{key}` do not match"),
                    )
                    .at(source.clone().with_secrets([range.clone()]).location(range))
                    .hint(
                        "the file is read as dotenv: write `\\\"` for a quote within double quotes",
                    ),
                ),
            },
            _ => problems.push(
                rules::TALENV_SYNTAX.report("the line is no `KEY: value`")
                    .at(source.clone().with_secrets([range.clone()]).location(range)),
            ),
        }
    }
    (variables, problems)
}

fn is_name(key: &str) -> bool {
    !key.is_empty()
        && key
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.'))
}

/// The value without its quotes; none if something other than a comment follows them, or they
/// are not closed.
fn unquote(value: &str, variables: &Variables) -> Option<String> {
    let ends = |rest: &str| rest.trim_start().is_empty() || rest.trim_start().starts_with('#');
    if let Some(inner) = value.strip_prefix('\'') {
        let (text, rest) = inner.split_once('\'')?;
        return ends(rest).then(|| text.to_owned());
    }
    if let Some(inner) = value.strip_prefix('"') {
        let mut text = String::new();
        let mut letters = inner.chars();
        loop {
            match letters.next()? {
                '"' => break,
                '\\' => match letters.next() {
                    Some('n') => text.push('\n'),
                    Some('r') => text.push('\r'),
                    Some(other) => text.push(other),
                    None => {}
                },
                other => text.push(other),
            }
        }
        return ends(letters.as_str()).then(|| expand(&text, variables));
    }
    let end = value.find(" #").unwrap_or(value.len());
    let text = value.get(..end).unwrap_or(value).trim_end();
    Some(expand(text, variables))
}

/// `$NAME` and `${NAME}` of upper-case names, within the file.
fn expand(text: &str, variables: &Variables) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let (braced, body) = match after.strip_prefix('{') {
            Some(body) => (true, body),
            None => (false, after),
        };
        let length = body
            .find(|letter: char| {
                !(letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_')
            })
            .unwrap_or(body.len());
        let (name, tail) = body.split_at(length);
        let closed = if braced {
            tail.strip_prefix('}')
        } else {
            Some(tail)
        };
        match closed {
            Some(tail) if !name.is_empty() => {
                out.push_str(variables.get(name).map_or("", String::as_str));
                rest = tail;
            }
            _ => {
                out.push('$');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// The comments of a YAML text that have a dollar in them.
///
/// Most texts have none, which shows without parsing them.
pub fn comments(source: &Source) -> Vec<Range<usize>> {
    let in_comment = |line: &str| {
        let dollar = line.rfind('$');
        dollar.is_some_and(|dollar| {
            line.get(..dollar)
                .is_some_and(|before| before.contains('#'))
        })
    };
    if !source.text().lines().any(in_comment) {
        return Vec::new();
    }
    let comments = yaml::parse(source, &yaml::Limits::default()).comments;
    comments.into_iter().map(|comment| comment.range).collect()
}

/// The pieces of a text that another is made of, which keeps secrets masked there.
#[derive(Default)]
struct Pieces(Vec<Piece>);

impl Pieces {
    /// Copies a piece.
    fn copy(&mut self, text: &str, range: Range<usize>, out: &mut String) {
        let start = out.len();
        out.push_str(text.get(range.clone()).unwrap_or_default());
        self.0.push(Piece {
            start,
            from: range,
            copied: true,
        });
    }

    /// Puts a text in the place of a piece.
    fn insert(&mut self, range: Range<usize>, text: &str, out: &mut String) {
        self.0.push(Piece {
            start: out.len(),
            from: range,
            copied: false,
        });
        out.push_str(text);
    }

    /// Where the secrets of the text are in the other.
    fn secrets(&self, source: &Source) -> Vec<Range<usize>> {
        let mut out = Vec::new();
        for secret in source.secrets() {
            for piece in self.0.iter().filter(|piece| piece.copied) {
                let start = secret.start.max(piece.from.start);
                let end = secret.end.min(piece.from.end);
                if start < end {
                    let at = |offset: usize| piece.start + offset - piece.from.start;
                    out.push(at(start)..at(end));
                }
            }
        }
        out
    }
}

/// Puts variables into a text, comments left alone. Lines stay where they are as long as values
/// have one line; what was put in counts as secret.
///
/// `$$` is a dollar. An unset or empty variable without a default is a problem.
pub fn substitute(
    source: &Source,
    comments: &[Range<usize>],
    variables: &Variables,
) -> (Source, Diagnostics) {
    let text = source.text();
    let mut out = String::with_capacity(text.len());
    let mut secrets = Vec::new();
    let mut pieces = Pieces::default();
    let mut problems = Diagnostics::new();
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('$')) {
        let dollar = at + found;
        pieces.copy(text, at..dollar, &mut out);
        if let Some(comment) = comments.iter().find(|comment| comment.contains(&dollar)) {
            pieces.copy(text, dollar..comment.end, &mut out);
            at = comment.end.max(dollar + 1);
            continue;
        }
        let after = text.get(dollar + 1..).unwrap_or_default();
        if after.starts_with('$') {
            pieces.insert(dollar..dollar + 2, "$", &mut out);
            at = dollar + 2;
            continue;
        }
        let (length, value) = match expression(after, variables) {
            Ok(done) => done,
            Err((length, message)) => {
                problems.push(
                    rules::TALENV_UNSET_VARIABLE
                        .report(message)
                        .at(source.location(dollar..dollar + 1 + length))
                        .hint("set it in `talenv.yaml`, or write `$$` for a dollar"),
                );
                // As it was written, so that one problem does not become several.
                let written = after.get(..length).unwrap_or_default();
                (length, format!("${written}"))
            }
        };
        let written = dollar..dollar + 1 + length;
        if length == 0 {
            pieces.insert(written, "$", &mut out);
        } else {
            if !is_version(&value) {
                secrets.push(out.len()..out.len() + value.len());
            }
            pieces.insert(written, &value, &mut out);
        }
        at = dollar + 1 + length;
    }
    pieces.copy(text, at..text.len(), &mut out);
    secrets.extend(pieces.secrets(source));
    let filled = Source::new(source.name(), out).with_secrets(secrets);
    // Lines stay where they are, but not where a template was filled before.
    if source.is_made() {
        return (filled.made_from(source, pieces.0), problems);
    }
    (filled, problems)
}

/// Whether a value is a version, which is no secret: `v1.13.7`.
fn is_version(value: &str) -> bool {
    let numbers = value.strip_prefix('v').unwrap_or(value).split('.');
    let number = |part: &str| part.len() <= 3 && part.parse::<u16>().is_ok();
    numbers.clone().count() == 3 && numbers.clone().all(number)
}

/// What follows a dollar: how many bytes it takes, and its value. No bytes: a mere dollar.
fn expression(after: &str, variables: &Variables) -> Result<(usize, String), (usize, String)> {
    let name_length = |text: &str| {
        text.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'))
            .unwrap_or(text.len())
    };
    let lookup = |name: &str| variables.get(name).filter(|value| !value.is_empty());
    let Some(body) = after.strip_prefix('{') else {
        let length = name_length(after);
        let name = after.get(..length).unwrap_or_default();
        if length == 0 {
            return Ok((0, String::new()));
        }
        return lookup(name)
            .map(|value| (length, value.clone()))
            .ok_or_else(|| (length, unset(name, variables)));
    };
    let Some(end) = body.find('}') else {
        return Err((after.len().min(1), "`${` is not closed".to_owned()));
    };
    let (whole, length) = (body.get(..end).unwrap_or_default(), end + 2);
    let (name, operator) = whole.split_at(name_length(whole));
    let set = variables.get(name);
    let default = |text: &str| match text.strip_prefix('$') {
        Some(name) if !name.is_empty() => lookup(name).cloned().unwrap_or_default(),
        _ => text.to_owned(),
    };
    let value = if operator.is_empty() {
        lookup(name).cloned()
    } else if let Some(text) = operator.strip_prefix(":-").or(operator.strip_prefix(":=")) {
        Some(lookup(name).cloned().unwrap_or_else(|| default(text)))
    } else if let Some(text) = operator.strip_prefix(":+") {
        Some(lookup(name).map(|_| default(text)).unwrap_or_default())
    } else if let Some(text) = operator.strip_prefix(['-', '=']) {
        Some(set.cloned().unwrap_or_else(|| default(text)))
    } else if let Some(text) = operator.strip_prefix('+') {
        Some(set.map(|_| default(text)).unwrap_or_default())
    } else {
        return Err((length, format!("`${{{whole}}}` is no variable")));
    };
    value
        .map(|value| (length, value))
        .ok_or_else(|| (length, unset(name, variables)))
}

fn unset(name: &str, variables: &Variables) -> String {
    if variables.contains_key(name) {
        format!("the variable `{name}` is empty")
    } else {
        format!("the variable `{name}` is not set")
    }
}
