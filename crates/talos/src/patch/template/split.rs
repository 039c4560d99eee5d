//! A template cut into text and actions, trim markers and comments done.

use std::ops::Range;

use super::Fault;

/// A piece of a template.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// What is copied.
    Text(Range<usize>),
    /// What stands between `{{` and `}}`: the inside, and all of it.
    Action(Range<usize>, Range<usize>),
}

/// White space as trim markers know it.
fn is_space(one: char) -> bool {
    matches!(one, ' ' | '\t' | '\r' | '\n')
}

/// Cuts a template. What is not closed is told, and ends it.
pub(super) fn split(text: &str) -> (Vec<Part>, Vec<Fault>) {
    let mut parts = Vec::new();
    let mut faults = Vec::new();
    let mut at = 0;
    let rest = |from: usize| text.get(from..).unwrap_or_default();
    let mut trim = false;
    while at < text.len() {
        let found = rest(at).find("{{");
        let open = found.map_or(text.len(), |found| at + found);
        let after = rest((open + 2).min(text.len()));
        let trim_before = after.starts_with('-') && after.chars().nth(1).is_some_and(is_space);
        let mut piece = at..open;
        if trim {
            let kept = rest(at).trim_start_matches(is_space);
            piece.start = (text.len() - kept.len()).min(open);
        }
        if trim_before {
            let kept = text.get(piece.clone()).unwrap_or_default();
            piece.end = piece.start + kept.trim_end_matches(is_space).len();
        }
        if !piece.is_empty() {
            parts.push(Part::Text(piece));
        }
        if found.is_none() {
            break;
        }
        let inside = open + 2 + if trim_before { 2 } else { 0 };
        let Some((end, close, trims)) = close(text, inside) else {
            let what = if rest(inside).starts_with("/*") {
                "the comment is not closed: it ends with `*/}}`"
            } else {
                "`{{` is not closed"
            };
            faults.push(Fault::new(open..open + 2, what));
            break;
        };
        if !rest(inside).starts_with("/*") {
            parts.push(Part::Action(inside..end, open..close));
        }
        trim = trims;
        at = close;
    }
    (parts, faults)
}

/// The end of what is inside, the end of the action, and whether white space behind it goes.
fn close(text: &str, inside: usize) -> Option<(usize, usize, bool)> {
    let rest = text.get(inside..)?;
    if let Some(comment) = rest.strip_prefix("/*") {
        let end = inside + 2 + comment.find("*/")? + 2;
        let tail = text.get(end..)?;
        if tail.starts_with("}}") {
            return Some((end, end + 2, false));
        }
        let trims = tail
            .strip_prefix(is_space)
            .is_some_and(|tail| tail.starts_with("-}}"));
        return trims.then_some((end, end + 4, true));
    }
    let mut quote = None;
    let mut escaped = false;
    for (index, one) in rest.char_indices() {
        match quote {
            Some('`') if one == '`' => quote = None,
            Some('`') => {}
            Some(_) if escaped => escaped = false,
            Some(_) if one == '\\' => escaped = true,
            Some(open) if one == open => quote = None,
            // Only texts in backticks may have several lines.
            Some(_) if one == '\n' => return None,
            Some(_) => {}
            None if matches!(one, '"' | '\'' | '`') => quote = Some(one),
            None if rest.get(index..).is_some_and(|tail| tail.starts_with("}}")) => {
                let before = rest.get(..index).unwrap_or_default();
                let end = inside + index;
                let trims = before
                    .strip_suffix('-')
                    .is_some_and(|before| before.ends_with(is_space));
                return Some((end - usize::from(trims), end + 2, trims));
            }
            None => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Part, split};

    fn shown(text: &str) -> String {
        let (parts, faults) = split(text);
        let mut out: Vec<_> = parts
            .into_iter()
            .map(|part| match part {
                Part::Text(range) => format!("{:?}", &text[range]),
                Part::Action(inside, _) => format!("<{}>", &text[inside]),
            })
            .collect();
        out.extend(faults.into_iter().map(|fault| fault.message));
        out.join(" ")
    }

    #[test]
    fn pieces() {
        for (text, expected) in [
            ("a", "\"a\""),
            ("a{{b}}c", "\"a\" <b> \"c\""),
            ("a {{- b -}} c", "\"a\" <b > \"c\""),
            ("a {{-3}} c", "\"a \" <-3> \" c\""),
            ("a {{3-}} c", "\"a \" <3-> \" c\""),
            ("a\n {{/* } }} */}} c", "\"a\\n \" \" c\""),
            ("a {{- /* x */ -}} c", "\"a\" \"c\""),
            ("{{ \"}}\" }}{{ `}}` }}", "< \"}}\" > < `}}` >"),
            ("{{- a -}} {{- b -}}", "<a > <b >"),
            ("a }} b", "\"a }} b\""),
            ("a {{ b", "\"a \" `{{` is not closed"),
            ("a {{ \"b }}", "\"a \" `{{` is not closed"),
            (
                "{{/* a }}",
                "the comment is not closed: it ends with `*/}}`",
            ),
            ("é{{ é }}é", "\"é\" < é > \"é\""),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
