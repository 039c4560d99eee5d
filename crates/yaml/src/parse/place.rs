//! Where a value stands, for the cases in which the parser does not say it exactly.

use std::ops::Range;

/// The nearest character boundary at or before an offset.
pub(super) fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// The place of a value left out, behind its `:` or `-`: the parser puts it before the
/// former, or at the start of the next line. None if there is no such sign; `from` is where
/// the key or the previous entry ends.
pub(super) fn after_sign(text: &str, from: usize, sign: u8) -> Option<usize> {
    let at = skip_blanks_and_comments(text, from);
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    // Otherwise it is the first character of what comes next.
    let ends = rest
        .get(1)
        .is_none_or(|next| next.is_ascii_whitespace() || b",]}".contains(next));
    (rest.first() == Some(&sign) && ends).then_some(at + 1)
}

/// Whether a `:` in block notation belongs to the key of an entry, not to a map around it:
/// it stands on the line on which the key ends, or, where the entry starts with `? `, in the
/// column of that.
pub(super) fn belongs(
    text: &str,
    entry: usize,
    key_end: usize,
    sign: usize,
    explicit: bool,
) -> bool {
    if explicit {
        column(text, entry) == column(text, sign)
    } else {
        !text[key_end..sign].contains('\n')
    }
}

/// The whole range of a block scalar, of which the parser gives the content: from `|` or
/// `>` to the end of the last line of content, without its line break.
///
/// `from` is where the key or the previous entry ends, `content` what the parser says, and
/// `indent` the column in which the content starts.
pub(super) fn block_scalar(
    text: &str,
    from: usize,
    content: Range<usize>,
    indent: usize,
) -> Range<usize> {
    let start = block_header(text, from, content.start);
    let header = &text[start..content.start];
    let token = header
        .find(|character: char| character.is_ascii_whitespace())
        .unwrap_or(header.len());
    let keeps = header[..token].contains('+');
    let mut end = content.end;
    // The parser reads on into the indentation of the line that follows.
    let line = line_start(text, end).max(content.start);
    let blanks = text[line..end].bytes().all(|byte| byte == b' ');
    let content_at_end = end == text.len() && end - line > indent;
    if blanks && !content_at_end && line > content.start {
        end = line;
    }
    if !keeps {
        while let Some(line) = previous_line(text, content.start, end) {
            let body = text[line..end].trim_end_matches(['\r', '\n']);
            if body.len() > indent || body.bytes().any(|byte| byte != b' ') {
                break;
            }
            end = line;
        }
    }
    if end > content.start {
        return start..trim_line_break(text, content.start, end);
    }
    // Nothing but blank lines, which count only with `+`.
    let token_end = start + token;
    if keeps {
        start..trim_line_break(text, token_end.min(end), end).max(token_end)
    } else {
        start..token_end
    }
}

/// Removes one line break before `end`.
fn trim_line_break(text: &str, start: usize, end: usize) -> usize {
    let body = &text[start..end];
    let body = body.strip_suffix('\n').unwrap_or(body);
    start + body.strip_suffix('\r').unwrap_or(body).len()
}

fn column(text: &str, at: usize) -> usize {
    let line = text[line_start(text, at)..at].trim_start_matches('\u{feff}');
    line.chars().count()
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// The start of the line that ends, with its line break, at `end`.
fn previous_line(text: &str, start: usize, end: usize) -> Option<usize> {
    (end > start && text[start..end].ends_with('\n'))
        .then(|| line_start(text, end - 1))
        .filter(|&line| line >= start)
}

/// Finds the `|` or `>` between `from` and the content.
fn block_header(text: &str, from: usize, content: usize) -> usize {
    // Where the text ends with it, the sign is all that the parser gives.
    let limit = floor(text, content + 1);
    find_sign(text, from, limit, b"|>", b":-?").unwrap_or_else(|| {
        // `from` is unknown behind a broken document: the sign ends the line before.
        let before = text[..content].trim_end();
        let line = line_start(text, before.len());
        let code = before[line..].find(" #").unwrap_or(before.len() - line);
        before[line..line + code]
            .rfind(['|', '>'])
            .map_or(content, |sign| line + sign)
    })
}

/// Where the first dash of a block list stands that is the key or the value of a map's entry:
/// for one that is not indented the parser gives the place behind it.
pub(super) fn first_dash(text: &str, from: usize, parsers: usize) -> usize {
    find_sign(text, from, parsers, b"-", b":?").unwrap_or(parsers)
}

/// The first of `signs` between two offsets, before which only indicators that are `skipped`,
/// anchors, tags, blanks and comments stand.
fn find_sign(text: &str, from: usize, limit: usize, signs: &[u8], skipped: &[u8]) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        at = skip_blanks_and_comments(text, at);
        let byte = *bytes[..limit].get(at)?;
        if signs.contains(&byte) {
            return Some(at);
        }
        match byte {
            _ if skipped.contains(&byte) => at += 1,
            b'&' | b'!' => {
                while bytes[..limit]
                    .get(at)
                    .is_some_and(|byte| !byte.is_ascii_whitespace())
                {
                    at += 1;
                }
            }
            _ => return None,
        }
    }
}

fn skip_blanks_and_comments(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => at += 1,
            // A byte order mark.
            0xef if text[at..].starts_with('\u{feff}') => at += '\u{feff}'.len_utf8(),
            b'#' => {
                at = text[at..]
                    .find('\n')
                    .map_or(text.len(), |newline| at + newline);
            }
            _ => break,
        }
    }
    at
}
