//! Line breaks: Jinja2 reads `\r\n` and `\r` as `\n`, places count in the file as it is.

use std::borrow::Cow;

use super::Span;

/// A template whose only line break is `\n`, with the way back to the file's offsets.
#[derive(Debug, Clone)]
pub(crate) struct Normalized<'a> {
    pub(crate) text: Cow<'a, str>,
    /// Offsets in `text` of the `\n` that were `\r\n`.
    shortened: Vec<usize>,
}

impl<'a> Normalized<'a> {
    /// Reads a file's text. Without `keep_trailing_newline` one final line break goes.
    pub(crate) fn new(file: &'a str, keep_trailing_newline: bool) -> Self {
        let mut shortened = Vec::new();
        let mut text = if file.contains('\r') {
            let mut text = String::with_capacity(file.len());
            let mut characters = file.chars().peekable();
            while let Some(character) = characters.next() {
                if character == '\r' {
                    if characters.next_if_eq(&'\n').is_some() {
                        shortened.push(text.len());
                    }
                    text.push('\n');
                } else {
                    text.push(character);
                }
            }
            Cow::Owned(text)
        } else {
            Cow::Borrowed(file)
        };
        if !keep_trailing_newline && text.ends_with('\n') {
            let end = text.len() - 1;
            match &mut text {
                Cow::Borrowed(borrowed) => *borrowed = &borrowed[..end],
                Cow::Owned(owned) => owned.truncate(end),
            }
        }
        Self { text, shortened }
    }

    /// The range in the file.
    pub(crate) fn in_file(&self, span: Span) -> std::ops::Range<usize> {
        let place = |at: usize| at + self.shortened.partition_point(|&shortened| shortened < at);
        place(span.start)..place(span.end)
    }

    /// Keeps what is needed to find places, without the text.
    pub(crate) fn into_places(self) -> Normalized<'static> {
        Normalized {
            text: Cow::Borrowed(""),
            shortened: self.shortened,
        }
    }
}
