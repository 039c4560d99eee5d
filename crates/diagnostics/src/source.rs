//! A text with a name, and places in it.

use std::ops::Range;
use std::sync::Arc;

use crate::location::{Excerpt, Location};
use crate::mask::MASK;

/// How many characters of a line an [`Excerpt`] keeps at most: a 100 MB line must not
/// become a 100 MB message.
const EXCERPT_LIMIT: usize = 400;

/// A text that problems can point into: a file's name as the user knows it, and its content.
///
/// Cheap to clone. Has no derived `Debug`, because the text may hold secrets.
#[derive(Clone)]
pub struct Source {
    name: Arc<str>,
    text: Arc<str>,
    /// Byte offset at which each line starts.
    line_starts: Arc<[usize]>,
    /// Sorted, non-overlapping ranges that no excerpt may show.
    secrets: Arc<[Range<usize>]>,
    /// The text that this one was made from, if places are to be those of that one.
    origin: Option<Arc<Origin>>,
}

/// A text that another one was made from.
struct Origin {
    source: Source,
    /// What became what, in the order of the text that was made.
    pieces: Vec<Piece>,
}

/// A piece of a text that was made from another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Where it starts in the text that was made; it ends where the next one starts.
    pub start: usize,
    /// What it was made from.
    pub from: Range<usize>,
    /// Whether it is that letter for letter.
    pub copied: bool,
}

impl Source {
    /// A text under the name that messages give it, usually a path relative to the repository.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let line_starts = std::iter::once(0)
            .chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|index| index + 1))
            .collect();
        Self {
            name: name.into(),
            text,
            line_starts,
            secrets: Arc::new([]),
            origin: None,
        }
    }

    /// The same text, whose places are told where it was made from: the pieces in the order of
    /// this text.
    #[must_use]
    pub fn made_from(mut self, source: &Self, pieces: Vec<Piece>) -> Self {
        self.origin = Some(Arc::new(Origin {
            source: source.clone(),
            pieces,
        }));
        self
    }

    /// Whether places in it are those of another text.
    pub fn is_made(&self) -> bool {
        self.origin.is_some()
    }

    /// The same text, with the given byte ranges masked in every excerpt.
    #[must_use]
    pub fn with_secrets(mut self, ranges: impl IntoIterator<Item = Range<usize>>) -> Self {
        let mut all: Vec<_> = self.secrets.iter().cloned().chain(ranges).collect();
        all.retain(|range| range.start < range.end);
        all.sort_by_key(|range| (range.start, range.end));
        let mut merged: Vec<Range<usize>> = Vec::with_capacity(all.len());
        for range in all {
            match merged.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => merged.push(range),
            }
        }
        self.secrets = merged.into();
        self
    }

    /// The byte ranges that are masked, sorted, none touching another.
    pub fn secrets(&self) -> &[Range<usize>] {
        &self.secrets
    }

    /// The name that messages use.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The place of a byte range. Offsets beyond the end, or inside a character, are moved
    /// back to the nearest character that exists.
    pub fn location(&self, range: Range<usize>) -> Location {
        if let Some(origin) = &self.origin {
            return origin.source.location(origin.range(&range));
        }
        let start = floor_char_boundary(&self.text, range.start);
        let end = floor_char_boundary(&self.text, range.end).max(start);
        let line_index = self.line_starts.partition_point(|&at| at <= start) - 1;
        let line_start = self.line_starts[line_index];
        let line_end = self
            .line_starts
            .get(line_index + 1)
            .map_or(self.text.len(), |&next| next - 1);
        let line_end = line_start + self.text[line_start..line_end].trim_end_matches('\r').len();
        Location {
            file: self.name.to_string(),
            line: line_index + 1,
            column: self.text[line_start..start].chars().count() + 1,
            excerpt: Some(self.excerpt(line_start..line_end, start..end.min(line_end))),
            range: Some(start..end),
        }
    }

    /// The place of the file as a whole.
    pub fn whole(&self) -> Location {
        Location::file(self.name.to_string())
    }

    fn excerpt(&self, line: Range<usize>, mark: Range<usize>) -> Excerpt {
        let whole = &self.text[line.clone()];
        // Of nearly every line nothing is masked or replaced, and bytes are characters.
        let is_plain = whole.is_ascii() && !whole.contains('\t') && whole.len() < EXCERPT_LIMIT;
        if is_plain && self.secrets.is_empty() {
            let [start, end] = [mark.start, mark.end].map(|at| at.clamp(line.start, line.end));
            return Excerpt {
                text: whole.to_owned(),
                start: start - line.start,
                end: (end - line.start).max(start - line.start + 1),
            };
        }
        let mut text = String::new();
        let mut marked = (None, None);
        let mut count = 0;
        let mut at = line.start;
        let mut clipped = false;
        while at <= line.end {
            if at >= mark.start && marked.0.is_none() {
                marked.0 = Some(count);
            }
            if at >= mark.end && marked.1.is_none() {
                marked.1 = Some(count);
            }
            if at == line.end {
                break;
            }
            if count >= EXCERPT_LIMIT {
                clipped = true;
                break;
            }
            if let Some(secret) = self.secret_at(at) {
                text.push_str(MASK);
                count += MASK.len();
                at = secret.end.min(line.end);
                // A mark that ends inside the mask covers the mask.
                continue;
            }
            let Some(character) = self.text[at..].chars().next() else {
                break;
            };
            text.push(if character == '\t' { ' ' } else { character });
            count += 1;
            at += character.len_utf8();
        }
        if clipped {
            text.push('…');
        }
        let start = marked.0.unwrap_or(count);
        Excerpt {
            text,
            start,
            end: marked.1.unwrap_or(count).max(start + 1),
        }
    }

    fn secret_at(&self, offset: usize) -> Option<&Range<usize>> {
        let index = self.secrets.partition_point(|range| range.end <= offset);
        self.secrets
            .get(index)
            .filter(|range| range.contains(&offset))
    }
}

impl Origin {
    /// What a range of the text was made from.
    fn range(&self, made: &Range<usize>) -> Range<usize> {
        let piece = |at: usize| {
            let next = self.pieces.partition_point(|piece| piece.start <= at);
            self.pieces.get(next.saturating_sub(1))
        };
        let Some(first) = piece(made.start) else {
            return 0..0;
        };
        let start = if first.copied {
            (first.from.start + (made.start - first.start.min(made.start))).min(first.from.end)
        } else {
            first.from.start
        };
        let end = match piece(made.end.saturating_sub(1)) {
            Some(last) if last.copied => last.from.start + (made.end - last.start.min(made.end)),
            Some(last) => last.from.end,
            None => start,
        };
        start..end.max(start)
    }
}

fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(source: &Source, range: Range<usize>) -> String {
        let location = source.location(range);
        let excerpt = location.excerpt.clone().expect("a place inside a file");
        let caret = " ".repeat(excerpt.start) + &"^".repeat(excerpt.end - excerpt.start);
        format!("{location}\n{}\n{caret}", excerpt.text)
    }

    #[test]
    fn a_place_counts_characters_not_bytes() {
        let source = Source::new("a.yaml", "über: α\r\nb: γδ\r\n");
        insta::assert_snapshot!(shown(&source, 7..9), @r"
        a.yaml:1:7
        über: α
              ^
        ");
        insta::assert_snapshot!(shown(&source, 14..18), @r"
        a.yaml:2:4
        b: γδ
           ^^
        ");
    }

    #[test]
    fn every_secret_on_the_line_is_masked_wherever_the_mark_is() {
        let text = "{ token: hunter2, name: x, key: abc }";
        let source = Source::new("a.yaml", text).with_secrets([32..35, 9..16]);
        insta::assert_snapshot!(shown(&source, 24..25), @r"
        a.yaml:1:25
        { token: <redacted>, name: x, key: <redacted> }
                                   ^
        ");
        insta::assert_snapshot!(shown(&source, 9..16), @r"
        a.yaml:1:10
        { token: <redacted>, name: x, key: <redacted> }
                 ^^^^^^^^^^
        ");
    }

    #[test]
    fn ranges_outside_the_text_point_at_its_end() {
        let source = Source::new("a", "x");
        assert_eq!(source.location(90..99).to_string(), "a:1:2");
        assert_eq!(source.location(90..99).range, Some(1..1));
        assert_eq!(source.whole().range, None);
        assert_eq!(Source::new("a", "").location(0..0).to_string(), "a:1:1");
    }

    #[test]
    fn a_huge_line_is_clipped() {
        let source = Source::new("a", "y".repeat(100_000));
        let excerpt = source.location(5..6).excerpt.expect("inside");
        assert!(excerpt.text.chars().count() <= EXCERPT_LIMIT + 1);
    }

    #[test]
    fn a_text_that_was_made_is_told_where_it_was_made_from() {
        let template = Source::new("a.tmpl", "a: {{ x }}\n{{ range y }}b: c\n{{ end }}d\n");
        let pieces = [(0, 0..3, true), (3, 3..10, false), (5, 10..11, true)]
            .into_iter()
            .chain([(6, 24..29, true), (11, 24..29, true), (16, 38..40, true)])
            .map(|(start, from, copied)| Piece {
                start,
                from,
                copied,
            })
            .collect();
        let made = Source::new("made", "a: xx\nb: c\nb: c\nd\n").made_from(&template, pieces);
        assert!(made.is_made() && !template.is_made());
        for (range, place) in [
            (0..1, "a.tmpl:1:1"),
            (3..5, "a.tmpl:1:4"),
            (4..5, "a.tmpl:1:4"),
            (8..9, "a.tmpl:2:16"),
            (14..15, "a.tmpl:2:17"),
            (16..17, "a.tmpl:3:10"),
            (90..99, "a.tmpl:4:1"),
        ] {
            assert_eq!(made.location(range).to_string(), place);
        }
        assert_eq!(made.location(8..9).range, Some(26..27));
        let whole = made.location(0..18).excerpt.expect("a line");
        assert_eq!(whole.text, "a: {{ x }}");
    }
}
