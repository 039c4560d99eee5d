//! Other values for scalars.

use std::fmt;

use super::edits::{EditError, Edits};
use crate::emit::{double_quoted, is_plain, is_printable, single_quoted};
use crate::node::Node;
use crate::scalar::Style;

/// What a scalar is to become.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum New<'a> {
    /// This text, quoted and escaped as needed, in the notation that was there if it can hold
    /// the text, else in double quotes.
    Text(&'a str),
    /// This one line of YAML as it is: for numbers, `true`, `null`, or what is quoted already.
    Verbatim(&'a str),
}

/// Without the value, which may be a secret.
impl fmt::Debug for New<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Text(_) => "Text",
            Self::Verbatim(_) => "Verbatim",
        })
    }
}

impl Edits<'_> {
    /// Gives a scalar, or an alias, another value; what was left out is put in.
    ///
    /// Comments and the key keep their bytes, and so do tag and anchor: an explicit tag must
    /// suit the new value.
    ///
    /// # Errors
    ///
    /// If the node is a list or a map, or is not of this text, or is a left out key, or one left
    /// out together with its `:`, or if the new value is given verbatim and has several lines.
    pub fn replace_scalar(&mut self, node: &Node, new: New<'_>) -> Result<(), EditError> {
        let range = self.checked(node.range())?;
        if node.is_implied() {
            return Err(EditError::NoPlace);
        }
        let style = match node.as_scalar() {
            _ if node.is_alias() => Style::Plain,
            Some(scalar) => scalar.style(),
            None => return Err(EditError::NotScalar(node.kind_name())),
        };
        let mut replacement = match new {
            New::Verbatim(yaml) if yaml.contains(['\n', '\r']) => {
                return Err(EditError::SeveralLines);
            }
            New::Verbatim(yaml) => yaml.to_owned(),
            New::Text(text) => self
                .in_style(text, style, range.clone())
                .unwrap_or_else(|| double_quoted(text)),
        };
        let before = self.text()[..range.start].chars().next_back();
        if range.is_empty() && before.is_some_and(|before| !before.is_whitespace()) {
            replacement.insert(0, ' ');
        }
        if range.is_empty() && self.text()[range.end..].starts_with('#') {
            replacement.push(' ');
        }
        self.replace(range, replacement);
        Ok(())
    }

    fn in_style(&self, text: &str, style: Style, range: std::ops::Range<usize>) -> Option<String> {
        match style {
            Style::Plain => is_plain(text).then(|| text.to_owned()),
            Style::SingleQuoted => single_quoted(text),
            Style::DoubleQuoted => Some(double_quoted(text)),
            Style::Literal | Style::Folded => {
                let indent = self.block_indent(range.clone())?;
                let at_end = range.end == self.text().len();
                if text.ends_with("\n\n") && self.blank_line_follows(range.end) {
                    // It would count as one of the text's.
                    return None;
                }
                block(text, style, &indent, self.line_break(), at_end)
            }
        }
    }

    fn blank_line_follows(&self, end: usize) -> bool {
        let mut lines = self.text()[end..].split_inclusive('\n').skip(1);
        lines.next().is_some_and(|line| line.trim().is_empty())
    }

    /// The blanks before the first line of content of a block scalar.
    fn block_indent(&self, range: std::ops::Range<usize>) -> Option<String> {
        let line = self.text()[range]
            .lines()
            .skip(1)
            .find(|line| !line.trim().is_empty())?;
        let content = line.trim_start_matches(' ');
        Some(line[..line.len() - content.len()].to_owned())
    }
}

/// A block scalar, if the text can be one: no characters to escape, no blank in front.
///
/// `at_end`: no line break follows, so one is added where the text ends with one.
fn block(text: &str, style: Style, indent: &str, line_break: &str, at_end: bool) -> Option<String> {
    let body = text.trim_end_matches('\n');
    let breaks = text.len() - body.len();
    let printable = |character: char| character == '\n' || is_printable(character);
    let lines: Vec<&str> = body.split('\n').collect();
    let suits = !indent.is_empty()
        && !body.is_empty()
        && !body.starts_with([' ', '\n'])
        && body.chars().all(printable)
        // Blanks at a line's end are lost too easily to be written there.
        && lines.iter().all(|line| !line.ends_with(' '))
        && (style == Style::Literal || lines.iter().all(|line| !line.starts_with(' ')));
    if !suits {
        return None;
    }
    let sign = if style == Style::Folded { '>' } else { '|' };
    let chomp = match breaks {
        0 => "-",
        1 => "",
        _ => "+",
    };
    let mut out = format!("{sign}{chomp}");
    for (index, line) in lines.iter().enumerate() {
        out.push_str(line_break);
        // Where lines are folded, one line break more than the text has tells them apart.
        if style == Style::Folded && index > 0 && !line.is_empty() {
            out.push_str(line_break);
        }
        if !line.is_empty() {
            out.push_str(indent);
            out.push_str(line);
        }
    }
    for _ in 1..breaks {
        out.push_str(line_break);
    }
    if at_end && breaks > 0 {
        out.push_str(line_break);
    }
    Some(out)
}
