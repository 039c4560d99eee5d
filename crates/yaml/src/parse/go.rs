//! What Go's reader, and with it kustomize and Flux, takes beyond YAML 1.2: such a text is
//! respelled before it is read again, and every place is led back to the text as it is.
//!
//! - `*app: x`: in YAML 1.2 the alias is one of `app:`, in Go's reader its name ends there;
//! - a comment right behind a quote or a bracket;
//! - tabs between the parts of a list or map in brackets;
//! - `\'` in double quotes;
//! - a `|` or `>` on a line of its own that begins where the key above it does.

use std::borrow::Cow;

use granit_parser::ErrorKind;

/// How much may be read again in all, so that no text takes long.
const MOST_BYTES: usize = 16 << 20;

/// One place at which the text is respelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Respelling {
    /// Where it is, in the text as it is.
    at: usize,
    /// How many bytes it stands for.
    length: usize,
    with: &'static str,
}

/// A text with its respellings, in the order of their places.
pub(super) struct Respelled<'a> {
    text: &'a str,
    changes: Vec<Respelling>,
}

impl<'a> Respelled<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            changes: Vec::new(),
        }
    }

    /// Takes one more; `false` if that leads nowhere, or if it is enough.
    pub(super) fn add(&mut self, change: Respelling) -> bool {
        let again = (self.changes.len() + 1).saturating_mul(self.text.len());
        let index = self.changes.partition_point(|other| other.at < change.at);
        let is_new = self
            .changes
            .get(index)
            .is_none_or(|other| other.at != change.at);
        if is_new && again <= MOST_BYTES {
            self.changes.insert(index, change);
            return true;
        }
        false
    }

    /// The text to read.
    pub(super) fn text(&self) -> Cow<'a, str> {
        if self.changes.is_empty() {
            return Cow::Borrowed(self.text);
        }
        let mut respelled = String::with_capacity(self.text.len() + 3 * self.changes.len());
        let mut from = 0;
        for change in &self.changes {
            respelled.push_str(&self.text[from..change.at]);
            respelled.push_str(change.with);
            from = change.at + change.length;
        }
        respelled.push_str(&self.text[from..]);
        Cow::Owned(respelled)
    }

    /// The place in the text as it is, of one in the text to read.
    pub(super) fn original(&self, offset: usize) -> usize {
        let mut longer = 0;
        for change in &self.changes {
            let start = change.at + longer;
            if offset <= start {
                break;
            }
            let end = start + change.with.len();
            if offset < end {
                return change.at;
            }
            longer += change.with.len() - change.length;
        }
        offset - longer
    }

    /// The respelling of an alias that ends at an offset; none unless it is one to Go's reader.
    pub(super) fn alias(&self, end: usize) -> Option<Respelling> {
        let start = self.text.get(..end)?.rfind('*')?;
        self.alias_at(start)
    }

    /// The same of one that starts at an offset.
    fn alias_at(&self, start: usize) -> Option<Respelling> {
        let rest = self.text.get(start..)?.strip_prefix('*')?;
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let length = rest.bytes().take_while(|byte| is_name(byte)).count();
        let behind = rest[length..].strip_prefix(':')?;
        let ends = behind
            .bytes()
            .next()
            .is_none_or(|byte| byte.is_ascii_whitespace());
        (length > 0 && ends).then_some(Respelling {
            at: start + 1 + length,
            length: 0,
            with: " ",
        })
    }

    /// The respelling that helps against an error at an offset, if there is one.
    /// `in_brackets` tells whether a list or map in brackets is open there.
    pub(super) fn error(
        &self,
        kind: &ErrorKind,
        at: usize,
        in_brackets: bool,
    ) -> Option<Respelling> {
        let bytes = self.text.as_bytes();
        let (at, length, with) = match kind {
            ErrorKind::CommentNotSeparated if bytes.get(at) == Some(&b'#') => (at, 0, " "),
            ErrorKind::UnknownQuotedScalarEscape => (self.escaped_quote(at)?, 1, "x27"),
            ErrorKind::SimpleKeyExpected if self.is_block_sign(at) => (at, 0, " "),
            ErrorKind::TabInBlockIndentation if in_brackets => (self.tab_before(at)?, 1, " "),
            _ => return self.alias_at(at),
        };
        Some(Respelling { at, length, with })
    }

    /// Whether a `|` or `>` stands at an offset, and nothing before it on its line.
    fn is_block_sign(&self, at: usize) -> bool {
        let is_sign = matches!(self.text.as_bytes().get(at), Some(b'|' | b'>'));
        let before = self.text.get(..at).unwrap_or_default();
        is_sign && before.trim_end_matches(' ').ends_with('\n')
    }

    /// The first of the tabs that end at an offset.
    fn tab_before(&self, at: usize) -> Option<usize> {
        let line = self.text.get(..at)?;
        let blanks = line.trim_end_matches([' ', '\t']).len();
        let tab = line[blanks..].find('\t')?;
        Some(blanks + tab)
    }

    /// Where `'` stands in the first `\'` of the text in double quotes that starts at an
    /// offset.
    fn escaped_quote(&self, start: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let is_respelled = |at| self.changes.iter().any(|change| change.at == at);
        let mut at = start.checked_add(1)?;
        loop {
            match bytes.get(at)? {
                b'"' => return None,
                b'\\' if bytes.get(at + 1) == Some(&b'\'') && !is_respelled(at + 1) => {
                    return Some(at + 1);
                }
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
    }
}
