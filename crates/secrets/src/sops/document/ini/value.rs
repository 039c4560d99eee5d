//! The value of an ini key, as go-ini reads and writes it.
//!
//! Facts from `parser.go` and `file.go` of `gopkg.in/ini.v1` 1.67.

use std::ops::Range;

/// A value and where it is written.
pub(super) struct Read {
    pub(super) text: String,
    /// With its quotes.
    pub(super) range: Range<usize>,
    /// A comment behind it on its line.
    pub(super) comment: Option<Range<usize>>,
    /// Where the next line starts.
    pub(super) next: usize,
}

/// Reads the value that starts at an offset, behind the `=`. `None` if its quote never ends.
pub(super) fn read(text: &str, from: usize) -> Option<Read> {
    let next = line_end(text, from);
    let raw = &text[from..next];
    let start = from + (raw.len() - raw.trim_start().len());
    let line = &text[start.min(next)..next];
    if line.is_empty() {
        let at = from + raw.len() - raw.trim_start_matches([' ', '\t']).len();
        return Some(Read {
            text: String::new(),
            range: at..at,
            comment: None,
            next,
        });
    }
    for quote in ["\"\"\"", "`"] {
        // Three quotes alone are no start of a value for go-ini.
        if line.starts_with(quote) && (quote == "`" || line.len() > 3) {
            return quoted(text, start, next, quote);
        }
    }
    let trimmed = line.trim_end();
    if trimmed.ends_with('\\') {
        return Some(continued(text, start, start + trimmed.len(), next));
    }
    let (value, comment) = match trimmed.find(['#', ';']) {
        Some(at) => (
            trimmed[..at].trim_end(),
            Some(start + at..start + trimmed.len()),
        ),
        None => (trimmed, None),
    };
    Some(Read {
        text: unquoted(value).to_owned(),
        range: start..start + value.len(),
        comment,
        next,
    })
}

/// A notation that go-ini reads back as the same value. `None` if it has none.
pub(crate) fn write(value: &str) -> Option<String> {
    write_before(value, "")
}

/// The same where a comment follows on the line, which may have quotes in it.
pub(super) fn write_before(value: &str, comment: &str) -> Option<String> {
    let plain = value.to_owned();
    let candidates = [
        plain,
        format!("`{value}`"),
        format!("\"{value}\""),
        format!("\"\"\"{value}\"\"\""),
    ];
    candidates.into_iter().find(|candidate| {
        let line = format!(" {candidate} {comment}\nnext = 1\n");
        read(&line, 0).is_some_and(|read| {
            read.text == value
                && read.comment.is_none() == comment.is_empty()
                && line[read.next..].starts_with("next")
        })
    })
}

fn quoted(text: &str, start: usize, next: usize, quote: &str) -> Option<Read> {
    let body = start + quote.len();
    if let Some(end) = text[body..next].rfind(quote).map(|at| body + at) {
        return Some(closed(text, start, body..end, quote, next));
    }
    let mut line = next;
    while line < text.len() {
        let after = line_end(text, line);
        if let Some(at) = text[line..after].rfind(quote) {
            let rest = &text[line + at + quote.len()..after];
            if !rest.trim().ends_with('\\') {
                return Some(closed(text, start, body..line + at, quote, after));
            }
        }
        line = after;
    }
    None
}

/// A value whose closing quote stands at the end of `body`. What else is on its line go-ini
/// drops: here a comment is kept, and anything before it goes with the value.
fn closed(text: &str, start: usize, body: Range<usize>, quote: &str, next: usize) -> Read {
    let after = body.end + quote.len();
    let rest = text[after..next].trim_end();
    let at = rest.find(['#', ';']);
    let dropped = rest[..at.unwrap_or(rest.len())].trim_end();
    Read {
        text: text[body].to_owned(),
        range: start..after + dropped.len(),
        comment: at.map(|at| after + at..after + rest.len()),
        next,
    }
}

/// A value that ends in a backslash goes on in the next line.
fn continued(text: &str, start: usize, end: usize, next: usize) -> Read {
    let mut value = text[start..end - 1].to_owned();
    let (mut last, mut line) = (end, next);
    while line < text.len() {
        let after = line_end(text, line);
        let part = text[line..after].trim();
        if part.is_empty() {
            line = after;
            break;
        }
        value.push_str(part);
        last = line + text[line..after].trim_end().len();
        line = after;
        if !value.ends_with('\\') {
            break;
        }
        value.pop();
    }
    Read {
        text: value,
        range: start..last,
        comment: None,
        next: line,
    }
}

fn unquoted(value: &str) -> &str {
    for quote in ['\'', '"'] {
        if let Some(inner) = value
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
            && !inner.contains(quote)
        {
            return inner;
        }
    }
    value
}

/// The start of the next line.
pub(super) fn line_end(text: &str, from: usize) -> usize {
    text[from..]
        .find('\n')
        .map_or(text.len(), |at| from + at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_as_go_ini_reads_them() {
        for (line, value) in [
            ("= a b ", "a b"),
            ("= a # note", "a"),
            ("= a;b", "a"),
            ("= 'a;b'", "'a"),
            ("= \"a b\"", "a b"),
            ("= `a;b` rest", "a;b"),
            ("= \"\"\"a\nb\"\"\"\n", "a\nb"),
            ("= `a\nb`\n", "a\nb"),
            ("= a\\\n  b\n", "ab"),
            ("=\n", ""),
            ("= # only\n", ""),
        ] {
            assert_eq!(read(line, 1).expect("a value").text, value, "{line:?}");
        }
        assert!(read("= `a\n", 1).is_none());
    }

    #[test]
    fn what_is_written_reads_back() {
        for value in [
            "", "a", " a ", "a;b", "a#b", "'a'", "\"a\"", "a\nb", "a`b", "a\"b", "a\\", "`a;b",
            "a;\nb\n",
        ] {
            let written = write(value).unwrap_or_else(|| panic!("{value:?}"));
            let line = format!("k = {written}\n");
            assert_eq!(read(&line, 3).expect("a value").text, value);
        }
    }
}
